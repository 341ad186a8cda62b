//! `timeout`: a server that does not answer is given up, and told so.

use futures_util::{FutureExt, StreamExt, stream};
use pg_bulk_ingest::{Batch, Error, ErrorKind, IngestTable, Outcome};
use std::convert::Infallible;
use std::time::Duration;
use tests::{At, Database, Direction, Harm, Proxy, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

/// Longer than any answer takes that is not held up, on a machine that other tests keep busy.
const SHORT: Duration = Duration::from_secs(1);

async fn with_row() -> Database {
    let database = Database::new().await;
    load(&mut database.connect().await, 1).await;
    database
}

async fn load(client: &mut Client, id: i32) {
    let batch = Batch::new([Row { id }]).high_watermark(id);
    ingest::<Row>(client).batches(|_| [batch]).await.unwrap();
}

async fn load_in_time(client: &mut Client, id: i32) -> Result<(), Error> {
    let batch = Batch::new([Row { id }]).high_watermark(id);
    ingest::<Row>(client).timeout(SHORT).batches(|_| [batch]).await.map(drop)
}

async fn is_as_before(database: &Database) {
    let state =
        "SELECT (SELECT string_agg(id::text, ',') FROM t), harness.high_watermark('t'::regclass)";
    assert_eq!(database.row(state).await, "1|1");
}

/// Waits until a session is idle or gone.
async fn until_idle(database: &Database, process: &str) {
    let busy = format!("SELECT 1 FROM pg_stat_activity WHERE pid = {process} AND state <> 'idle'");
    while !database.rows(&busy).await.is_empty() {}
}

#[tokio::test]
async fn a_statement_that_waits_too_long_is_given_up_on_the_server_too() {
    let database = with_row().await;
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    let mut client = database.connect().await;
    let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
    let error = load_in_time(&mut client, 2).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout { after: SHORT, .. }), "{error:?}");
    // While the lock is still held nothing of ours waits for it any more, and the client is usable.
    until_idle(&database, &process).await;
    holder.batch_execute("COMMIT").await.unwrap();
    is_as_before(&database).await;
    load(&mut client, 2).await;
}

/// The same with the rows on their way: `COPY` waits for a lock, and the rest is not sent.
#[tokio::test]
async fn a_chunk_that_is_not_taken_is_given_up_on_the_server_too() {
    let database = with_row().await;
    database
        .execute(
            "CREATE TABLE gate (id int);
             CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN LOCK TABLE public.gate; RETURN new; END';
             CREATE TRIGGER gate BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE wait()",
        )
        .await;
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE gate").await.unwrap();
    let mut client = database.connect().await;
    let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
    let endless = (2..).map(|id| Row { id });
    let ingest = ingest::<Row>(&mut client).upsert(pg_bulk_ingest::Upsert::Off).timeout(SHORT);
    let error = ingest.batches(|_| [Batch::new(endless)]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout { .. }), "{error:?}");
    assert_eq!(error.table().unwrap().name(), "t");
    until_idle(&database, &process).await;
    holder.batch_execute("COMMIT").await.unwrap();
    is_as_before(&database).await;
    assert_eq!(tests::rows(&client, "SELECT 1").await, ["1"], "the client is usable");
}

/// What the server says does not arrive: from its first answer on, in the middle, that to COMMIT.
#[tokio::test]
async fn an_answer_that_is_lost_is_not_waited_for() {
    let database = with_row().await;
    let other = database.connect().await;
    for (at, is_commit) in
        [(At::Number(1), false), (At::first(|m| m.kind == b'2'), false), (At::commit(), true)]
    {
        let proxy = Proxy::new(&database.url()).await;
        let mut client = proxy.connect(&database.url()).await;
        let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
        proxy.set(Direction::ToClient, at, Harm::Stall);
        let error = load_in_time(&mut client, 2).await.unwrap_err();
        assert!(proxy.struck());
        if is_commit {
            assert!(matches!(error.kind(), ErrorKind::CommitUnknown { .. }), "{error:?}");
            assert_eq!(error.resolve(&other).await.unwrap(), Outcome::Committed);
            break;
        }
        assert!(matches!(error.kind(), ErrorKind::Timeout { .. }), "{error:?}");
        assert_eq!(error.resolve(&other).await.unwrap(), Outcome::RolledBack);
        // The server is free although the connection is still open.
        until_idle(&database, &process).await;
        is_as_before(&database).await;
    }
}

/// What the client says does not arrive: the server cannot be told, until the connection ends.
#[tokio::test]
async fn rows_that_do_not_arrive_are_given_up() {
    let database = with_row().await;
    for at in [At::Number(1), At::first(|message| message.kind == b'B'), At::commit()] {
        let proxy = Proxy::new(&database.url()).await;
        let mut client = proxy.connect(&database.url()).await;
        let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
        proxy.set(Direction::ToServer, at, Harm::Stall);
        load_in_time(&mut client, 2).await.unwrap_err();
        assert!(proxy.struck());
        drop((client, proxy));
        until_idle(&database, &process).await;
        is_as_before(&database).await;
    }
    load(&mut database.connect().await, 2).await;
}

#[tokio::test]
async fn the_time_that_rows_batches_and_the_hook_take_is_not_counted() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let slowly = |id| async move {
        tokio::time::sleep(SHORT * 2).await;
        Ok::<_, Error>(Row { id })
    };
    let batch = Batch::stream(stream::iter([2, 3]).then(slowly)).high_watermark(3);
    ingest::<Row>(&mut client)
        .timeout(SHORT)
        .on_before_visible(|before| {
            async move {
                before.transaction.batch_execute("SELECT pg_sleep(2)").await?;
                Ok(())
            }
            .boxed()
        })
        .batches(|_| [batch])
        .await
        .unwrap();
    assert_eq!(database.row("SELECT count(*) FROM t").await, "3");
}

#[tokio::test]
async fn a_further_connection_that_does_not_come_is_given_up() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let batch = Batch::new((0..100_000).map(|id| Row { id })).high_watermark(2);
    let error = ingest::<Row>(&mut client)
        .timeout(SHORT)
        .connections(2, std::future::pending::<Result<Client, Infallible>>)
        .batches(|_| [batch])
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout { after: SHORT, .. }), "{error:?}");
    assert!(error.to_string().starts_with("cannot open a further connection"), "{error}");
    load(&mut client, 1).await;
    is_as_before(&database).await;
}
