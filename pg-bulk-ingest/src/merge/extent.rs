//! Where in a partitioned table the rows of a batch can be.
//!
//! PostgreSQL plans a statement for every partition, unless constants in it say which. What a batch has in
//! the columns that the table is partitioned by is therefore said in so many words wherever its rows are
//! looked for: few values one by one, by which partitions of every kind are told, and many by the least
//! and the greatest.

use super::{Live, Staging};
use crate::catalog::LiveColumn;
use crate::definition::Column;
use crate::ident::Ident;
use tokio_postgres::SimpleQueryMessage;

/// How many values of a column are said one by one at most.
const VALUES: u64 = 256;

/// Before PostgreSQL 14 each row that is found is compared with each of the values: so many times at most,
/// of all rows together.
const LOOKS: u64 = 20_000;

/// Types, besides enums, whose values are printed as they are, and read as they were, under whatever
/// settings.
const PRINTED: &[&str] = &[
    "bool",
    "int2",
    "int4",
    "int8",
    "numeric",
    "text",
    "varchar",
    "bpchar",
    "date",
    "timestamp",
    "timestamptz",
    "uuid",
];

impl<'a> Live<'a> {
    /// The columns of the key by which it is partitioned, and whose values can be said.
    fn partitioning(&self) -> impl Iterator<Item = &'a LiveColumn> {
        let (table, live) = (self.table, self.live);
        // A row with NULL there is not found by its value.
        let key = table.merge_key().iter().map(|position| &table.columns()[*position]);
        let key = key.filter(|column| !column.is_nullable()).map(Column::name);
        key.filter(|name| live.partitioned_by.iter().any(|column| column == name))
            .filter_map(|name| live.shape.columns.iter().find(|column| column.name == name))
            .filter(|column| !column.is_domain() && !column.is_array())
            .filter(|column| column.is_enum() || PRINTED.contains(&column.base_name()))
    }
}

impl Staging {
    /// Returns where its rows can be: see [`extent_of`].
    pub(crate) fn extent(&self, live: Live<'_>, received: u64) -> Option<String> {
        extent_of(&self.rows(), live, received)
    }
}

/// Returns, in one row, three literals for each of the columns that count, of so many rows that came: all
/// values, unless they are many, the least and the greatest. `None` if there is no such column.
pub(crate) fn extent_of(rows: &str, live: Live<'_>, received: u64) -> Option<String> {
    let values = VALUES.min(LOOKS / received.max(1));
    let literals = live.partitioning().map(|column| {
        let name = Ident::new(&column.name);
        let all = match values {
            0 => "NULL".to_owned(),
            _ => format!(
                "(SELECT pg_catalog.quote_literal(pg_catalog.array_agg({name})::pg_catalog.text) \
                     FROM (SELECT DISTINCT {name} FROM {rows} AS staged LIMIT {values} + 1) AS few \
                     HAVING pg_catalog.count(*) OPERATOR(pg_catalog.<=) {values})"
            ),
        };
        let first = |order: &str| {
            format!(
                "(SELECT pg_catalog.quote_literal({name}::pg_catalog.text) \
                     FROM {rows} AS staged ORDER BY {name} {order} LIMIT 1)"
            )
        };
        format!("{all}, {}, {}", first("ASC"), first("DESC"))
    });
    let literals = literals.collect::<Vec<_>>();
    (!literals.is_empty()).then(|| format!("SELECT {}", literals.join(", ")))
}

/// Reads the answer to [`Staging::extent`]: what holds of every row `live` that has the key of a row of the
/// batch. Empty if that is not known.
pub(crate) fn read_extent(live: Live<'_>, messages: &[SimpleQueryMessage]) -> String {
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let Some(row) = row else { return String::new() };
    let literals = (0..row.len()).map(|at| row.get(at)).collect::<Vec<_>>();
    let conditions = live.partitioning().zip(literals.chunks(3));
    let conditions = conditions.filter_map(|(column, literals)| condition(column, literals));
    conditions.collect::<Vec<_>>().join(" AND ")
}

fn condition(column: &LiveColumn, literals: &[Option<&str>]) -> Option<String> {
    let (name, sql_type) = (Ident::new(&column.name), &column.sql_type);
    match literals {
        // That it is the least as well says nothing new, but keeps the values from being looked up in an
        // index, once for each row and value before PostgreSQL 17: they only tell the partitions.
        [Some(all), Some(least), _] => Some(format!(
            "(live.{name} OPERATOR(pg_catalog.=) ANY ({all}::{sql_type}[]) \
             OR live.{name} OPERATOR(pg_catalog.=) {least}::{sql_type})"
        )),
        [_, Some(least), Some(greatest)] => Some(format!(
            "live.{name} OPERATOR(pg_catalog.>=) {least}::{sql_type} \
             AND live.{name} OPERATOR(pg_catalog.<=) {greatest}::{sql_type}"
        )),
        _ => None,
    }
}

impl Live<'_> {
    /// Explains a look at the rows that can have keys of the batch.
    pub(crate) fn explain_extent(&self) -> String {
        let filter = match self.extent {
            "" => String::new(),
            extent => format!(" WHERE {extent}"),
        };
        format!("EXPLAIN (FORMAT JSON) SELECT FROM {} AS live{filter}", self.rows())
    }
}

/// Reads how many rows PostgreSQL expects of what it explained.
pub(crate) fn read_expected(messages: &[SimpleQueryMessage]) -> Option<u64> {
    messages.iter().find_map(|message| {
        let SimpleQueryMessage::Row(row) = message else { return None };
        let plan: serde_json::Value = serde_json::from_str(row.get(0)?).ok()?;
        plan.pointer("/0/Plan/Plan Rows")?.as_u64()
    })
}
