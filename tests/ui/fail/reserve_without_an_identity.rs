use pg_bulk_ingest::{IngestTable, Session};

#[derive(IngestTable)]
struct MyRow {
    #[ingest(primary_key)]
    id: i64,
}

async fn run(session: &mut Session<'_, MyRow, i64>) {
    let _ = session.reserve::<MyRow>(3).await;
}

fn main() {}
