//! Rows that a query on the same server returns.

use super::Staging;
use crate::definition::Table;
use crate::ident::QualifiedName;
use crate::plan::sent_columns;

/// Where the rows of a query are selected from. What it ends with is none of the statement around it.
fn rows(sql: &str) -> String {
    format!("(\n{}\n) AS query", sql.trim_end().trim_end_matches(';'))
}

/// The query as a table, whose columns can be described.
pub(crate) fn describe_query(sql: &str) -> String {
    format!("SELECT * FROM {}", rows(sql))
}

/// Inserts the rows of a query straight into a table.
pub(crate) fn insert_query(table: &Table, target: &QualifiedName, sql: &str) -> String {
    let columns = sent_columns(table);
    format!(
        "INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {}",
        rows(sql)
    )
}

impl Staging {
    /// Inserts the rows of a query, numbered in the order in which it returns them.
    pub(crate) fn insert_query(&self, sql: &str) -> String {
        let Self { name, columns, ordinal, .. } = self;
        format!(
            "INSERT INTO {name} ({columns}, {ordinal}) \
             SELECT {columns}, pg_catalog.row_number() OVER () FROM {}",
            rows(sql)
        )
    }
}
