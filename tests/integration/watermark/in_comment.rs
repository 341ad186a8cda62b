//! The high watermark in the comment on the table, of which all else is kept.

use super::{Row, ingested};
use pg_bulk_ingest::{Batch, Delete, ErrorKind, HighWatermark, NoWatermark, ingest};
use tests::Database;
use tokio_postgres::Client;

const COMMENT: &str = "SELECT obj_description('t'::regclass)";

/// As Python writes it.
const UNREADABLE: &str = r#"{"pg-bulk-ingest": {"high-watermark": NaN}}"#;

/// Ingests one batch with this high watermark.
async fn run(client: &mut Client, watermark: i32) {
    ingested(ingest(client), watermark).await;
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
    let error = ingest::<Row>(&mut client).stored::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnreadableComment { .. }), "{error:?}");
    assert_eq!(database.row(COMMENT).await, comment);
}

#[tokio::test]
async fn a_comment_that_cannot_be_read_is_refused_only_where_it_has_to_be() {
    let database = Database::new().await;
    let sql = format!(
        "CREATE TABLE t (id int PRIMARY KEY, theirs int);
        COMMENT ON TABLE t IS '{UNREADABLE}'"
    );
    database.execute(&sql).await;
    let mut client = database.connect().await;
    let plain = |_| [Batch::new([Row { id: 1 }])];
    let marked = |_| [Batch::new([Row { id: 1 }]).high_watermark(1)];
    // Neither read nor written.
    ingest::<Row>(&mut client).batches(plain).await.unwrap();
    let earliest = ingest::<Row>(&mut client).high_watermark(HighWatermark::Earliest);
    earliest.start::<i32>().await.unwrap().finish().await.unwrap();
    assert!(ingest::<Row>(&mut client).plan().await.unwrap().is_empty());
    // Read, or written.
    let latest = ingest::<Row>(&mut client).start::<i32>().await.unwrap_err();
    let earliest = ingest::<Row>(&mut client).high_watermark(HighWatermark::Earliest);
    let stored = earliest.batches(marked).await.unwrap_err();
    let value = ingest::<Row>(&mut client).high_watermark(HighWatermark::value(1));
    let value = value.batches(marked).await.unwrap_err();
    let cleared = ingest::<Row>(&mut client).delete(Delete::All);
    let cleared = cleared.batches(plain).await.unwrap_err();
    for error in [latest, stored, value, cleared] {
        assert!(matches!(error.kind(), ErrorKind::UnreadableComment { .. }), "{error}");
        assert!(error.to_string().contains("COMMENT ON TABLE"), "{error}");
    }
    assert_eq!(database.row("SELECT count(*) FROM t").await, "1");
    assert_eq!(database.row(COMMENT).await, UNREADABLE);
    database.execute("COMMENT ON TABLE t IS NULL").await;
    ingest::<Row>(&mut client).batches(marked).await.unwrap();
}
