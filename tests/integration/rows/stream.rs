//! Rows in a sequence that come as a stream, slowly or without end. Time is what the tests say it is.

use super::{BATCHES, Entry, batches, entries, ids};
use futures_util::{Stream, StreamExt, stream};
use pg_bulk_ingest::{Cut, Error, ErrorKind, NoWatermark, Report, Rows};
use std::error::Error as _;
use std::io;
use std::time::Duration;
use tests::{Database, ingest, rows};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

type Opened<T> = Result<T, io::Error>;

fn received(rows: UnboundedReceiver<Opened<Entry>>) -> impl Stream<Item = Opened<Entry>> + Send {
    stream::unfold(rows, async |mut rows| rows.recv().await.map(|row| (row, rows)))
}

/// An ingest of rows that a test sends one by one.
struct Running {
    rows: UnboundedSender<Opened<Entry>>,
    task: JoinHandle<Result<Report<i32>, Error>>,
    sent: i32,
}

impl Running {
    async fn start(
        database: &Database,
        set: impl FnOnce(Rows<'_, i32>) -> Rows<'_, i32> + Send + 'static,
    ) -> Self {
        let mut client = database.connect().await;
        let (rows, receiver) = unbounded_channel();
        let task = tokio::spawn(async move {
            let rows = ingest::<Entry>(&mut client)
                .row_stream(|_| received(receiver), |entry: &Entry| entry.day);
            set(rows).await
        });
        Self { rows, task, sent: 0 }
    }

    fn send(&mut self, days: &[i32]) {
        for &day in days {
            self.sent += 1;
            self.rows.send(Ok(Entry { day, id: self.sent })).unwrap();
        }
    }

    async fn finish(self) -> Result<Report<i32>, Error> {
        drop(self.rows);
        self.task.await.unwrap()
    }
}

/// Waits until batches are visible.
async fn come(database: &Database, expected: &[&str]) {
    let client = database.connect().await;
    let exists = "SELECT to_regclass('t') IS NOT NULL";
    while rows(&client, exists).await == ["f"] {
        tokio::task::yield_now().await;
    }
    while rows(&client, BATCHES).await != expected {
        tokio::task::yield_now().await;
    }
}

/// Waits until so many other connections are in a transaction: the ingest's, or none.
async fn is_in_transaction(database: &Database, expected: &str) {
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()
                   AND xact_start IS NOT NULL";
    let client = database.connect().await;
    while rows(&client, sql).await != [expected] {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn batches_end_as_those_of_iterators_do() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let days = [1, 1, 2, 2, 2, 3];
    for (cut, expected) in [
        (Cut::each(), vec!["1 1", "2 2 2", "3"]),
        (Cut::rows(3), vec!["1 1 2 2 2", "3"]),
        (Cut::bytes(1), vec!["1 1", "2 2 2", "3"]),
        (Cut::default(), vec!["1 1 2 2 2 3"]),
        (Cut::period(Duration::ZERO), vec!["1 1", "2 2 2", "3"]),
        (Cut::period(Duration::MAX), vec!["1 1 2 2 2 3"]),
    ] {
        database.execute("DROP TABLE IF EXISTS t").await;
        let rows = || stream::iter(entries(&days));
        let run = ingest::<Entry>(&mut client).row_stream(|_| rows(), |entry| entry.day);
        let report = run.ordered().cut(cut).await.unwrap();
        assert_eq!(batches(&database).await, expected, "{cut:?}");
        assert_eq!(report.high_watermark, Some(3), "{cut:?}");

        database.execute("DROP TABLE t").await;
        let run = ingest::<Entry>(&mut client).rows(|_| entries(&days), |entry| entry.day);
        run.ordered().cut(cut).await.unwrap();
        assert_eq!(batches(&database).await, expected, "{cut:?} of an iterator");
    }
}

#[tokio::test]
async fn an_open_end_is_committed_up_to_the_newest_row_when_the_period_is_over() {
    let database = Database::new().await;
    let period = Duration::from_millis(1);
    let mut running = Running::start(&database, move |rows| rows.cut(Cut::period(period))).await;
    running.send(&[1, 1, 2]);
    // No more comes: the newest may have others of its high watermark after it, the rest is complete.
    come(&database, &["1 1"]).await;
    is_in_transaction(&database, "0").await;
    running.send(&[2]);
    running.send(&[3]);
    come(&database, &["1 1", "2 2"]).await;
    let report = running.finish().await.unwrap();
    assert_eq!((report.batches, report.high_watermark), (3, Some(3)));
    assert_eq!(batches(&database).await, ["1 1", "2 2", "3"]);
}

#[tokio::test]
async fn rows_with_equal_high_watermarks_are_never_parted_however_long_they_take() {
    let database = Database::new().await;
    let mut running =
        Running::start(&database, |rows| rows.cut(Cut::period(Duration::from_millis(1)))).await;
    running.send(&[1, 1]);
    is_in_transaction(&database, "1").await;
    // Far more round trips than the period is long.
    for _ in 0..20 {
        assert_eq!(database.row("SELECT to_regclass('t') IS NULL").await, "t");
    }
    running.send(&[1, 2]);
    come(&database, &["1 1 1"]).await;
    running.finish().await.unwrap();
    assert_eq!(batches(&database).await, ["1 1 1", "2"]);
}

#[tokio::test]
async fn distinct_rows_are_committed_to_the_last_when_the_period_is_over() {
    let database = Database::new().await;
    let cut = Cut::period(Duration::from_millis(1));
    let mut running = Running::start(&database, move |rows| rows.cut(cut).distinct()).await;
    running.send(&[1]);
    come(&database, &["1"]).await;
    is_in_transaction(&database, "0").await;
    running.send(&[2]);
    come(&database, &["1", "2"]).await;
    let report = running.finish().await.unwrap();
    assert_eq!((report.batches, report.high_watermark), (2, Some(2)));
}

#[tokio::test]
async fn distinct_rows_do_not_wait_for_the_next_once_there_are_enough() {
    let database = Database::new().await;
    let mut running = Running::start(&database, |rows| rows.cut(Cut::rows(2)).distinct()).await;
    running.send(&[1, 2]);
    come(&database, &["1 2"]).await;
    running.send(&[3]);
    running.finish().await.unwrap();
    assert_eq!(batches(&database).await, ["1 2", "3"]);
}

#[tokio::test]
async fn without_a_period_the_next_row_decides() {
    let database = Database::new().await;
    let mut running = Running::start(&database, |rows| rows.cut(Cut::each())).await;
    running.send(&[1]);
    running.send(&[2]);
    come(&database, &["1"]).await;
    running.send(&[2, 3]);
    come(&database, &["1", "2 2"]).await;
    running.finish().await.unwrap();
    assert_eq!(batches(&database).await, ["1", "2 2", "3"]);
}

#[tokio::test]
async fn a_period_is_as_long_as_it_says() {
    let database = Database::new().await;
    let hour = Duration::from_secs(3_600);
    let mut running = Running::start(&database, move |rows| rows.cut(Cut::period(hour))).await;
    running.send(&[1, 2, 3, 4]);
    is_in_transaction(&database, "1").await;
    assert_eq!(database.row("SELECT to_regclass('t') IS NULL").await, "t");
    running.finish().await.unwrap();
    assert_eq!(batches(&database).await, ["1 2 3 4"]);
}

#[tokio::test]
async fn equal_high_watermarks_of_distinct_rows_are_an_error_also_where_a_batch_ends() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (rows, batch, row) in [(8, 1, 3), (2, 2, 1), (1, 3, 1)] {
        database.execute("DROP TABLE IF EXISTS t").await;
        let run = ingest::<Entry>(&mut client)
            .row_stream(|_| stream::iter(entries(&[1, 2, 2])), |entry| entry.day);
        let error = run.cut(Cut::rows(rows)).distinct().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfOrder { .. }), "{error}");
        assert_eq!((error.batch(), error.row()), (Some(batch), Some(row)));
        let run = ingest::<Entry>(&mut client).rows(|_| entries(&[3, 4, 4]), |entry| entry.day);
        let error = run.distinct().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfOrder { .. }), "{error}");
        assert_eq!((error.batch(), error.row()), (Some(1), Some(3)));
    }
    let run = ingest::<Entry>(&mut client).rows(|_| entries(&[2]), |entry| entry.day);
    let error = run.distinct().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfOrder { .. }), "it is stored already: {error}");
}

#[tokio::test]
async fn an_error_rolls_its_batch_back_and_the_next_ingest_loads_the_rest_once() {
    let database = Database::new().await;
    let all = entries(&[1, 1, 2, 3, 3]);
    let mut client = database.connect().await;
    for (good, expected, place) in [
        (0, vec![], (1, 1)),
        (1, vec![], (1, 2)),
        (2, vec![], (1, 3)),
        (4, vec!["1 1", "2"], (3, 2)),
    ] {
        database.execute("DROP TABLE IF EXISTS t").await;
        let end = [Err(io::Error::other("the disk is gone"))];
        let failing = all[..good].iter().map(Ok).chain(end);
        let error = ingest::<Entry>(&mut client)
            .row_stream(|_: Option<i32>| stream::iter(failing), |entry| entry.day)
            .cut(Cut::each())
            .await
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
        assert_eq!(error.source().unwrap().to_string(), "the disk is gone");
        assert_eq!(error.batch().zip(error.row()), Some(place));
        if !expected.is_empty() {
            assert_eq!(batches(&database).await, expected);
        }
        let rest = |after: Option<i32>| {
            stream::iter(all.iter().filter(move |row| after.is_none_or(|after| row.day > after)))
        };
        let run = ingest::<Entry>(&mut client).row_stream(rest, |entry| entry.day);
        run.cut(Cut::each()).await.unwrap();
        assert_eq!(batches(&database).await, ["1 1", "2", "3 3"]);
    }
}

#[tokio::test]
async fn a_run_that_is_dropped_leaves_whole_batches_and_the_next_loads_the_rest_once() {
    let database = Database::new().await;
    let mut running = Running::start(&database, |rows| rows.cut(Cut::each())).await;
    running.send(&[1, 1, 2, 2]);
    come(&database, &["1 1"]).await;
    running.task.abort();
    assert!(running.task.await.unwrap_err().is_cancelled());
    let all = entries(&[1, 1, 2, 2, 3]);
    let rest = async |after: Option<i32>| {
        stream::iter(all.iter().filter(move |row| Some(row.day) > after)).map(Opened::Ok)
    };
    let mut client = database.connect().await;
    let run = ingest::<Entry>(&mut client).row_stream(rest, |entry| entry.day);
    assert_eq!(run.await.unwrap().rows, 3);
    assert_eq!(batches(&database).await, ["1 1", "2 2 3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_come_in_results_and_in_futures_and_can_be_spawned() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let task = tokio::spawn(async move {
        let client = &mut client;
        let list = entries(&[1, 2, 3, 4]);
        let of = |from: usize| stream::iter(&list[from..=from]);
        let day = |entry: &Entry| entry.day;
        ingest::<Entry>(client).row_stream(|_| of(0), day).await.unwrap();
        ingest::<Entry>(client).row_stream(|_| Opened::Ok(of(1)), day).await.unwrap();
        ingest::<Entry>(client).row_stream(async |_| of(2), |row| row.day).await.unwrap();
        let later = async |_| Opened::Ok(of(3).map(Opened::Ok));
        ingest::<Entry>(client).row_stream(later, |row| row.day).await.unwrap();
        let none =
            async |_: Option<i32>| Opened::<stream::Empty<Entry>>::Err(io::Error::other("no"));
        let error = ingest::<Entry>(client).row_stream(none, |row| row.day).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
        let none = |_: Option<NoWatermark>| stream::empty::<Entry>();
        let run = ingest::<Entry>(client).row_stream(none, |_| NoWatermark);
        assert_eq!(run.await.unwrap().batches, 0);
    });
    task.await.unwrap();
    assert_eq!(ids(&database).await, ["1", "2", "3", "4"]);
}
