use pg_bulk_ingest::{Batch, Change, IngestTable, NoWatermark, ingest};

#[derive(IngestTable)]
#[ingest(primary_key(shop, code))]
struct Item {
    shop: i32,
    code: String,
    price: i64,
}

fn in_another_order() -> Change<'static, Item> {
    Change::Delete(("a", 1))
}

async fn in_part(client: &mut tokio_postgres::Client) {
    let mut session = ingest::<Item>(client).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    let _ = batch.delete(1).await;
}

async fn owned(client: &mut tokio_postgres::Client) {
    let _ = ingest::<Item>(client)
        .batches(|_: Option<NoWatermark>| Batch::deletes([(1, String::from("a"))]))
        .await;
}

fn with_a_version() -> Change<'static, Item> {
    Change::delete_at((1, "a"), 1)
}

fn main() {}
