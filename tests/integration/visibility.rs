//! When rows become visible.

use pg_bulk_ingest::{Batch, IngestTable, Visibility};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

const COUNT: &str = "SELECT count(*) FROM t";

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_visible_before_the_next_is_asked_for() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let looked = tokio::runtime::Handle::current();
    let look = || tokio::task::block_in_place(|| looked.block_on(database.row(COUNT)));
    // An iterator that looks at the table each time that it is asked for a batch.
    let mut seen = Vec::new();
    let batches = (0..4).map(|batch| {
        if batch > 0 {
            seen.push(look());
        }
        Batch::new((0..10).map(move |id| Row { id: batch * 10 + id }))
    });
    let report = ingest::<Row>(&mut client).batches(|_| batches).await.unwrap();
    assert_eq!(report.batches, 4);
    assert_eq!(seen, ["10", "20", "30"]);
}

#[tokio::test]
async fn with_after_last_batch_all_are_visible_at_once() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let exists = "SELECT count(*) FROM pg_class WHERE relname = 't'";
    let ingest = ingest::<Row>(&mut client).visibility(Visibility::AfterLastBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    for batch in 0..3 {
        let mut writer = session.batch().await.unwrap();
        writer.write_all((0..10).map(|id| Row { id: batch * 5 + id })).await.unwrap();
        writer.commit(batch).await.unwrap();
        assert_eq!(database.row(exists).await, "0");
    }
    // A batch that is dropped takes only its own rows with it.
    let mut dropped = session.batch().await.unwrap();
    dropped.write(Row { id: 1000 }).await.unwrap();
    drop(dropped);
    let report = session.finish().await.unwrap();
    assert_eq!(database.row(COUNT).await, "20");
    assert_eq!((report.batches, report.high_watermark), (3, Some(2)));
    let table = &report.tables[0];
    assert_eq!((table.received, table.inserted, table.unchanged), (30, 20, 10));
}

#[tokio::test]
async fn a_session_that_is_not_finished_leaves_nothing() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Row>(&mut client).visibility(Visibility::AfterLastBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 1 }).await.unwrap();
    batch.commit(1).await.unwrap();
    drop(session);
    assert_eq!(tests::rows(&client, "SELECT 1 FROM pg_class WHERE relname = 't'").await, [""; 0]);
}
