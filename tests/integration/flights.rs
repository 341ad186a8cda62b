//! The example of flights: run again, killed, watched. The repository has January only, so a batch
//! here is a day.

use indicatif::ProgressBar;
use pg_bulk_ingest::{Phase, Progress};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tests::{Database, rows};
use tokio_postgres::Client;

#[path = "../../examples/flights.rs"]
#[allow(dead_code, clippy::duplicate_mod, reason = "it is a program, and shares its modules")]
mod example;

use example::load;
use example::nyc::csv_file;
use example::nyc::flight::Flight;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data");

fn january() -> impl Iterator<Item = csv::Result<Flight>> + Send {
    let path = csv_file::in_folder(Path::new(DATA), "flights");
    csv_file::rows(&path, &ProgressBar::hidden()).unwrap()
}

fn day(flight: &Flight) -> String {
    format!("{}-{:02}-{:02}", flight.year, flight.month, flight.day)
}

/// The days of the file, each with its number of flights.
fn days() -> Vec<(String, usize)> {
    let mut days = BTreeMap::new();
    for flight in january() {
        *days.entry(day(&flight.unwrap())).or_default() += 1;
    }
    days.into_iter().collect()
}

#[tokio::test]
async fn a_second_run_does_nothing() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let first = load(&mut client, january(), day, |_| ()).await.unwrap();
    assert_eq!((first.batches, first.rows), (31, 27_004));

    // A sequence goes on counting in a transaction that is rolled back.
    let counter = "
        CREATE SEQUENCE ddl;
        CREATE FUNCTION count_ddl() RETURNS event_trigger LANGUAGE plpgsql
            AS $$BEGIN PERFORM nextval('public.ddl'); END$$;
        CREATE EVENT TRIGGER count_ddl ON ddl_command_start EXECUTE PROCEDURE count_ddl();
    ";
    database.execute(counter).await;
    let counted = "SELECT is_called FROM ddl";
    let table = "SELECT oid, xmin, relfilenode FROM pg_class
                 WHERE oid = 'nycflights13.flights'::regclass";
    let before = database.row(table).await;

    let second = load(&mut client, january(), day, |_| ()).await.unwrap();
    assert_eq!((second.batches, second.rows), (0, 0));
    assert!(second.migrated.is_empty());
    assert_eq!(second.high_watermark.as_deref(), Some("2013-01-31"));
    assert_eq!(database.row(table).await, before);
    assert_eq!(database.row("SELECT count(*) FROM nycflights13.flights").await, "27004");

    assert_eq!(database.row(counted).await, "f");
    database.execute("CREATE TABLE t ()").await;
    assert_eq!(database.row(counted).await, "t", "it does count");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_run_again_every_flight_is_there_once_and_only_whole_days_are_ever_visible() {
    let database = Database::new().await;
    let days = days();
    let done = Arc::new(AtomicBool::new(false));
    let watcher = {
        let (client, days, done) = (database.connect().await, days.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                whole_days(&client, &days).await;
            }
        })
    };

    // In the batch that creates the table; among the rows of another; before a commit. Each process
    // carries on after the one before.
    let client = database.connect().await;
    let last_row_of = |day: usize| days[..day].iter().map(|(_, flights)| flights).sum();
    for (stop, whole) in [
        (Stop::AtRow(last_row_of(1)), 0),
        (Stop::AtRow(last_row_of(10)), 9),
        (Stop::BeforeCommit(11), 19),
    ] {
        let mut process = start(&database, &stop);
        assert_eq!(whole_days(&client, &days).await, whole, "{stop:?}");
        process.kill().unwrap(); // SIGKILL
        process.wait().unwrap();
        assert_eq!(whole_days(&client, &days).await, whole, "killed: {stop:?}");
    }

    let report = load(&mut database.connect().await, january(), day, |_| ()).await.unwrap();
    assert_eq!(report.batches, 12);
    assert_eq!(whole_days(&client, &days).await, 31);
    done.store(true, Ordering::Relaxed);
    watcher.await.unwrap();

    let sum = "SELECT count(*), count(DISTINCT (time_hour, carrier, flight))
               FROM nycflights13.flights";
    assert_eq!(database.row(sum).await, "27004|27004");
}

/// The number of days that are visible: the first ones of the file, each with all of its flights,
/// and in the same instant the high watermark is the last of them.
async fn whole_days(client: &Client, days: &[(String, usize)]) -> usize {
    let exists = "SELECT to_regclass('nycflights13.flights') IS NOT NULL";
    if rows(client, exists).await == ["f"] {
        return 0;
    }
    let visible = rows(
        client,
        "SELECT make_date(year, month, day), count(*),
                obj_description('nycflights13.flights'::regclass)::json
                    #>> '{pg-bulk-ingest,high-watermark}'
         FROM nycflights13.flights GROUP BY 1 ORDER BY 1",
    );
    let visible = visible.await;
    let last = visible.len().checked_sub(1).map_or("", |last| days[last].0.as_str());
    let days = days.iter().map(|(day, flights)| format!("{day}|{flights}|{last}"));
    assert_eq!(visible, days.take(visible.len()).collect::<Vec<_>>());
    visible.len()
}

/// Where a process stops, to be killed.
#[derive(Debug)]
enum Stop {
    /// When this row of the file, from 1, is asked for.
    AtRow(usize),
    /// When all rows of a batch, counted by the process from 1, are in the table.
    BeforeCommit(u64),
}

const URL: &str = "PG_BULK_INGEST_FLIGHTS_URL";
const ROW: &str = "PG_BULK_INGEST_FLIGHTS_ROW";
const BATCH: &str = "PG_BULK_INGEST_FLIGHTS_BATCH";
const HERE: &str = "the process has come to where it stops";

/// Starts a process that ingests, and waits until it has come to where it stops.
fn start(database: &Database, stop: &Stop) -> Child {
    let test = format!("{}::process", module_path!().split_once("::").unwrap().1);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&test, "--exact", "--nocapture"]).env(URL, database.url());
    match stop {
        Stop::AtRow(row) => command.env(ROW, row.to_string()),
        Stop::BeforeCommit(batch) => command.env(BATCH, batch.to_string()),
    };
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == HERE), "it has ended before it stopped");
    process
}

/// The process that the test above starts and kills; without its URL, nothing.
#[tokio::test(flavor = "multi_thread")]
async fn process() {
    let Ok(url) = std::env::var(URL) else { return };
    let number = |name| std::env::var(name).ok().map(|number| number.parse::<u64>().unwrap());
    let (row, batch) = (number(ROW), number(BATCH));
    let (mut client, connection) =
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let flights = (1..).zip(january()).map(|(at, flight)| {
        if Some(at) == row {
            stop();
        }
        flight
    });
    let on_progress = |at: &Progress| {
        if at.phase == Phase::Commit && Some(at.batch) == batch {
            stop();
        }
    };
    load(&mut client, flights, day, on_progress).await.unwrap();
}

fn stop() -> ! {
    println!("\n{HERE}");
    loop {
        std::thread::park();
    }
}
