//! Several sources into one table at once, each with its high watermark in a table; and what it costs to
//! keep it there, beside the comment and none at all.

use crate::contender::connect;
use crate::data::{KeyedN, N, narrow};
use crate::measure::median;
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::{AtLeast, AtMost};
use futures_util::future::join_all;
use pg_bulk_ingest::{Batch, IngestTable, RowOf, Upsert, Watermarks, ingest};
use std::time::Instant;
use tokio_postgres::Client;

/// Rows of a batch.
const ROWS: usize = 1_000;

pub(crate) async fn run(url: &str, settings: &Settings) {
    let batches = if settings.smoke { 4 } else { 960 };
    println!("sources: {batches} batches of {ROWS} rows of N in all, into one keyed table");
    println!("{:>8} {:>14} {:>14}", "sources", "appended /s", "merged /s");
    let counts = [1_usize, 2, 4];
    let mut speeds = vec![[0.0; 2]; counts.len()];
    for (place, upsert) in [Upsert::Off, Upsert::IfPrimaryKey].into_iter().enumerate() {
        let mut rounds = vec![Vec::new(); counts.len()];
        for _ in 0..settings.rounds {
            for (position, count) in counts.into_iter().enumerate() {
                rounds[position].push(load(url, count, batches, upsert).await);
            }
        }
        for (position, rounds) in rounds.iter_mut().enumerate() {
            speeds[position][place] = median(rounds.drain(..));
        }
    }
    for (count, [appended, merged]) in counts.into_iter().zip(&speeds) {
        println!("{count:>8} {appended:>14.0} {merged:>14.0}");
    }
    for (place, what) in ["appended", "merged"].into_iter().enumerate() {
        let gain = speeds[1][place] / speeds[0][place];
        settings.target(format!("two sources, {what}: to one"), AtLeast(1.7), gain);
    }
    let batches = if settings.smoke { 5 } else { 100 };
    println!("\nmedian batch of 10 rows, in ms, by where its high watermark is kept");
    println!("{:>8} {:>9} {:>9} {:>9}", "", "none", "comment", "table");
    let appended = stores::<N>(url, settings, &narrow(10 * batches)).await;
    let keyed = narrow(10 * batches).iter().map(N::keyed).collect::<Vec<_>>();
    let merged = stores::<KeyedN>(url, settings, &keyed).await;
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
    let mut clients = Vec::new();
    for _ in 0..sources {
        clients.push(connect(url).await);
    }
    let parts = rows.chunks(rows.len().div_ceil(sources)).map(<[KeyedN]>::to_vec);
    let parts = parts.collect::<Vec<_>>();
    let start = Instant::now();
    let tasks = clients.into_iter().zip(parts).enumerate().map(|(source, (client, part))| {
        tokio::spawn(one(client, source.to_string(), part, upsert))
    });
    let tasks = tasks.collect::<Vec<_>>();
    for task in join_all(tasks).await {
        task.unwrap();
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

/// The median batch, in milliseconds: without a high watermark, with it in the comment, and in a table.
async fn stores<T>(url: &str, settings: &Settings, rows: &[T]) -> [f64; 3]
where
    T: IngestTable + RowOf<T> + Clone,
{
    let admin = connect(url).await;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..settings.rounds {
        for (place, watermarks) in
            [None, Some(Watermarks::Comment), Some(kept())].into_iter().enumerate()
        {
            let mut client = connect(url).await;
            let stores = watermarks.is_some();
            let ingest = ingest::<T>(&mut client).into_table("public", format!("n{place}"));
            let ingest = ingest.watermarks(watermarks.unwrap_or_default());
            let mut session = ingest.start::<usize>().await.unwrap();
            for (at, chunk) in rows.chunks(10).enumerate() {
                let start = Instant::now();
                let mut batch = session.batch().await.unwrap();
                batch.write_all(chunk.iter().cloned()).await.unwrap();
                match stores {
                    true => batch.commit(at).await.unwrap(),
                    false => batch.commit_without_high_watermark().await.unwrap(),
                }
                times[place].push(1_000.0 * start.elapsed().as_secs_f64());
            }
            session.finish().await.unwrap();
        }
    }
    admin.batch_execute("DROP TABLE n0, n1, n2").await.unwrap();
    times.map(|times| median(times.into_iter()))
}
