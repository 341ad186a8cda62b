//! When batches are written, and how much is collected for them.

use super::{Event, are_in_transaction, event, of_rows, start};
use futures_util::FutureExt;
use pg_bulk_ingest::{Linger, NoWatermark};
use std::time::Duration;
use tests::Database;

#[tokio::test]
async fn while_it_lingers_no_transaction_is_open_and_nothing_is_visible() {
    let database = Database::new().await;
    let (events, run) = start::<Event, NoWatermark>(&database, of_rows(3));
    let mut first = events.write(event(1)).await.unwrap();
    events.write(event(2)).await.unwrap();
    are_in_transaction(&database, "0").await;
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
    assert!((&mut first).now_or_never().is_none());
    events.write(event(3)).await.unwrap();
    first.await.unwrap();
    assert_eq!(database.row("SELECT count(*) FROM t").await, "3");
    drop(events);
    run.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_batch_is_written_when_it_has_enough_bytes() {
    let database = Database::new().await;
    let linger = Linger { bytes: 100_000, period: Duration::MAX, ..Linger::default() };
    let (events, run) = start::<Event, NoWatermark>(&database, linger);
    let long = Event { id: 1, text: "x".repeat(99_000) };
    let mut first = events.write(&long).await.unwrap();
    are_in_transaction(&database, "0").await;
    assert!((&mut first).now_or_never().is_none());
    let second = events.write(&long).await.unwrap();
    first.await.unwrap();
    second.await.unwrap();
    drop(events);
    // One of them made the table.
    assert_eq!(run.await.unwrap().unwrap().batches, 2);
}

/// The clock stands still but for what this test turns it: the server's answers take no time of it.
#[tokio::test(start_paused = true)]
async fn the_oldest_row_waits_no_longer_than_the_period() {
    const PERIOD: Duration = Duration::from_secs(3_600);
    let database = Database::new().await;
    let linger = Linger { rows: 1_000, period: PERIOD, ..Linger::default() };
    let (events, run) = start::<Event, NoWatermark>(&database, linger);
    // While the server is waited for, time would pass by itself, but for this.
    let (release, held) = std::sync::mpsc::channel::<()>();
    let holding = tokio::task::spawn_blocking(move || held.recv());
    let mut first = events.write(event(1)).await.unwrap();
    let begun = tokio::time::Instant::now();
    tokio::time::advance(PERIOD / 2).await;
    let mut second = events.write(event(2)).await.unwrap();
    tokio::time::advance(PERIOD / 2 - Duration::from_secs(1)).await;
    assert!((&mut first).now_or_never().is_none());
    tokio::time::advance(Duration::from_secs(1)).await;
    (&mut first).await.unwrap();
    assert!(begun.elapsed() < PERIOD + Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!((&mut second).now_or_never().is_some_and(|durable| durable.is_ok()));
    drop(events);
    assert_eq!(run.await.unwrap().unwrap().rows, 2);
    drop(release);
    holding.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn without_a_period_a_batch_has_what_came_while_the_one_before_was_written() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id bigint NOT NULL, text text NOT NULL)").await;
    let linger = Linger { period: Duration::ZERO, ..Linger::default() };
    let (events, run) = start::<Event, NoWatermark>(&database, linger);
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE t IN SHARE MODE").await.unwrap();
    let first = events.write(event(0)).await.unwrap();
    are_in_transaction(&database, "2").await;
    for id in 1..=1_000 {
        events.write(event(id)).await.unwrap();
    }
    holder.batch_execute("COMMIT").await.unwrap();
    first.await.unwrap();
    drop(events);
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.batches, report.rows), (2, 1_001));
}

/// A server that does not go on is no reason to collect more and more.
#[tokio::test]
async fn writers_wait_while_a_batch_is_under_way_and_another_is_full() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id bigint NOT NULL, text text NOT NULL)").await;
    let (events, run) = start::<Event, NoWatermark>(&database, of_rows(10));
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE t IN SHARE MODE").await.unwrap();
    let mut durable = Vec::new();
    for id in 0..20 {
        durable.push(events.write(event(id)).await.unwrap());
    }
    are_in_transaction(&database, "2").await;
    let mut more = (20..50).map(|id| Box::pin(events.write(event(id)))).collect::<Vec<_>>();
    for writing in &mut more {
        assert!(writing.now_or_never().is_none());
    }
    // One that is given up is not written.
    drop(more.pop());
    holder.batch_execute("COMMIT").await.unwrap();
    for writing in more {
        durable.push(writing.await.unwrap());
    }
    drop(events);
    for durable in durable {
        durable.await.unwrap();
    }
    assert_eq!(run.await.unwrap().unwrap().rows, 49);
    assert_eq!(database.row("SELECT count(*), count(DISTINCT id) FROM t").await, "49|49");
}

#[tokio::test]
async fn a_batch_is_full_with_its_first_row_if_nothing_may_linger() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id bigint NOT NULL, text text NOT NULL)").await;
    let linger = Linger { rows: 0, bytes: 0, period: Duration::MAX };
    let (events, run) = start::<Event, NoWatermark>(&database, linger);
    for id in 0..5 {
        events.write(event(id)).await.unwrap().await.unwrap();
    }
    drop(events);
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.batches, report.rows), (5, 5));
}
