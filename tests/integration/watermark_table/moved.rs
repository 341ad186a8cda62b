//! It moves from the comment to a table, from one table to another, and back.

use super::{Row, STATE, into_state, run, with_row};
use pg_bulk_ingest::{Batch, ErrorKind, Watermarks, ingest};
use serde_json::Value;
use tests::Database;
use tokio_postgres::Client;

const COMMENT: &str = "SELECT obj_description('t'::regclass)";

/// Ingests one row with the high watermark in the comment.
async fn run_with_comment(client: &mut Client, id: i32) -> Option<i32> {
    run_with(client, Watermarks::Comment, id).await
}

async fn run_with(client: &mut Client, watermarks: Watermarks, id: i32) -> Option<i32> {
    let mut began = None;
    ingest::<Row>(client)
        .watermarks(watermarks)
        .batches(|after: Option<i32>| {
            began = after;
            Batch::new([Row { id, value: id }]).high_watermark(id)
        })
        .await
        .unwrap();
    began
}

/// What the comment says of high watermarks: the one in it, and where they are.
async fn said(database: &Database) -> (Value, Value) {
    let comment: Value = serde_json::from_str(&database.row(COMMENT).await).unwrap();
    let own = &comment["pg-bulk-ingest"];
    (own["high-watermark"].clone(), own["high-watermarks-in"].clone())
}

#[tokio::test]
async fn from_the_comment_and_back() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run_with_comment(&mut client, 1).await;
    assert_eq!(said(&database).await, (Value::from(1), Value::Null));
    assert_eq!(into_state(&mut client, "").stored::<i32>().await.unwrap(), Some(1));
    assert_eq!(run(&mut client, "", 2).await.unwrap(), Some(1));
    let there = Value::from(vec!["ops", "ingest_state"]);
    assert_eq!(said(&database).await, (Value::Null, there));
    assert_eq!(database.rows(STATE).await, ["public|t||2|1|1"]);
    assert_eq!(ingest::<Row>(&mut client).stored::<i32>().await.unwrap(), Some(2));
    assert_eq!(run_with_comment(&mut client, 3).await, Some(2));
    assert_eq!(said(&database).await, (Value::from(3), Value::Null));
    // Its row has none any more: it moves again.
    assert_eq!(run(&mut client, "", 4).await.unwrap(), Some(3));
    assert_eq!(run(&mut client, "", 5).await.unwrap(), Some(4));
    assert_eq!(database.rows(STATE).await, ["public|t||5|4|3"]);
}

#[tokio::test]
async fn a_batch_that_fails_moves_nothing() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run_with_comment(&mut client, 1).await;
    let mut session = into_state(&mut client, "").start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 2, value: 2 }).await.unwrap();
    drop(batch);
    session.finish().await.unwrap();
    assert_eq!(said(&database).await, (Value::from(1), Value::Null));
    assert_eq!(database.rows(STATE).await, [""; 0]);
    assert_eq!(run_with_comment(&mut client, 2).await, Some(1));
}

#[tokio::test]
async fn from_one_table_to_another() {
    let database = with_row().await;
    let mut client = database.connect().await;
    run(&mut client, "b", 2).await.unwrap();
    let other = || Watermarks::table("ops", "other");
    assert_eq!(run_with(&mut client, other(), 3).await, Some(1));
    // Those of the other sources move with it.
    let found = ingest::<Row>(&mut client).watermarks(other()).source("b");
    assert_eq!(found.stored::<i32>().await.unwrap(), Some(2));
    assert_eq!(run_with(&mut client, other(), 4).await, Some(3));
    let left = "SELECT source, high_watermark FROM ops.ingest_state ORDER BY source";
    assert_eq!(database.rows(left).await, ["|∅", "b|∅"]);
    let other = "SELECT source, high_watermark FROM ops.other ORDER BY source";
    assert_eq!(database.rows(other).await, ["|4", "b|2"]);
    // And back, to rows that are there and have none.
    assert_eq!(run(&mut client, "", 5).await.unwrap(), Some(4));
    assert_eq!(run(&mut client, "b", 6).await.unwrap(), Some(2));
}

#[tokio::test]
async fn what_else_is_in_the_comment_is_kept() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run_with_comment(&mut client, 1).await;
    database
        .execute(
            r#"COMMENT ON TABLE t IS '{"a" : 1.50, "pg-bulk-ingest": {"high-watermark": 1, "x": [1,  2]}}'"#,
        )
        .await;
    run(&mut client, "", 2).await.unwrap();
    let comment = database.row(COMMENT).await;
    assert!(comment.starts_with(r#"{"a" : 1.50, "pg-bulk-ingest": {"#), "{comment}");
    assert!(comment.contains(r#""x": [1,  2]"#), "{comment}");
    run_with_comment(&mut client, 3).await;
    let comment = database.row(COMMENT).await;
    assert!(comment.contains(r#""x": [1,  2]"#), "{comment}");
    assert_eq!(said(&database).await, (Value::from(3), Value::Null));
}

#[tokio::test]
async fn that_of_the_comment_is_of_no_named_source() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run_with_comment(&mut client, 1).await;
    assert_eq!(run(&mut client, "a", 2).await.unwrap(), None);
    // It goes to its own source when that is ingested.
    assert_eq!(run(&mut client, "", 3).await.unwrap(), Some(1));
}

#[tokio::test]
async fn of_two_sources_neither_moves_to_the_comment() {
    let database = with_row().await;
    let mut client = database.connect().await;
    run(&mut client, "orders/3", 2).await.unwrap();
    let error = ingest::<Row>(&mut client).start::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
    let said = error.to_string();
    assert!(
        said.contains(r#""ops"."ingest_state" has high watermarks of source "orders/3""#),
        "{said}"
    );
}

#[tokio::test]
async fn a_table_that_is_gone_is_not_made_anew() {
    let database = with_row().await;
    let mut client = database.connect().await;
    database.execute("ALTER TABLE ops.ingest_state RENAME TO elsewhere").await;
    for error in [
        run(&mut client, "", 2).await.unwrap_err(),
        into_state(&mut client, "").stored::<i32>().await.unwrap_err(),
        ingest::<Row>(&mut client).stored::<i32>().await.unwrap_err(),
        ingest::<Row>(&mut client).migrate().await.unwrap_err(),
    ] {
        let ErrorKind::WatermarkTable { table, .. } = error.kind() else { panic!("{error:?}") };
        assert_eq!(table.to_string(), r#""ops"."ingest_state""#);
        assert!(error.to_string().contains("high-watermarks-in"), "{error}");
    }
    let elsewhere = Watermarks::table("ops", "elsewhere");
    assert_eq!(run_with(&mut client, elsewhere, 2).await, Some(1));
}
