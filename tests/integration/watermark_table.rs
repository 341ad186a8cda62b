//! High watermarks in a table: one for each source of each ingested table.

mod deadlock;
mod faults;
mod kept;
mod moved;
mod overlap;
mod pooled;
mod refused;
mod sources;

use pg_bulk_ingest::{Batch, Error, Ingest, IngestTable, Watermarks};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: i32,
}

/// All that the table holds, but for the time.
const STATE: &str =
    "SELECT concat_ws('|', table_schema, table_name, source, coalesce(high_watermark::text, '-'), batch,
        rows)
    FROM ops.ingest_state ORDER BY table_name, source";

fn into_state<'c>(client: &'c mut Client, source: &str) -> Ingest<'c, Row> {
    ingest::<Row>(client).watermarks(Watermarks::table("ops", "ingest_state")).source(source)
}

/// Ingests one row, with its id as the high watermark. Returns that after which it began.
async fn run(client: &mut Client, source: &str, id: i32) -> Result<Option<i32>, Error> {
    let mut began = None;
    into_state(client, source)
        .batches(|after: Option<i32>| {
            began = after;
            Batch::new([Row { id, value: id }]).high_watermark(id)
        })
        .await?;
    Ok(began)
}

/// A database whose table has a row of source `""`, with the high watermark 1.
async fn with_row() -> Database {
    let database = Database::new().await;
    run(&mut database.connect().await, "", 1).await.unwrap();
    database
}
