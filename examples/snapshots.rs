//! The whole of a source every day, each day a version of the table: loaded apart, shown when it is complete,
//! and only where something has changed. The newest two are kept.
//!
//! `cargo run --example snapshots` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, VersionOutcome, Versions, ingest};
use std::collections::BTreeMap;

#[derive(IngestTable)]
#[ingest(table = "example_rates", primary_key(day, currency), partition_by = "list (day)")]
struct Rate {
    day: NaiveDate,
    currency: &'static str,
    value: f64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP VIEW IF EXISTS example_rates_latest; DROP TABLE IF EXISTS example_rates";
    let (_server, mut client) = scratch::server::start(cleanup).await?;

    // What the source has on each day: one rate changes on the third, and one is gone on the fourth.
    let mut source = BTreeMap::from([("CHF", 0.93), ("GBP", 0.88), ("SEK", 11.02)]);
    // The job of the fourth day runs twice.
    for day in [1, 2, 3, 4, 4] {
        match day {
            3 => _ = source.insert("SEK", 11.05),
            4 => _ = source.remove("GBP"),
            _ => {}
        }
        let Some(today) = NaiveDate::from_ymd_opt(2026, 12, day) else { continue };
        let rates =
            source.iter().map(|(currency, value)| Rate { day: today, currency, value: *value });
        let report = ingest::<Rate>(&mut client)
            .version(today)
            .versions(Versions::keep(2))
            .batches(|_: Option<NoWatermark>| Batch::new(rates))
            .await?;
        match report.version {
            Some(VersionOutcome::Published { removed }) => {
                println!("{today}: published, {} removed", removed.len());
            }
            Some(VersionOutcome::Equal { to }) => println!("{today}: as on {to}"),
            Some(VersionOutcome::Exists) => println!("{today}: was there already"),
            _ => println!("{today}: {report}"),
        }
    }

    println!("\nThe newest:");
    scratch::table::print(&client, "SELECT * FROM example_rates_latest ORDER BY currency").await?;
    println!("All that are kept:");
    let kept = "SELECT day, count(*) AS rates FROM example_rates GROUP BY day ORDER BY day";
    scratch::table::print(&client, kept).await?;
    Ok(())
}
