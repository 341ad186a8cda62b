//! A client that is in a transaction is refused, and its transaction goes on.

use pg_bulk_ingest::{Batch, Error, ErrorKind, IngestTable, Upsert};
use tests::{Database, Pooler, RoundTrips, connect, ingest, keeps_in_table, rows};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

fn row(id: i32) -> Row {
    Row { id, value: "x".repeat(1000) }
}

const ENTRANCES: [&str; 5] = ["batches", "stream", "start", "migrate", "plan"];

async fn enter(client: &mut Client, entrance: &str) -> Result<(), Error> {
    let ingest = ingest::<Row>(client);
    let batch = || Batch::new([row(1)]).high_watermark(1);
    match entrance {
        "batches" => ingest.batches(|_: Option<i32>| [batch()]).await.map(|_| ()),
        "stream" => {
            let batches = |_: Option<i32>| futures_util::stream::iter([batch()]);
            ingest.stream(batches).await.map(|_| ())
        }
        "start" => ingest.start::<i32>().await.map(|_| ()),
        "migrate" => ingest.migrate().await.map(|_| ()),
        _ => ingest.plan().await.map(|_| ()),
    }
}

fn assert_refused(result: Result<(), Error>, what: &str) {
    let error = result.expect_err(what);
    assert!(matches!(error.kind(), ErrorKind::InTransaction), "{what}: {error:?}");
}

const BEGINS: [&str; 4] = [
    "BEGIN",
    "BEGIN ISOLATION LEVEL SERIALIZABLE",
    "BEGIN; SAVEPOINT own; SET LOCAL search_path = other, public",
    "BEGIN; SET search_path = other, public",
];

async fn each_transaction_goes_on(database: &Database, url: &str) {
    database.execute("CREATE TABLE mine (n serial, what text)").await;
    let mut client = connect(url).await;
    let state = "SELECT txid_current(), current_setting('search_path')";
    for begin in BEGINS {
        for entrance in ENTRANCES {
            let what = format!("{begin}: {entrance}");
            client.batch_execute(begin).await.unwrap();
            let insert = format!("INSERT INTO mine (what) VALUES ('{what}')");
            client.batch_execute(&insert).await.unwrap();
            let before = rows(&client, state).await;
            assert_refused(enter(&mut client, entrance).await, &what);
            assert_eq!(rows(&client, state).await, before, "{what}");
            client.batch_execute("COMMIT; SET search_path = public").await.unwrap();
            let kept = format!("SELECT count(*) FROM mine WHERE what = '{what}'");
            assert_eq!(database.row(&kept).await, "1", "{what}");
        }
    }
    for entrance in ENTRANCES {
        client.batch_execute("BEGIN READ ONLY").await.unwrap();
        assert_refused(enter(&mut client, entrance).await, entrance);
        let error = client.batch_execute("DELETE FROM mine").await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "25006");
        // It is aborted now.
        assert_refused(enter(&mut client, entrance).await, entrance);
        let error = client.batch_execute("SELECT 1").await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "25P02");
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    // What is there would be looked at too.
    assert_eq!(database.row("SELECT to_regclass('t')").await, "∅");
    enter(&mut client, "batches").await.unwrap();
    client.batch_execute("BEGIN; UPDATE t SET value = 'own'").await.unwrap();
    assert_refused(enter(&mut client, "batches").await, "with a table");
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(database.row("SELECT value FROM t").await, "own");
    enter(&mut client, "plan").await.unwrap();
}

#[tokio::test]
async fn its_transaction_goes_on() {
    let database = Database::new().await;
    each_transaction_goes_on(&database, &database.url()).await;
}

#[tokio::test]
async fn its_transaction_goes_on_through_a_pooler() {
    let database = Database::new().await;
    let Some(pooler) = Pooler::new(&database.url(), "transaction", 3, &[]) else { return };
    if pooler.keeps_track() {
        each_transaction_goes_on(&database, &pooler.url()).await;
    }
}

#[tokio::test]
async fn that_is_found_in_the_first_round_trip() {
    let database = Database::new().await;
    let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
    client.batch_execute("BEGIN").await.unwrap();
    round_trips.take();
    assert_refused(enter(&mut client, "plan").await, "plan");
    assert_eq!(round_trips.take(), 1);
    client.batch_execute("ROLLBACK").await.unwrap();
    round_trips.take();
    enter(&mut client, "plan").await.unwrap();
    // A table of high watermarks is looked at too.
    assert_eq!(round_trips.take(), if keeps_in_table() { 4 } else { 1 });
}

#[tokio::test]
async fn a_further_connection_too() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    enter(&mut client, "batches").await.unwrap();
    database.execute("CREATE TABLE mine (n int)").await;
    let further = std::sync::Arc::new(database.connect().await);
    for aborted in [false, true] {
        further.batch_execute("BEGIN; INSERT INTO mine VALUES (1)").await.unwrap();
        if aborted {
            further.batch_execute("SELECT 1 / 0").await.unwrap_err();
        }
        let again = || {
            let further = std::sync::Arc::clone(&further);
            async move { Ok::<_, std::convert::Infallible>(further) }
        };
        let ingest = ingest::<Row>(&mut client).connections(2, again).upsert(Upsert::IfPrimaryKey);
        let many = Batch::new((1..=4000).map(row)).high_watermark(2);
        let loaded = ingest.batches(|_: Option<i32>| [many]).await.map(|_| ());
        assert_refused(loaded, "further");
        further.batch_execute("COMMIT").await.unwrap();
        assert_eq!(database.row("SELECT count(*) FROM mine").await, "1");
        assert_eq!(database.row("SELECT count(*) FROM t").await, "1");
    }
}

/// A hook that ends the transaction and begins another is refused, and leaves none.
#[tokio::test]
async fn after_a_hook_there_is_none() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for ends in ["COMMIT; BEGIN", "ROLLBACK; BEGIN", "ROLLBACK"] {
        let ingest = ingest::<Row>(&mut client).on_before_visible(move |before| {
            Box::pin(async move {
                before.transaction.batch_execute(ends).await?;
                Ok(())
            })
        });
        let batches = |_: Option<i32>| [Batch::new([row(1)]).high_watermark(1)];
        let error = ingest.batches(batches).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TransactionEnded), "{error:?}");
        enter(&mut client, "plan").await.unwrap();
    }
}
