//! Ingests of several sources into one table at the same time.

use super::{Row, STATE, into_state, run, with_row};
use futures_util::future::join_all;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, Upsert};
use tests::Database;
use tokio_postgres::Client;

#[tokio::test]
async fn their_batches_are_beside_each_other() {
    let database = with_row().await;
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        let (mut one, mut two) = (database.connect().await, database.connect().await);
        let mut first = into_state(&mut one, "a").upsert(upsert).start::<i32>().await.unwrap();
        let mut second = into_state(&mut two, "b").upsert(upsert).start::<i32>().await.unwrap();
        let next = first.high_watermark().copied().unwrap_or_default() + 10;
        let mut first_batch = first.batch().await.unwrap();
        let mut second_batch = second.batch().await.unwrap();
        first_batch.write(Row { id: next + 1, value: 1 }).await.unwrap();
        second_batch.write(Row { id: next + 2, value: 2 }).await.unwrap();
        second_batch.commit(next).await.unwrap();
        first_batch.commit(next).await.unwrap();
        first.finish().await.unwrap();
        second.finish().await.unwrap();
    }
    assert_eq!(database.row("SELECT count(*) FROM t").await, "5");
    let expected = ["public|t||1|1|1", "public|t|a|20|2|2", "public|t|b|20|2|2"];
    assert_eq!(database.rows(STATE).await, expected);
}

#[tokio::test]
async fn one_that_was_paused_commits_nothing_over_its_successor() {
    let database = with_row().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let mut paused = into_state(&mut one, "").start::<i32>().await.unwrap();
    assert_eq!(run(&mut two, "", 2).await.unwrap(), Some(1));
    // The same high watermark again: it is the number of writes that tells.
    run(&mut two, "", 1).await.unwrap();
    let error = paused.batch().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    paused.finish().await.unwrap();
    assert_eq!(database.rows(STATE).await, ["public|t||1|3|3"]);
}

#[tokio::test]
async fn what_is_written_right_after_a_batch_fails_the_next_whether_it_stores_one_or_not() {
    for stores in [true, false] {
        let database = with_row().await;
        let mut client = database.connect().await;
        let mut session = into_state(&mut client, "").start::<i32>().await.unwrap();
        let batch = |id| Batch::new([Row { id, value: 2 }]);
        session.ingest(batch(2).high_watermark(2)).await.unwrap();
        session.ingest(batch(3).without_high_watermark()).await.unwrap();
        database.execute("UPDATE ops.ingest_state SET batch = batch + 1").await;
        let ended = match stores {
            true => session.ingest(batch(4).high_watermark(4)).await,
            false => session.ingest(batch(4).without_high_watermark()).await,
        };
        let error = ended.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
        session.finish().await.unwrap();
        assert_eq!(database.row("SELECT array_agg(id ORDER BY id) FROM t").await, "{1,2,3}");
    }
}

#[tokio::test]
async fn a_row_that_is_written_in_between_fails_the_batch_whole() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let mut session = into_state(&mut client, "").start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 2, value: 2 }).await.unwrap();
    database.execute("UPDATE ops.ingest_state SET batch = batch + 1").await;
    let error = batch.commit(2).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    assert!(error.is_transient());
    session.finish().await.unwrap();
    assert_eq!(database.row("SELECT array_agg(id) FROM t").await, "{1}");
    assert_eq!(database.rows(STATE).await, ["public|t||1|2|1"]);
}

async fn load(client: &mut Client, source: usize) {
    let batches = |after: Option<i32>| {
        let first = after.unwrap_or_default() + 1;
        (first..=3).map(move |batch| {
            let source = i32::try_from(source).unwrap();
            let id = source * 100 + batch;
            Batch::new([Row { id, value: batch }]).high_watermark(batch)
        })
    };
    into_state(client, &source.to_string()).batches(batches).await.unwrap();
}

#[tokio::test]
async fn they_create_the_tables_at_once() {
    let database = Database::new().await;
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(database.connect().await);
    }
    let loads = clients.iter_mut().enumerate().map(|(source, client)| load(client, source));
    join_all(loads).await;
    assert_eq!(database.row("SELECT count(*), sum(value) FROM t").await, "24|48");
    let state = (0..8).map(|source| format!("public|t|{source}|3|3|3")).collect::<Vec<_>>();
    assert_eq!(database.rows(STATE).await, state);
}

#[tokio::test]
async fn what_concerns_the_whole_table_waits_for_them_and_keeps_them_out() {
    let database = with_row().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let mut first = into_state(&mut one, "a").start::<i32>().await.unwrap();
    let mut batch = first.batch().await.unwrap();
    batch.write(Row { id: 2, value: 2 }).await.unwrap();
    let refreshes = into_state(&mut two, "b").delete(Delete::BeforeFirstBatch);
    let mut second = refreshes.start::<i32>().await.unwrap();
    // It is granted once the batch of the other source is over, whose row it then deletes.
    let (refreshing, ()) = tokio::join!(second.batch(), async {
        let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        while database.row(waits).await == "0" {}
        batch.commit(2).await.unwrap();
    });
    let mut refreshing = refreshing.unwrap();
    refreshing.write(Row { id: 3, value: 3 }).await.unwrap();
    refreshing.commit(3).await.unwrap();
    second.finish().await.unwrap();
    assert_eq!(database.row("SELECT array_agg(id) FROM t").await, "{3}");
    let error = first.batch().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    first.finish().await.unwrap();
    assert_eq!(run(&mut one, "a", 4).await.unwrap(), None);
}
