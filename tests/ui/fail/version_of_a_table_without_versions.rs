use pg_bulk_ingest::{IngestTable, ingest};

#[derive(IngestTable)]
#[ingest(partition_by = "range (day)")]
struct Rate {
    day: i32,
}

async fn plan(client: &mut tokio_postgres::Client) {
    let _ = ingest::<Rate>(client).version(7).plan().await;
}

fn main() {}
