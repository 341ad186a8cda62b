//! Rows that the server refuses while a batch is merged, which are taken out of it.

use super::merging::{MERGE, Merging, is_of_a_row};
use super::retry;
use crate::catalog;
use crate::error::{Error, ErrorKind};
use crate::execute::query;
use crate::statement::{begin_savepoint, release, rollback_to};
use tokio_postgres::Transaction;

/// The savepoint before a merge of which rows may be refused.
const SAVEPOINT: &str = "pg_bulk_ingest_refused";

/// A row that the server refused.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The position of its table.
    pub(super) table: usize,
    /// Why it was refused: an error that names the row.
    pub(super) error: Error,
    /// The row as JSON, if it is kept.
    pub(super) row: Option<String>,
}

/// The rows that the server refused.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// How many may be refused.
    pub(super) allowed: u64,
    /// Whether the rows themselves are kept.
    pub(super) keeps: bool,
    pub(super) rows: Vec<Refusal>,
}

impl Refusals {
    /// How many rows of a table were refused.
    pub(super) fn of_table(&self, table: usize) -> u64 {
        self.rows.iter().filter(|refusal| refusal.table == table).count() as u64
    }

    /// Merges the rows of a table but for those that the server refuses, each of which is looked for when
    /// it was met, and the merge done again without it. More than are allowed are an error. Returns the rows
    /// inserted, updated, unchanged and stale.
    pub(super) async fn merge(
        &mut self,
        transaction: &Transaction<'_>,
        (position, mut merging): (usize, Merging<'_>),
        retries: bool,
    ) -> Result<[u64; 4], Error> {
        query(transaction, &begin_savepoint(SAVEPOINT), MERGE).await?;
        loop {
            let merged = match retries {
                true => retry::after_deadlock(transaction, || merging.run(transaction)).await,
                false => merging.run(transaction).await,
            };
            let error = match merged {
                Ok(merged) => {
                    query(transaction, &release(SAVEPOINT), MERGE).await?;
                    return Ok(merged);
                }
                Err(error) => error,
            };
            let Some(row) = error.row().filter(|_| is_of_a_row(&error)) else { return Err(error) };
            // The removal itself is not to be taken back with the next attempt.
            let (back, end) = (rollback_to(SAVEPOINT), release(SAVEPOINT));
            let remove = merging.staging.remove(row);
            let show = match self.keeps {
                true => format!("{};\n", catalog::isolated(&merging.staging.show(row))),
                false => String::new(),
            };
            let begin = begin_savepoint(SAVEPOINT);
            let sql = format!("{back};\n{show}{end};\n{remove};\n{begin}");
            let shown = query(transaction, &sql, MERGE).await?;
            merging.received = merging.received.saturating_sub(1);
            let error = error.in_table(&merging.target.name);
            self.rows.push(Refusal { table: position, error, row: catalog::text(&shown) });
            if self.rows.len() as u64 > self.allowed {
                let kind = ErrorKind::TooManyRejected { allowed: self.allowed };
                return Err(Error::new(kind, "cannot set a row aside"));
            }
            if merging.received == 0 {
                return Ok([0; 4]);
            }
        }
    }
}
