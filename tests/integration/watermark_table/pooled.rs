//! Through PgBouncer in transaction mode, where each transaction may be on another connection to the server.

use super::{Row, STATE, into_state, run};
use pg_bulk_ingest::{Batch, ErrorKind, Overlap, Phase};
use tests::{Database, Pooler, connect};
use tokio::sync::mpsc::unbounded_channel;

/// A database, and a pooler of three connections before it. `None` without PgBouncer.
async fn pooled() -> Option<(Database, Pooler)> {
    let database = Database::new().await;
    let pooler = Pooler::new(&database.url(), "transaction", 3, &[])?;
    Some((database, pooler))
}

#[tokio::test]
async fn each_source_carries_on() {
    let Some((database, pooler)) = pooled().await else { return };
    for id in 1..=3 {
        for source in ["a", "b"] {
            let mut client = connect(&pooler.url()).await;
            let began = run(&mut client, source, id).await.unwrap();
            assert_eq!(began, (id > 1).then_some(id - 1));
        }
    }
    assert_eq!(database.rows(STATE).await, ["public|t|a|3|3|3", "public|t|b|3|3|3"]);
    assert_eq!(pooler.left_behind().await, [""; 0]);
}

#[tokio::test]
async fn a_run_of_the_same_source_is_seen_and_waited_for() {
    let Some((database, pooler)) = pooled().await else { return };
    let (mut one, mut two) = (connect(&pooler.url()).await, connect(&pooler.url()).await);
    run(&mut one, "", 1).await.unwrap();
    let mut session = into_state(&mut one, "").start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 2, value: 2 }).await.unwrap();
    let error = run(&mut two, "", 3).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error:?}");
    let (tell, mut told) = unbounded_channel();
    let waits = into_state(&mut two, "").overlap(Overlap::Wait).on_progress(move |progress| {
        if progress.phase == Phase::Wait {
            tell.send(()).unwrap();
        }
    });
    let next = waits.batches(|after: Option<i32>| {
        let id = after.unwrap() + 1;
        Batch::new([Row { id, value: id }]).high_watermark(id)
    });
    let (report, ()) = tokio::join!(next, async {
        told.recv().await.unwrap();
        batch.commit(2).await.unwrap();
    });
    assert_eq!(report.unwrap().high_watermark, Some(3));
    session.finish().await.unwrap();
    assert_eq!(database.rows(STATE).await, ["public|t||3|3|3"]);
    assert_eq!(pooler.left_behind().await, [""; 0]);
}

#[tokio::test]
async fn of_a_run_whose_connection_is_gone_nothing_is_waited_for() {
    let Some((database, pooler)) = pooled().await else { return };
    let (mut one, mut two) = (connect(&pooler.url()).await, connect(&pooler.url()).await);
    run(&mut one, "", 1).await.unwrap();
    let mut session = into_state(&mut one, "").start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 2, value: 2 }).await.unwrap();
    let holder =
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1";
    assert_eq!(database.row(holder).await, "t");
    let waits = into_state(&mut two, "").overlap(Overlap::Wait);
    let next = waits.batches(|after: Option<i32>| {
        let id = after.unwrap() + 10;
        Batch::new([Row { id, value: id }]).high_watermark(id)
    });
    assert_eq!(next.await.unwrap().high_watermark, Some(11));
    batch.commit(2).await.unwrap_err();
    assert_eq!(database.row("SELECT array_agg(id) FROM t").await, "{1,11}");
}
