//! The rows of a batch in the order in which they arrived.

use super::{Live, Staging};
use crate::definition::{Index, Table};
use crate::ident::{Ident, QualifiedName, list};
use crate::plan::column_list;

/// The name under which a query has the place of a row.
pub(super) const PLACE: &str = "pg_bulk_ingest_place";

/// A table in which the rows of a batch lie, and nothing else, and what tells their order.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    relation: String,
    /// A column that grows with each row.
    place: &'a str,
    /// Whether it is the number of the row.
    numbered: bool,
}

impl<'a> Arrival<'a> {
    /// A staging table, whose rows are numbered.
    pub(crate) fn in_staging(staging: &'a Staging) -> Self {
        let place = staging.ordinal_name();
        Self { relation: format!("{} AS staged", staging.rows()), place, numbered: true }
    }

    /// A table that was created in this transaction, and filled by one connection. Only there does
    /// the place in the table grow with each row: PostgreSQL does not look for free space in the
    /// pages before (`TABLE_INSERT_SKIP_FSM`), as it does in other tables.
    pub(crate) fn in_new_table(name: &QualifiedName) -> Self {
        Self { relation: name.to_string(), place: "ctid", numbered: false }
    }

    /// Deletes all but the last of rows with equal primary keys of a new table. Returns how many.
    pub(crate) fn remove_superseded(name: &QualifiedName, table: &Table) -> String {
        let Self { relation, place, .. } = Self::in_new_table(name);
        let key = column_list(table, table.merge_key());
        let delete = format!(
            "WITH ranked AS (SELECT {place} AS {PLACE}, pg_catalog.row_number() OVER \
             (PARTITION BY {key} ORDER BY {place} DESC) AS back FROM {relation}), \
             deleted AS (DELETE FROM {relation} AS row USING ranked \
             WHERE row.{place} OPERATOR(pg_catalog.=) ranked.{PLACE} \
             AND ranked.back OPERATOR(pg_catalog.>) 1 RETURNING 1) \
             SELECT pg_catalog.count(*) FROM deleted"
        );
        deleting_from_new(name, &delete)
    }

    /// The number of the first row that violates a unique constraint: one that has, in its columns,
    /// the values of an earlier row with another primary key, or of such a row of `live`.
    pub(crate) fn first_violation(
        &self,
        table: &Table,
        constraint: &Index,
        live: Option<Live<'_>>,
    ) -> String {
        let Self { relation, place, numbered } = self;
        let columns = column_list(table, &constraint.columns());
        let latest = if table.merge_key().is_empty() {
            format!("SELECT *, {place} AS {PLACE} FROM {relation}")
        } else {
            let key = column_list(table, table.merge_key());
            format!(
                "SELECT DISTINCT ON ({key}) *, {place} AS {PLACE} FROM {relation} \
                 ORDER BY {key}, {place} DESC"
            )
        };
        let live = live.map_or_else(String::new, |live| {
            format!(
                " UNION ALL SELECT new.{PLACE} FROM latest AS new JOIN {} AS live ON {}",
                live.rows(),
                conflicts_with_live(live, constraint)
            )
        });
        // NULLs violate nothing, unless the constraint says so.
        let filled = if constraint.is_nulls_distinct() {
            format!(" WHERE ROW({columns}) IS NOT NULL")
        } else {
            String::new()
        };
        let number = if *numbered {
            PLACE.to_owned()
        } else {
            format!(
                "(SELECT pg_catalog.count(*) FROM {relation} AS row \
                 WHERE row.{place} OPERATOR(pg_catalog.<=) {PLACE})"
            )
        };
        format!(
            "WITH latest AS ({latest}), ranked AS (SELECT {PLACE}, pg_catalog.row_number() OVER \
             (PARTITION BY {columns} ORDER BY {PLACE}) AS nth FROM latest{filled}), \
             violating AS (SELECT {PLACE} FROM ranked WHERE nth OPERATOR(pg_catalog.>) 1{live}) \
             SELECT {number} FROM violating ORDER BY {PLACE} LIMIT 1"
        )
    }
}

/// A `COPY` into a new table, of rows with distinct keys.
///
/// It left its transaction and its number within that in its rows, as `xmin` and `cmin`, and so it
/// can be told of each row how many arrived before the first of its `COPY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The id of its transaction, without the epoch.
    pub(crate) transaction: u32,
    /// Its number among those of the transaction, from 1: they are in the order of `cmin`.
    pub(crate) number: u64,
    /// How many rows arrived before.
    pub(crate) before: u64,
}

impl Sent {
    /// Deletes all but the last of rows with equal primary keys. Returns how many. If there are not
    /// as many `COPY`s in the table as were sent it deletes nothing, and the key cannot be built.
    pub(crate) fn remove_superseded(sent: &[Self], name: &QualifiedName, table: &Table) -> String {
        let key = list(
            table
                .merge_key()
                .iter()
                .map(|position| format!("row.{}", Ident::new(table.columns()[*position].name()))),
        );
        let all = |value: fn(&Self) -> u64| {
            let values = list(sent.iter().map(value));
            format!("pg_catalog.unnest('{{{values}}}'::pg_catalog.int8[])")
        };
        let transactions = all(|sent| sent.transaction.into());
        let (numbers, before) = (all(|sent| sent.number), all(|sent| sent.before));
        let count = sent.len();
        // Of the two there are only hashes and `=`.
        let number = |column: &str| format!("{column}::pg_catalog.text::pg_catalog.int8");
        let (transaction, command) = (number("xmin"), number("cmin"));
        let delete = format!(
            "WITH commands AS (SELECT DISTINCT xmin, cmin FROM {name}), \
             copies AS (SELECT xmin, cmin, {transaction} AS transaction, pg_catalog.row_number() \
             OVER (PARTITION BY {transaction} ORDER BY {command}) AS number FROM commands), \
             placed AS (SELECT copies.xmin, copies.cmin, sent.before FROM copies \
             JOIN ROWS FROM ({transactions}, {numbers}, {before}) \
             AS sent (transaction, number, before) \
             ON sent.transaction OPERATOR(pg_catalog.=) copies.transaction \
             AND sent.number OPERATOR(pg_catalog.=) copies.number \
             WHERE (SELECT pg_catalog.count(*) FROM copies) OPERATOR(pg_catalog.=) {count}), \
             ranked AS (SELECT row.ctid AS {PLACE}, pg_catalog.row_number() OVER \
             (PARTITION BY {key} ORDER BY placed.before DESC) AS back FROM {name} AS row \
             JOIN placed ON placed.xmin OPERATOR(pg_catalog.=) row.xmin \
             AND placed.cmin OPERATOR(pg_catalog.=) row.cmin), \
             deleted AS (DELETE FROM {name} AS row USING ranked \
             WHERE row.ctid OPERATOR(pg_catalog.=) ranked.{PLACE} \
             AND ranked.back OPERATOR(pg_catalog.>) 1 RETURNING 1) \
             SELECT pg_catalog.count(*) FROM deleted"
        );
        deleting_from_new(name, &delete)
    }
}

/// Deletes from a new table that has no key yet. A publication of all tables, or of those of a
/// schema, has it from its creation on, and PostgreSQL then deletes only where there is a replica
/// identity; a new table has the default one, which is the key.
pub(super) fn deleting_from_new(name: &QualifiedName, delete: &str) -> String {
    format!(
        "ALTER TABLE {name} REPLICA IDENTITY FULL;\n{delete};\n\
         ALTER TABLE {name} REPLICA IDENTITY DEFAULT"
    )
}

/// Whether the row `new` cannot stand beside the row `live`, which has another primary key.
fn conflicts_with_live(live: Live<'_>, constraint: &Index) -> String {
    let table = live.table;
    let row = |alias: &str, positions: &[usize]| {
        let columns = positions.iter().map(|position| table.columns()[*position].name());
        list(columns.map(|name| format!("{alias}.{}", Ident::new(name))))
    };
    let equal = live.equal(&constraint.columns(), "new", "live");
    if table.merge_key().is_empty() {
        return equal;
    }
    let (new, live) = (row("new", table.merge_key()), row("live", table.merge_key()));
    format!("{equal} AND ROW({new})::record OPERATOR(pg_catalog.*<>) ROW({live})::record")
}
