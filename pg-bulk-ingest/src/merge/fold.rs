//! Several rows with one key, in a table with columns that are computed when a row is merged: each row
//! counts, in the order of arrival, as if it had come in a batch of its own.
//!
//! An aggregate does it whose function merges two rows. It begins with the row of the table, which has to be
//! locked before: what it makes is written as it is.

use super::upsert::key_names;
use super::{Live, Staging};
use crate::ident::{Ident, Literal, list};

/// A row, the function that merges two, and the aggregate that merges all.
const ROW: &str = "pg_temp.pg_bulk_ingest_row";
const MERGE: &str = "pg_temp.pg_bulk_ingest_merge";
const FOLD: &str = "pg_temp.pg_bulk_ingest_fold";

impl<'a> Live<'a> {
    /// It, for rows that are merged with those that are there.
    pub(crate) fn of_folded(self) -> Self {
        Self { folded: true, ..self }
    }

    /// The positions of the columns that rows come with.
    fn sent(&self) -> impl Iterator<Item = usize> + use<'a> {
        let columns = self.table.columns().iter().enumerate();
        columns.filter(|(_, column)| !column.is_filled()).map(|(position, _)| position)
    }

    fn name(&self, position: usize) -> Ident {
        Ident::new(self.table.columns()[position].name())
    }

    /// Creates the aggregate.
    pub(crate) fn create_fold(&self) -> String {
        let attributes = list(self.sent().map(|position| {
            let column = &self.table.columns()[position];
            let live = self.live.shape.columns.iter().find(|live| live.name == column.name());
            let collation = live.and_then(|live| live.collation.as_ref());
            let collation = collation.map(|sql| format!(" COLLATE {sql}")).unwrap_or_default();
            format!("{} {}{collation}", self.name(position), self.type_computed(position))
        }));
        let merged = list(self.sent().map(|position| match self.table.is_of_key(position) {
            true => format!("($1).{}", self.name(position)),
            false => self.merged(position, "($1)", "($2)"),
        }));
        let merge = Literal(&format!("SELECT ROW({merged})::{ROW}")).to_string();
        format!(
            "CREATE TYPE {ROW} AS ({attributes});\n\
             CREATE FUNCTION {MERGE}({ROW}, {ROW}) RETURNS {ROW} LANGUAGE sql STRICT AS {merge};\n\
             CREATE AGGREGATE {FOLD}({ROW}) (SFUNC = {MERGE}, STYPE = {ROW})"
        )
    }
}

/// Drops the aggregate.
pub(crate) fn drop_fold() -> String {
    format!("DROP AGGREGATE {FOLD}({ROW});\nDROP FUNCTION {MERGE}({ROW}, {ROW});\nDROP TYPE {ROW}")
}

impl Staging {
    /// Locks the rows of the table that have keys of these, in the order of the keys.
    pub(crate) fn lock_keys(&self, live: Live<'_>) -> String {
        let key = list(key_names(live.table).map(|name| format!("live.{name}")));
        format!(
            "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM {} AS live WHERE {} ORDER BY {key} \
             FOR NO KEY UPDATE) AS locked",
            live.rows(),
            self.has_key_of(live),
        )
    }

    fn has_key_of(&self, live: Live<'_>) -> String {
        let (rows, same_key) = (self.rows(), live.same_key("live", "new"));
        format!("EXISTS (SELECT FROM {rows} AS new WHERE {same_key})")
    }

    /// One row for each key: what they make of the one that is there, or of the first.
    pub(super) fn folded(&self, live: Live<'_>) -> String {
        let ordinal = self.ordinal_name();
        let key = list(key_names(live.table));
        let row = |of: &str| list(live.sent().map(|at| format!("{of}.{}", live.name(at))));
        let keys = |of: &str| list(key_names(live.table).map(|name| format!("{of}.{name}")));
        let columns = list(live.sent().map(|at| {
            let name = live.name(at);
            format!("(row).{name} AS {name}")
        }));
        format!(
            "SELECT {columns} FROM (SELECT {FOLD}(row ORDER BY place) AS row FROM (\
             SELECT {}, ROW({})::{ROW} AS row, staged.{ordinal} AS place FROM {} AS staged \
             UNION ALL SELECT {}, ROW({})::{ROW}, -1 FROM {} AS live WHERE {}) AS rows \
             GROUP BY {key}) AS folded ORDER BY {}",
            keys("staged"),
            row("staged"),
            self.rows(),
            keys("live"),
            row("live"),
            live.rows(),
            self.has_key_of(live),
            list(key_names(live.table).map(|name| format!("(row).{name}"))),
        )
    }
}
