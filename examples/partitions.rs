//! A table that is partitioned by month. The partitions are made as rows need them, and one ahead; rows of old
//! months, which nobody planned for, find theirs as well. A year is then dropped by detaching it.
//!
//! `cargo run --example partitions` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, IngestTable, ingest};

#[derive(IngestTable)]
#[ingest(
    table = "example_readings",
    primary_key(sensor, day),
    partition_by = "range (day)",
    partitions(every = "1 month", ahead = 1)
)]
struct Reading {
    sensor: i32,
    day: NaiveDate,
    #[ingest(index)]
    value: f64,
}

/// What the source has: a reading of each sensor on the second day of a month.
fn readings(
    year: i32,
    months: std::ops::RangeInclusive<u32>,
) -> impl Iterator<Item = Reading> + Send {
    let days = months.filter_map(move |month| NaiveDate::from_ymd_opt(year, month, 2));
    days.flat_map(|day| (0..1000).map(move |sensor| Reading { sensor, day, value: 20.5 }))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_readings, example_readings_2025_12";
    let (_server, mut client) = scratch::server::start(cleanup).await?;

    let batches = [(2026, 1..=2), (2025, 12..=12), (2026, 2..=3)];
    for (year, months) in batches {
        let rows = readings(year, months);
        let report = ingest::<Reading>(&mut client).batches(|_| [Batch::new(rows)]).await?;
        let made = report.migrated.statements().iter().filter(|made| made.sql().contains("ATTACH"));
        let table = &report.tables[0];
        println!(
            "{} inserted, {} unchanged, {} partitions made",
            table.inserted,
            table.unchanged,
            made.count()
        );
    }
    println!();

    // What is no longer wanted goes in an instant, however many rows it has.
    client
        .batch_execute("ALTER TABLE example_readings DETACH PARTITION example_readings_2025_12")
        .await?;
    let partitions = "SELECT c.relname AS partition, pg_get_expr(c.relpartbound, c.oid) AS bounds
        FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
        WHERE inhparent = 'example_readings'::regclass ORDER BY 1";
    scratch::table::print(&client, partitions).await?;
    Ok(())
}
