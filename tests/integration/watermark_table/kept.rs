//! It is stored with the data, without a lock on their table.

use super::{Row, STATE, into_state, run, with_row};
use pg_bulk_ingest::{
    Batch, Delete, HighWatermark, IngestTable, IngestTables, NoWatermark, Upsert, Visibility,
    Watermarks,
};
use serde_json::json;
use tests::{Database, RoundTrips, ingest};

#[tokio::test]
async fn the_next_run_of_a_source_carries_on() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    assert_eq!(run(&mut client, "a", 7).await.unwrap(), None);
    assert_eq!(run(&mut client, "b", 8).await.unwrap(), None);
    assert_eq!(run(&mut client, "a", 9).await.unwrap(), Some(7));
    assert_eq!(run(&mut client, "b", 5).await.unwrap(), Some(8));
    assert_eq!(database.rows(STATE).await, ["public|t|a|9|2|2", "public|t|b|5|2|2"]);
    let stored = into_state(&mut client, "a").stored::<i32>().await.unwrap();
    assert_eq!(stored, Some(9));
    assert_eq!(into_state(&mut client, "c").stored::<i32>().await.unwrap(), None);
    let recent = "SELECT bool_and(now() - committed_at < '1 hour') FROM ops.ingest_state";
    assert_eq!(database.row(recent).await, "t");
}

#[tokio::test]
async fn under_any_setting_of_the_session_and_in_a_transaction() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let settings = "SET search_path = ''; SET standard_conforming_strings = off; \
                    SET quote_all_identifiers = on";
    client.batch_execute(settings).await.unwrap();
    assert_eq!(run(&mut client, r"a\b'c", 7).await.unwrap(), None);
    assert_eq!(run(&mut client, r"a\b'c", 8).await.unwrap(), Some(7));
    client.batch_execute("BEGIN").await.unwrap();
    assert_eq!(into_state(&mut client, r"a\b'c").stored::<i32>().await.unwrap(), Some(8));
    let path = tests::rows(&client, "SELECT current_setting('search_path')").await;
    assert_eq!(path, [r#""""#]);
}

#[tokio::test]
async fn its_table_may_have_any_name() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (batch, expected) in [(1, None), (2, Some(1))] {
        let mut began = None;
        let ingest =
            ingest::<Row>(&mut client).watermarks(Watermarks::table("a:table'", "\"b:c\\"));
        let made = ingest.batches(|after: Option<i32>| {
            began = after;
            Batch::new([Row { id: batch, value: 0 }]).high_watermark(batch)
        });
        made.await.unwrap();
        assert_eq!(began, expected);
    }
}

#[tokio::test]
async fn a_vacuum_holds_no_batch_up() {
    let database = with_row().await;
    let holder = database.connect().await;
    let vacuum = "BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE";
    holder.batch_execute(vacuum).await.unwrap();
    let mut client = database.connect().await;
    client.batch_execute("SET lock_timeout = '10ms'").await.unwrap();
    assert_eq!(run(&mut client, "", 2).await.unwrap(), Some(1));
    assert_eq!(database.rows(STATE).await, ["public|t||2|2|2"]);
}

#[tokio::test]
async fn a_role_that_does_not_own_the_table_stores_it() {
    let database = with_row().await;
    let role = database.role("loader");
    let mut client = database.connect_as("loader").await;
    database
        .execute(&format!(
            "GRANT SELECT, INSERT, UPDATE ON t, ops.ingest_state TO {role};
            GRANT USAGE ON SCHEMA ops TO {role}"
        ))
        .await;
    assert_eq!(run(&mut client, "", 2).await.unwrap(), Some(1));
    assert_eq!(run(&mut client, "other", 3).await.unwrap(), None);
    assert_eq!(database.rows(STATE).await, ["public|t||2|2|2", "public|t|other|3|1|1"]);
}

#[tokio::test]
async fn any_json_is_kept_byte_for_byte() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for value in
        [json!(0), json!(""), json!(false), json!(null), json!({"b": [1.50, 2], "a": "\u{1}'\\"})]
    {
        let batch = Batch::new([Row { id: 1, value: 1 }]).high_watermark(value.clone());
        let ingest = into_state(&mut client, "").high_watermark(HighWatermark::Earliest);
        ingest.batches(|_: Option<serde_json::Value>| batch).await.unwrap();
        let stored = into_state(&mut client, "").stored::<serde_json::Value>().await.unwrap();
        assert_eq!(stored, Some(value.clone()));
        let text = database.row("SELECT high_watermark FROM ops.ingest_state").await;
        assert_eq!(text, value.to_string());
    }
}

#[tokio::test]
async fn a_batch_without_one_leaves_it() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let batch = || Batch::new([Row { id: 2, value: 2 }]);
    into_state(&mut client, "").batches(|_: Option<NoWatermark>| batch()).await.unwrap();
    let mut session = into_state(&mut client, "").start::<i32>().await.unwrap();
    session.batch().await.unwrap().commit_without_high_watermark().await.unwrap();
    session.finish().await.unwrap();
    assert_eq!(database.rows(STATE).await, ["public|t||1|1|1"]);
}

#[tokio::test]
async fn all_batches_of_one_transaction_write_it_once() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let ingest = into_state(&mut client, "").visibility(Visibility::AfterLastBatch);
    let batch = |id| Batch::new([Row { id, value: id }]).high_watermark(id);
    let report = ingest.batches(|_: Option<i32>| [batch(2), batch(3)]).await.unwrap();
    assert_eq!(report.high_watermark, Some(3));
    assert_eq!(database.rows(STATE).await, ["public|t||3|2|3"]);
}

#[tokio::test]
async fn rows_that_are_deleted_take_that_of_each_source_with_them() {
    for (delete, batches, expected) in [
        (Delete::BeforeFirstBatch, 1, ["public|t||5|2|2", "public|t|b|-|2|1"]),
        (Delete::All, 1, ["public|t||5|2|2", "public|t|b|-|2|1"]),
        (Delete::All, 0, ["public|t||-|2|1", "public|t|b|-|2|1"]),
        (Delete::BeforeFirstBatch, 0, ["public|t||1|1|1", "public|t|b|2|1|1"]),
    ] {
        let database = with_row().await;
        let mut client = database.connect().await;
        run(&mut client, "b", 2).await.unwrap();
        let batch = |_| Batch::new([Row { id: 5, value: 5 }]).high_watermark(5);
        let ingest = into_state(&mut client, "").delete(delete);
        ingest.batches(|_: Option<i32>| (0..batches).map(batch)).await.unwrap();
        assert_eq!(database.rows(STATE).await, expected, "{delete:?}, {batches} batches");
    }
}

#[tokio::test]
async fn a_table_that_was_dropped_takes_it_along() {
    for batches in [1, 0] {
        let database = with_row().await;
        let mut client = database.connect().await;
        run(&mut client, "b", 2).await.unwrap();
        database.execute("DROP TABLE t").await;
        assert_eq!(into_state(&mut client, "b").stored::<i32>().await.unwrap(), None);
        let mut began = Some(9);
        let batch = |_| Batch::new([Row { id: 5, value: 5 }]).without_high_watermark();
        let ingest = into_state(&mut client, "");
        let made = ingest.batches(|after: Option<i32>| {
            began = after;
            (0..batches).map(batch)
        });
        made.await.unwrap();
        assert_eq!(began, None);
        assert_eq!(database.row("SELECT count(*) FROM t").await, batches.to_string());
        assert_eq!(
            database.rows(STATE).await,
            [format!("public|t||-|2|{}", 1 + batches), "public|t|b|-|2|1".to_owned()]
        );
        assert_eq!(run(&mut client, "b", 6).await.unwrap(), None);
    }
}

/// The same table with another type of column: it is rebuilt.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Rebuilt {
    #[ingest(primary_key)]
    id: i64,
    value: String,
}

#[tokio::test]
async fn a_rebuild_keeps_it() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let row = Rebuilt { id: 2, value: "two".to_owned() };
    let mut began = None;
    ingest::<Rebuilt>(&mut client)
        .watermarks(Watermarks::table("ops", "ingest_state"))
        .batches(|after: Option<i32>| {
            began = after;
            Batch::new([row]).high_watermark(2)
        })
        .await
        .unwrap();
    assert_eq!(began, Some(1));
    assert_eq!(database.rows("SELECT id, value FROM t ORDER BY id").await, ["1|1", "2|two"]);
    assert_eq!(database.rows(STATE).await, ["public|t||2|2|2"]);
}

#[derive(IngestTable)]
struct Child {
    #[ingest(primary_key)]
    id: i32,
}

#[derive(IngestTables)]
enum Both {
    Row(Row),
    Child(Child),
}

#[tokio::test]
async fn of_several_tables_it_is_that_of_the_first() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Both>(&mut client).watermarks(Watermarks::table("ops", "ingest_state"));
    let mut session = ingest.start::<i32>().await.unwrap();
    assert_eq!(session.high_watermark(), Some(&1));
    let mut batch = session.batch().await.unwrap();
    batch.write(Child { id: 1 }).await.unwrap();
    batch.write(Row { id: 2, value: 2 }).await.unwrap();
    batch.commit(2).await.unwrap();
    session.finish().await.unwrap();
    assert_eq!(database.rows(STATE).await, ["public|t||2|2|3"]);
}

#[tokio::test]
async fn its_table_is_planned_and_made_by_a_migration_alone() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let plan = into_state(&mut client, "").plan().await.unwrap().to_string();
    assert!(plan.contains(r#"CREATE SCHEMA IF NOT EXISTS "ops";"#), "{plan}");
    assert!(plan.contains(r#"CREATE TABLE IF NOT EXISTS "ops"."ingest_state" (table_"#), "{plan}");
    let migrated = into_state(&mut client, "").migrate().await.unwrap();
    assert_eq!(migrated.to_string(), plan);
    let plan = into_state(&mut client, "").plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test]
async fn a_plan_names_those_of_tables_that_are_gone() {
    let database = with_row().await;
    let mut client = database.connect().await;
    run(&mut client, "b\"", 5).await.unwrap();
    assert_eq!(into_state(&mut client, "").plan().await.unwrap().kept(), []);
    database.execute("ALTER TABLE t RENAME TO \"it's\"").await;
    let plan = into_state(&mut client, "").plan().await.unwrap();
    let [first, second] = plan.kept() else { panic!("{plan}") };
    assert_eq!((&*first.name, &*second.name), ("", "b\""));
    assert_eq!(
        second.to_string(),
        r#""public"."t": the table does not exist, and "ops"."ingest_state" has a high watermark of it, 5, of source "b\"""#
    );
    assert_eq!(database.rows(STATE).await.len(), 2);
}

#[tokio::test]
async fn a_small_batch_takes_no_more_round_trips_than_with_the_comment() {
    let database = with_row().await;
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        let mut taken = [0, 0];
        for (position, table) in
            [Watermarks::Comment, Watermarks::table("ops", "ingest_state")].into_iter().enumerate()
        {
            let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
            let ingest = ingest::<Row>(&mut client).into_table("public", format!("u{position}"));
            let ingest = ingest.watermarks(table).upsert(upsert);
            let mut session = ingest.start::<i32>().await.unwrap();
            let next = session.high_watermark().map_or(1, |after| after + 1);
            for id in next..next + 3 {
                round_trips.take();
                let batch = Batch::new([Row { id, value: id }]).high_watermark(id);
                session.ingest(batch).await.unwrap();
                taken[position] = round_trips.take();
            }
            session.finish().await.unwrap();
        }
        assert!(taken[1] <= taken[0], "{taken:?}");
    }
}
