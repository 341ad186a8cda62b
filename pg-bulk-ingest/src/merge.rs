//! How rows that are not copied straight into their table reach it: through a temporary table.
//!
//! The temporary table numbers the rows by order of arrival: the order in which a table is scanned
//! is not the order in which rows were copied into it.

mod arrival;
mod changed;
mod computed;
mod deletes;
mod extent;
mod fold;
mod from_text;
mod handover;
mod key;
mod live;
mod numbered;
mod parameter;
pub(crate) mod part;
mod query;
mod sequence;
mod suspects;
mod upsert;

pub(crate) use arrival::{Arrival, Sent};
pub(crate) use computed::try_on;
pub(crate) use deletes::{Deleted, Deletes, Seen, positions as delete_positions};
pub(crate) use extent::{extent_of, read_expected, read_extent};
pub(crate) use fold::drop_fold;
pub(crate) use handover::HandingOver;
pub(crate) use live::Live;
pub(crate) use query::{describe_query, insert_query};
pub(crate) use sequence::{Sequence, Wait};
pub(crate) use suspects::{condition_of_violation, constrained_column, count_suspects, violating};
pub(crate) use upsert::{COUNTED_FROM, Counting, Keys, Search, Upserting};

use crate::definition::{Column, Table};
use crate::ident::{Ident, QualifiedName, list};
use crate::plan::{column_list, sent_columns};
use from_text::FromText;

/// The temporary table through which the rows of one table go.
#[derive(Debug)]
pub(crate) struct Staging {
    name: String,
    /// Where rows are that went over further connections.
    parts: Vec<QualifiedName>,
    /// The name of its ordinal, which needs no quotes.
    ordinal: String,
    columns: String,
    definition: String,
    /// The columns whose values are sent as text.
    from_text: Vec<FromText>,
    /// Where it is a table of the query: what this begins with.
    query: String,
}

impl Staging {
    /// That of the table at this position. Its columns are of the types of the live table, which
    /// can differ from those of the definition where a difference is to stay: values are encoded
    /// for, compared as, and inserted as, one and the same type.
    ///
    /// Where rows may be refused one by one, a text that is too long for its `varchar` is so when it is merged, and
    /// not when it is copied.
    pub(crate) fn new(position: usize, live: Live<'_>, sifts: bool) -> Self {
        let table = live.table;
        let column_sql = |column: &Column| match column.column_type().is_from_text() {
            true => from_text::column_sql(column),
            false => live.column_sql(column, sifts),
        };
        let definition = list(table.sent().map(column_sql));
        let ordinal = ordinal_name(table);
        Self {
            parts: Vec::new(),
            name: format!("pg_temp.pg_bulk_ingest_staging_{position}"),
            definition: format!("{definition}, {ordinal} bigint NOT NULL"),
            columns: sent_columns(table),
            ordinal,
            from_text: FromText::of(live),
            query: String::new(),
        }
    }

    fn ordinal_name(&self) -> &str {
        &self.ordinal
    }

    /// The tables in which its rows are.
    pub(crate) fn tables(&self) -> Vec<String> {
        let parts = self.parts.iter().map(ToString::to_string);
        std::iter::once(self.name.clone()).chain(parts).collect()
    }

    /// Creates it. It is dropped with the transaction.
    pub(crate) fn create(&self) -> String {
        let Self { name, definition, .. } = self;
        format!("CREATE TABLE {name} ({definition}) ON COMMIT DROP")
    }

    /// Rows are in this table too.
    pub(crate) fn add(&mut self, part: QualifiedName) {
        self.parts.push(part);
    }

    /// Shows the rows of these numbers, as JSON: number and row.
    pub(crate) fn show(&self, rows: &[u64]) -> String {
        let Self { columns, ordinal, .. } = self;
        let (are_these, all) = (self.are(rows), self.rows());
        format!(
            "SELECT {ordinal}, pg_catalog.to_jsonb(shown) FROM (SELECT * FROM {all} AS staged \
             WHERE {are_these}) AS these CROSS JOIN LATERAL (SELECT {columns}) AS shown"
        )
    }

    /// Removes the rows of these numbers.
    pub(crate) fn remove(&self, rows: &[u64]) -> String {
        let are_these = self.are(rows);
        let all =
            self.tables().into_iter().map(|part| format!("DELETE FROM {part} WHERE {are_these}"));
        all.collect::<Vec<_>>().join(";\n")
    }

    /// Whether a row is of one of these numbers.
    fn are(&self, rows: &[u64]) -> String {
        let ordinal = &self.ordinal;
        format!("{ordinal} OPERATOR(pg_catalog.=) ANY ('{{{}}}'::pg_catalog.int8[])", list(rows))
    }

    /// Drops it, for a transaction that goes on with another batch.
    pub(crate) fn drop(&self) -> String {
        format!("DROP TABLE {}", self.name)
    }

    /// Drops the tables of further connections; `None` if there are none.
    pub(crate) fn drop_parts(&self) -> Option<String> {
        (!self.parts.is_empty()).then(|| format!("DROP TABLE {}", list(&self.parts)))
    }

    /// All rows, to select from.
    fn rows(&self) -> String {
        match self.parts.is_empty() {
            true => self.name.clone(),
            false => self.rows_of(""),
        }
    }

    /// The rows that this makes of each table, to select from.
    fn rows_of(&self, sampled: &str) -> String {
        let Self { columns, ordinal, .. } = self;
        let all = self
            .tables()
            .into_iter()
            .map(|part| format!("SELECT {columns}, {ordinal} FROM {part}{sampled}"));
        format!("({})", all.collect::<Vec<_>>().join(" UNION ALL "))
    }

    /// Copies into it, with the ordinal after the table's columns.
    pub(crate) fn copy(&self) -> String {
        self.copy_into(&self.name)
    }

    /// Copies into a table of a further connection, with the ordinal after the table's columns.
    pub(crate) fn copy_into(&self, part: &impl std::fmt::Display) -> String {
        let Self { columns, ordinal, .. } = self;
        format!("COPY {part} ({columns}, {ordinal}) FROM STDIN (FORMAT binary)")
    }

    /// Adds its rows to the table, in order of arrival. Returns the rows inserted, updated, unchanged
    /// and stale.
    pub(crate) fn insert(&self, target: &QualifiedName) -> String {
        let Self { columns, ordinal, .. } = self;
        let rows = self.rows();
        format!(
            "WITH inserted AS (\
             INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE \
             SELECT {columns} FROM {rows} AS staged \
             ORDER BY {ordinal} \
             RETURNING 1) \
             SELECT pg_catalog.count(*), 0, 0, 0 FROM inserted"
        )
    }

    /// Of rows with equal keys (and for which a condition holds) the one that counts, in the order of the
    /// key: the last to arrive; the newest, where the table knows; the first, where rows that are there
    /// stay as they are.
    fn chosen(&self, live: Live<'_>, condition: &str) -> String {
        match live.folded {
            true => self.folded(live),
            false => self.choose(live, "", condition),
        }
    }

    /// The rows that count, with their ordinals.
    fn chosen_numbered(&self, live: Live<'_>) -> String {
        self.choose(live, &format!(", {}", self.ordinal), "")
    }

    fn choose(&self, live: Live<'_>, more: &str, condition: &str) -> String {
        let columns = self.columns_that_count(live);
        let (rows, key) = (self.rows(), column_list(live.table, live.table.merge_key()));
        let order = self.arrival(live);
        format!(
            "SELECT DISTINCT ON ({key}) {columns}{more} FROM {rows} AS staged {condition}\
             ORDER BY {key}, {order}"
        )
    }

    /// The columns of a row that stands for all with its key: those that are kept when a row is updated
    /// are of the first of them.
    fn columns_that_count(&self, live: Live<'_>) -> String {
        let table = live.table;
        if live.keeps_existing || !live.keeps_columns() {
            return self.columns.clone();
        }
        let (ordinal, key) = (&self.ordinal, column_list(table, table.merge_key()));
        let columns = table.columns().iter().enumerate();
        list(columns.filter(|(_, column)| !column.is_filled()).map(|(position, column)| {
            let name = Ident::new(column.name());
            match table.keeps(position) {
                true => format!(
                    "pg_catalog.first_value({name}) OVER (PARTITION BY {key} ORDER BY {ordinal}) \
                     AS {name}"
                ),
                false => name.to_string(),
            }
        }))
    }

    /// The order of rows with equal keys: the one that counts is first.
    fn arrival(&self, live: Live<'_>) -> String {
        let ordinal = &self.ordinal;
        match live.version() {
            _ if live.keeps_existing => ordinal.clone(),
            Some(version) => format!("{version} DESC, {ordinal} DESC"),
            None => format!("{ordinal} DESC"),
        }
    }
}

/// The name of the column that numbers staged rows, which no column of the table has.
fn ordinal_name(table: &Table) -> String {
    let mut ordinal = "ordinal".to_owned();
    while table.columns().iter().any(|column| column.name() == ordinal) {
        ordinal.insert(0, '_');
    }
    ordinal
}

/// Copies straight into the table.
///
/// Rows of a table that was created in the same transaction can be frozen: then a reader whose
/// snapshot is older than a swap sees them, where it would otherwise see an empty table, and VACUUM
/// has nothing to do.
pub(crate) fn copy(table: &Table, target: &QualifiedName, freeze: bool) -> String {
    let freeze = if freeze { ", FREEZE" } else { "" };
    format!("COPY {target} ({}) FROM STDIN (FORMAT binary{freeze})", sent_columns(table))
}
