//! How rows that are not copied straight into their table reach it: through a temporary table.
//!
//! The temporary table numbers the rows by order of arrival: the order in which a table is scanned
//! is not the order in which rows were copied into it.

use crate::definition::{Index, Table};
use crate::ident::{Ident, QualifiedName, list};
use crate::plan::{all_columns, column_list, plain_column_sql};

/// The temporary table through which the rows of one table go.
#[derive(Debug)]
pub(crate) struct Staging {
    name: String,
    ordinal: Ident,
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
        let ordinal = Ident::new(ordinal);
        let definition = list(table.columns().iter().map(plain_column_sql));
        Self {
            name: format!("pg_temp.pg_bulk_ingest_staging_{position}"),
            definition: format!("{definition}, {ordinal} bigint NOT NULL"),
            columns: all_columns(table),
            ordinal,
        }
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
             INSERT INTO {target} ({columns}) SELECT {columns} FROM {name} ORDER BY {ordinal} \
             RETURNING 1) \
             SELECT pg_catalog.count(*), 0, 0 FROM inserted"
        )
    }

    /// Adds its rows to an empty table that has no key yet: of rows with equal keys the last, in
    /// the order of the key. Answers the rows inserted, updated and unchanged.
    pub(crate) fn insert_last(&self, table: &Table, target: &QualifiedName) -> String {
        let columns = &self.columns;
        format!(
            "WITH inserted AS (\
             INSERT INTO {target} ({columns}) {} RETURNING 1) \
             SELECT pg_catalog.count(*), 0, 0 FROM inserted",
            self.last(table)
        )
    }

    /// Merges its rows into the table: of rows with equal keys the last, in the order of the key.
    /// A row whose columns are all equal, to the letter, to those of the row that is there is left
    /// alone. Answers the rows inserted, updated and unchanged.
    pub(crate) fn upsert(
        &self,
        table: &Table,
        target: &QualifiedName,
        counting: Counting,
    ) -> String {
        let columns = &self.columns;
        let key = column_list(table, table.primary_key());
        let others = (0..table.columns().len())
            .filter(|position| !table.primary_key().contains(position))
            .map(|position| Ident::new(table.columns()[position].name()))
            .collect::<Vec<_>>();
        let action = if others.is_empty() {
            "NOTHING".to_owned()
        } else {
            let set = list(others.iter().map(|name| format!("{name} = excluded.{name}")));
            // The operator compares the images of rows: by it 1.0 is not 1.00, and json can be
            // compared at all. Keys that are equal but not to the letter (citext) stay. Without
            // the casts the rows would be compared column by column, by another operator.
            let live = list(others.iter().map(|name| format!("live.{name}")));
            let new = list(others.iter().map(|name| format!("excluded.{name}")));
            format!(
                "UPDATE SET {set} \
                 WHERE ROW({live})::record OPERATOR(pg_catalog.*<>) ROW({new})::record"
            )
        };
        let (returning, inserted) = match counting {
            Counting::BySystemColumn => {
                let inserted = "live.xmax OPERATOR(pg_catalog.=) 0 AS inserted";
                (inserted, "pg_catalog.count(*) FILTER (WHERE inserted)".to_owned())
            }
            Counting::BeforeMerging => {
                let new = list(key_names(table).map(|name| format!("latest.{name}")));
                let old = list(key_names(table).map(|name| format!("old.{name}")));
                let inserted = format!(
                    "(SELECT pg_catalog.count(*) FROM latest \
                     WHERE NOT EXISTS (SELECT FROM {target} AS old WHERE ({old}) = ({new})))"
                );
                ("1", inserted)
            }
        };
        format!(
            "WITH latest AS ({}), merged AS (\
             INSERT INTO {target} AS live ({columns}) SELECT {columns} FROM latest \
             ON CONFLICT ({key}) DO {action} RETURNING {returning}) \
             SELECT {inserted}, pg_catalog.count(*) OPERATOR(pg_catalog.-) {inserted}, \
             (SELECT pg_catalog.count(*) FROM latest) OPERATOR(pg_catalog.-) pg_catalog.count(*) \
             FROM merged",
            self.last(table)
        )
    }

    /// Of rows with equal keys the last to arrive, in the order of the key.
    fn last(&self, table: &Table) -> String {
        let Self { name, columns, ordinal, .. } = self;
        let key = column_list(table, table.primary_key());
        format!("SELECT DISTINCT ON ({key}) {columns} FROM {name} ORDER BY {key}, {ordinal} DESC")
    }

    /// The first row that violates a unique constraint: one that has, in its columns, the values
    /// of a row with another primary key, of the table (if it is to be looked at) or of the batch.
    pub(crate) fn first_violation(
        &self,
        table: &Table,
        constraint: &Index,
        target: Option<&QualifiedName>,
    ) -> String {
        let Self { name, ordinal, .. } = self;
        let row = |alias: &str, positions: &[usize]| {
            let columns = positions.iter().map(|position| table.columns()[*position].name());
            list(columns.map(|name| format!("{alias}.{}", Ident::new(name))))
        };
        let (columns, key) = (constraint.columns(), table.primary_key());
        let columns = columns.as_slice();
        let (latest, other_key) = if key.is_empty() {
            (format!("SELECT * FROM {name}"), None)
        } else {
            let key_columns = column_list(table, key);
            let latest = format!(
                "SELECT DISTINCT ON ({key_columns}) * FROM {name} \
                 ORDER BY {key_columns}, {ordinal} DESC"
            );
            (latest, Some(key))
        };
        // By the images of the values, whatever operators there are for their types. NULLs violate
        // nothing, unless the constraint says so.
        let compare = |alias: &str, operator: &str, positions: &[usize]| {
            let (new, other) = (row("new", positions), row(alias, positions));
            format!("ROW({new})::record OPERATOR(pg_catalog.{operator}) ROW({other})::record")
        };
        let conflicts = |alias: &str| {
            let mut conditions = vec![compare(alias, "*=", columns)];
            if constraint.is_nulls_distinct() {
                conditions.push(format!("ROW({}) IS NOT NULL", row("new", columns)));
            }
            conditions.extend(other_key.map(|key| compare(alias, "*<>", key)));
            conditions.join(" AND ")
        };
        let live = target.map_or_else(String::new, |target| {
            format!("EXISTS (SELECT FROM {target} AS live WHERE {}) OR ", conflicts("live"))
        });
        format!(
            "WITH latest AS ({latest}) \
             SELECT pg_catalog.min(new.{ordinal}) FROM latest AS new WHERE {live}\
             EXISTS (SELECT FROM latest AS earlier \
             WHERE earlier.{ordinal} OPERATOR(pg_catalog.<) new.{ordinal} AND {})",
            conflicts("earlier")
        )
    }
}

/// How the rows that an upsert inserts are told from those that it updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// By `xmax`, which a row that was updated has.
    BySystemColumn,
    /// By looking for their keys in the table as it was: the rows of a partitioned table do not
    /// say their system columns.
    BeforeMerging,
}

/// The names of the columns of the primary key.
fn key_names(table: &Table) -> impl Iterator<Item = Ident> {
    table.primary_key().iter().map(|position| Ident::new(table.columns()[*position].name()))
}

/// Copies straight into the table.
pub(crate) fn copy(table: &Table, target: &QualifiedName) -> String {
    format!("COPY {target} ({}) FROM STDIN (FORMAT binary)", all_columns(table))
}
