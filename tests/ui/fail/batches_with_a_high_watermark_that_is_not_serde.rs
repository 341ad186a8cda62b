use pg_bulk_ingest::{Batch, IngestTable, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

struct Offset(i64);

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client)
        .batches(|_: Option<Offset>| [Batch::new([MyRow { id: 1 }]).high_watermark(Offset(1))])
        .await;
}

fn main() {}
