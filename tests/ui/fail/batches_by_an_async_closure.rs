use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client)
        .batches(async |_: Option<NoWatermark>| [Batch::new([MyRow { id: 1 }])])
        .await;
    let _ = ingest::<MyRow>(client)
        .batches(|_: Option<NoWatermark>| async { Batch::new([MyRow { id: 1 }]) })
        .await;
}

fn main() {}
