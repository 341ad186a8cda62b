//! The high watermark: stored with the data, in the comment on the table.

mod reads_back;
mod stored;

use pg_bulk_ingest::{Batch, Delete, ErrorKind, HighWatermark, IngestTable, NoWatermark, ingest};
use tests::Database;
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

const COMMENT: &str = "SELECT obj_description('t'::regclass)";

/// Ingests one batch with this high watermark; answers the one after which it begins.
async fn run(client: &mut Client, watermark: i32) -> Option<i32> {
    let mut began = None;
    ingest::<Row>(client)
        .batches(|after: Option<i32>| {
            began = after;
            [Batch::new([Row { id: watermark }]).high_watermark(watermark)]
        })
        .await
        .unwrap();
    began
}

#[tokio::test]
async fn the_next_run_carries_on() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    assert_eq!(run(&mut client, 7).await, None);
    assert_eq!(run(&mut client, 0).await, Some(7));
    assert_eq!(run(&mut client, 9).await, Some(0));
    assert_eq!(database.row(COMMENT).await, r#"{"pg-bulk-ingest": {"high-watermark": 9}}"#);
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
    assert_eq!(database.row(COMMENT).await, r#"{"pg-bulk-ingest": {"high-watermark": 5}}"#);
}

#[tokio::test]
async fn the_rest_of_the_comment_is_kept() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 1).await;
    for (before, after) in [
        (
            r#"{"owner" : "Ann",  "pg-bulk-ingest": {"high-watermark": 1, "x": 1.50}, "n": 1e2}"#,
            r#"{"owner" : "Ann",  "pg-bulk-ingest": {"high-watermark": 2, "x": 1.50}, "n": 1e2}"#,
        ),
        (
            "Ann's \\ table",
            r#"{"comment": "Ann's \\ table", "pg-bulk-ingest": {"high-watermark": 2}}"#,
        ),
        (r#"{"pg-bulk-ingest": null}"#, r#"{"pg-bulk-ingest": {"high-watermark": 2}}"#),
        ("[1]", r#"{"comment": "[1]", "pg-bulk-ingest": {"high-watermark": 2}}"#),
    ] {
        let literal = before.replace('\'', "''");
        database.execute(&format!("COMMENT ON TABLE t IS '{literal}'")).await;
        run(&mut client, 2).await;
        assert_eq!(database.row(COMMENT).await, after);
    }
}

#[tokio::test]
async fn a_comment_changed_during_a_batch_is_kept_too() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 1).await;
    for delete in [Delete::Off, Delete::BeforeFirstBatch] {
        let mut session = ingest::<Row>(&mut client).delete(delete).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write(Row { id: 2 }).await.unwrap();
        let before = database.row(COMMENT).await.replace('}', r#"} "#);
        let changed = before.trim_end().trim_end_matches('}').to_owned() + r#", "by": "Ann"}"#;
        if delete == Delete::Off {
            database.execute(&format!("COMMENT ON TABLE t IS '{changed}'")).await;
        }
        batch.commit(2).await.unwrap();
        session.finish().await.unwrap();
        assert_eq!(database.row(&format!("{COMMENT}::json ->> 'by'")).await, "Ann");
    }
}

#[tokio::test]
async fn a_batch_without_one_leaves_it_and_a_delete_clears_it() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 7).await;
    database
        .execute(r#"COMMENT ON TABLE t IS '{"a": 1, "pg-bulk-ingest": {"high-watermark": 7}}'"#)
        .await;
    let rows = [Row { id: 1 }];
    let report = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(report.high_watermark, Some(NoWatermark));
    let batch = || [Batch::new(&rows).without_high_watermark()];
    let report = ingest::<Row>(&mut client).batches(|_: Option<i32>| batch()).await.unwrap();
    assert_eq!(report.high_watermark, Some(7));
    let kept = r#"{"a": 1, "pg-bulk-ingest": {"high-watermark": 7}}"#;
    assert_eq!(database.row(COMMENT).await, kept);
    let ingest = ingest::<Row>(&mut client).delete(Delete::BeforeFirstBatch);
    let report = ingest.batches(|_: Option<i32>| batch()).await.unwrap();
    assert_eq!(report.high_watermark, None);
    assert_eq!(database.row(COMMENT).await, r#"{"a": 1, "pg-bulk-ingest": {}}"#);
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
    database
        .execute(r#"COMMENT ON TABLE t IS '{"pg-bulk-ingest": {"high-watermark": null}}'"#)
        .await;
    let session = ingest::<Row>(&mut client).start::<Option<i32>>().await.unwrap();
    assert_eq!(session.high_watermark(), Some(&None));
}

#[tokio::test]
async fn an_object_that_cannot_be_read_is_an_error_and_no_reset() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 7).await;
    let comment = r#"{"pg-bulk-ingest": {"high-watermark": NaN}}"#;
    database.execute(&format!("COMMENT ON TABLE t IS '{comment}'")).await;
    let error = ingest::<Row>(&mut client).start::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnreadableComment { .. }));
    let expected = format!(
        "cannot read the high watermark: \"public\".\"t\": the comment on the table looks like a \
         JSON object and cannot be read as one: {comment}"
    );
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert_eq!(database.row(COMMENT).await, comment);
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
