//! High watermarks that do not read back as they are.

use pg_bulk_ingest::{Batch, ErrorKind, HighWatermark, IngestTable};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    id: i32,
}

/// Two fields of one key.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Colliding {
    a: i32,
    #[serde(flatten)]
    rest: BTreeMap<String, i32>,
}

async fn is_refused<W>(database: &Database, watermark: W)
where
    W: Serialize + serde::de::DeserializeOwned + Clone + Debug + Send + Sync,
{
    let mut client = database.connect().await;
    let earliest = ingest::<Row>(&mut client).high_watermark(HighWatermark::Earliest);
    let mut session = earliest.start::<W>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(&Row { id: 2 }).await.unwrap();
    let error = batch.commit(watermark.clone()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WatermarkSerialize), "{watermark:?}: {error}");
    session.finish().await.unwrap();
}

#[tokio::test]
async fn what_does_not_read_back_equal_is_not_stored() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let first = |_| [Batch::new([Row { id: 1 }]).high_watermark(1)];
    ingest::<Row>(&mut client).batches(first).await.unwrap();
    let value = HighWatermark::value(Some(f64::NAN));
    let refused = ingest::<Row>(&mut client).high_watermark(value);
    let error = refused.start::<Option<f64>>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WatermarkSerialize), "{error}");
    is_refused(&database, f64::NAN).await;
    is_refused(&database, f32::INFINITY).await;
    is_refused(&database, Some(f64::NAN)).await;
    is_refused(&database, vec![Some(f64::NEG_INFINITY)]).await;
    let rest = BTreeMap::from([("a".to_owned(), 2)]);
    is_refused(&database, Colliding { a: 1, rest }).await;
    assert_eq!(database.row("SELECT count(*), max(id) FROM t").await, "1|1");
}

#[tokio::test]
async fn the_order_of_a_map_does_not_count() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let all = (0..50).map(|n| (n.to_string(), f64::from(n) / 3.0)).collect::<HashMap<_, _>>();
    let batch = |_| [Batch::new([Row { id: 1 }]).high_watermark(all.clone())];
    ingest::<Row>(&mut client).batches(batch).await.unwrap();
    let session = ingest::<Row>(&mut client).start::<HashMap<String, f64>>().await.unwrap();
    assert_eq!(session.high_watermark(), Some(&all));
    session.finish().await.unwrap();
}

#[tokio::test]
async fn a_stored_null_is_none_unless_it_can_be_read() {
    let database = Database::new().await;
    let sql = r#"CREATE TABLE t (id int NOT NULL);
        COMMENT ON TABLE t IS '{"pg-bulk-ingest": {"high-watermark": null}}'"#;
    database.execute(sql).await;
    let mut client = database.connect().await;
    let session = ingest::<Row>(&mut client).start::<String>().await.unwrap();
    assert_eq!(session.high_watermark(), None);
    session.finish().await.unwrap();
    let session = ingest::<Row>(&mut client).start::<Option<String>>().await.unwrap();
    assert_eq!(session.high_watermark(), Some(&None));
    session.finish().await.unwrap();
    let batch = |_: Option<String>| [Batch::new([Row { id: 1 }]).high_watermark("a".to_owned())];
    let report = ingest::<Row>(&mut client).batches(batch).await.unwrap();
    assert_eq!(report.high_watermark.as_deref(), Some("a"));
}
