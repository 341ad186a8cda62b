use pg_bulk_ingest::{IngestTable, ingest};
use std::collections::HashMap;

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client)
        .rows(|_| [MyRow { id: 1 }], |row| HashMap::from([(0, row.id)]))
        .ordered()
        .await;
}

fn main() {}
