//! How rows that are not copied straight into their table reach it: through a temporary table.
//!
//! The temporary table numbers the rows by order of arrival: the order in which a table is scanned
//! is not the order in which rows were copied into it.

mod arrival;
mod upsert;

pub(crate) use arrival::Arrival;
pub(crate) use upsert::{COUNTED_FROM, Counting, Keys, Search, Upserting};

use crate::definition::Table;
use crate::ident::{QualifiedName, list};
use crate::plan::{all_columns, column_list, plain_column_sql};

/// The temporary table through which the rows of one table go.
#[derive(Debug)]
pub(crate) struct Staging {
    name: String,
    /// The name of its ordinal, which needs no quotes.
    ordinal: String,
    columns: String,
    definition: String,
}

impl Staging {
    /// That of the table at this position.
    pub(crate) fn new(position: usize, table: &Table) -> Self {
        let mut ordinal = "ordinal".to_owned();
        while table.columns().iter().any(|column| column.name() == ordinal) {
            ordinal.insert(0, '_');
        }
        let definition = list(table.columns().iter().map(plain_column_sql));
        Self {
            name: format!("pg_temp.pg_bulk_ingest_staging_{position}"),
            definition: format!("{definition}, {ordinal} bigint NOT NULL"),
            columns: all_columns(table),
            ordinal,
        }
    }

    fn ordinal_name(&self) -> &str {
        &self.ordinal
    }

    /// Creates it. It is dropped with the transaction.
    pub(crate) fn create(&self) -> String {
        let Self { name, definition, .. } = self;
        format!("CREATE TABLE {name} ({definition}) ON COMMIT DROP")
    }

    /// Drops it, for a transaction that goes on with another batch.
    pub(crate) fn drop(&self) -> String {
        format!("DROP TABLE {}", self.name)
    }

    /// Copies into it, with the ordinal after the table's columns.
    pub(crate) fn copy(&self) -> String {
        let Self { name, columns, ordinal, .. } = self;
        format!("COPY {name} ({columns}, {ordinal}) FROM STDIN (FORMAT binary)")
    }

    /// Adds its rows to the table, in order of arrival. Answers the rows inserted, updated and
    /// unchanged.
    pub(crate) fn insert(&self, target: &QualifiedName) -> String {
        let Self { name, columns, ordinal, .. } = self;
        format!(
            "WITH inserted AS (\
             INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {name} ORDER BY {ordinal} \
             RETURNING 1) \
             SELECT pg_catalog.count(*), 0, 0 FROM inserted"
        )
    }

    /// Of rows with equal keys (and for which a condition holds) the last to arrive, in the order of
    /// the key.
    fn last(&self, table: &Table, condition: &str) -> String {
        let Self { name, columns, ordinal, .. } = self;
        let key = column_list(table, table.primary_key());
        format!(
            "SELECT DISTINCT ON ({key}) {columns} FROM {name} {condition}\
             ORDER BY {key}, {ordinal} DESC"
        )
    }
}

/// Copies straight into the table.
///
/// Rows of a table that was created in the same transaction can be frozen: then a reader whose
/// snapshot is older than a swap sees them, where it would otherwise see an empty table, and VACUUM
/// has nothing to do.
pub(crate) fn copy(table: &Table, target: &QualifiedName, freeze: bool) -> String {
    let freeze = if freeze { ", FREEZE" } else { "" };
    format!("COPY {target} ({}) FROM STDIN (FORMAT binary{freeze})", all_columns(table))
}
