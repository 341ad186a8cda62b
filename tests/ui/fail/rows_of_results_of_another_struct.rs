use pg_bulk_ingest::{IngestTable, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client)
        .rows(|_: Option<i32>| [Ok::<_, std::io::Error>(7)], |row: &i32| *row)
        .await;
    let _ = ingest::<MyRow>(client)
        .rows(|_: Option<i32>| [Err::<MyRow, _>(7)], |row: &MyRow| row.id)
        .await;
}

fn main() {}
