//! What is done again, since it met another session.

use super::merging::MERGE;
use crate::error::Error;
use crate::execute::query;
use crate::statement::{begin_savepoint, rollback_to};
use futures_util::future::join;
use std::future::Future;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

/// How often a merge is tried.
const MERGES: usize = 10;

const SAVEPOINT: &str = "pg_bulk_ingest_merge_again";

/// Merges rows, again if PostgreSQL ended a deadlock by failing the merge: what it locked since the
/// savepoint is released then, so that the other session goes on.
///
/// A lock from before the savepoint would be in the other's way still: the caller has none on rows.
pub(super) async fn after_deadlock<T, Fut: Future<Output = Result<T, Error>>>(
    transaction: &Transaction<'_>,
    merge: impl Fn() -> Fut,
) -> Result<T, Error> {
    let begin = begin_savepoint(SAVEPOINT);
    // In one round trip: if the savepoint could not be set, the merge is only refused.
    let (begun, mut merged) = join(query(transaction, &begin, MERGE), merge()).await;
    begun?;
    for attempt in 1..MERGES {
        match &merged {
            Err(error) if error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED) => {}
            _ => break,
        }
        tracing::debug!(attempt, "the merge met a deadlock, and is done again");
        query(transaction, &rollback_to(SAVEPOINT), MERGE).await?;
        merged = merge().await;
    }
    merged
}
