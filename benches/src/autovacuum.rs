//! Small batches into a live table that autovacuum is slow to vacuum: how many of its runs the batches
//! cancel, and what a batch takes meanwhile, by where the high watermark is stored.

use crate::contender::connect;
use crate::data::{KeyedN, N, narrow};
use crate::measure::median;
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use futures_util::future::join_all;
use local_postgres::LocalPostgres;
use pg_bulk_ingest::{Batch, Watermarks, ingest};
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tokio::time::{MissedTickBehavior, interval_at};

/// Time from the start of a batch to that of the next.
const PERIOD: Duration = Duration::from_millis(500);
/// Rows of a batch, all of them there and all changed.
const ROWS: usize = 100;
/// What the server logs when a batch cancels a run of autovacuum.
const CANCELED: &str = "canceling autovacuum task";

/// What happened while the batches of one way ran.
struct Seen {
    median: f64,
    longest: f64,
    canceled: Option<usize>,
    finished: i64,
}

pub(crate) async fn run(server: &LocalPostgres, settings: &Settings) {
    let (rows, batches) = if settings.smoke { (1_000, 3) } else { (300_000, 180) };
    println!(
        "autovacuum: {batches} batches of {ROWS} changed rows, one each {PERIOD:?}, into {rows}"
    );
    println!(
        "{:<16} {:>10} {:>11} {:>13} {:>13}",
        "high watermark", "median ms", "longest ms", "vacuums done", "and canceled"
    );
    let url = server.url("postgres");
    let admin = connect(&url).await;
    for set in ["SET autovacuum = on", "SET autovacuum_naptime = 1"] {
        admin.batch_execute(&format!("ALTER SYSTEM {set}")).await.unwrap();
    }
    admin.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    let ways = [
        ("none", None),
        ("in the comment", Some(Watermarks::Comment)),
        ("in a table", Some(Watermarks::table("bench_state", "high_watermarks"))),
    ];
    // Each into a table of its own, in turn, since how long a commit takes changes from one second to the next.
    let turns = (0..3_u32).map(|turn| PERIOD / 3 * turn);
    let loaded = Barrier::new(ways.len());
    let running = ways.iter().zip(turns).enumerate().map(|(place, ((_, watermarks), turn))| {
        way(server, format!("n{place}"), (rows, batches), watermarks.clone(), (&loaded, turn))
    });
    let seen = join_all(running).await;
    for ((name, _), one) in ways.iter().zip(&seen) {
        let canceled = one.canceled.map_or_else(|| "unknown".to_owned(), |count| count.to_string());
        println!(
            "{name:<16} {:>10.1} {:>11.1} {:>13} {canceled:>13}",
            one.median, one.longest, one.finished
        );
    }
    for set in ["RESET autovacuum", "RESET autovacuum_naptime"] {
        admin.batch_execute(&format!("ALTER SYSTEM {set}")).await.unwrap();
    }
    admin
        .batch_execute(
            "SELECT pg_reload_conf(); DROP SCHEMA bench_state CASCADE; DROP TABLE n0, n1, n2",
        )
        .await
        .unwrap();
    println!();
    let [none, _, table] = seen.as_slice() else { return };
    if let Some(canceled) = table.canceled {
        let canceled = f64::from(u32::try_from(canceled).unwrap_or(u32::MAX));
        settings.target("autovacuums canceled, high watermark in a table", AtMost(0.0), canceled);
    }
    let ratio = table.median / none.median;
    settings.target("batch while autovacuum runs, in a table: to none", AtMost(1.2), ratio);
}

async fn way(
    server: &LocalPostgres,
    name: String,
    (rows, batches): (usize, usize),
    watermarks: Option<Watermarks>,
    (loaded, turn): (&Barrier, Duration),
) -> Seen {
    let url = server.url("postgres");
    let admin = connect(&url).await;
    let mut rows: Vec<KeyedN> = narrow(rows).iter().map(N::keyed).collect();
    let mut client = connect(&url).await;
    let is_stored = watermarks.is_some();
    let watermarks = watermarks.unwrap_or_default();
    let load = ingest::<KeyedN>(&mut client).into_table("public", &name);
    let load = load.watermarks(watermarks.clone());
    load.batches(|_: Option<usize>| [Batch::new(&rows).high_watermark(0)]).await.unwrap();
    // Some 20 dirty pages a second.
    let slow = format!(
        "VACUUM ANALYZE {name}; ALTER TABLE {name} SET (autovacuum_vacuum_cost_delay = 20,
        autovacuum_vacuum_cost_limit = 8, autovacuum_vacuum_threshold = 50,
        autovacuum_vacuum_scale_factor = 0)"
    );
    for statement in slow.split(';') {
        admin.batch_execute(statement).await.unwrap();
    }
    let finished = format!("SELECT coalesce(pg_stat_get_autovacuum_count('{name}'::regclass), 0)");
    let canceled_before = canceled(server, &name);
    let load = ingest::<KeyedN>(&mut client).into_table("public", &name);
    let mut session = load.watermarks(watermarks).start::<usize>().await.unwrap();
    loaded.wait().await;
    let mut ticks = interval_at(tokio::time::Instant::now() + turn, PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut times = Vec::new();
    for at in 1..=batches {
        // Scattered over the whole table, so that each vacuum has much of it to read.
        let step = rows.len() / ROWS;
        let changed = rows.iter_mut().skip(at % step).step_by(step).map(|row| {
            row.value += 1.0;
            row.clone()
        });
        let changed: Vec<KeyedN> = changed.collect();
        ticks.tick().await;
        let start = Instant::now();
        let mut batch = session.batch().await.unwrap();
        batch.write_all(&changed).await.unwrap();
        match is_stored {
            true => batch.commit(at).await.unwrap(),
            false => batch.commit_without_high_watermark().await.unwrap(),
        }
        times.push(1_000.0 * start.elapsed().as_secs_f64());
    }
    session.finish().await.unwrap();
    let count = canceled(server, &name).zip(canceled_before).map(|(after, before)| after - before);
    let finished = admin.query_one(&finished, &[]).await.unwrap().get(0);
    let longest = times.iter().copied().fold(0.0, f64::max);
    Seen { median: median(times.into_iter()), longest, canceled: count, finished }
}

/// The runs of autovacuum on a table that were canceled since the server started, if its log can be read.
fn canceled(server: &LocalPostgres, name: &str) -> Option<usize> {
    let log = std::fs::read(server.log_file().ok()?).ok()?;
    // One of the lines after says of which table.
    let of_table = format!("automatic vacuum of table \"postgres.public.{name}\"");
    let log = String::from_utf8_lossy(&log);
    let runs = log.split(CANCELED).skip(1);
    Some(runs.filter(|run| run.lines().take(3).any(|line| line.contains(&of_table))).count())
}
