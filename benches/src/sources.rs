//! Several sources into one table at once, each with its high watermark in a table; and what it costs to
//! keep it there, beside the comment and none at all.

use crate::contender::connect;
use crate::data::{KeyedN, N, narrow};
use crate::measure::median;
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::{AtLeast, AtMost};
use pg_bulk_ingest::{Batch, IngestTable, RowOf, Upsert, Watermarks, ingest};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Instant;
use tokio::runtime::Builder;
use tokio_postgres::Client;

/// Rows of a batch.
const ROWS: usize = 1_000;

/// How many sources there are at once.
const COUNTS: [usize; 3] = [1, 2, 4];

pub(crate) async fn run(url: &str, settings: &Settings) {
    let batches = if settings.smoke { 4 } else { 960 };
    println!("sources: {batches} batches of {ROWS} rows of N in all, into one keyed table");
    println!("{:>8} {:>14} {:>14}", "sources", "appended /s", "merged /s");
    let mut speeds = [[0.0; 2]; COUNTS.len()];
    let mut gains = [0.0; 2];
    for (place, upsert) in [Upsert::Off, Upsert::IfPrimaryKey].into_iter().enumerate() {
        let mut rounds = Vec::new();
        for _ in 0..settings.rounds {
            let mut round = [0.0; COUNTS.len()];
            for (speed, count) in round.iter_mut().zip(COUNTS) {
                *speed = load(url, count, batches, upsert).await;
            }
            rounds.push(round);
        }
        for (position, speeds) in speeds.iter_mut().enumerate() {
            speeds[place] = median(rounds.iter().map(|round| round[position]));
        }
        gains[place] = median(rounds.iter().map(|[one, two, _]| two / one));
    }
    for (count, [appended, merged]) in COUNTS.into_iter().zip(&speeds) {
        println!("{count:>8} {appended:>14.0} {merged:>14.0}");
    }
    for (gain, what) in gains.into_iter().zip(["appended", "merged"]) {
        settings.target(format!("two sources, {what}: to one"), AtLeast(1.7), gain);
    }
    let batches = if settings.smoke { 5 } else { 100 * settings.rounds };
    println!("\nmedian batch of 10 rows, in ms, by where its high watermark is kept");
    println!("{:>8} {:>9} {:>9} {:>9}", "", "none", "comment", "table");
    let appended = stores::<N>(url, &narrow(10 * batches)).await;
    let keyed = narrow(10 * batches).iter().map(N::keyed).collect::<Vec<_>>();
    let merged = stores::<KeyedN>(url, &keyed).await;
    for (what, [none, comment, table]) in [("appended", appended), ("merged", merged)] {
        println!("{what:>8} {none:>9.2} {comment:>9.2} {table:>9.2}");
        let target = |to: &str| format!("high watermark in a table, {what}: to {to}");
        settings.target(target("none"), AtMost(1.2), table / none);
        settings.target(target("the comment"), AtMost(1.0), table / comment);
    }
    println!();
}

fn kept() -> Watermarks {
    Watermarks::table("bench_state", "high_watermarks")
}

/// Rows a second of so many sources, which divide the batches among them.
async fn load(url: &str, sources: usize, batches: usize, upsert: Upsert) -> f64 {
    let admin = connect(url).await;
    let empty = "DROP TABLE IF EXISTS n; DROP SCHEMA IF EXISTS bench_state CASCADE";
    admin.batch_execute(empty).await.unwrap();
    let mut first = connect(url).await;
    ingest::<KeyedN>(&mut first).watermarks(kept()).migrate().await.unwrap();
    let rows: Vec<KeyedN> = narrow(ROWS * batches).iter().map(N::keyed).collect();
    // Each has a thread and a runtime of its own, as it has in a process.
    let begin = Arc::new(Barrier::new(sources + 1));
    let parts = rows.chunks(rows.len().div_ceil(sources)).map(<[KeyedN]>::to_vec);
    let threads = parts.enumerate().map(|(source, part)| {
        let (begin, url) = (Arc::clone(&begin), url.to_owned());
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            let client = runtime.block_on(connect(&url));
            begin.wait();
            runtime.block_on(one(client, source.to_string(), part, upsert));
        })
    });
    let threads = threads.collect::<Vec<_>>();
    begin.wait();
    let start = Instant::now();
    for thread in threads {
        thread.join().unwrap();
    }
    let speed = rows.len() as f64 / start.elapsed().as_secs_f64();
    admin.batch_execute("DROP TABLE n").await.unwrap();
    speed
}

async fn one(mut client: Client, source: String, rows: Vec<KeyedN>, upsert: Upsert) {
    let batches = |_: Option<usize>| {
        rows.chunks(ROWS).zip(1..).map(|(chunk, at)| Batch::new(chunk).high_watermark(at))
    };
    let ingest = ingest::<KeyedN>(&mut client).watermarks(kept()).source(source).upsert(upsert);
    ingest.batches(batches).await.unwrap();
}

/// The median batch, in milliseconds: without a high watermark, with it in the comment, and in a table. Each
/// batch goes to all three in turn, since how long a commit takes changes from one second to the next.
async fn stores<T>(url: &str, rows: &[T]) -> [f64; 3]
where
    T: IngestTable + RowOf<T> + Clone,
{
    let admin = connect(url).await;
    let mut clients = [connect(url).await, connect(url).await, connect(url).await];
    let mut sessions = Vec::new();
    let stores = [None, Some(Watermarks::Comment), Some(kept())];
    for (place, (client, watermarks)) in clients.iter_mut().zip(&stores).enumerate() {
        let ingest = ingest::<T>(client).into_table("public", format!("n{place}"));
        let ingest = ingest.watermarks(watermarks.clone().unwrap_or_default());
        sessions.push(ingest.start::<usize>().await.unwrap());
    }
    let mut times = [const { Vec::new() }; 3];
    for (at, chunk) in rows.chunks(10).enumerate() {
        for ((session, store), times) in sessions.iter_mut().zip(&stores).zip(&mut times) {
            let start = Instant::now();
            let mut batch = session.batch().await.unwrap();
            batch.write_all(chunk.iter().cloned()).await.unwrap();
            match store {
                Some(_) => batch.commit(at).await.unwrap(),
                None => batch.commit_without_high_watermark().await.unwrap(),
            }
            times.push(1_000.0 * start.elapsed().as_secs_f64());
        }
    }
    for session in sessions {
        session.finish().await.unwrap();
    }
    admin.batch_execute("DROP TABLE n0, n1, n2").await.unwrap();
    times.map(|times| median(times.into_iter()))
}
