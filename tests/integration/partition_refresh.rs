//! Partitioned tables that are replaced: their rows are deleted, or they are rebuilt.

mod everything;
mod forms;
mod made;
mod rebuilt;
mod refused;
mod seen;
mod views;

use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, Delete, Error, IngestTable, Iter, Report};
use tests::{Database, assert_same, ingest, snapshot, version};
use tokio_postgres::Client;

/// Rows of a table that is partitioned by hand. Before 11 it has no key.
#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Added {
    id: i32,
    day: NaiveDate,
    value: Option<String>,
}

/// The rows of one with a key.
#[derive(IngestTable, Clone)]
#[ingest(table = "t", index(value))]
struct Keyed {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(primary_key)]
    day: NaiveDate,
    value: Option<String>,
}

const COLUMNS: &str = "id int NOT NULL, day date NOT NULL, value text";

/// A table with two partitions, of which the second was attached.
fn table() -> String {
    let table = format!(
        "CREATE TABLE t ({COLUMNS}) PARTITION BY RANGE (day);
         CREATE TABLE early PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
         CREATE TABLE late (LIKE t);
         ALTER TABLE t ATTACH PARTITION late FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);"
    );
    match version() < 11 {
        true => table,
        false => {
            format!("{table} ALTER TABLE t ADD PRIMARY KEY (id, day); CREATE INDEX ON t (value);")
        }
    }
}

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 6, 1).unwrap()
}

/// Two rows in each of the partitions.
fn rows() -> Vec<Added> {
    let row = |(id, year)| Added { id, day: day(year), value: Some("a".to_owned()) };
    [(1, 2025), (2, 2025), (3, 2026), (4, 2027)].map(row).to_vec()
}

/// A database with this table and rows.
async fn loaded(sql: &str) -> Database {
    let database = Database::new().await;
    database.execute(&sql.replace("{role}", &database.role("r"))).await;
    let mut client = database.connect().await;
    load(&mut client, Delete::Off).await.unwrap();
    database
}

async fn load(client: &mut Client, delete: Delete) -> Result<Report<i32>, Error> {
    if version() < 11 {
        let batches = |_| [Batch::new(rows()).high_watermark(1)];
        return ingest::<Added>(client).delete(delete).batches(batches).await;
    }
    let keyed = |Added { id, day, value }| Keyed { id, day, value };
    let rows = rows().into_iter().map(keyed).collect::<Vec<_>>();
    ingest::<Keyed>(client).delete(delete).batches(|_| [Batch::new(&rows).high_watermark(1)]).await
}

/// Replaces the table, and expects that nothing else has changed.
async fn replaced(database: &Database, context: &str) {
    let mut client = database.connect().await;
    let oids = "SELECT string_agg(oid::text, ' ' ORDER BY relname) FROM pg_class
        WHERE relname IN ('t', 'early', 'late')";
    for delete in [Delete::BeforeFirstBatch, Delete::All] {
        let before = snapshot(database).await;
        let oid = database.row(oids).await;
        let report = load(&mut client, delete).await;
        let report = report.unwrap_or_else(|error| panic!("{context}: {error:?}"));
        assert_eq!(report.tables[0].deleted, 4, "{context}");
        let now = database.row(oids).await;
        let both = oid.split(' ').zip(now.split(' ')).collect::<Vec<_>>();
        assert!(both.len() == 3 && both.iter().all(|(old, new)| old != new), "{context}: {both:?}");
        let counts = "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM early),
            (SELECT count(*) FROM late)";
        assert_eq!(database.row(counts).await, "4|2|2", "{context}");
        assert_same(&before, &snapshot(database).await, context);
    }
}

/// Tries to replace the table, and expects that it is refused before the batches are asked for.
async fn refused(database: &Database, client: &mut Client) -> Error {
    let before = snapshot(database).await;
    let error = ingest::<Added>(client)
        .delete(Delete::BeforeFirstBatch)
        .batches(|_| -> [Batch<Iter<Vec<Added>>>; 0] { panic!("not asked for") })
        .await
        .unwrap_err();
    assert_same(&before, &snapshot(database).await, "refused");
    error
}
