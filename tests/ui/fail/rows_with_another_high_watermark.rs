use pg_bulk_ingest::{IngestTable, ingest};

#[derive(IngestTable)]
struct MyRow {
    id: i32,
}

async fn run(client: &mut tokio_postgres::Client) {
    let _ = ingest::<MyRow>(client)
        .rows(|_: Option<String>| [MyRow { id: 1 }], |row| row.id)
        .await;
    let _ = ingest::<MyRow>(client)
        .rows(|_: Option<i32>| [MyRow { id: 1 }], |row| {
            let _ = row.id;
        })
        .await;
}

fn main() {}
