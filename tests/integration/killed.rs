//! The process of the client killed in the middle of a batch. The process is this test itself, run
//! once more.

use pg_bulk_ingest::{Batch, Delete, IngestTable, Upsert, ingest};
use std::process::{Child, Command, Stdio};
use tests::{Database, connect};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i64,
}

const URL: &str = "KILLED_URL";
const WAY: &str = "KILLED_WAY";

/// Each way of loading.
const WAYS: [(Upsert, Delete); 3] = [
    (Upsert::Off, Delete::Off),
    (Upsert::IfPrimaryKey, Delete::Off),
    (Upsert::IfPrimaryKey, Delete::BeforeFirstBatch),
];

/// Loads rows that never end.
async fn load_until_killed(url: &str, way: usize) {
    let (upsert, delete) = WAYS[way];
    let mut client = connect(url).await;
    let ingest = ingest::<Row>(&mut client).upsert(upsert).delete(delete);
    let rows = (2..).map(|id| Row { id });
    ingest.batches(|_| [Batch::new(rows).high_watermark(2)]).await.unwrap();
}

fn start(url: &str, way: usize) -> Child {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "killed::a_client_that_is_killed_leaves_nothing", "--nocapture"]);
    again.env(URL, url).env(WAY, way.to_string());
    again.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test]
async fn a_client_that_is_killed_leaves_nothing() {
    if let (Ok(url), Ok(way)) = (std::env::var(URL), std::env::var(WAY)) {
        return load_until_killed(&url, way.parse().unwrap()).await;
    }
    for (way, loading) in WAYS.iter().enumerate() {
        let database = Database::new().await;
        let mut client = database.connect().await;
        let first = || [Batch::new([Row { id: 1 }]).high_watermark(1)];
        ingest::<Row>(&mut client).batches(|_: Option<i32>| first()).await.unwrap();
        let mut child = start(&database.url(), way);
        let copying = "SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND query LIKE 'COPY %'";
        while database.rows(copying).await.is_empty() {
            assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let there = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
            AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        drop(client);
        while !database.rows(there).await.is_empty() {}
        let left = "SELECT locktype FROM pg_locks WHERE pid <> pg_backend_pid() AND database =
                (SELECT oid FROM pg_database WHERE datname = current_database())
            UNION ALL SELECT relname FROM pg_class WHERE relname LIKE '%bulk_ingest%'
            UNION ALL SELECT gid FROM pg_prepared_xacts WHERE database = current_database()";
        assert_eq!(database.rows(left).await, [""; 0], "{loading:?}");
        let state = "SELECT (SELECT string_agg(id::text, ',') FROM t),
            obj_description('t'::regclass)";
        assert_eq!(database.row(state).await, r#"1|{"pg-bulk-ingest": {"high-watermark": 1}}"#);
        // And the next takes its place.
        let mut client = database.connect().await;
        ingest::<Row>(&mut client).batches(|_: Option<i32>| first()).await.unwrap();
    }
}
