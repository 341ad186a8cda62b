//! Indexes and statistics of a table that a batch created.

use super::{Counts, Load, is_new};
use crate::catalog;
use crate::compare::Change;
use crate::definition::Table;
use crate::error::Error;
use crate::execute::{numbers, query};
use crate::merge::{Arrival, Sent};
use crate::plan;
use crate::report::Plan;
use crate::session::core::Core;
use crate::session::merging::{self, SAVEPOINT};
use crate::session::target::{Current, Target};
use crate::session::{close, start};
use crate::statement::{Statement, rollback_to, savepoint, script};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

impl Load {
    /// Builds the indexes of the tables that were created by the batch, and their statistics.
    /// Of rows with equal keys the last stays: what others there were no longer counts as inserted.
    /// `sent` tells the order of those that went over several connections.
    pub(in super::super) async fn build(
        transaction: &Transaction<'_>,
        core: &Core,
        targets: &mut [Target],
        counts: &mut [Counts],
        sent: Option<&[Sent]>,
    ) -> Result<Plan, Error> {
        let mut migrated = Plan::default();
        for (position, target) in targets.iter_mut().enumerate() {
            if !is_new(&core.targets[position], target) {
                continue;
            }
            let Some(current) = target.current.as_mut() else { continue };
            // A table that was filled by a rebuild has its statistics already.
            let is_filled = !current.bare && counts.get(position).is_none_or(|c| c.received == 0);
            if is_filled {
                continue;
            }
            let built =
                build_one(transaction, target.definition, current, &target.kept, sent).await;
            let built = built.map_err(|error| error.in_table(&target.name))?;
            if target.replaces.is_none() || target.is_migrated {
                migrated.extend(built.statements);
            }
            if target.is_migrated {
                migrated.extend([plan::analyze(&current.name)]);
            }
            if let Some(counts) = counts.get_mut(position) {
                counts.inserted -= built.superseded.min(counts.inserted);
            }
            current.bare = false;
        }
        close::record(transaction, targets).await?;
        Ok(migrated)
    }
}

/// What was built for a table that was created by the batch.
struct Built {
    statements: Vec<Statement>,
    /// Rows that a later one with the same key replaced.
    superseded: u64,
}

/// Builds indexes and statistics of a table that was created by the batch.
///
/// That there are rows with equal keys is noticed when the key is built, which costs nothing where
/// there are none.
async fn build_one(
    transaction: &Transaction<'_>,
    table: &Table,
    current: &mut Current,
    kept: &[Change],
    sent: Option<&[Sent]>,
) -> Result<Built, Error> {
    let action = "cannot build the indexes";
    let mut indexes = Vec::new();
    if current.bare {
        indexes = plan::create_indexes(&current.name, table);
        indexes.extend(plan::keep_indexes(&current.name, kept, false));
    }
    let mut sql = indexes.clone();
    sql.push(plan::analyze(&current.name));
    let build = script(&sql);
    let mut superseded = 0;
    if let Err(error) = query(transaction, &savepoint(SAVEPOINT, &build), action).await {
        if error.code() != Some(&SqlState::UNIQUE_VIOLATION) {
            return Err(error);
        }
        query(transaction, &rollback_to(SAVEPOINT), action).await?;
        let arrival = Arrival::in_new_table(&current.name);
        let remove = match sent {
            Some(sent) => Sent::remove_superseded(sent, &current.name, table),
            None => Arrival::remove_superseded(&current.name, table),
        };
        let again = format!("{remove};\n{build}");
        match numbers(transaction, &savepoint(SAVEPOINT, &again), action).await {
            Ok([removed]) => superseded = removed,
            // There is no other unique constraint, and so no row to be named.
            Err(error) if sent.is_some() => return Err(error),
            Err(error) => {
                let row = merging::locate(transaction, &error, table, &arrival, None).await;
                return Err(row.ok().flatten().into_iter().fold(error, Error::in_row));
            }
        }
    }
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(&current.name), &[]));
    let messages = query(transaction, &inspect, action).await?;
    let relation = start::read(&messages)?.relations.into_iter().next();
    if let Some(live) = relation.and_then(|relation| relation.table) {
        current.live = live;
    }
    Ok(Built { statements: indexes, superseded })
}
