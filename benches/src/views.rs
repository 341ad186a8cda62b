//! How long it takes to replace a table that many views depend on, and how long readers wait for it.

use crate::settings::Settings;
use pg_bulk_ingest::{Batch, Delete, IngestTable, ingest};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls};

#[derive(IngestTable)]
#[ingest(table = "viewed")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

/// What depends on the table, by the name of the view that number `i` is over.
const KINDS: [(&str, &str, &str); 4] = [
    ("views, a chain", "VIEW", "'viewed_' || i - 1"),
    ("views, a star", "VIEW", "'viewed'"),
    ("materialized views, a chain", "MATERIALIZED VIEW", "'viewed_' || i - 1"),
    ("materialized views, a star", "MATERIALIZED VIEW", "'viewed'"),
];

/// Prints the time, and the longest wait of a reader of the table, for each kind and number.
pub(crate) async fn run(url: &str, settings: &Settings) {
    let counts: &[usize] = if settings.smoke { &[4] } else { &[50, 200, 400, 1_000] };
    let python = python();
    println!("replacing a table of 2 rows: s, and the longest wait of a reader in ms\n");
    println!(
        "{:28} {:>6} {:>9} {:>9} {:>9} {:>9} {:>7}",
        "", "views", "ours s", "wait ms", "Python s", "wait ms", "ratio"
    );
    // One of each kind is enough to see that it works.
    let step = if settings.smoke { 2 } else { 1 };
    for (kind, create, over) in KINDS.into_iter().step_by(step) {
        for count in counts {
            let mut ours = Vec::new();
            let mut theirs = Vec::new();
            let rounds = if python.is_none() || settings.smoke { 1 } else { settings.few() };
            for _ in 0..rounds {
                make(url, create, over, *count).await;
                ours.push(probed(url, replace(url)).await);
                if let Some(python) = &python {
                    theirs.push(probed(url, async { replace_by_package(python, url) }).await);
                }
            }
            print!("{kind:28} {count:>6} {}", told(&ours));
            match theirs.is_empty() {
                true => println!(),
                false => {
                    let ratios = ours
                        .iter()
                        .zip(&theirs)
                        .map(|(ours, theirs)| ours.took.as_secs_f64() / theirs.took.as_secs_f64());
                    println!(" {} {:>7.2}", told(&theirs), median(ratios.collect()));
                }
            }
        }
    }
    drop_views(&connect(url).await).await;
    println!();
}

/// The medians of several.
fn told(probed: &[Probed]) -> String {
    let took = probed.iter().map(|probed| probed.took.as_secs_f64());
    let longest = probed.iter().map(|probed| probed.longest.as_secs_f64() * 1e3);
    format!("{:>9.2} {:>9.0}", median(took.collect()), median(longest.collect()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn replace(url: &str) -> Duration {
    let mut client = connect(url).await;
    let start = Instant::now();
    let row = |id: i32| Row { id, value: format!("v{id}") };
    ingest::<Row>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .batches(|_| [Batch::new([row(1), row(2)])])
        .await
        .unwrap();
    start.elapsed()
}

/// The interpreter that has the Python package, if `python/prepare` was run.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python/bin/python");
    python.exists().then_some(python)
}

fn replace_by_package(python: &Path, url: &str) -> Duration {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/views.py");
    let output = Command::new(python)
        .args([script.as_os_str(), url.as_ref()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the Python package failed");
    Duration::from_secs_f64(String::from_utf8_lossy(&output.stdout).trim().parse().unwrap())
}

struct Probed {
    longest: Duration,
    took: Duration,
}

/// Runs something that says how long it took, while a row is selected every 5 ms.
async fn probed(url: &str, replaced: impl Future<Output = Duration>) -> Probed {
    let stop = Arc::new(AtomicBool::new(false));
    let client = connect(url).await;
    let stopped = Arc::clone(&stop);
    let probe = tokio::spawn(async move {
        let mut longest = Duration::ZERO;
        while !stopped.load(Ordering::Relaxed) {
            let start = Instant::now();
            client.batch_execute("SELECT value FROM viewed WHERE id = 1").await.unwrap();
            longest = longest.max(start.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        longest
    });
    let took = replaced.await;
    stop.store(true, Ordering::Relaxed);
    Probed { longest: probe.await.unwrap(), took }
}

async fn make(url: &str, create: &str, over: &str, count: usize) {
    let admin = connect(url).await;
    drop_views(&admin).await;
    admin
        .batch_execute(&format!(
            "CREATE TABLE viewed (id int PRIMARY KEY, value text NOT NULL);
             INSERT INTO viewed VALUES (1, 'v1'), (2, 'v2');
             CREATE VIEW viewed_0 AS SELECT * FROM viewed;
             DO $$ BEGIN FOR i IN 1..{count} - 1 LOOP
               EXECUTE format('CREATE {create} viewed_%s AS SELECT * FROM %I', i, {over});
             END LOOP; END $$"
        ))
        .await
        .unwrap();
    admin.batch_execute("VACUUM ANALYZE").await.unwrap();
}

/// Drops the table, and with it its views.
async fn drop_views(admin: &Client) {
    admin.batch_execute("DROP TABLE IF EXISTS viewed CASCADE").await.unwrap();
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
