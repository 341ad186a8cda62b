use pg_bulk_ingest::{IngestTable, NoWatermark, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client).batches(|_: Option<NoWatermark>| MyRow { id: 1 }).await;
    let _ = ingest::<MyRow>(client).batches(|_: Option<NoWatermark>| [MyRow { id: 1 }]).await;
    let _ = ingest::<MyRow>(client).batches(|_: Option<NoWatermark>| ()).await;
}

fn main() {}
