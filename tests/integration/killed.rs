//! The process of the client killed, or stopped, in the middle of a batch. The process is this test
//! itself, run once more.

mod stopped;

use pg_bulk_ingest::{Batch, Delete, IngestTable, Iter, Upsert};
use std::convert::Infallible;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use tests::{Database, connect, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i64,
}

const URL: &str = "KILLED_URL";
const WAY: &str = "KILLED_WAY";

/// Each way of loading, with the number of connections.
const WAYS: [(Upsert, Delete, usize); 4] = [
    (Upsert::Off, Delete::Off, 1),
    (Upsert::IfPrimaryKey, Delete::Off, 1),
    (Upsert::IfPrimaryKey, Delete::Off, 2),
    (Upsert::IfPrimaryKey, Delete::BeforeFirstBatch, 1),
];

/// What of an ingest is left in the database besides the table. (Autovacuum may come by.)
const LEFT: &str = "SELECT locktype FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT relname FROM pg_class WHERE relname LIKE '%bulk_ingest%'
    UNION ALL SELECT gid FROM pg_prepared_xacts WHERE database = current_database()";

/// Loads rows that end when the process has no more input.
async fn load_until_told(url: &str, way: usize) {
    static ENDED: AtomicBool = AtomicBool::new(false);
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        ENDED.store(true, Ordering::Relaxed);
    });
    let (upsert, delete, connections) = WAYS[way];
    let mut client = connect(url).await;
    let further = || async { Ok::<_, Infallible>(connect(url).await) };
    let ingest = ingest::<Row>(&mut client).upsert(upsert).delete(delete);
    let ingest = ingest.connections(connections, further);
    let rows = (2..).take_while(|_| !ENDED.load(Ordering::Relaxed)).map(|id| Row { id });
    ingest.batches(|_| [Batch::new(rows).high_watermark(2)]).await.unwrap();
}

fn start(url: &str, way: usize) -> Child {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "killed::a_client_that_is_killed_leaves_nothing", "--nocapture"]);
    again.env(URL, url).env(WAY, way.to_string());
    again.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A client that copies, over all its connections.
async fn copying(database: &Database, way: usize) -> Child {
    let mut child = start(&database.url(), way);
    let copying = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query LIKE 'COPY %'";
    while database.row(copying).await != WAYS[way].2.to_string() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
    }
    child
}

fn first() -> [Batch<Iter<[Row; 1]>, i32>; 1] {
    [Batch::new([Row { id: 1 }]).high_watermark(1)]
}

/// A database with a batch.
async fn loaded() -> Database {
    let database = Database::new().await;
    load_first(&database).await;
    database
}

async fn load_first(database: &Database) {
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_: Option<i32>| first()).await.unwrap();
}

async fn is_as_before(database: &Database, way: usize) {
    let state = "SELECT (SELECT string_agg(id::text, ',') FROM t),
        harness.high_watermark('t'::regclass)";
    let before = "1|1";
    assert_eq!(database.row(state).await, before, "{:?}", WAYS[way]);
}

/// Waits until all other sessions of the database are gone.
async fn alone(database: &Database) {
    let client = database.connect().await;
    let there = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    while !tests::rows(&client, there).await.is_empty() {}
}

#[tokio::test]
async fn a_client_that_is_killed_leaves_nothing() {
    if let (Ok(url), Ok(way)) = (std::env::var(URL), std::env::var(WAY)) {
        return load_until_told(&url, way.parse().unwrap()).await;
    }
    for (way, loading) in WAYS.iter().enumerate() {
        let database = loaded().await;
        let mut child = copying(&database, way).await;
        child.kill().unwrap();
        child.wait().unwrap();
        alone(&database).await;
        assert_eq!(database.rows(LEFT).await, [""; 0], "{loading:?}");
        is_as_before(&database, way).await;
        // And the next takes its place.
        load_first(&database).await;
    }
}
