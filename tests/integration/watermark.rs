//! The high watermark: stored with the data.

mod in_comment;
mod reads_back;
mod stored;

use pg_bulk_ingest::{Batch, ErrorKind, HighWatermark, Ingest, IngestTable};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

const STORED: &str = "SELECT harness.high_watermark('t'::regclass)";

/// Ingests one batch with this high watermark; returns the one after which it begins.
async fn run(client: &mut Client, watermark: i32) -> Option<i32> {
    ingested(ingest(client), watermark).await
}

async fn ingested(ingest: Ingest<'_, Row>, watermark: i32) -> Option<i32> {
    let mut session = ingest.start().await.unwrap();
    let began = session.high_watermark().copied();
    let batch = Batch::new([Row { id: watermark }]).high_watermark(watermark);
    session.ingest(batch).await.unwrap();
    session.finish().await.unwrap();
    began
}

#[tokio::test]
async fn the_next_run_carries_on() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    assert_eq!(run(&mut client, 7).await, None);
    assert_eq!(run(&mut client, 0).await, Some(7));
    assert_eq!(run(&mut client, 9).await, Some(0));
    assert_eq!(database.row(STORED).await, "9");
}

#[tokio::test]
async fn it_begins_where_it_is_told_to() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 7).await;
    for (setting, expected) in [
        (HighWatermark::Earliest, None),
        (HighWatermark::Latest, Some(7)),
        (HighWatermark::value(3), Some(3)),
    ] {
        let ingest = ingest::<Row>(&mut client).high_watermark(setting);
        let session = ingest.start::<i32>().await.unwrap();
        assert_eq!(session.high_watermark(), expected.as_ref());
    }
    let ingest = ingest::<Row>(&mut client).high_watermark(HighWatermark::value("seven"));
    let error = ingest.start::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WatermarkSerialize), "{error:?}");
    assert!(error.to_string().contains("that was given"), "{error}");
}

#[tokio::test]
async fn it_is_computed_when_the_rows_are_consumed() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let last = std::sync::atomic::AtomicI32::new(0);
    let report = ingest::<Row>(&mut client)
        .batches(|_| {
            let rows = (1..=5).map(|id| {
                last.store(id, std::sync::atomic::Ordering::Relaxed);
                Row { id }
            });
            [Batch::new(rows)
                .high_watermark_after(|| last.load(std::sync::atomic::Ordering::Relaxed))]
        })
        .await
        .unwrap();
    assert_eq!(report.high_watermark, Some(5));
    assert_eq!(database.row(STORED).await, "5");
}

#[tokio::test]
async fn one_of_another_shape_is_an_error_that_shows_both() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 7).await;
    let error = ingest::<Row>(&mut client).start::<String>().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot read the high watermark: "public"."t": the stored high watermark is 7, which is not a value of type String: ingest with the type that it was stored with, or begin elsewhere by `.high_watermark(HighWatermark::value(...))` or `HighWatermark::Earliest`"#
    );
    let stored = "SELECT 1 FROM t WHERE id = 7";
    assert_eq!(database.row(stored).await, "1");
    database.execute("SELECT harness.set_high_watermark('t', 'null')").await;
    let session = ingest::<Row>(&mut client).start::<Option<i32>>().await.unwrap();
    assert_eq!(session.high_watermark(), Some(&None));
}

#[tokio::test]
async fn one_that_cannot_be_written_as_json_is_an_error() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 7).await;
    let keyed = std::collections::BTreeMap::from([((1, 1), 1)]);
    let error = ingest::<Row>(&mut client)
        .high_watermark(HighWatermark::value(keyed))
        .start::<i32>()
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WatermarkSerialize));
    assert_eq!(error.to_string(), r#"cannot read the high watermark: "public"."t""#);
    let mut session = ingest::<Row>(&mut client)
        .high_watermark(HighWatermark::Earliest)
        .start::<Unwritable>()
        .await
        .unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 8 }).await.unwrap();
    let error = batch.commit(Unwritable).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot store the high watermark: batch 1");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "unwritable");
    session.finish().await.unwrap();
    assert_eq!(database.rows("SELECT id FROM t").await, ["7"]);
}

#[derive(serde::Deserialize)]
struct Unwritable;

impl serde::Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("unwritable"))
    }
}
