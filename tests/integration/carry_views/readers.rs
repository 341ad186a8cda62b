//! Readers of views wait for no longer than those of tables.

use super::{Row, rows, with_rows};
use pg_bulk_ingest::{Delete, Locks};
use std::time::Duration;
use tests::ingest;

/// The query of the materialized view says which locks are held while it runs.
#[tokio::test]
async fn a_materialized_view_is_filled_before_they_have_to() {
    let database = with_rows().await;
    database
        .execute(
            "CREATE FUNCTION locks(int) RETURNS int LANGUAGE sql AS $$
                 SELECT count(*)::int FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted
                 AND relation IN (SELECT oid FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relname IN ('t', 'm', 'v')) $$;
             CREATE VIEW v AS SELECT id FROM t;
             CREATE MATERIALIZED VIEW m AS SELECT id, locks(id) AS locked FROM v",
        )
        .await;
    let mut client = database.connect().await;
    super::replace(&mut client, Delete::All, &[3]).await.unwrap();
    assert_eq!(database.rows("SELECT id, locked FROM m").await, ["3|0"]);
}

/// What else a view reads is not locked, as LOCK TABLE of the view would.
#[tokio::test]
async fn other_tables_of_a_view_are_not_locked() {
    let database = with_rows().await;
    database
        .execute("CREATE TABLE o (id int); CREATE VIEW v AS SELECT id FROM t JOIN o USING (id)")
        .await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; LOCK TABLE o IN ROW EXCLUSIVE MODE").await.unwrap();
    let mut client = database.connect().await;
    super::replace(&mut client, Delete::All, &[3]).await.unwrap();
    reader.batch_execute("COMMIT").await.unwrap();
}

#[tokio::test]
async fn one_that_is_in_the_way_is_terminated_in_the_end() {
    let database = with_rows().await;
    database.execute("CREATE VIEW v AS SELECT 1 AS x FROM t WHERE false; CREATE MATERIALIZED VIEW m AS SELECT * FROM v").await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT * FROM m").await.unwrap();
    let mut client = database.connect().await;
    let locks = Locks {
        attempt: Duration::from_millis(50),
        terminate_after: Some(Duration::from_millis(100)),
        ..Locks::default()
    };
    let ingest = ingest::<Row>(&mut client).delete(Delete::All).locks(locks);
    ingest.batches(|_| [pg_bulk_ingest::Batch::new(rows(&[3]))]).await.unwrap();
    assert!(reader.batch_execute("SELECT 1").await.is_err());
    assert_eq!(database.rows("SELECT id FROM t").await, ["3"]);
}
