//! Rows that many tasks write, collected into batches.

mod again;
mod ends;
mod linger;

use pg_bulk_ingest::{
    Change, Error, ErrorKind, IngestTable, IngestTables, Linger, NoWatermark, Report, Upsert,
    Watermark, Writer, ingest as plain_ingest, inserter,
};
use std::collections::HashSet;
use std::time::Duration;
use tests::{Database, ingest};
use tokio::task::{JoinHandle, JoinSet};

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Event {
    id: i64,
    text: String,
}

#[derive(IngestTable)]
#[ingest(table = "a")]
struct Account {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(sql_type = "varchar(10)")]
    name: String,
}

fn event(id: i64) -> Event {
    Event { id, text: format!("event {id}") }
}

/// Batches end when they have so many rows, or when no more come.
fn of_rows(rows: u64) -> Linger {
    Linger { rows, period: Duration::MAX, ..Linger::default() }
}

/// Waits until so many other connections are in a transaction.
async fn are_in_transaction(database: &Database, expected: &str) {
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()
                   AND xact_start IS NOT NULL AND backend_type = 'client backend'";
    while database.row(sql).await != expected {
        tokio::task::yield_now().await;
    }
}

/// An inserter that runs in a task.
fn start<S, W>(
    database: &Database,
    linger: Linger,
) -> (Writer<S, W>, JoinHandle<Result<Report<W>, Error>>)
where
    S: IngestTables + Sync + 'static,
    W: Watermark + 'static,
{
    let (writer, feed) = inserter::<S, W>(linger);
    let url = database.url();
    let run = tokio::spawn(async move {
        let mut client = tests::connect(&url).await;
        feed.run(ingest(&mut client)).await
    });
    (writer, run)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_of_many_writers_is_told_before_its_row_is_visible() {
    let database = Database::new().await;
    let linger = Linger { rows: 700, period: Duration::from_millis(1), ..Linger::default() };
    let (events, run) = start::<Event, NoWatermark>(&database, linger);
    let mut writers = JoinSet::new();
    for id in 0..10_000 {
        let events = events.clone();
        writers.spawn(async move {
            events.write(event(id)).await.unwrap().await.unwrap();
            id
        });
    }
    drop(events);
    let other = database.connect().await;
    let mut told = Vec::new();
    while let Some(id) = writers.join_next().await {
        told.push(id.unwrap());
        // All that were told so far, at once: a look for each would take longer than the test may.
        if told.len() % 100 == 0 || told.len() == 10_000 {
            let visible = tests::rows(&other, "SELECT id FROM t").await;
            let visible = visible.iter().map(|id| id.parse().unwrap()).collect::<HashSet<i64>>();
            assert!(told.iter().all(|id| visible.contains(id)));
        }
    }
    let report = run.await.unwrap().unwrap();
    assert_eq!(report.rows, 10_000);
    let counted = "SELECT count(*), count(DISTINCT id) FROM t";
    assert_eq!(database.row(counted).await, "10000|10000");
}

#[tokio::test]
async fn rows_may_be_borrowed_and_the_run_shares_a_task_with_its_writers() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Event<'a> {
        id: i64,
        text: &'a str,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let (events, inserter) = ingest::<Event>(&mut client).inserter::<NoWatermark>(of_rows(2));
    let serve = async move {
        let mut durable = Vec::new();
        for id in 0..5 {
            let text = format!("text {id}");
            durable.push(events.write(&Event { id, text: &text }).await?);
        }
        drop(events);
        for durable in durable {
            durable.await?;
        }
        Ok::<_, Error>(())
    };
    let (report, served) = tokio::join!(inserter.run(), serve);
    served.unwrap();
    // One creates the table.
    assert_eq!((report.as_ref().unwrap().batches, report.unwrap().rows), (4, 5));
    let rows = database.rows("SELECT id, text FROM t ORDER BY id").await;
    assert_eq!(rows, ["0|text 0", "1|text 1", "2|text 2", "3|text 3", "4|text 4"]);
}

#[tokio::test]
async fn a_high_watermark_is_stored_with_the_batch_of_its_row() {
    let database = Database::new().await;
    let (events, run) = start::<Event, i64>(&database, of_rows(3));
    let stored = async || {
        let mut client = database.connect().await;
        ingest::<Event>(&mut client).stored::<i64>().await.unwrap()
    };
    for id in 1..=3 {
        let durable = events.write_after(event(id), 10 * id).await.unwrap();
        if id == 3 {
            durable.await.unwrap();
        }
    }
    assert_eq!(stored().await, Some(30));
    let durable = events.write(event(4)).await.unwrap();
    drop(events);
    durable.await.unwrap();
    assert_eq!(stored().await, Some(30), "a batch without one leaves it as it is");
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.rows, report.high_watermark), (4, Some(30)));
}

#[tokio::test]
async fn of_puts_and_deletes_of_one_key_the_last_counts() {
    let database = Database::new().await;
    database.execute("CREATE TABLE a (id bigint PRIMARY KEY, name varchar(10) NOT NULL)").await;
    database.execute("INSERT INTO a SELECT i, 'before' FROM generate_series(1, 4) i").await;
    let (accounts, run) = start::<Account, NoWatermark>(&database, of_rows(100));
    let account = |id, name: &str| Account { id, name: name.to_owned() };
    accounts.write(account(1, "put")).await.unwrap();
    accounts.delete(1).await.unwrap();
    accounts.delete(2).await.unwrap();
    accounts.write(account(2, "put")).await.unwrap();
    accounts.write(Change::<Account>::Delete(3)).await.unwrap();
    accounts.write(Change::Put(account(5, "put"))).await.unwrap();
    drop(accounts);
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.batches, report.rows), (1, 6));
    let rows = database.rows("SELECT id, name FROM a ORDER BY id").await;
    assert_eq!(rows, ["2|put", "4|before", "5|put"]);
}

#[tokio::test]
async fn where_rows_have_no_key_none_is_deleted() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Account>(&mut client).upsert(Upsert::Off);
    let (accounts, inserter) = ingest.inserter::<NoWatermark>(of_rows(100));
    let write = async move {
        let error = accounts.delete(1).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
        assert!(error.to_string().contains("Upsert::IfPrimaryKey"), "{error}");
        let durable = accounts.write(Account { id: 1, name: "one".to_owned() }).await.unwrap();
        drop(accounts);
        durable.await.unwrap();
    };
    let (report, ()) = tokio::join!(inserter.run(), write);
    assert_eq!(report.unwrap().rows, 1);
}

#[tokio::test]
async fn a_row_that_cannot_be_encoded_is_an_error_of_its_writer_alone() {
    let database = Database::new().await;
    let (accounts, run) = start::<Account, NoWatermark>(&database, of_rows(100));
    let account = |id, name: &str| Account { id, name: name.to_owned() };
    let first = accounts.write(account(1, "one")).await.unwrap();
    let error = accounts.write(account(2, "a\0b")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Value { .. }), "{error:?}");
    assert_eq!((error.column(), error.row()), (Some("name"), None));
    let refused: Result<Account, _> = Err("the request has no name");
    let error = accounts.write(refused).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error:?}");
    let last = accounts.write(account(3, "three")).await.unwrap();
    drop(accounts);
    first.await.unwrap();
    last.await.unwrap();
    assert_eq!(run.await.unwrap().unwrap().rows, 2);
    assert_eq!(database.rows("SELECT id FROM a ORDER BY id").await, ["1", "3"]);
}

/// A row whose own code panics while it is encoded.
#[tokio::test]
async fn a_panic_of_a_row_leaves_nothing_of_it_behind() {
    #[derive(Clone)]
    struct Bomb(bool);
    impl serde::Serialize for Bomb {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if self.0 {
                std::panic::resume_unwind(Box::new("no value"));
            }
            serializer.serialize_i32(7)
        }
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Event {
        id: i64,
        #[ingest(json)]
        value: Bomb,
    }
    let database = Database::new().await;
    let (events, run) = start::<Event, NoWatermark>(&database, of_rows(100));
    events.write(Event { id: 1, value: Bomb(false) }).await.unwrap();
    let panics = events.clone();
    let panicked =
        tokio::spawn(async move { panics.write(Event { id: 2, value: Bomb(true) }).await });
    assert!(panicked.await.unwrap_err().is_panic());
    events.write(Event { id: 3, value: Bomb(false) }).await.unwrap();
    drop(events);
    assert_eq!(run.await.unwrap().unwrap().rows, 2);
    let rows = database.rows("SELECT id, value FROM t ORDER BY id").await;
    assert_eq!(rows, ["1|7", "3|7"]);
}

/// Of more than one chunk, in tables that refer to each other.
#[tokio::test]
async fn rows_of_a_set_of_tables_reach_theirs() {
    #[derive(IngestTables)]
    enum All {
        Account(Account),
        Event(Event),
    }
    let database = Database::new().await;
    let (all, run) = start::<All, NoWatermark>(&database, of_rows(3_000));
    for id in 0..3_000 {
        let account = Account { id: id % 1_500, name: format!("{id}") };
        all.write(account).await.unwrap();
        let text = "x".repeat(usize::try_from(id % 200).unwrap());
        all.write(Event { id, text }).await.unwrap();
        if id % 3 == 0 {
            all.write(Change::<Account>::Delete(id % 1_500)).await.unwrap();
        }
    }
    drop(all);
    let report = run.await.unwrap().unwrap();
    assert_eq!(report.rows, 7_000);
    // Each key was deleted after its last row, or written after its last delete.
    let accounts = "SELECT count(*), bool_and(id % 3 <> 0), bool_and(name::int = id + 1500) FROM a";
    assert_eq!(database.row(accounts).await, "1000|t|t");
    let events = "SELECT count(*), sum(length(text)), count(DISTINCT id) FROM t";
    assert_eq!(database.row(events).await, format!("3000|{}|3000", 15 * 199 * 100));
}

#[tokio::test]
async fn large_batches_go_over_several_connections() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database.execute("CREATE TABLE a (id bigint PRIMARY KEY, name varchar(10) NOT NULL)").await;
    let connect = async || Ok::<_, std::convert::Infallible>(database.connect().await);
    let ingest = ingest::<Account>(&mut client).connections(2, connect);
    let (accounts, inserter) = ingest.inserter::<NoWatermark>(of_rows(100_000));
    let write = async move {
        for id in 0..200_000 {
            let account = Account { id: id % 150_000, name: format!("{id}") };
            accounts.write(account).await.unwrap();
        }
    };
    let (report, ()) = tokio::join!(inserter.run(), write);
    assert_eq!((report.as_ref().unwrap().batches, report.unwrap().rows), (2, 200_000));
    let counted = "SELECT count(*), count(*) FILTER (WHERE name::int = id + 150000) FROM a";
    assert_eq!(database.row(counted).await, "150000|50000");
}

#[test]
fn writers_can_be_shared_and_what_they_return_sent() {
    fn is_shared<T: Send + Sync + Clone>() {}
    fn is_sent<T: Send>(_: &T) {}
    is_shared::<Writer<Event, i64>>();
    is_shared::<Error>();
    let (events, feed) = inserter::<Event, i64>(Linger::default());
    is_sent(&events.write(event(1)));
    is_sent(&feed);
    is_sent(&async |client: &mut tokio_postgres::Client| feed.run(plain_ingest(client)).await);
}
