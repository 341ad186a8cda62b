use pg_bulk_ingest::{IngestTable, ingest};

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
        .rows(|_: Option<i32>| [OtherRow { id: 1 }], |row| row.id)
        .await;
    let _ = ingest::<MyRow>(client)
        .row_stream(|_: Option<i32>| futures_util::stream::iter([OtherRow { id: 1 }]), |row| row.id)
        .await;
}

fn main() {}
