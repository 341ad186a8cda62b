//! The rows of a staging table among which one is looked for that kept all from being merged.

use super::changed::{action, is_new_or_differs};
use super::{Live, Staging};
use crate::ident::Literal;
use crate::plan::column_list;

/// The table of those rows.
const NAME: &str = "pg_temp.pg_bulk_ingest_suspects";

/// A column that numbers them, from 1, in order of arrival.
const PLACE: &str = "pg_bulk_ingest_place";

impl Staging {
    /// Creates the table of the rows that are written by the merge, in the same way: of those with equal
    /// keys the one that counts, if `upserts`, and none that is in the table alike.
    pub(crate) fn create_suspects(&self, live: Live<'_>, upserts: bool) -> String {
        let Self { columns, ordinal, .. } = self;
        let (rows, table) = (self.rows(), live.table);
        let written = if upserts {
            let chosen = format!("({}) AS new", self.chosen_numbered(live));
            if live.has_equality(table.merge_key()) {
                format!(
                    "SELECT new.* FROM {chosen} LEFT JOIN {} AS live ON {} WHERE {}",
                    live.rows(),
                    live.same_key("live", "new"),
                    is_new_or_differs(live)
                )
            } else {
                format!("SELECT new.* FROM {chosen}")
            }
        } else {
            format!("SELECT {columns}, {ordinal} FROM {rows} AS staged")
        };
        format!(
            "CREATE TEMPORARY TABLE {NAME} ON COMMIT DROP AS SELECT written.*, \
             pg_catalog.row_number() OVER (ORDER BY {ordinal}) AS {PLACE} FROM ({written}) AS written"
        )
    }

    /// Writes those after `first`, up to `last`.
    pub(crate) fn write_suspects(
        &self,
        live: Live<'_>,
        upserts: bool,
        first: u64,
        last: u64,
    ) -> String {
        let (columns, table) = (&self.columns, live.table);
        let conflict = if upserts {
            let key = column_list(table, table.merge_key());
            format!(" ON CONFLICT ({key}) DO {}", action(live))
        } else {
            String::new()
        };
        format!(
            "INSERT INTO {} AS live ({columns}) OVERRIDING SYSTEM VALUE \
             SELECT {columns} FROM {NAME} WHERE {PLACE} OPERATOR(pg_catalog.>) {first} \
             AND {PLACE} OPERATOR(pg_catalog.<=) {last} ORDER BY {PLACE}{conflict}",
            live.name
        )
    }

    /// Returns the number of the row at this place.
    pub(crate) fn suspect(&self, place: u64) -> String {
        let ordinal = &self.ordinal;
        format!("SELECT {ordinal} FROM {NAME} WHERE {PLACE} OPERATOR(pg_catalog.=) {place}")
    }
}

/// Counts the suspects.
pub(crate) fn count_suspects() -> String {
    format!("SELECT pg_catalog.count(*) FROM {NAME}")
}

/// Returns the numbers of the suspects for which a condition over `row` holds, up to so many, in the order in which
/// they are written.
pub(crate) fn violating(staging: &Staging, condition: &str, limit: u64) -> String {
    let ordinal = &staging.ordinal;
    format!("SELECT {ordinal} FROM {NAME} AS row WHERE {condition} ORDER BY {PLACE} LIMIT {limit}")
}

/// Returns what is so of a row, `row`, that violates a CHECK or foreign key of the table of this OID, as SQL, for an
/// empty search path.
pub(crate) fn condition_of_violation(oid: u32, constraint: &str) -> String {
    include_str!("violation.sql")
        .replace(":table", &oid.to_string())
        .replace(":constraint", &Literal(constraint).to_string())
}

/// Returns the name of the column that a constraint is about, if it is one alone.
pub(crate) fn constrained_column(oid: u32, constraint: &str) -> String {
    format!(
        "SELECT a.attname FROM pg_catalog.pg_constraint AS c JOIN pg_catalog.pg_attribute AS a \
         ON a.attrelid OPERATOR(pg_catalog.=) c.conrelid \
         AND a.attnum OPERATOR(pg_catalog.=) c.conkey[1] \
         WHERE c.conrelid OPERATOR(pg_catalog.=) {oid} \
         AND c.conname OPERATOR(pg_catalog.=) {} \
         AND pg_catalog.cardinality(c.conkey) OPERATOR(pg_catalog.=) 1",
        Literal(constraint)
    )
}
