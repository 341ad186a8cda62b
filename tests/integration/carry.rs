//! What hangs on a table hangs on the one that takes its place.

mod each;
mod emptied;
mod everything;
mod foreign_keys;
mod generated;
mod meanwhile;
mod privileges;
mod rebuilt;
mod sequence;

use pg_bulk_ingest::{Batch, Delete, Error, IngestTable, Report};
use tests::{Database, assert_same, ingest, snapshot};

#[derive(IngestTable)]
#[ingest(table = "t", index(value))]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: Option<String>,
    #[ingest(unique)]
    number: i32,
}

fn rows() -> [Row; 2] {
    [1, 2].map(|id| Row { id, value: Some("a".to_owned()), number: id })
}

/// A database in which the table has two rows and a high watermark.
async fn loaded() -> Database {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client, Delete::Off).await.unwrap();
    database
}

async fn load(client: &mut tokio_postgres::Client, delete: Delete) -> Result<Report<i32>, Error> {
    let rows = rows();
    let ingest = ingest::<Row>(client).delete(delete);
    ingest.batches(|_| [Batch::new(&rows).high_watermark(1)]).await
}

/// Runs statements in which `{role}` is the name of a role of this database.
async fn execute(database: &Database, sql: &str) {
    database.execute(&sql.replace("{role}", &database.role("r"))).await;
}

/// Replaces the table, and expects that nothing else has changed.
async fn replaced(database: &Database, context: &str) {
    let mut client = database.connect().await;
    for delete in [Delete::BeforeFirstBatch, Delete::All] {
        let before = snapshot(database).await;
        let oid = database.row("SELECT 't'::regclass::oid").await;
        let report = load(&mut client, delete).await;
        report.unwrap_or_else(|error| panic!("{context}: {error:?}"));
        assert_ne!(database.row("SELECT 't'::regclass::oid").await, oid);
        assert_eq!(database.row("SELECT count(*) FROM t").await, "2", "{context}");
        assert_same(&before, &snapshot(database).await, context);
    }
}

/// Tries to replace the table, and expects that it is refused before the batches are asked for.
async fn refused(database: &Database, client: &mut tokio_postgres::Client) -> Error {
    let before = snapshot(database).await;
    let error = ingest::<Row>(client)
        .delete(Delete::BeforeFirstBatch)
        .batches(|_| -> [Batch<pg_bulk_ingest::Iter<Vec<Row>>>; 0] { panic!("not asked for") })
        .await
        .unwrap_err();
    assert_same(&before, &snapshot(database).await, "refused");
    error
}
