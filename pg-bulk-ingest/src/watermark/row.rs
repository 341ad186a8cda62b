//! The high watermark of one source of an ingested table, as a row of a table of high watermarks.
//!
//! Each statement names what it uses with its schema, so it does not depend on the search path.

use crate::ident::{Literal, QualifiedName};
use crate::statement::{LockMode, Statement};
use tokio_postgres::SimpleQueryMessage;

/// The row of one source of an ingested table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The table of high watermarks.
    pub(crate) table: QualifiedName,
    /// The ingested table.
    pub(crate) ingested: QualifiedName,
    pub(crate) source: String,
}

/// A row of a table of high watermarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) source: String,
    /// How often it was written, so that a session notices that another one wrote it.
    pub(crate) batch: i64,
    /// As JSON; `None` after the rows were deleted, or once it is kept elsewhere.
    pub(crate) high_watermark: Option<String>,
}

/// What tells a row from those of other queries.
const TAG: &str = "pg_bulk_ingest_source";

/// The columns of a table of high watermarks, with their types as PostgreSQL calls them.
pub(crate) const COLUMNS: [(&str, &str); 7] = [
    ("table_schema", "text"),
    ("table_name", "text"),
    ("source", "text"),
    ("high_watermark", "json"),
    ("batch", "bigint"),
    ("rows", "bigint"),
    ("committed_at", "timestamp with time zone"),
];

/// Reads rows from the answer to [`Slot::select`] or [`Slot::select_all`], among answers to other
/// queries; `None` if one is not understood.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Vec<Row>> {
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) if row.len() == 4 && row.get(0) == Some(TAG) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        let (source, batch) = (row.get(1)?.to_owned(), row.get(2)?.parse().ok()?);
        Some(Row { source, batch, high_watermark: row.get(3).map(str::to_owned) })
    })
    .collect()
}

/// A high watermark whose table does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Orphan {
    pub(crate) ingested: QualifiedName,
    pub(crate) source: String,
    /// As JSON.
    pub(crate) high_watermark: String,
}

/// Reads the high watermarks of tables that do not exist.
pub(crate) fn select_orphans(table: &QualifiedName) -> String {
    format!(
        "SELECT s.table_schema, s.table_name, s.source, s.high_watermark FROM {table} AS s \
         WHERE s.high_watermark IS NOT NULL AND NOT EXISTS (\
         SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n \
         ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         WHERE n.nspname OPERATOR(pg_catalog.=) s.table_schema::pg_catalog.name \
         AND c.relname OPERATOR(pg_catalog.=) s.table_name::pg_catalog.name) \
         ORDER BY s.table_schema, s.table_name, s.source"
    )
}

/// Reads what [`select_orphans`] returns; `None` if it is not understood.
pub(crate) fn read_orphans(messages: &[SimpleQueryMessage]) -> Option<Vec<Orphan>> {
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        let text = |place| Some(row.get(place)?.to_owned());
        let ingested = QualifiedName::new(text(0)?, text(1)?);
        Some(Orphan { ingested, source: text(2)?, high_watermark: text(3)? })
    })
    .collect()
}

/// Creates a table of high watermarks, and before it its schema if that is missing too.
pub(crate) fn create(table: &QualifiedName, schema_missing: bool) -> Vec<Statement> {
    let purpose = "high watermarks are kept in it, one for each source";
    let schema = schema_missing.then(|| {
        let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", table.schema_ident());
        Statement::new(sql, LockMode::None, "it does not exist")
    });
    let columns = COLUMNS.map(|(name, sql_type)| {
        let not_null = if name == "high_watermark" { "" } else { " NOT NULL" };
        format!("{name} {sql_type}{not_null}")
    });
    // With room on each page, an update leaves the index alone.
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {table} ({}, PRIMARY KEY (table_schema, table_name, source)) \
         WITH (fillfactor = 50)",
        columns.join(", ")
    );
    schema.into_iter().chain([Statement::new(sql, LockMode::None, purpose)]).collect()
}

impl Slot {
    /// Whether a row is of the ingested table.
    fn is_of_table(&self) -> String {
        let (schema, name) = (Literal(self.ingested.schema()), Literal(self.ingested.name()));
        format!(
            "s.table_schema OPERATOR(pg_catalog.=) {schema} \
             AND s.table_name OPERATOR(pg_catalog.=) {name}"
        )
    }

    fn is_of_source(&self, operator: &str) -> String {
        format!("s.source OPERATOR(pg_catalog.{operator}) {}", Literal(&self.source))
    }

    /// Reads the row.
    pub(crate) fn select(&self) -> String {
        format!("{} AND {}", self.select_all(), self.is_of_source("="))
    }

    /// Reads the rows of all sources of the table.
    pub(crate) fn select_all(&self) -> String {
        format!(
            "SELECT '{TAG}', s.source, s.batch, s.high_watermark FROM {} AS s WHERE {}",
            self.table,
            self.is_of_table()
        )
    }

    /// Writes the high watermark (as JSON), if nobody else has written the row since it was read
    /// (`None`: it was not there).
    pub(crate) fn write(
        &self,
        seen: Option<i64>,
        high_watermark: Option<&str>,
        rows: u64,
    ) -> Statement {
        let json = high_watermark.map_or_else(
            || "NULL".to_owned(),
            |json| format!("{}::pg_catalog.json", Literal(json)),
        );
        let write = match seen {
            Some(seen) => self.update(seen, &json, rows),
            None => format!(
                "INSERT INTO {} (table_schema, table_name, source, high_watermark, batch, rows, \
                 committed_at) VALUES ({}, {}, {}, {json}, 1, {rows}, pg_catalog.clock_timestamp()) \
                 ON CONFLICT DO NOTHING RETURNING 1",
                self.table,
                Literal(self.ingested.schema()),
                Literal(self.ingested.name()),
                Literal(&self.source),
            ),
        };
        fenced(&write, "the high watermark")
    }

    /// Does nothing, if nobody else has written the row since it was read.
    pub(crate) fn check(&self, seen: i64) -> Statement {
        let row = format!(
            "SELECT FROM {} AS s WHERE {} AND {} AND s.batch OPERATOR(pg_catalog.=) {seen}",
            self.table,
            self.is_of_table(),
            self.is_of_source("=")
        );
        fenced(&row, "the high watermark is the one that was stored last")
    }

    /// Removes the high watermark, which is kept elsewhere from now on or of no more use, if nobody else has written the
    /// row since it was read.
    pub(crate) fn retire(&self, seen: i64) -> Statement {
        fenced(&self.update(seen, "NULL", 0), "the high watermark is not kept here any more")
    }

    /// Moves the high watermarks of the other sources here, from another table. A row that is here and has
    /// none, since its high watermark moved away before, gets it back.
    pub(crate) fn take_others(&self, from: &Self) -> [Statement; 3] {
        let columns = COLUMNS.map(|(name, _)| name).join(", ");
        let theirs = format!(
            "{} AND {} AND s.high_watermark IS NOT NULL",
            self.is_of_table(),
            self.is_of_source("<>")
        );
        let same = ["table_schema", "table_name", "source"]
            .map(|name| format!("here.{name} OPERATOR(pg_catalog.=) s.{name}"))
            .join(" AND ");
        let (table, from_table) = (&self.table, &from.table);
        let update = format!(
            "UPDATE {table} AS here SET high_watermark = s.high_watermark, \
             batch = here.batch OPERATOR(pg_catalog.+) 1, committed_at = s.committed_at \
             FROM {from_table} AS s WHERE {theirs} AND {same} AND here.high_watermark IS NULL"
        );
        let insert = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {from_table} AS s WHERE {theirs} \
             AND NOT EXISTS (SELECT FROM {table} AS here WHERE {same})"
        );
        let take = |sql| {
            let purpose = "the high watermarks of the other sources are kept here";
            Statement::new(sql, LockMode::RowExclusive, purpose)
        };
        let moved = "the high watermarks of the other sources are kept elsewhere";
        [take(update), take(insert), from.clear_others(moved)]
    }

    fn update(&self, seen: i64, json: &str, rows: u64) -> String {
        format!(
            "UPDATE {} AS s SET high_watermark = {json}, batch = s.batch OPERATOR(pg_catalog.+) 1, \
             rows = s.rows OPERATOR(pg_catalog.+) {rows}, \
             committed_at = pg_catalog.clock_timestamp() \
             WHERE {} AND {} AND s.batch OPERATOR(pg_catalog.=) {seen} RETURNING 1",
            self.table,
            self.is_of_table(),
            self.is_of_source("=")
        )
    }

    /// Removes the high watermarks of the other sources.
    pub(crate) fn clear_others(&self, purpose: &'static str) -> Statement {
        let sql = format!(
            "UPDATE {} AS s SET high_watermark = NULL, batch = s.batch OPERATOR(pg_catalog.+) 1, \
             committed_at = pg_catalog.clock_timestamp() \
             WHERE {} AND {} AND s.high_watermark IS NOT NULL",
            self.table,
            self.is_of_table(),
            self.is_of_source("<>")
        );
        Statement::new(sql, LockMode::RowExclusive, purpose)
    }
}

/// A statement that fails unless it writes a row: it divides by the number of those that it writes. So
/// COMMIT can be sent with it, in one round trip.
fn fenced(write: &str, purpose: &'static str) -> Statement {
    let sql = format!(
        "WITH written AS ({write}) \
         SELECT 1 OPERATOR(pg_catalog./) pg_catalog.count(*) FROM written"
    );
    Statement::new(sql, LockMode::RowExclusive, purpose)
}

#[cfg(test)]
mod tests {
    use super::{Slot, create};
    use crate::ident::QualifiedName;
    use crate::statement::script;

    fn slot() -> Slot {
        Slot {
            table: QualifiedName::new("ops", "ingest_state"),
            ingested: QualifiedName::new("my_schema", "it's"),
            source: "orders/3".to_owned(),
        }
    }

    #[test]
    fn the_first_write_of_a_source_inserts_and_each_later_one_updates() {
        let first = slot().write(None, Some("[7]"), 10);
        assert!(first.sql().contains("INSERT INTO \"ops\".\"ingest_state\""), "{}", first.sql());
        assert!(first.sql().contains("ON CONFLICT DO NOTHING RETURNING 1"), "{}", first.sql());
        let later = slot().write(Some(3), None, 10);
        assert!(later.sql().contains("high_watermark = NULL"), "{}", later.sql());
        assert!(later.sql().contains("s.batch OPERATOR(pg_catalog.=) 3"), "{}", later.sql());
        for statement in [first, later, slot().retire(3)] {
            assert!(statement.sql().ends_with("FROM written"), "{}", statement.sql());
        }
    }

    #[test]
    fn only_the_rows_of_the_ingested_table_are_concerned() {
        let of_table = "s.table_schema OPERATOR(pg_catalog.=) E'my_schema' \
                        AND s.table_name OPERATOR(pg_catalog.=) E'it''s'";
        for sql in [
            slot().select(),
            slot().select_all(),
            slot().write(Some(1), None, 0).sql().to_owned(),
            slot().retire(1).sql().to_owned(),
            slot().check(1).sql().to_owned(),
            slot().clear_others("a test").sql().to_owned(),
            slot().take_others(&slot())[0].sql().to_owned(),
            slot().take_others(&slot())[1].sql().to_owned(),
        ] {
            assert!(sql.contains(of_table), "{sql}");
        }
        let others = slot().clear_others("a test");
        assert!(others.sql().contains("s.source OPERATOR(pg_catalog.<>) E'orders/3'"));
    }

    #[test]
    fn the_schema_is_created_only_where_it_is_missing() {
        let table = QualifiedName::new("ops", "ingest_state");
        assert!(!script(&create(&table, false)).contains("CREATE SCHEMA"));
        assert!(script(&create(&table, true)).starts_with("CREATE SCHEMA IF NOT EXISTS \"ops\""));
    }
}
