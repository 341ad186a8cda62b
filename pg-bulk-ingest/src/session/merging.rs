//! Merging the rows of a staging table into its table.

use super::core::Core;
use super::target::{Current, Target};
use crate::catalog;
use crate::definition::{Index, Table};
use crate::error::Error;
use crate::execute::{numbers, query};
use crate::merge::{
    Arrival, COUNTED_FROM, Counting, Keys, Live, Search, Staging, Upserting, constrained_column,
    count_suspects, read_expected, read_extent,
};
use crate::statement::{begin_savepoint, rollback_to, savepoint};
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{SimpleQueryMessage, Transaction};

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
    /// What is known of every row of the table that has the key of one of them.
    extent: &'a str,
    /// How many rows the table has among which those are, about.
    rows: u64,
}

impl<'a> Merging<'a> {
    pub(super) fn new(
        core: &'a Core,
        target: &'a Target,
        (current, staging): (&'a Current, &'a Staging),
        received: u64,
    ) -> Self {
        Self { core, target, current, staging, received, extent: "", rows: current.rows }
    }

    /// The table, as statements name it.
    pub(super) fn live(self) -> Live<'a> {
        let live = self.current.in_sql(self.target.definition, self.core.settings.upsert);
        Live { extent: self.extent, ..live }
    }

    /// How rows of the table are looked for, by the numbers of rows.
    pub(super) fn search_by_size(self) -> Search {
        let has_equality = self.live().has_equality(self.target.definition.merge_key());
        Search::choose(self.received, self.rows, has_equality)
    }

    /// Merges them. Returns the rows inserted, updated, unchanged and stale.
    pub(super) async fn run(self, transaction: &Transaction<'_>) -> Result<[u64; 4], Error> {
        self.read_text(transaction).await?;
        if !self.target.upserts(self.core.settings.upsert) {
            let insert = self.staging.insert(&self.current.name);
            return self.found(transaction, attempt(transaction, &insert).await).await;
        }
        let extent = self.find_extent(transaction).await?;
        let within = Merging { extent: &extent, ..self };
        let within = Merging { rows: within.count_rows(transaction).await?, ..within };
        within.found(transaction, within.upsert(transaction).await).await
    }

    /// What was merged, or the error, with the row for which all were refused.
    async fn found(
        self,
        transaction: &Transaction<'_>,
        merged: Result<[u64; 4], Error>,
    ) -> Result<[u64; 4], Error> {
        let Err(error) = merged else { return merged };
        let (live, arrival) = (self.live(), Arrival::in_staging(self.staging));
        // Elsewhere a row that is not written could be taken for the one that is refused.
        let located = match live.last_counts() {
            true => locate(transaction, &error, live.table, &arrival, Some(live)).await,
            false => Ok(None),
        };
        Err(match located {
            Ok(Some(row)) => error.in_row(row),
            Ok(None) if error.row().is_some() => error,
            Ok(None) => self.find(transaction, error).await,
            Err(looking) => self.not_found(error, looking),
        })
    }

    /// Finds what is known of the rows of a partitioned table that have keys of the batch.
    async fn find_extent(self, transaction: &Transaction<'_>) -> Result<String, Error> {
        let live = self.live();
        find_extent(transaction, live, self.staging.extent(live, self.received)).await
    }

    /// Estimates how many rows there are among which those with keys of the batch are. Of the partitions
    /// of a table PostgreSQL knows that by looking at each, which is not worth it for a small batch: its
    /// rows are looked for one by one.
    async fn count_rows(self, transaction: &Transaction<'_>) -> Result<u64, Error> {
        if self.current.live.kind != 'p' {
            return Ok(self.current.rows);
        }
        if self.received < COUNTED_FROM {
            return Ok(u64::MAX);
        }
        let messages = query(transaction, &self.live().explain_extent(), MERGE).await?;
        Ok(read_expected(&messages).unwrap_or(u64::MAX))
    }

    async fn upsert(self, transaction: &Transaction<'_>) -> Result<[u64; 4], Error> {
        let upserting = self.choose(transaction).await?;
        if self.has_to_fold(transaction, upserting.keys).await? {
            return self.fold(transaction, upserting).await;
        }
        let merged = match attempt(transaction, &self.staging.upsert(upserting)).await {
            // Others have written to the table since it was empty.
            Err(error) if upserting.search == Search::Nothing && is_violation(&error) => {
                query(transaction, &rollback_to(SAVEPOINT), MERGE).await?;
                let search = upserting.live.search_again(self.search_by_size());
                let upserting = Upserting { search, ..upserting };
                attempt(transaction, &self.staging.upsert(upserting)).await
            }
            merged => merged,
        };
        match merged {
            // Rows that stay as they are give nothing up.
            Err(error)
                if !upserting.live.keeps_existing
                    && (is_violation(&error) || is_exclusion(&error)) =>
            {
                self.hand_over(transaction, upserting, error).await
            }
            merged => merged,
        }
    }

    /// How an upsert is done, chosen by the numbers of rows, and of a large batch by what is found
    /// of a sample of it.
    pub(super) async fn choose(
        self,
        transaction: &Transaction<'_>,
    ) -> Result<Upserting<'a>, Error> {
        let Self { current, staging, received, .. } = self;
        let live = self.live();
        let counting = match current.live.kind != 'p' && current.live.can_select {
            true => Counting::BySystemColumn,
            false => Counting::BeforeMerging,
        };
        let mut search = self.search_by_size();
        let mut keys = None;
        if received >= COUNTED_FROM && search != Search::OnConflict {
            // To look for a row in a thousand partitions is not for nothing.
            let may_be_empty = current.live.kind != 'p' || search == Search::Join;
            let sample = staging.sample(live, received, may_be_empty);
            let known = search.knowing(numbers(transaction, &sample, MERGE).await?);
            // A row that ON CONFLICT skips takes a value of the table's sequences; and where it cannot
            // tell what it inserts, the rows are looked for anyway.
            let looks = live.keeps_existing || live.spares() || counting == Counting::BeforeMerging;
            if !(looks && known == Search::OnConflict) {
                search = known;
            }
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

impl Merging<'_> {
    /// Finds the row, and the column if it is one alone, for which the server refused all, which it
    /// does not say of rows that come from another table: halves of the rows that were to be written
    /// are written, and taken back, until one row is left that is refused alone, for the same reason.
    ///
    /// All halves together are as many rows as there are. A row that is refused because of another of
    /// its batch is not found. Where what the constraint says tells, one query finds it.
    async fn find(self, transaction: &Transaction<'_>, error: Error) -> Error {
        if !is_of_a_row(&error) {
            return error;
        }
        let (mut other, mut alike) = (None, Vec::new());
        let found = match self.is_of_others(&error) {
            true => Ok(None),
            false => self.search(transaction, &error, (&mut other, &mut alike)).await,
        };
        let error = match (found, other) {
            (Ok(Some(row)), Some(other)) => other.in_row(row),
            (Ok(Some(row)), None) => error.in_row(row).with_alike(alike),
            (Ok(None), _) => error,
            (Err(looking), _) => return self.not_found(error, looking),
        };
        let column = error.db_error().and_then(DbError::column).map(str::to_owned);
        let constraint = error.db_error().and_then(DbError::constraint).map(str::to_owned);
        if let Some(column) = column {
            return error.in_column(column);
        }
        let Some(constraint) = constraint else { return error };
        let sql = constrained_column(self.current.live.oid, &constraint);
        let sql = format!("{};\n{sql}", rollback_to(SAVEPOINT));
        let messages = match query(transaction, &sql, MERGE).await {
            Ok(messages) => messages,
            Err(looking) => return self.not_found(error, looking),
        };
        let column = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        match column {
            Some(column) => error.in_column(column),
            None => error,
        }
    }

    /// The error when looking for what was refused failed. Where rows are set aside, the batch would go on without
    /// what was not found: what ended the looking ends the batch.
    fn not_found(self, refused: Error, looking: Error) -> Error {
        match self.core.settings.set_aside.is_some() && is_of_the_session(&looking) {
            true => looking,
            false => refused,
        }
    }

    /// Whether a row may be refused only since others of its batch are not there yet.
    fn is_of_others(self, error: &Error) -> bool {
        let live = &self.current.live;
        live.referred.contains(&live.oid) && error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION)
    }

    /// Returns the number of a row that is refused alone as all were. Leaves a savepoint. Where rows are set
    /// aside, it may be one that is refused for an `other` reason, which was met before; and there may be
    /// more that are refused `alike`.
    async fn search(
        self,
        transaction: &Transaction<'_>,
        refused: &Error,
        (other, alike): (&mut Option<Error>, &mut Vec<u64>),
    ) -> Result<Option<u64>, Error> {
        let Self { core, target, staging, .. } = self;
        let live = self.live();
        let upserts = target.upserts(core.settings.upsert);
        let back = rollback_to(SAVEPOINT);
        let sql = format!(
            "{back};\n{};\n{};\n{}",
            staging.create_suspects(live, upserts),
            begin_savepoint(SAVEPOINT),
            count_suspects()
        );
        let [mut last] = numbers(transaction, &sql, MERGE).await?;
        if let [first, others @ ..] = &*self.all_refused(transaction, refused).await? {
            others.clone_into(alike);
            return Ok(Some(*first));
        }
        let (mut first, all) = (0, last);
        while first < last {
            // The last of all, to be sure that it is refused as well.
            let middle = if last - first == 1 { last } else { first + (last - first) / 2 };
            let sql = format!("{back};\n{}", staging.write_suspects(live, upserts, first, middle));
            match query(transaction, &sql, MERGE).await {
                Ok(_) => first = middle,
                Err(error) if !is_the_same(&error, other.as_ref().unwrap_or(refused)) => {
                    let sets_aside = core.settings.set_aside.is_some();
                    if !sets_aside || !is_of_a_row(&error) || self.is_of_others(&error) {
                        return Err(error);
                    }
                    *other = Some(error);
                    if last - first == 1 {
                        break;
                    }
                    last = middle;
                }
                Err(_) if last - first == 1 => break,
                Err(_) => last = middle,
            }
        }
        if first < last {
            let sql = format!("{back};\n{}", staging.suspect(last));
            let [row] = numbers(transaction, &sql, MERGE).await?;
            return Ok(Some(row));
        }
        // None alone: one may be because of those before it.
        let conflicts = is_violation(refused) || is_exclusion(refused);
        match core.settings.set_aside.is_some() && conflicts {
            true => self.search_after_others(transaction, refused, (all, other)).await,
            false => Ok(None),
        }
    }
}

/// Asks what is known of the rows of a partitioned table that have keys of a batch.
pub(super) async fn find_extent(
    transaction: &Transaction<'_>,
    live: Live<'_>,
    sql: Option<String>,
) -> Result<String, Error> {
    let Some(sql) = sql else { return Ok(String::new()) };
    let messages = query(transaction, &catalog::isolated_cast(&sql), MERGE).await?;
    Ok(read_extent(live, &messages))
}

/// Whether the server refused a value or a row: its constraints, a conversion, what a trigger raised.
pub(super) fn is_of_a_row(error: &Error) -> bool {
    let code = error.code().map(SqlState::code);
    code.is_some_and(|code| ["22", "23", "P0"].iter().any(|class| code.starts_with(class)))
}

/// Whether it says nothing of the statement or the data: the connection, a cancellation, a deadlock, a resource.
pub(super) fn is_of_the_session(error: &Error) -> bool {
    const CLASSES: [&str; 7] = ["08", "40", "53", "55", "57", "58", "XX"];
    let code = error.code().map(SqlState::code);
    code.is_none_or(|code| CLASSES.iter().any(|class| code.starts_with(class)))
}

/// Whether both are of the same code and the same constraint.
pub(super) fn is_the_same(one: &Error, other: &Error) -> bool {
    let constraint = |error: &Error| {
        let said = error.db_error()?;
        Some((said.code().clone(), said.constraint().map(str::to_owned)))
    };
    constraint(one) == constraint(other)
}

/// Merges in a savepoint, to look for what was wrong if it fails.
pub(super) async fn attempt(transaction: &Transaction<'_>, sql: &str) -> Result<[u64; 4], Error> {
    numbers(transaction, &savepoint(SAVEPOINT, sql), MERGE).await
}

pub(super) fn is_violation(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

fn is_exclusion(error: &Error) -> bool {
    error.code() == Some(&SqlState::EXCLUSION_VIOLATION)
}

/// Finds the number of the row that violates a unique constraint, which the server does not say of rows that
/// come from another table, or when a constraint is built.
pub(super) async fn locate(
    transaction: &Transaction<'_>,
    error: &Error,
    table: &Table,
    arrival: &Arrival<'_>,
    live: Option<Live<'_>>,
) -> Result<Option<u64>, Error> {
    if !is_violation(error) {
        return Ok(None);
    }
    query(transaction, &rollback_to(SAVEPOINT), MERGE).await?;
    // What the server fills is not in the rows.
    let is_sent = |index: &&Index| {
        index.is_unique() && !table.fills(&index.columns()) && !table.is_merge_key(index)
    };
    for index in table.indexes().iter().filter(is_sent) {
        let live = live.filter(|live| live.has_equality(&index.columns()));
        let sql = arrival.first_violation(table, index, live);
        match numbers(transaction, &sql, MERGE).await {
            Ok([0]) => {}
            Ok([row]) => return Ok(Some(row)),
            Err(looking) if is_of_the_session(&looking) => return Err(looking),
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}
