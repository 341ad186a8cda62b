//! Rows that the server refuses while a batch is merged, which are taken out of it.

use super::deleting::{Deleting, Keys};
use super::merging::{MERGE, Merging, is_of_a_row};
use super::retry;
use crate::catalog;
use crate::error::{Error, ErrorKind};
use crate::execute::query;
use crate::statement::{begin_savepoint, release, rollback_to};
use tokio_postgres::Transaction;

/// The savepoint before a merge of which rows may be refused.
const SAVEPOINT: &str = "pg_bulk_ingest_refused";

/// Rows that the server refused for one reason.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The position of their table.
    pub(super) table: usize,
    /// Why they were refused.
    pub(super) error: Error,
    /// The number of each, and the row as JSON if it is kept.
    pub(super) rows: Vec<(u64, Option<String>)>,
}

/// The rows that the server refused.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// How many may be refused.
    pub(super) allowed: u64,
    /// Whether the rows themselves are kept.
    pub(super) keeps: bool,
    pub(super) refusals: Vec<Refusal>,
}

impl Refusals {
    /// How many rows of a table were refused.
    pub(super) fn of_table(&self, table: usize) -> u64 {
        let of_table = self.refusals.iter().filter(|refusal| refusal.table == table);
        of_table.map(|refusal| refusal.rows.len() as u64).sum()
    }

    /// How many rows were refused.
    fn count(&self) -> u64 {
        self.refusals.iter().map(|refusal| refusal.rows.len() as u64).sum()
    }

    /// Merges the rows of a table but for those that the server refuses. When one is met, it is looked for, and
    /// where that can be told all that are refused for the same reason, and the merge is done again without
    /// them, once the deletes are done that they had undone. More than are allowed are an error. Returns the
    /// rows inserted, updated, unchanged and stale.
    pub(super) async fn merge(
        &mut self,
        transaction: &Transaction<'_>,
        (position, mut merging): (usize, Merging<'_>),
        (keys, deleting): (Option<Keys<'_>>, &mut Deleting),
        retries: bool,
    ) -> Result<[u64; 4], Error> {
        query(transaction, &begin_savepoint(SAVEPOINT), MERGE).await?;
        loop {
            let merged = match retries {
                true => retry::after_deadlock(transaction, || merging.run(transaction)).await,
                false => merging.run(transaction).await,
            };
            let mut error = match merged {
                Ok(merged) => {
                    query(transaction, &release(SAVEPOINT), MERGE).await?;
                    return Ok(merged);
                }
                Err(error) => error,
            };
            let Some(row) = error.row().filter(|_| is_of_a_row(&error)) else { return Err(error) };
            let mut rows = vec![row];
            rows.append(&mut error.take_alike());
            let left = self.allowed.saturating_sub(self.count());
            let are_too_many = rows.len() as u64 > left;
            // The removal itself is not to be taken back with the next attempt.
            let (back, end) = (rollback_to(SAVEPOINT), release(SAVEPOINT));
            let remove = merging.staging.remove(&rows);
            let show = match self.keeps && !are_too_many {
                true => format!("{};\n", catalog::isolated(&merging.staging.show(&rows))),
                false => String::new(),
            };
            let sql = format!("{back};\n{show}{end};\n{remove}");
            let shown = catalog::numbered(&query(transaction, &sql, MERGE).await?);
            merging.received = merging.received.saturating_sub(rows.len() as u64);
            let error = error.in_table(&merging.target.name);
            let rows = rows.into_iter().map(|row| (row, shown.get(&row).cloned())).collect();
            self.refusals.push(Refusal { table: position, error, rows });
            if are_too_many {
                let kind = ErrorKind::TooManyRejected { allowed: self.allowed };
                return Err(Error::new(kind, "cannot set a row aside"));
            }
            if let Some(keys) = &keys {
                keys.redo(transaction, deleting).await?;
            }
            if merging.received == 0 {
                return Ok([0; 4]);
            }
            query(transaction, &begin_savepoint(SAVEPOINT), MERGE).await?;
        }
    }
}
