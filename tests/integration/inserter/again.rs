//! Runs that go on over another connection.

use super::{Event, event, of_rows};
use pg_bulk_ingest::{
    Backoff, Batch, Error, ErrorKind, HighWatermark, IngestTable, IngestTables, Migration,
    NoWatermark, Report, Writer, inserter,
};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tests::{At, Database, Direction, Harm, Proxy, ingest};
use tokio::task::JoinHandle;

const ROWS: i64 = 6;

fn quickly() -> Backoff {
    Backoff { min_delay: Duration::from_millis(1), ..Backoff::default() }
}

/// Writes rows two by two, each batch with a high watermark, over a connection that is cut.
async fn write_through(
    database: &Database,
    proxy: &Proxy,
    cut: (Direction, At),
) -> Result<Report<i64>, Error> {
    let mut client = proxy.connect(&database.url()).await;
    proxy.count_anew();
    proxy.set(cut.0, cut.1, Harm::Cut);
    let connect = async || Ok::<_, Infallible>(database.connect().await);
    let (events, inserter) = ingest::<Event>(&mut client).inserter::<i64>(of_rows(2));
    let write = async move {
        for id in 1..=ROWS {
            let durable = events.write_after(event(id), id).await?;
            if id % 2 == 0 {
                durable.await?;
            }
        }
        Ok(())
    };
    let run = inserter.reconnect(connect, quickly()).run();
    let (report, written): (_, Result<(), Error>) = tokio::join!(run, write);
    written.and(report)
}

/// Writes all in a new table. Returns the report, and whether the connection was cut.
async fn each_is_there_once(
    database: &Database,
    direction: Direction,
    at: At,
) -> (Report<i64>, bool, [usize; 2]) {
    let place = format!("{direction:?} {at:?}");
    database.execute("DROP TABLE IF EXISTS t").await;
    let proxy = Proxy::new(&database.url()).await;
    let report = write_through(database, &proxy, (direction, at)).await;
    let report = report.unwrap_or_else(|error| panic!("{place}: {error:?}"));
    let rows = database.row("SELECT count(*), count(DISTINCT id), max(id) FROM t").await;
    assert_eq!(rows, "6|6|6", "{place}");
    assert_eq!((report.rows, report.high_watermark), (6, Some(6)), "{place}");
    let mut client = database.connect().await;
    let stored = ingest::<Event>(&mut client).stored::<i64>().await.unwrap();
    assert_eq!(stored, Some(6), "{place}");
    (report, proxy.struck(), proxy.counts())
}

/// Without a key each row that was written twice would be seen.
#[tokio::test]
async fn wherever_the_connection_is_cut_each_row_is_there_once() {
    let database = Database::new().await;
    let never = At::Number(usize::MAX);
    let (_, struck, counts) = each_is_there_once(&database, Direction::ToServer, never).await;
    assert!(!struck);
    for (direction, count) in [(Direction::ToServer, counts[0]), (Direction::ToClient, counts[1])] {
        // Each of some is enough here: `step` is no divisor of how many a batch has.
        for number in (1..=count).step_by(7) {
            each_is_there_once(&database, direction, At::Number(number)).await;
        }
    }
}

/// Whether the batch was committed is found out, before anything is written again.
#[tokio::test]
async fn a_batch_whose_commit_is_not_answered_is_neither_lost_nor_written_again() {
    let database = Database::new().await;
    for direction in [Direction::ToServer, Direction::ToClient] {
        // The first makes the table.
        for which in 1..=4 {
            let seen = AtomicU32::new(0);
            let at = At::first(move |message| {
                let is_commit = message.body == b"COMMIT\0";
                is_commit && seen.fetch_add(1, Ordering::Relaxed) + 1 == which
            });
            let (report, struck, _) = each_is_there_once(&database, direction, at).await;
            assert!(struck, "{direction:?} {which}");
            // What a batch inserted whose COMMIT was not answered is not known.
            let is_known = direction == Direction::ToServer || which == 1;
            assert_eq!(report.tables[0].inserted, if is_known { 6 } else { 4 });
            assert_eq!(report.batches, 4);
        }
    }
}

/// An inserter with a connection that a test cuts.
async fn started<S: IngestTables + Sync + 'static>(
    database: &Arc<Database>,
) -> (Writer<S, i64>, JoinHandle<Result<Report<i64>, Error>>, Proxy) {
    let (events, feed) = inserter::<S, i64>(of_rows(2));
    let proxy = Proxy::new(&database.url()).await;
    let mut client = proxy.connect(&database.url()).await;
    let database = Arc::clone(database);
    let run = tokio::spawn(async move {
        let connect = async || Ok::<_, Infallible>(database.connect().await);
        let ingest = ingest(&mut client).migration(Migration::AdditiveOnly);
        feed.with(ingest).reconnect(connect, quickly()).run().await
    });
    (events, run, proxy)
}

#[tokio::test]
async fn a_source_that_another_ingest_has_carried_on_is_left_to_it() {
    let database = Arc::new(Database::new().await);
    let (events, run, proxy) = started::<Event>(&database).await;
    events.write_after(event(1), 1).await.unwrap();
    events.write_after(event(2), 2).await.unwrap().await.unwrap();
    proxy.set(Direction::ToServer, At::Number(1), Harm::Cut);
    let mut other = database.connect().await;
    ingest::<Event>(&mut other)
        .batches(|after| {
            assert_eq!(after, Some(2));
            [Batch::new([event(3), event(4)]).high_watermark(4)]
        })
        .await
        .unwrap();
    let third = events.write_after(event(3), 3).await.unwrap();
    events.write_after(event(4), 4).await.unwrap();
    drop(events);
    let error = run.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    assert!(proxy.struck());
    assert_eq!(third.await.unwrap_err().to_string(), error.to_string());
    assert_eq!(database.rows("SELECT id FROM t ORDER BY id").await, ["1", "2", "3", "4"]);
}

/// What is stored is of another type, and not looked at by any session.
#[tokio::test]
async fn where_the_first_session_does_not_look_at_what_is_stored_the_next_does_not_either() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let before = Batch::new([event(0)]).high_watermark("a day".to_owned());
    ingest::<Event>(&mut client).batches(|_: Option<String>| [before]).await.unwrap();
    let proxy = Proxy::new(&database.url()).await;
    let mut client = proxy.connect(&database.url()).await;
    let connect = async || Ok::<_, Infallible>(proxy.connect(&database.url()).await);
    let ingest = ingest::<Event>(&mut client).high_watermark(HighWatermark::Earliest);
    let (events, inserter) = ingest.inserter::<i64>(of_rows(1));
    let write = async {
        // One before there is a high watermark of its own, one after.
        for id in 1..=3 {
            proxy.set(Direction::ToServer, At::first(|message| message.kind == b'Q'), Harm::Cut);
            match id {
                2 => events.write_after(event(id), id).await?.await?,
                _ => events.write(event(id)).await?.await?,
            }
        }
        drop(events);
        Ok::<_, Error>(())
    };
    let run = inserter.reconnect(connect, quickly()).run();
    let (report, written) = tokio::join!(run, write);
    written.unwrap();
    let report = report.unwrap();
    assert_eq!((report.rows, report.high_watermark), (3, Some(2)));
    assert_eq!(database.rows("SELECT id FROM t ORDER BY id").await, ["0", "1", "2", "3"]);
}

#[tokio::test]
async fn rows_that_were_encoded_for_other_columns_are_not_written() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Name {
        id: i32,
        #[ingest(sql_type = "varchar(8)")]
        name: String,
    }
    let name = |id| Name { id, name: "name".to_owned() };
    let database = Arc::new(Database::new().await);
    let (names, run, proxy) = started::<Name>(&database).await;
    names.write(name(1)).await.unwrap();
    names.write(name(2)).await.unwrap().await.unwrap();
    // A difference that is left as it is.
    database.execute("ALTER TABLE t ALTER COLUMN name TYPE varchar(80)").await;
    proxy.set(Direction::ToServer, At::Number(1), Harm::Cut);
    let third = names.write(name(3)).await.unwrap();
    names.write(name(4)).await.unwrap();
    drop(names);
    let error = run.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    assert!(error.to_string().contains("types of columns for which rows were encoded"), "{error}");
    assert_eq!(third.await.unwrap_err().to_string(), error.to_string());
    assert_eq!(database.rows("SELECT id FROM t ORDER BY id").await, ["1", "2"]);
}

#[tokio::test]
async fn what_no_other_connection_would_change_ends_the_run_at_once() {
    let database = Arc::new(Database::new().await);
    database
        .execute("CREATE TABLE t (id bigint NOT NULL CHECK (id <> 2), text text NOT NULL)")
        .await;
    let (events, run, _) = started::<Event>(&database).await;
    events.write(event(1)).await.unwrap();
    let durable = events.write(event(2)).await.unwrap();
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23514");
    assert_eq!(durable.await.unwrap_err().code(), error.code());
}

#[tokio::test]
async fn it_is_tried_as_often_as_is_allowed_and_told_why_not_more() {
    let database = Database::new().await;
    let proxy = Proxy::new(&database.url()).await;
    let mut client = proxy.connect(&database.url()).await;
    proxy.set(Direction::ToServer, At::commit(), Harm::Cut);
    let tried = AtomicU32::new(0);
    let connect = || {
        tried.fetch_add(1, Ordering::Relaxed);
        async { Err::<tokio_postgres::Client, _>("nobody listens") }
    };
    let (events, inserter) = ingest::<Event>(&mut client).inserter::<NoWatermark>(of_rows(2));
    let backoff = Backoff { max_times: Some(3), ..quickly() };
    let write = async move { events.write(event(1)).await.map(|_| ()) };
    let (ran, written) = tokio::join!(inserter.reconnect(connect, backoff).run(), write);
    // The batch that makes the table was being committed: whether it was is what counts.
    let error = ran.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CommitUnknown { .. }), "{error:?}");
    assert_eq!(written.unwrap_err().to_string(), error.to_string());
    assert_eq!(tried.into_inner(), 3);
}

/// A session that the server does not know to be gone holds its locks: it is waited for.
#[tokio::test]
async fn while_the_server_has_not_noticed_that_the_connection_is_gone_it_is_waited_for() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        id: i32,
    }
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id int NOT NULL)").await;
    let proxy = Proxy::new(&database.url()).await;
    let mut client = proxy.connect(&database.url()).await;
    let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
    proxy.set(Direction::ToServer, At::commit(), Harm::Forsake);
    let times = AtomicU32::new(0);
    let connect = || {
        let time = times.fetch_add(1, Ordering::Relaxed);
        let (database, process) = (&database, &process);
        async move {
            if time == 2 {
                let end = format!("SELECT pg_terminate_backend({process})");
                database.rows(&end).await;
            }
            Ok::<_, Infallible>(database.connect().await)
        }
    };
    let (rows, inserter) = ingest::<Row>(&mut client).inserter::<NoWatermark>(of_rows(1));
    let write = async move { rows.write(Row { id: 7 }).await?.await };
    let (report, written) = tokio::join!(inserter.reconnect(connect, quickly()).run(), write);
    written.unwrap();
    assert_eq!(report.unwrap().rows, 1);
    assert!(times.into_inner() >= 3);
    assert_eq!(database.rows("SELECT id FROM t").await, ["7"]);
}
