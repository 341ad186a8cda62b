use pg_bulk_ingest::{Change, IngestTable, ingest};

#[derive(IngestTable)]
struct Line {
    text: String,
}

fn change() -> Change<'static, Line> {
    Change::Put(Line { text: String::new() })
}

async fn delete(client: &mut tokio_postgres::Client) {
    let mut session = ingest::<Line>(client).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    let _ = batch.delete("a").await;
}

fn main() {}
