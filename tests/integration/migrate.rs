//! Live tables that are not as they are defined become so.

mod additive;
mod cases;
mod catalog_only;
mod concurrent;
mod definitions;
mod hanging;
mod refused;
mod snapshot;
