use futures_util::stream;
use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

#[derive(IngestTable)]
struct OtherRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client)
        .stream(|_: Option<NoWatermark>| [Batch::new([MyRow { id: 1 }])])
        .await;
    let _ = ingest::<MyRow>(client)
        .stream(async |_: Option<NoWatermark>| stream::iter([Batch::new([OtherRow { id: 1 }])]))
        .await;
    let _ = ingest::<MyRow>(client).stream(async |_: Option<NoWatermark>| ()).await;
}

fn main() {}
