//! Benchmarks of pg-bulk-ingest against floors and peers, on a server of their own.
//!
//! `cargo run --release -p benches -- [--smoke] [--rounds N] [--rows N] [--html FILE]
//! [SUITE…]`
//!
//! The suites are `compile`, `count`, `load`, `small`, `memory`, `growth`, `upsert`, `sizes` and
//! `migrate`; all, unless some are named.
//!
//! Every measurement is one of several interleaved rounds, and is quoted as the median of its ratios
//! to the reference of the same round: the machine may be shared and noisy.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that fails has to stop")]

mod compile;
mod contender;
mod count;
mod data;
mod growth;
mod hand_written;
mod html;
mod load;
mod measure;
mod memory;
mod migrate;
mod sizes;
mod small;
mod upsert;

use local_postgres::LocalPostgres;
use measure::Settings;

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
        .start()
        .unwrap_or_else(|error| panic!("{error}"));
    let url = server.url("postgres");
    println!("PostgreSQL {}, {} rounds\n", server.version().unwrap_or(0), settings.rounds);
    if settings.runs("compile") {
        compile::run(&settings);
    }
    if settings.runs("count") {
        count::run(&url, &settings);
    }
    if settings.runs("load") {
        load::run(&url, &settings).await;
    }
    if settings.runs("small") {
        small::run(&url, &settings).await;
    }
    if settings.runs("memory") {
        memory::run(&url, &settings).await;
    }
    if settings.runs("growth") {
        growth::run(&url, &settings).await;
    }
    if settings.runs("upsert") {
        upsert::run(&url, &settings).await;
    }
    if settings.runs("sizes") {
        sizes::run(&url, &settings).await;
    }
    if settings.runs("migrate") {
        migrate::run(&url, &settings).await;
    }
    if let Some(path) = &settings.html {
        let version = server.version().unwrap_or(0);
        std::fs::write(path, html::page(version, settings.rounds, &settings.plots())).unwrap();
    }
}
