//! Benchmarks of pg-bulk-ingest against floors and peers, on a server of their own.
//!
//! `cargo run --release -p benches -- [--smoke] [--rounds N] [--rows N] [--html FILE] [--plots FOLDER]
//! [SUITE…]`
//!
//! Without a suite, or with `targets`, all run: `compile`, `count`, `memory`, `load`, `small`,
//! `inserter`, `sources`, `autovacuum`, `growth`, `upsert`, `sizes`, `changes`, `partitions`, `rebuild`, `migrate` and
//! `views`. What was measured of the targets is printed at the end. `load`, `upsert` and `views` have other
//! libraries beside ours: crates with the feature `peers`, and Python's once `benches/python/prepare` was run.
//!
//! Every measurement is one of several interleaved rounds, and is quoted as the median of its ratios
//! to the reference of the same round: the machine may be shared and noisy.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that fails has to stop")]

mod autovacuum;
mod changes;
mod checked;
mod compile;
mod contender;
mod count;
mod data;
mod delay;
mod figure;
mod growth;
mod hand_written;
mod html;
mod inserter;
mod load;
mod measure;
mod memory;
mod migrate;
mod partitions;
mod peers;
mod plot;
mod rebuild;
// The tests count them, too.
#[allow(unreachable_pub, reason = "there it is shared by many")]
#[path = "../../tests/support/round_trips.rs"]
mod round_trips;
mod settings;
mod sizes;
mod small;
mod sources;
mod table;
mod target;
mod upsert;
mod views;
mod ways;

use local_postgres::LocalPostgres;
use settings::Settings;
use std::time::Instant;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((count::RUN, arguments)) =
        arguments.split_first().map(|(first, rest)| (first.as_str(), rest))
    {
        return count::run_counted(arguments).await;
    }
    let settings = Settings::from_arguments(arguments.into_iter());
    let server = LocalPostgres::builder()
        .durable()
        .setting("shared_buffers", if settings.smoke { "128MB" } else { "2GB" })
        .setting("max_wal_size", "8GB")
        // A thousand materialized views are locked, made again and dropped in one transaction.
        .setting("max_locks_per_transaction", "512")
        .start()
        .unwrap_or_else(|error| panic!("{error}"));
    let url = server.url("postgres");
    let version = server.version().unwrap_or(0);
    println!("PostgreSQL {version}, {} rounds\n", settings.rounds);
    for suite in settings::SUITES.into_iter().filter(|suite| settings.runs(suite)) {
        let start = Instant::now();
        match suite {
            "compile" => compile::run(&settings),
            "count" => count::run(&url, &settings),
            "load" => load::run(&url, &settings).await,
            "small" => small::run(&url, &settings).await,
            "inserter" => inserter::run(&url, &settings).await,
            "sources" => sources::run(&url, &settings).await,
            "autovacuum" => autovacuum::run(&server, &settings).await,
            "memory" => memory::run(&url, &settings).await,
            "growth" => growth::run(&url, &settings).await,
            "upsert" => upsert::run(&url, &settings).await,
            "sizes" => sizes::run(&url, &settings, version).await,
            "changes" => changes::run(&url, &settings).await,
            "partitions" => partitions::run(&url, &settings).await,
            "rebuild" => rebuild::run(&url, &settings).await,
            "migrate" => migrate::run(&url, &settings).await,
            "views" => views::run(&url, &settings).await,
            unknown => panic!("{unknown} does not run"),
        }
        println!("{suite} took {:.0} s\n", start.elapsed().as_secs_f64());
    }
    target::print(&settings.targets(), settings.smoke);
    if let Some(path) = &settings.html {
        std::fs::write(path, html::page(version, &settings)).unwrap();
    }
    if let Some(folder) = &settings.images {
        std::fs::create_dir_all(folder).unwrap();
        for plot in settings.plots().iter() {
            std::fs::write(folder.join(plot.file_name()), html::image(plot)).unwrap();
        }
    }
}
