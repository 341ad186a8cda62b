use pg_bulk_ingest::{Batch, IngestTable, ingest};
use std::io::Error;

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client, rows: Vec<Result<MyRow, Error>>) {
    let _ = ingest::<MyRow>(client)
        .batches(|_: Option<i64>| [Batch::new(rows).high_watermark(1)])
        .await;
}

fn main() {}
