use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, ingest};

#[derive(IngestTable)]
struct MyRow<'a> {
    id: i32,
    name: &'a str,
}

#[derive(IngestTable)]
struct OtherRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client, days: &[Vec<OtherRow>]) {
    let _ = ingest::<MyRow<'_>>(client)
        .batches(|_: Option<NoWatermark>| days.iter().map(|day| Batch::new(day)))
        .await;
    let _ = ingest::<MyRow<'_>>(client)
        .batches(|_: Option<NoWatermark>| [Batch::new([OtherRow { id: 1 }])])
        .await;
}

fn main() {}
