//! Live tables that are not as they are defined become so.

mod additive;
mod bound;
mod cases;
mod casts;
mod catalog_only;
mod concurrent;
mod definitions;
mod failing;
mod hanging;
mod planned;
mod refused;
mod snapshot;

use pg_bulk_ingest::{Cost, Plan};

/// Whether a plan writes the rows anew.
fn rewrites(plan: &Plan) -> bool {
    plan.statements().iter().any(|statement| statement.cost() == Cost::Rewrite)
}
