//! Views that depend on a table that is replaced hang on the new one, as they were.

mod kept;
mod late;
mod many;
mod privileges;
mod readers;
mod refused;
mod temporary;

use pg_bulk_ingest::{Batch, Delete, Error, IngestTable};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t", index(value))]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

fn rows(ids: &[i32]) -> Vec<Row> {
    ids.iter().map(|id| Row { id: *id, value: format!("v{id}") }).collect()
}

/// A database with the table, of rows 1 and 2.
async fn with_rows() -> Database {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_| [Batch::new(rows(&[1, 2]))]).await.unwrap();
    database
}

/// Replaces the rows.
async fn replace(client: &mut Client, delete: Delete, ids: &[i32]) -> Result<(), Error> {
    let ingest = ingest::<Row>(client).delete(delete);
    ingest.batches(|_| [Batch::new(rows(ids))]).await.map(|_| ())
}

/// Tries to replace the rows, which is refused before they are asked for.
async fn refused(client: &mut Client) -> Error {
    let ingest = ingest::<Row>(client).delete(Delete::BeforeFirstBatch);
    ingest
        .batches(|_| -> [Batch<pg_bulk_ingest::Iter<Vec<Row>>>; 0] { panic!("not asked for") })
        .await
        .unwrap_err()
}
