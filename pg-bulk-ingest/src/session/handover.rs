//! Merging rows that take unique values which others of their batch give up.

use super::merging::{MERGE, Merging, SAVEPOINT, attempt};
use crate::catalog::{self, UniqueIndex};
use crate::error::{Error, ErrorKind};
use crate::execute::{numbers, query};
use crate::merge::{COUNTED_FROM, HandingOver, Search, Sequence, Upserting, Wait};
use crate::statement::{begin_savepoint, release, rollback_to};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

impl Merging<'_> {
    /// Merges the rows in an order in which each value is given up before it is taken, after they were
    /// refused in another. If no row takes what another gives up, that error stays.
    pub(super) async fn hand_over(
        self,
        transaction: &Transaction<'_>,
        upserting: Upserting<'_>,
        refused: Error,
    ) -> Result<[u64; 4], Error> {
        let (live, staging) = (upserting.live, self.staging);
        let has_equality = live.has_equality(live.table.merge_key());
        let indexes = self.unique_indexes(transaction).await?;
        if indexes.is_empty() || !has_equality {
            return Err(refused);
        }
        let probes = self.search_by_size() == Search::Probe;
        let handing = HandingOver { live, indexes: &indexes, probes };
        let waits = catalog::isolated_path(&staging.waits(handing));
        let waits = match query(transaction, &waits, MERGE).await {
            Ok(messages) => Wait::read(&messages),
            // An expression cannot be computed alone, or the role may not read a column.
            Err(error) if is_of_the_query(&error) => return Err(refused),
            Err(error) => return Err(error),
        };
        if waits.is_empty() {
            return Err(refused);
        }
        let released_by = |index| handing.released_by(index);
        let sequence = match Sequence::of(&waits, |index| released_by(index).is_some()) {
            Ok(sequence) => sequence,
            Err(cycle) => {
                let row = cycle.row;
                return Err(circle(&indexes, &cycle.indexes).caused_by(refused).in_row(row));
            }
        };
        let mut give_up = Vec::new();
        for index in 0..indexes.len() {
            let rows = sequence.released.iter().filter(|(of, _)| *of == index).map(|(_, row)| *row);
            let rows = rows.collect::<Vec<_>>();
            let column = released_by(index).filter(|_| !rows.is_empty());
            give_up.extend(column.map(|column| staging.release(live, column, &rows)));
        }
        let merge = staging.upsert_in_order(upserting, handing, &sequence.rows);
        let Some((index, row)) = sequence.released.first() else {
            return attempt(transaction, &merge).await;
        };
        // In one savepoint: if the merge fails, what was given up is taken back with it.
        let give_up = format!("{};\n{}", begin_savepoint(SAVEPOINT), give_up.join(";\n"));
        if let Err(error) = query(transaction, &give_up, MERGE).await {
            return Err(circle(&indexes, &[*index]).caused_by(error).in_row(*row));
        }
        numbers(transaction, &format!("{merge};\n{}", release(SAVEPOINT)), MERGE).await
    }

    /// Takes back what was refused, and returns the unique indexes and exclusion constraints of the table
    /// besides its key.
    async fn unique_indexes(
        self,
        transaction: &Transaction<'_>,
    ) -> Result<Vec<UniqueIndex>, Error> {
        let indexes = catalog::isolated(&UniqueIndex::sql(self.current.live.oid));
        let sql = format!("{};\n{indexes}", rollback_to(SAVEPOINT));
        let messages = query(transaction, &sql, MERGE).await?;
        let mut indexes = UniqueIndex::read(&messages).unwrap_or_default();
        // Where each row has to be compared with each, that is done for a few.
        let is_small = self.received < COUNTED_FROM;
        indexes.retain(|index| is_small || index.keys.iter().any(|key| key.is_equality));
        Ok(indexes)
    }
}

/// The error of rows that take each other's values in a circle.
fn circle(indexes: &[UniqueIndex], of: &[usize]) -> Error {
    let names = of.iter().filter_map(|at| indexes.get(*at)).map(|index| index.name.clone());
    Error::new(ErrorKind::UniqueCycle { constraints: names.collect() }, MERGE)
}

/// Whether the server refused a value that was computed, or the query itself, and is not in distress.
fn is_of_the_query(error: &Error) -> bool {
    let code = error.code().map(SqlState::code);
    code.is_some_and(|code| ["22", "42", "P0"].iter().any(|class| code.starts_with(class)))
}
