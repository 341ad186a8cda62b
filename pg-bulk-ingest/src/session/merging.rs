//! Merging the rows of a staging table into its table.

use super::core::Core;
use super::target::{Current, Target};
use crate::definition::Table;
use crate::error::Error;
use crate::execute::{numbers, query};
use crate::merge::{Arrival, COUNTED_FROM, Counting, Keys, Live, Search, Staging, Upserting};
use crate::statement::{rollback_to, savepoint};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

pub(super) const MERGE: &str = "cannot merge the rows";

/// The savepoint around what can violate a unique constraint.
pub(super) const SAVEPOINT: &str = "pg_bulk_ingest_merge";

/// The rows of a staging table, and where they are to go.
#[derive(Clone, Copy)]
pub(super) struct Merging<'a> {
    pub(super) core: &'a Core,
    pub(super) target: &'a Target,
    pub(super) current: &'a Current,
    pub(super) staging: &'a Staging,
    /// How many they are.
    pub(super) received: u64,
}

impl<'a> Merging<'a> {
    /// Merges them. Answers the rows inserted, updated and unchanged.
    pub(super) async fn run(self, transaction: &Transaction<'_>) -> Result<[u64; 3], Error> {
        let Self { core, target, current, staging, .. } = self;
        let merged = match target.upserts(core.settings.upsert) {
            true => self.upsert(transaction).await,
            false => attempt(transaction, &staging.insert(&current.name)).await,
        };
        match merged {
            Ok(counts) => Ok(counts),
            Err(error) => {
                let arrival = Arrival::in_staging(staging);
                let table = target.definition;
                Err(locate(transaction, error, table, &arrival, Some(current.in_sql(table))).await)
            }
        }
    }

    async fn upsert(self, transaction: &Transaction<'_>) -> Result<[u64; 3], Error> {
        let upserting = self.choose(transaction).await?;
        match attempt(transaction, &self.staging.upsert(upserting)).await {
            // Others have written to the table since it was empty.
            Err(error) if upserting.search == Search::Nothing && is_violation(&error) => {
                query(transaction, &rollback_to(SAVEPOINT), MERGE).await?;
                let upserting = Upserting { search: Search::OnConflict, ..upserting };
                attempt(transaction, &self.staging.upsert(upserting)).await
            }
            merged => merged,
        }
    }

    /// How an upsert is done, chosen by the numbers of rows, and of a large batch by what is found
    /// of a sample of it.
    async fn choose(self, transaction: &Transaction<'_>) -> Result<Upserting<'a>, Error> {
        let Self { target, current, staging, received, .. } = self;
        let table = target.definition;
        let live = current.in_sql(table);
        let has_equality = live.has_equality(table.primary_key());
        let counting = match current.live.kind != 'p' && current.live.can_select {
            true => Counting::BySystemColumn,
            false => Counting::BeforeMerging,
        };
        let mut search = Search::choose(received, current.rows, has_equality);
        let mut keys = None;
        if received >= COUNTED_FROM && search != Search::OnConflict {
            let sample = staging.sample(live, received);
            search = search.knowing(numbers(transaction, &sample, MERGE).await?);
            if search != Search::Probe {
                keys = self.look_at_keys(transaction).await?;
            }
        }
        Ok(Upserting { live, search, counting, keys })
    }

    /// Looks whether the keys are distinct, by an index where there can be one.
    async fn look_at_keys(self, transaction: &Transaction<'_>) -> Result<Option<Keys>, Error> {
        let Some(index) = self.staging.index_keys(self.target.definition) else {
            let sql = self.staging.count_keys(self.target.definition);
            let [different] = numbers(transaction, &sql, MERGE).await?;
            return Ok(Some(Keys { different, distinct: different == self.received }));
        };
        let Err(error) = query(transaction, &savepoint(SAVEPOINT, &index), MERGE).await else {
            return Ok(Some(Keys { different: self.received, distinct: true }));
        };
        // The latter: a key is too long for an index, if not for the table's, whose columns may be
        // compressed otherwise.
        let expected = [&SqlState::UNIQUE_VIOLATION, &SqlState::PROGRAM_LIMIT_EXCEEDED];
        if !error.code().is_some_and(|code| expected.contains(&code)) {
            return Err(error);
        }
        query(transaction, &rollback_to(SAVEPOINT), MERGE).await.map(|_| None)
    }
}

/// Merges in a savepoint, to look for what was wrong if it fails.
async fn attempt(transaction: &Transaction<'_>, sql: &str) -> Result<[u64; 3], Error> {
    numbers(transaction, &savepoint(SAVEPOINT, sql), MERGE).await
}

fn is_violation(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

/// Finds the row that violates a unique constraint, which the server does not say of rows that
/// come from another table, or when a constraint is built.
pub(super) async fn locate(
    transaction: &Transaction<'_>,
    error: Error,
    table: &Table,
    arrival: &Arrival<'_>,
    live: Option<Live<'_>>,
) -> Error {
    if !is_violation(&error) {
        return error;
    }
    if query(transaction, &rollback_to(SAVEPOINT), MERGE).await.is_err() {
        return error;
    }
    for index in table.indexes().iter().filter(|index| index.is_unique()) {
        let live = live.filter(|live| live.has_equality(&index.columns()));
        let sql = arrival.first_violation(table, index, live);
        match numbers(transaction, &sql, MERGE).await {
            Ok([0]) => {}
            Ok([row]) => return error.in_row(row),
            Err(_) => return error,
        }
    }
    error
}
