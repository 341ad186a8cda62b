use pg_bulk_ingest::{IngestTable, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client)
        .rows(|_| [MyRow { id: 1 }], |_| std::time::Instant::now())
        .await;
}

fn main() {}
