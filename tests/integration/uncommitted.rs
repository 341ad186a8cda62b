//! Rows that are given up without an error are logged.

use pg_bulk_ingest::{Batch, IngestTable, Session, Visibility};
use std::cell::RefCell;
use std::io;
use std::process::Command;
use tests::{Database, ingest};
use tokio_postgres::Client;
use tracing_subscriber::filter::LevelFilter;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    id: i32,
    #[ingest(sql_type = "varchar(5)")]
    value: &'static str,
}

const ROWS: [Row; 3] =
    [Row { id: 1, value: "a" }, Row { id: 2, value: "b" }, Row { id: 3, value: "c" }];

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asserts which warnings there were since the last time.
fn expect(expected: &[&str]) {
    let log = String::from_utf8(LOG.take()).unwrap();
    let told = log.lines().map(|line| line.rsplit_once("uncommitted: ").unwrap().1);
    assert_eq!(told.collect::<Vec<_>>(), expected, "{log}");
}

async fn start(client: &mut Client, visibility: Visibility) -> Session<'_, Row, i32> {
    ingest::<Row>(client).visibility(visibility).start().await.unwrap()
}

/// In a process of its own: where other tests run, the first to come to an event decides whether it is
/// logged.
#[tokio::test]
async fn rows_that_are_dropped_are_logged_and_those_that_an_error_tells_of_are_not() {
    const ALONE: &str = "UNCOMMITTED_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let mut again = Command::new(std::env::current_exe().unwrap());
        let name = "uncommitted::rows_that_are_dropped_are_logged_and_those_that_an_error_tells_of_are_not";
        let again = again.args(["--exact", name, "--nocapture"]).env(ALONE, "");
        let output = again.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_ansi(false)
        .without_time()
        .with_writer(|| Log)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let batch_dropped = "a batch was dropped without `commit`: its rows are rolled back \
                         tables=\"\\\"public\\\".\\\"t\\\"\" rows=3";
    let session_dropped = "the session was dropped without `finish`: its rows are rolled back \
                           tables=\"\\\"public\\\".\\\"t\\\"\" rows=6";
    let database = Database::new().await;
    let mut client = database.connect().await;
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        let mut session = start(&mut client, visibility).await;
        // Without rows there is nothing to tell.
        drop(session.batch().await.unwrap());
        expect(&[]);
        let mut batch = session.batch().await.unwrap();
        batch.write_all(ROWS).await.unwrap();
        drop(batch);
        expect(&[batch_dropped]);
        // The rows of an error are the caller's already.
        let mut batch = session.batch().await.unwrap();
        batch.write_all(ROWS).await.unwrap();
        batch.write(Row { id: 4, value: "\0" }).await.unwrap_err();
        drop(batch);
        let refused =
            session.ingest(Batch::new([Row { id: 4, value: "too long" }]).high_watermark(9));
        refused.await.unwrap_err();
        let failing = ROWS.map(Ok).into_iter().chain([Err("no more")]);
        session.ingest(Batch::try_new(failing).high_watermark(9)).await.unwrap_err();
        drop(session);
        expect(&[]);
        // Committed.
        let mut session = start(&mut client, visibility).await;
        for number in 1..=2 {
            session.ingest(Batch::new(ROWS).high_watermark(number)).await.unwrap();
        }
        if visibility == Visibility::AfterLastBatch {
            drop(session);
            expect(&[session_dropped]);
            session = start(&mut client, visibility).await;
            session.ingest(Batch::new(ROWS).high_watermark(3)).await.unwrap();
            session.finish().await.unwrap();
        } else {
            drop(session);
        }
        expect(&[]);
    }
}
