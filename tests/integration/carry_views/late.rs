//! What becomes of views while rows are loaded is not lost.

use super::{Row, rows, with_rows};
use pg_bulk_ingest::{Delete, ErrorKind, Visibility};
use tests::{assert_same_views, ingest, snapshot_of_views};

#[tokio::test]
async fn a_view_that_is_made_or_changed_during_the_load_is_carried_over() {
    let database = with_rows().await;
    database.execute("CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT id FROM t").await;
    let mut client = database.connect().await;
    let ingest = ingest::<Row>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .visibility(Visibility::AfterLastBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(rows(&[3, 4])).await.unwrap();
    database
        .execute(
            "CREATE OR REPLACE VIEW v AS SELECT id, value FROM t; DROP VIEW w;
             CREATE MATERIALIZED VIEW m AS SELECT value FROM v; COMMENT ON VIEW v IS 'late'",
        )
        .await;
    let before = snapshot_of_views(&database).await;
    batch.commit(1).await.unwrap();
    session.finish().await.unwrap();
    assert_same_views(&before, &snapshot_of_views(&database).await, "");
    assert_eq!(database.rows("SELECT value FROM m ORDER BY 1").await, ["v3", "v4"]);
}

/// It becomes visible only after the views were read, while the locks are waited for.
#[tokio::test]
async fn a_view_that_is_being_made_is_waited_for_and_carried_over() {
    let database = with_rows().await;
    database
        .execute("CREATE VIEW v AS SELECT * FROM t; CREATE MATERIALIZED VIEW m AS SELECT id FROM v")
        .await;
    let other = database.connect().await;
    let late = "CREATE VIEW w AS SELECT id FROM m; COMMENT ON VIEW w IS 'late'";
    other.batch_execute(&format!("BEGIN; {late}")).await.unwrap();
    let mut client = database.connect().await;
    let replaced =
        tokio::spawn(async move { super::replace(&mut client, Delete::All, &[3]).await });
    let waits = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted";
    while tests::rows(&other, waits).await == ["0"] {
        tokio::task::yield_now().await;
    }
    other.batch_execute("COMMIT").await.unwrap();
    replaced.await.unwrap().unwrap();
    assert_eq!(database.rows("SELECT id FROM w").await, ["3"]);
    assert_eq!(database.row("SELECT obj_description('w'::regclass)").await, "late");
}

#[tokio::test]
async fn a_view_that_cannot_be_filled_is_named_and_all_is_as_it_was() {
    let database = with_rows().await;
    database
        .execute(
            "CREATE MATERIALIZED VIEW a AS SELECT id FROM t;
             CREATE MATERIALIZED VIEW b AS SELECT 1 / (id - 3) AS x FROM t",
        )
        .await;
    let before = snapshot_of_views(&database).await;
    let mut client = database.connect().await;
    let error = super::replace(&mut client, Delete::All, &[3]).await.unwrap_err();
    let ErrorKind::View { view } = error.kind() else { panic!("{error:?}") };
    assert_eq!(view.to_string(), r#""public"."b""#);
    assert_eq!(error.code().unwrap().code(), "22012");
    assert_same_views(&before, &snapshot_of_views(&database).await, "");
    assert_eq!(database.rows("SELECT id FROM a ORDER BY 1").await, ["1", "2"]);
    super::replace(&mut client, Delete::All, &[4]).await.unwrap();
    assert_eq!(database.rows("SELECT x FROM b").await, ["1"]);
}
