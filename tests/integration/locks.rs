//! ACCESS EXCLUSIVE is taken in short attempts; sessions in the way are terminated after a delay.

use futures_util::future;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Locks};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

async fn with_rows() -> (Database, Client) {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_| [Batch::new([Row { id: 1 }])]).await.unwrap();
    (database, client)
}

/// A session that holds a lock on the table, in a transaction.
async fn holder(database: &Database) -> Client {
    let client = database.connect().await;
    client.batch_execute("BEGIN; SELECT * FROM t").await.unwrap();
    client
}

fn locks(terminate_after: Option<Duration>) -> Locks {
    Locks { attempt: Duration::from_millis(50), terminate_after, ..Locks::default() }
}

#[tokio::test]
async fn it_waits_for_a_reader_and_others_go_on_reading() {
    let (database, mut client) = with_rows().await;
    let reader = holder(&database).await;
    let ingest = ingest::<Row>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .locks(locks(Some(Duration::from_secs(60))));
    let mut ingested = Box::pin(ingest.batches(|_| [Batch::new([Row { id: 2 }])]));
    // Each of these reads while the ingest makes its attempts: none is refused.
    let other = database.connect().await;
    let reads = async {
        for _ in 0..50 {
            assert_eq!(tests::rows(&other, "SELECT id FROM t").await, ["1"]);
        }
        reader.batch_execute("COMMIT").await.unwrap();
    };
    let (result, ()) = tokio::join!(&mut ingested, reads);
    result.unwrap();
    assert_eq!(tests::rows(&other, "SELECT id FROM t").await, ["2"]);
    reader.batch_execute("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_holder_is_terminated_after_the_delay_and_not_before() {
    let (database, mut client) = with_rows().await;
    for delete in [Delete::BeforeFirstBatch, Delete::All] {
        let reader = holder(&database).await;
        let delay = Duration::from_millis(700);
        let ingest = ingest::<Row>(&mut client).delete(delete).locks(locks(Some(delay)));
        let start = Instant::now();
        let mut session = ingest.start::<i32>().await.unwrap();
        if delete == Delete::BeforeFirstBatch {
            let mut batch = session.batch().await.unwrap();
            batch.write(Row { id: 2 }).await.unwrap();
            batch.commit(1).await.unwrap();
        }
        session.finish().await.unwrap();
        assert!(start.elapsed() >= delay);
        let error = reader.batch_execute("SELECT 1").await.unwrap_err();
        assert!(error.is_closed() || error.code().is_some(), "{error:?}");
        let expected = if delete == Delete::All { vec![] } else { vec!["2".to_owned()] };
        assert_eq!(database.rows("SELECT id FROM t").await, expected);
    }
}

/// What one reader met whose transactions are short: how many were done, and how long those had lasted
/// that were ended.
async fn read_until(stop: Arc<AtomicBool>, database: &Database) -> (usize, Vec<Duration>) {
    let (mut done, mut ended) = (0, Vec::new());
    let mut client = database.connect().await;
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        match client.batch_execute("SELECT FROM t; SELECT pg_sleep(0.02)").await {
            Ok(()) => done += 1,
            Err(_) => {
                ended.push(start.elapsed());
                client = database.connect().await;
            }
        }
    }
    (done, ended)
}

/// At any moment one of them holds a lock, and is done within the next attempt. One that lasted for
/// longer than an attempt, as the machine was busy, may be terminated.
#[tokio::test]
async fn readers_whose_transactions_are_short_are_not_terminated_with_the_one_in_the_way() {
    let (database, mut client) = with_rows().await;
    let idle = holder(&database).await;
    let attempt = Duration::from_millis(200);
    let locks = Locks { attempt, terminate_after: Some(Duration::ZERO), ..Locks::default() };
    let stop = Arc::new(AtomicBool::new(false));
    let readers = future::join_all((0..6).map(|_| read_until(Arc::clone(&stop), &database)));
    let replaced = async {
        let ingest = ingest::<Row>(&mut client).delete(Delete::BeforeFirstBatch).locks(locks);
        ingest.batches(|_| [Batch::new([Row { id: 2 }])]).await.unwrap();
        stop.store(true, Ordering::Relaxed);
    };
    let (read, ()) = tokio::join!(readers, replaced);
    for (done, ended) in read {
        assert!(done > 0);
        assert!(ended.iter().all(|lasted| *lasted > attempt), "{ended:?}");
    }
    idle.batch_execute("SELECT 1").await.unwrap_err();
    assert_eq!(database.rows("SELECT id FROM t").await, ["2"]);
}

#[tokio::test]
async fn a_session_that_may_not_be_terminated_is_named() {
    let (database, _) = with_rows().await;
    let owner = database.role("owner");
    let mut client = database.connect_as("owner").await;
    let alter = format!("ALTER TABLE t OWNER TO {owner}; GRANT ALL ON SCHEMA public TO {owner}");
    database.execute(&alter).await;
    let reader = holder(&database).await;
    let process = tests::rows(&reader, "SELECT pg_backend_pid()").await.remove(0);
    let error = ingest::<Row>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .locks(locks(Some(Duration::from_millis(200))))
        .batches(|_| [Batch::new([Row { id: 2 }])])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot replace the table: batch 1: the role may not terminate the sessions in the \
             way; in the way: process {process} of role {}",
            database.row("SELECT current_user").await
        )
    );
    assert_eq!(error.code().unwrap().code(), "42501");
    reader.batch_execute("COMMIT").await.unwrap();
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
}

#[tokio::test]
async fn a_prepared_transaction_is_named() {
    let (database, mut client) = with_rows().await;
    let name = format!("prepared by {}", database.name());
    let prepare = format!("BEGIN; SELECT * FROM t; PREPARE TRANSACTION '{name}'");
    database.execute(&prepare).await;
    let error = ingest::<Row>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .locks(locks(Some(Duration::from_millis(200))))
        .batches(|_| [Batch::new([Row { id: 2 }])])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot replace the table: batch 1: a prepared transaction cannot be terminated, it \
             has to be ended; in the way: prepared transaction '{name}'"
        )
    );
    database.execute(&format!("ROLLBACK PREPARED '{name}'")).await;
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
}

#[tokio::test]
async fn a_vacuum_of_a_child_does_not_keep_a_high_watermark_out() {
    let (database, mut client) = with_rows().await;
    database.execute("CREATE TABLE child () INHERITS (t)").await;
    let vacuum = database.connect().await;
    let lock = "BEGIN; LOCK TABLE child IN SHARE UPDATE EXCLUSIVE MODE";
    vacuum.batch_execute(lock).await.unwrap();
    let batch = Batch::new([Row { id: 2 }]).high_watermark(2);
    let locks = Locks { comment_lock_timeout: Duration::from_millis(200), ..Locks::default() };
    ingest::<Row>(&mut client).locks(locks).batches(|_| [batch]).await.unwrap();
    assert_eq!(ingest::<Row>(&mut client).stored::<i32>().await.unwrap(), Some(2));
}

#[tokio::test]
async fn the_high_watermark_is_waited_for_up_to_a_bound() {
    let (database, mut client) = with_rows().await;
    let vacuum = database.connect().await;
    let lock = "BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE";
    vacuum.batch_execute(lock).await.unwrap();
    let process = tests::rows(&vacuum, "SELECT pg_backend_pid()").await.remove(0);
    let locks = Locks { comment_lock_timeout: Duration::from_millis(200), ..Locks::default() };
    let error = ingest::<Row>(&mut client)
        .locks(locks.clone())
        .batches(|_| [Batch::new([Row { id: 2 }]).high_watermark(2)])
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { .. }));
    let reason = r#"cannot store the high watermark: "public"."t", batch 1: timed out waiting for SHARE UPDATE EXCLUSIVE on "public"."t"; in the way: process"#;
    let role = database.row("SELECT current_user").await;
    let holder = format!("{reason} {process} of role {role}, idle in transaction, since 2");
    let said = error.to_string();
    assert!(said.starts_with(&holder), "{said}");
    assert!(said.ends_with(" UTC, holds SHARE UPDATE EXCLUSIVE"), "{said}");
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
    // Rows without a high watermark need no such lock.
    let ingest = ingest::<Row>(&mut client).locks(locks);
    ingest.batches(|_| [Batch::new([Row { id: 2 }])]).await.unwrap();
}

#[tokio::test]
async fn the_settings_of_the_transaction_are_as_before() {
    use futures_util::FutureExt;
    let (database, mut client) = with_rows().await;
    client.batch_execute("SET lock_timeout = '77s'").await.unwrap();
    let reader = holder(&database).await;
    let mut seen = Vec::new();
    let ingest = ingest::<Row>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .locks(locks(Some(Duration::from_millis(100))))
        .on_before_visible(|before| {
            seen.push(());
            async move {
                let row = before.transaction.query_one("SHOW lock_timeout", &[]).await?;
                assert_eq!(row.get::<_, &str>(0), "77s");
                Ok(())
            }
            .boxed()
        });
    let batches = |_| (1..=2).map(|id| Batch::new([Row { id }]).high_watermark(id));
    ingest.batches(batches).await.unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(tests::rows(&client, "SHOW lock_timeout").await, ["77s"]);
    drop(reader);
}
