use pg_bulk_ingest::{IngestTable, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client).rows(|_: Option<i32>| MyRow { id: 1 }, |row| row.id).await;
    let _ = ingest::<MyRow>(client)
        .rows(async |_: Option<i32>| [MyRow { id: 1 }], |row: &MyRow| row.id)
        .await;
    let _ = ingest::<MyRow>(client)
        .row_stream(|_: Option<i32>| [MyRow { id: 1 }], |row: &MyRow| row.id)
        .await;
}

fn main() {}
