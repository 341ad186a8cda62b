//! How long readers wait while a table is migrated, and while one lock is queued for it.
//!
//! Two sessions are in the way: a query that runs for seconds, and a transaction that has read the
//! table and idles. A probe selects one row every 5 ms.

use crate::figure::count;
use crate::plot::{Kind, Series};
use crate::settings::Settings;
use pg_bulk_ingest::{IngestTable, Locks, Migration, ingest};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

#[derive(IngestTable)]
#[ingest(table = "migrated", index(name))]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(16)")]
    name: Option<String>,
    number: f64,
    #[ingest(unique)]
    serial: Option<i32>,
    #[ingest(default = "7")]
    last: Option<i32>,
}

const REBUILD: &str = "rebuild, type changed";

/// What the Python package does.
const QUEUED: &str = "one lock, queued (the Python way)";

/// What is done to a table that is as it is defined, for it to be migrated back.
const KINDS: &[(&str, &str)] = &[
    ("column added, constant default", "ALTER TABLE migrated DROP last"),
    ("column dropped", "ALTER TABLE migrated ADD more int"),
    ("type widened", "ALTER TABLE migrated ALTER name TYPE varchar(12)"),
    ("default changed", "ALTER TABLE migrated ALTER last SET DEFAULT 8"),
    ("SET NOT NULL", "ALTER TABLE migrated ALTER number DROP NOT NULL"),
    (
        "DROP NOT NULL",
        "UPDATE migrated SET name = 'x' WHERE name IS NULL; \
         ALTER TABLE migrated ALTER name SET NOT NULL",
    ),
    ("index added", "DROP INDEX migrated_name_idx"),
    ("index dropped", "CREATE INDEX ON migrated (number)"),
    ("unique constraint added", "ALTER TABLE migrated DROP CONSTRAINT migrated_serial_key"),
    (
        "primary key changed",
        "ALTER TABLE migrated DROP CONSTRAINT migrated_pkey, ADD PRIMARY KEY (number)",
    ),
    (REBUILD, "ALTER TABLE migrated ALTER id TYPE bigint"),
];

/// After how long the sessions in the way are terminated.
const TERMINATE_AFTER: Duration = Duration::from_secs(2);

/// Prints the longest wait of the probe for each kind of migration.
pub(crate) async fn run(url: &str, settings: &Settings) {
    let rows = if settings.smoke { 10_000 } else { settings.rows.min(2_000_000) };
    println!(
        "migration of {} rows: the probe's longest wait in ms (median of all its looks)\n",
        count(rows),
    );
    println!("{:32} {:>9} {:>9} {:>9}", "", "longest", "median", "took s");
    let admin = connect(url).await;
    create(&admin, rows).await;
    let mut bars = Vec::new();
    let mut traces: Vec<Series> = Vec::new();
    let kinds = if settings.smoke { &KINDS[..3] } else { KINDS };
    for (kind, change) in kinds {
        admin.batch_execute(change).await.unwrap();
        let mut client = connect(url).await;
        let migrated = probed(url, async move {
            let locks = Locks { terminate_after: Some(TERMINATE_AFTER), ..Locks::default() };
            ingest::<Row>(&mut client)
                .migration(Migration::Exact)
                .locks(locks)
                .migrate()
                .await
                .unwrap();
        });
        let migrated = migrated.await;
        bars.push(print(kind, &migrated));
        if *kind == REBUILD {
            traces.push((format!("pg-bulk-ingest, {kind}"), migrated.looks));
        }
    }
    let client = connect(url).await;
    let queued = probed(url, async move {
        let lock = "BEGIN; LOCK TABLE migrated IN ACCESS EXCLUSIVE MODE; COMMIT";
        client.batch_execute(lock).await.unwrap();
    });
    let queued = queued.await;
    bars.push(print(QUEUED, &queued));
    traces.push((QUEUED.to_owned(), queued.looks));
    settings.plot(
        "Migrations of a live table",
        "the longest that a reader waits, ms",
        Kind::Bars(bars),
    );
    if traces.len() > 1 {
        let unit = "how long a reader waits, ms";
        settings.plot("Readers while a table is changed", unit, Kind::AgainstTime(traces));
    }
    println!();
}

/// Prints what the probe saw, and answers its longest wait.
fn print(kind: &str, probe: &Probed) -> (String, f64) {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{kind:32} {:>9.1} {:>9.1} {:>9.2}",
        millis(probe.longest),
        millis(probe.median),
        probe.took.as_secs_f64()
    );
    (kind.to_owned(), millis(probe.longest))
}

struct Probed {
    /// Each look, by the seconds from the start of the migration: how long it took, in milliseconds.
    looks: Vec<(f64, f64)>,
    longest: Duration,
    median: Duration,
    took: Duration,
}

/// Runs something while two sessions are in the way and the probe looks.
async fn probed(url: &str, migration: impl Future<Output = ()>) -> Probed {
    let idle = connect(url).await;
    idle.batch_execute("BEGIN; SELECT 1 FROM migrated LIMIT 1").await.unwrap();
    let process = idle.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get::<_, i32>(0);
    let running = connect(url).await;
    let running = tokio::spawn(async move {
        // It is terminated.
        let sql = "SELECT pg_sleep(4) FROM (SELECT 1 FROM migrated LIMIT 1) one";
        let _ = running.batch_execute(sql).await;
    });
    // A lock that is queued is not taken in attempts, and nobody is terminated for it.
    let ends = terminate_later(connect(url).await, process);
    let stop = Arc::new(AtomicBool::new(false));
    let probe = tokio::spawn(look(connect(url).await, Arc::clone(&stop)));
    let start = Instant::now();
    migration.await;
    let took = start.elapsed();
    stop.store(true, Ordering::Relaxed);
    let looks = probe.await.unwrap();
    running.await.unwrap();
    ends.await.unwrap();
    let mut waits = looks.iter().map(|(_, wait)| *wait).collect::<Vec<_>>();
    waits.sort_unstable();
    let looks = looks.iter().map(|(at, wait)| {
        let at = at.saturating_duration_since(start);
        (at.as_secs_f64(), wait.as_secs_f64() * 1e3)
    });
    let looks = looks.collect();
    let longest = waits.last().copied().unwrap_or_default();
    Probed { looks, longest, median: waits[waits.len() / 2], took }
}

/// Ends a session after a while, as its owner would.
fn terminate_later(admin: Client, process: i32) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(4)).await;
        let sql = format!("SELECT pg_terminate_backend({process})");
        admin.batch_execute(&sql).await.unwrap();
    })
}

/// Selects a row every 5 ms. It is never refused.
async fn look(client: Client, stop: Arc<AtomicBool>) -> Vec<(Instant, Duration)> {
    let mut waits = Vec::new();
    while !stop.load(Ordering::Relaxed) || waits.is_empty() {
        let start = Instant::now();
        client.batch_execute("SELECT number FROM migrated WHERE id = 1").await.unwrap();
        waits.push((start, start.elapsed()));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    waits
}

async fn create(admin: &Client, rows: usize) {
    let sql = format!(
        "DROP TABLE IF EXISTS migrated;
        CREATE TABLE migrated (id int NOT NULL, name varchar(16), number float8 NOT NULL,
            serial int, last int DEFAULT 7);
        INSERT INTO migrated SELECT i, 'name ' || i % 1000, i, i, 7 FROM generate_series(1, {rows}) i;
        ALTER TABLE migrated ADD PRIMARY KEY (id), ADD UNIQUE (serial);
        CREATE INDEX ON migrated (name);
        ANALYZE migrated"
    );
    admin.batch_execute(&sql).await.unwrap();
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
