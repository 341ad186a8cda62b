//! How runs end otherwise than with their writers.

use super::{Account, Event, are_in_transaction, event, of_rows, start};
use pg_bulk_ingest::{
    Delete, Error, ErrorKind, IngestTable, Migration, NoWatermark, SetAside, Visibility, inserter,
};
use std::sync::atomic::{AtomicU64, Ordering};
use tests::{Database, ingest};

#[tokio::test]
async fn a_batch_that_fails_ends_the_run_and_all_are_told_why() {
    let database = Database::new().await;
    database
        .execute("CREATE TABLE t (id bigint NOT NULL CHECK (id <> 2), text text NOT NULL)")
        .await;
    let (events, run) = start::<Event, NoWatermark>(&database, of_rows(3));
    let first = events.write(event(1)).await.unwrap();
    let second = events.write(event(2)).await.unwrap();
    let also = second.clone();
    events.write(event(3)).await.unwrap();
    let error = run.await.unwrap().unwrap_err();
    assert_eq!((error.code().unwrap().code(), error.row()), ("23514", Some(2)));
    for durable in [first, second, also] {
        let told = durable.await.unwrap_err();
        assert_eq!(told.to_string(), error.to_string());
        assert_eq!(told.code(), error.code());
    }
    let told = events.write(event(4)).await.unwrap_err();
    assert_eq!(told.to_string(), error.to_string());
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
}

#[tokio::test]
async fn what_the_server_refuses_can_be_set_aside() {
    let database = Database::new().await;
    database
        .execute("CREATE TABLE t (id bigint NOT NULL CHECK (id % 5 <> 2), text text NOT NULL)")
        .await;
    let mut client = database.connect().await;
    let told = AtomicU64::new(0);
    let set_aside = SetAside {
        share: 1.0,
        into: pg_bulk_ingest::Rejects::call(|_| {
            told.fetch_add(1, Ordering::Relaxed);
        }),
        ..SetAside::default()
    };
    let ingest = ingest::<Event>(&mut client).set_aside(set_aside);
    let (events, inserter) = ingest.inserter::<NoWatermark>(of_rows(10));
    let write = async move {
        for id in 0..20 {
            let durable = events.write(event(id)).await.unwrap();
            if id % 10 == 9 {
                durable.await.unwrap();
            }
        }
    };
    let (report, ()) = tokio::join!(inserter.run(), write);
    let report = report.unwrap();
    let rows = report.rejects().iter().map(|rejected| rejected.row).collect::<Vec<_>>();
    assert_eq!((report.tables[0].rejected, rows.len()), (4, 4), "{rows:?}");
    assert_eq!(told.into_inner(), 4);
    assert_eq!(database.row("SELECT count(*) FROM t").await, "16");
}

#[tokio::test]
async fn settings_under_which_rows_would_not_become_visible_in_time_are_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (visibility, delete) in [
        (Visibility::AfterLastBatch, Delete::Off),
        (Visibility::AfterEachBatch, Delete::BeforeFirstBatch),
        (Visibility::AfterEachBatch, Delete::Missing),
        (Visibility::AfterEachBatch, Delete::All),
    ] {
        let ingest = ingest::<Account>(&mut client).visibility(visibility).delete(delete);
        let (accounts, inserter) = ingest.inserter::<NoWatermark>(of_rows(10));
        let writing = accounts.write(Account { id: 1, name: String::new() });
        let (ran, written) = tokio::join!(inserter.run(), writing);
        let error = ran.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
        assert!(error.to_string().contains("an inserter"), "{error}");
        assert_eq!(written.unwrap_err().to_string(), error.to_string());
    }
    assert_eq!(database.row("SELECT to_regclass('a') IS NULL").await, "t");
}

fn is_ended(error: &Error) {
    assert!(matches!(error.kind(), ErrorKind::RunEnded), "{error:?}");
    assert_eq!(
        error.to_string(),
        "cannot write a row: the run of the inserter was ended or dropped"
    );
}

#[tokio::test]
async fn a_run_that_is_dropped_ends_those_who_wait_for_it() {
    let (events, feed) = inserter::<Event, NoWatermark>(of_rows(3));
    let waits = tokio::spawn({
        let events = events.clone();
        async move { events.write(event(1)).await.map(|_| ()) }
    });
    tokio::task::yield_now().await;
    drop(feed);
    is_ended(&waits.await.unwrap().unwrap_err());
    is_ended(&events.write(event(1)).await.unwrap_err());

    let database = Database::new().await;
    let (events, run) = start::<Event, NoWatermark>(&database, of_rows(3));
    let durable = events.write(event(1)).await.unwrap();
    run.abort();
    is_ended(&durable.await.unwrap_err());
    is_ended(&events.write(event(2)).await.unwrap_err());
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
}

#[tokio::test]
async fn a_run_that_is_dropped_in_a_batch_rolls_it_back() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id bigint NOT NULL, text text NOT NULL)").await;
    let (events, run) = start::<Event, NoWatermark>(&database, of_rows(1));
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE t IN SHARE MODE").await.unwrap();
    let durable = events.write(event(1)).await.unwrap();
    let waits = "SELECT 1 FROM pg_locks WHERE NOT granted";
    while database.rows(waits).await.is_empty() {}
    run.abort();
    is_ended(&durable.await.unwrap_err());
    holder.batch_execute("COMMIT").await.unwrap();
    are_in_transaction(&database, "0").await;
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
}

#[tokio::test]
async fn a_hook_is_called_for_batches_of_rows_and_a_rebuild_comes_before() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Event {
        text: String,
        id: i64,
    }
    let database = Database::new().await;
    // The columns are in another order.
    database.execute("CREATE TABLE t (id bigint NOT NULL, text text NOT NULL)").await;
    database.execute("INSERT INTO t VALUES (1, 'before')").await;
    let mut client = database.connect().await;
    let mut phases = Vec::new();
    let mut hooked = 0;
    let ingest = ingest::<Event>(&mut client)
        .migration(Migration::Exact)
        .on_progress(|progress| phases.push(progress.phase))
        .on_before_visible(|before| {
            hooked += 1;
            Box::pin(async move {
                let count = before.transaction.query_one("SELECT count(*) FROM t", &[]).await?;
                assert!(count.get::<_, i64>(0) > 1);
                Ok(())
            })
        });
    let (events, inserter) = ingest.inserter::<NoWatermark>(of_rows(1));
    let write = async move {
        for id in 2..5 {
            let event = Event { id, text: "after".to_owned() };
            events.write(event).await.unwrap().await.unwrap();
        }
    };
    let (report, ()) = tokio::join!(inserter.run(), write);
    let report = report.unwrap();
    assert_eq!((report.batches, report.rows, hooked), (4, 3, 3));
    assert!(!report.migrated.is_empty());
    assert!(phases.contains(&pg_bulk_ingest::Phase::Hook));
    let rows = database.rows("SELECT * FROM t ORDER BY id").await;
    assert_eq!(rows, ["before|1", "after|2", "after|3", "after|4"]);
}

#[tokio::test]
async fn an_ingest_that_is_skipped_takes_no_rows() {
    let database = Database::new().await;
    let mut other = database.connect().await;
    let mut session = ingest::<Event>(&mut other).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(event(1)).await.unwrap();
    let mut client = database.connect().await;
    let ingest = ingest::<Event>(&mut client).overlap(pg_bulk_ingest::Overlap::Skip);
    let (events, inserter) = ingest.inserter::<i64>(of_rows(1));
    let write = async move { events.write(event(2)).await.map(|_| ()) };
    let (report, written) = tokio::join!(inserter.run(), write);
    assert!(report.unwrap().skipped.is_some());
    is_ended(&written.unwrap_err());
    batch.commit(1).await.unwrap();
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
}
