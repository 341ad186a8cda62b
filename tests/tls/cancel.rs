//! A server that is given up is told so, over TLS where nothing else arrives.

use crate::gate::Gate;
use crate::server::{Database, connect};
use crate::with::Connector;
use pg_bulk_ingest::{
    Backoff, Batch, Error, ErrorKind, Ingest, IngestTable, Linger, NoWatermark, ingest,
};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

/// Longer than any answer takes that is not held up.
const SHORT: Duration = Duration::from_secs(1);

/// How long a merge takes, unless it is canceled.
const LONG: u64 = 60;

/// A table whose first merges take long, so many of them.
async fn slow<T: Connector>(tls: T, merges: u64) -> Database<T> {
    let database = Database::new(tls).await;
    let client = database.connect().await;
    client
        .batch_execute(&format!(
            "CREATE TABLE t (id integer PRIMARY KEY);
             CREATE SEQUENCE merges;
             CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('public.merges') <= {merges} THEN PERFORM pg_sleep({LONG}); END IF;
                 RETURN NULL;
             END $$;
             CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE PROCEDURE wait()"
        ))
        .await
        .unwrap();
    database
}

async fn load(ingest: Ingest<'_, Row>) -> Result<(), Error> {
    let ingest = ingest.timeout(SHORT);
    ingest.batches(|_: Option<NoWatermark>| Batch::new([Row { id: 1 }])).await.map(drop)
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// How many sessions of the database sleep.
async fn asleep(client: &Client) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event = 'PgSleep'";
    count(client, sql).await
}

/// Ends the sessions of the database that sleep.
async fn end(client: &Client) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event = 'PgSleep'";
    client.batch_execute(sql).await.unwrap();
    while asleep(client).await > 0 {}
}

/// Gives up a statement, over a connection of these settings, and looks whether the server does so too:
/// within a second, or not.
async fn is_canceled(
    database: &Database<impl Connector>,
    through: &Config,
    set: impl FnOnce(Ingest<'_, Row>) -> Ingest<'_, Row>,
) -> bool {
    let mut client = connect(through, database.tls.clone()).await;
    let error = load(set(ingest::<Row>(&mut client))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout { after: SHORT, .. }), "{error:?}");
    let observer = database.connect().await;
    let given_up = Instant::now();
    while asleep(&observer).await > 0 {
        if given_up.elapsed() > Duration::from_secs(1) {
            end(&observer).await;
            return false;
        }
    }
    // The client is of use again.
    load(ingest::<Row>(&mut client)).await.unwrap();
    assert_eq!(count(&observer, "SELECT count(*) FROM t").await, 1);
    true
}

async fn a_statement_is_canceled_where_nothing_passes_without_tls(tls: impl Connector) {
    let database = slow(tls, 1).await;
    let gate = Gate::new(&database.config()).await;
    let through = gate.before(&database.config());
    let tls = database.tls.clone();
    assert!(is_canceled(&database, &through, |ingest| ingest.cancel_with(tls)).await);
    assert_eq!(gate.refused(), 0);
}

/// What is the use of the setting.
async fn without_the_setting_it_goes_on(tls: impl Connector) {
    let database = slow(tls, 2).await;
    let gate = Gate::new(&database.config()).await;
    let mut through = gate.before(&database.config());
    // With `require` the driver sends no request without TLS, and what is sent does not pass.
    assert!(!is_canceled(&database, &through, |ingest| ingest).await);
    assert_eq!(gate.refused(), 0);
    through.ssl_mode(SslMode::Prefer);
    assert!(!is_canceled(&database, &through, |ingest| ingest).await);
    assert_ne!(gate.refused(), 0);
}

/// PostgreSQL looks at `pg_hba.conf` only when a session begins, which a request to cancel does not.
async fn postgresql_itself_is_asked_without_tls(tls: impl Connector) {
    let database = slow(tls, 2).await;
    let mut direct = database.config();
    assert!(!is_canceled(&database, &direct, |ingest| ingest).await);
    direct.ssl_mode(SslMode::Prefer);
    assert!(is_canceled(&database, &direct, |ingest| ingest).await);
}

/// So it is with a server that waits for what it does over a further connection.
async fn further_connections_are_canceled(tls: impl Connector) {
    let database = slow(tls, 0).await;
    let observer = database.connect().await;
    observer
        .batch_execute(&format!(
            "CREATE FUNCTION wait_to_create() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF current_query() LIKE '%UNLOGGED%' THEN PERFORM pg_sleep({LONG}); END IF;
             END $$;
             CREATE EVENT TRIGGER wait ON ddl_command_start WHEN tag IN ('CREATE TABLE')
                 EXECUTE PROCEDURE wait_to_create()"
        ))
        .await
        .unwrap();
    let gate = Gate::new(&database.config()).await;
    let through = gate.before(&database.config());
    let mut client = connect(&through, database.tls.clone()).await;
    let further = async || Ok::<_, Infallible>(connect(&through, database.tls.clone()).await);
    let rows = (0..300_000).map(|id| Row { id });
    let ingest = ingest::<Row>(&mut client).timeout(SHORT).cancel_with(database.tls.clone());
    let error = ingest
        .connections(2, further)
        .batches(|_: Option<NoWatermark>| Batch::new(rows))
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("cannot use a further connection"), "{error}");
    let given_up = Instant::now();
    while asleep(&observer).await > 0 {
        assert!(given_up.elapsed() < Duration::from_secs(1));
    }
    assert_eq!(gate.refused(), 0);
}

async fn so_is_what_goes_on_over_another_connection(tls: impl Connector) {
    let database = slow(tls, 2).await;
    let gate = Gate::new(&database.config()).await;
    let through = gate.before(&database.config());
    let mut client = connect(&through, database.tls.clone()).await;
    let again = async || Ok::<_, Infallible>(connect(&through, database.tls.clone()).await);
    let ingest = ingest::<Row>(&mut client).timeout(SHORT).cancel_with(database.tls.clone());
    let (rows, inserter) = ingest.inserter::<NoWatermark>(Linger::default());
    let run = inserter.reconnect(again, Backoff::default()).run();
    let write = async {
        let durable = rows.write(Row { id: 1 }).await.unwrap();
        drop(rows);
        durable.await.unwrap();
    };
    let (report, ()) = tokio::join!(run, write);
    assert_eq!(report.unwrap().rows, 1);
    let observer = database.connect().await;
    assert_eq!(asleep(&observer).await, 0);
    assert_eq!(count(&observer, "SELECT count(*) FROM t").await, 1);
    assert_eq!(gate.refused(), 0);
}

crate::with_each_library!(
    a_statement_is_canceled_where_nothing_passes_without_tls,
    without_the_setting_it_goes_on,
    postgresql_itself_is_asked_without_tls,
    further_connections_are_canceled,
    so_is_what_goes_on_over_another_connection,
);
