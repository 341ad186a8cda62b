//! `Ok` means committed; what is not known to be either is said, and can be found out.

use pg_bulk_ingest::{Batch, Error, ErrorKind, IngestTable, Outcome, Upsert, Visibility};
use tests::{At, Database, Direction, Harm, Proxy, ingest, keeps_in_table};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    value: &'a str,
}

const STATE: &str = "
    SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM t), harness.high_watermark('t'::regclass)";

async fn with_row() -> (Database, Client) {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client, 1).await.unwrap();
    (database, client)
}

async fn load(client: &mut Client, id: i32) -> Result<(), Error> {
    let rows = [Row { id, value: "a" }];
    let batch = Batch::new(&rows).high_watermark(id);
    ingest::<Row<'_>>(client).batches(|_| [batch]).await.map(|_| ())
}

/// Loads a batch while something happens to the connection.
async fn load_through(database: &Database, direction: Direction, at: At, harm: Harm) -> Error {
    let proxy = Proxy::new(&database.url()).await;
    let mut client = proxy.connect(&database.url()).await;
    proxy.set(direction, at, harm);
    let error = load(&mut client, 2).await.unwrap_err();
    assert!(proxy.struck());
    error
}

fn transaction(error: &Error) -> u64 {
    match error.kind() {
        ErrorKind::CommitUnknown { transaction } => *transaction,
        _ => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_lost_answer_to_commit_is_resolved() {
    let (database, other) = with_row().await;
    // The answer is lost.
    let answer = At::commit();
    let error = load_through(&database, Direction::ToClient, answer, Harm::Cut).await;
    let id = transaction(&error).to_string();
    assert_eq!(
        error.to_string(),
        "cannot commit the batch: batch 1: the connection to the server was lost during COMMIT, \
         so the batch may have been committed or not; the next ingest carries on from whatever was"
    );
    assert_eq!(error.resolve(&other).await.unwrap(), Outcome::Committed);
    assert_eq!(database.row(STATE).await, "1,2|2");
    let xmin = match keeps_in_table() {
        true => "SELECT xmin FROM harness.high_watermarks",
        false => "SELECT xmin FROM pg_description WHERE objoid = 't'::regclass AND objsubid = 0",
    };
    assert_eq!(database.row(xmin).await, id, "it is the transaction of the batch");

    // COMMIT itself is lost.
    database
        .execute(
            r#"DELETE FROM t WHERE id = 2;
               SELECT harness.set_high_watermark('t', '1')"#,
        )
        .await;
    let commit = At::commit();
    let error = load_through(&database, Direction::ToServer, commit, Harm::Cut).await;
    transaction(&error);
    assert_eq!(error.resolve(&other).await.unwrap(), Outcome::RolledBack);
    assert_eq!(database.row(STATE).await, "1|1");
}

#[tokio::test]
async fn a_commit_that_nobody_ended_yet_is_waited_for() {
    let (database, other) = with_row().await;
    for is_ended in [true, false] {
        let proxy = Proxy::new(&database.url()).await;
        let mut client = proxy.connect(&database.url()).await;
        proxy.set(Direction::ToServer, At::commit(), Harm::Forsake);
        let error = load(&mut client, 2).await.unwrap_err();
        transaction(&error);
        let process = tests::rows(&other, "SELECT pg_backend_pid()").await.remove(0);
        let end = async {
            if !is_ended {
                return Some(proxy);
            }
            let waits = format!(
                "SELECT 1 FROM pg_stat_activity
                 WHERE pid = {process} AND state = 'active' AND query LIKE '%pg_sleep%'"
            );
            while database.rows(&waits).await.is_empty() {}
            drop(proxy);
            None
        };
        let (outcome, proxy) = tokio::join!(error.resolve(&other), end);
        let expected = if is_ended { Outcome::RolledBack } else { Outcome::InProgress };
        assert_eq!(outcome.unwrap(), expected);
        drop(proxy);
    }
}

#[tokio::test]
async fn an_error_before_commit_means_rolled_back_and_asks_nobody() {
    let (database, mut client) = with_row().await;
    let rows = [Row { id: 2, value: "far too long" }];
    let ingested = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await;
    let error = ingested.unwrap_err();
    let closed = Proxy::new(&database.url()).await.connect(&database.url()).await;
    assert_eq!(error.resolve(&closed).await.unwrap(), Outcome::RolledBack);
}

/// Without a merge, an index or a high watermark, nothing is sent between the rows and COMMIT: the
/// server would answer COMMIT by ROLLBACK, and the driver call it a success.
#[tokio::test]
async fn a_batch_that_lost_rows_is_not_committed() {
    let (database, mut client) = with_row().await;
    let many = || (10..20_000).map(|id| Row { id, value: "x" });
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        let ingest = ingest::<Row<'_>>(&mut client).upsert(Upsert::Off).visibility(visibility);
        let mut session = ingest.start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        // A key that is there already is noticed when the COPY ends: by the end of so many rows.
        let endless = (0..).map(|i| Row { id: i % 1_000_000, value: "x" });
        let error = batch.write_all(endless).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "23505");
        let error = batch.commit_without_high_watermark().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Poisoned), "{error:?}");
        assert_eq!(error.to_string(), "cannot go on with the batch: batch 1: it failed before");
        // The session goes on with another batch.
        let mut batch = session.batch().await.unwrap();
        batch.write_all(many().take(2)).await.unwrap();
        batch.commit_without_high_watermark().await.unwrap();
        session.finish().await.unwrap();
        assert_eq!(database.row("SELECT count(*) FROM t").await, "3");
        database.execute("DELETE FROM t WHERE id <> 1").await;
    }
}

/// A write that is dropped half-way has taken rows out of the buffer, and nobody knows which of
/// them were sent.
#[tokio::test]
async fn a_batch_of_which_a_write_was_dropped_is_not_committed() {
    let (database, mut client) = with_row().await;
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        let ingest = ingest::<Row<'_>>(&mut client).upsert(upsert);
        let mut session = ingest.start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        {
            let many = (10..20_000).map(|id| Row { id, value: "x" });
            let mut write = std::pin::pin!(batch.write_all(many));
            let polled = futures_util::poll!(write.as_mut());
            assert!(polled.is_pending());
        }
        let error = batch.commit(2).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Poisoned), "{error:?}");
        drop(session);
        assert_eq!(database.row(STATE).await, "1|1");
    }
}

/// Of batches that are visible together, the end of one commits nothing.
#[tokio::test]
async fn a_connection_lost_at_the_end_of_one_of_many_batches_leaves_nothing_unknown() {
    let (database, _client) = with_row().await;
    let proxy = Proxy::new(&database.url()).await;
    let mut client = proxy.connect(&database.url()).await;
    let release = At::text("RELEASE sp_1");
    proxy.set(Direction::ToServer, release, Harm::Cut);
    let rows = [Row { id: 2, value: "b" }];
    let ingest = ingest::<Row<'_>>(&mut client).visibility(Visibility::AfterLastBatch);
    let error = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert!(proxy.struck());
    assert!(matches!(error.kind(), ErrorKind::Connection), "{error:?}");
}
