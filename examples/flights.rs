//! All flights that left New York in 2013, from a CSV file: a batch for each month, with the month
//! as high watermark. Run again, or after a `kill -9`, it carries on after the last month that is
//! in the table.
//!
//! `cargo run --release --example flights -- flights.csv.gz`; without a file it takes the extract
//! in `examples/data`, which is January. With `DATABASE_URL` it fills your database, otherwise that
//! of a throw-away server.

pub(crate) mod nyc {
    pub(crate) mod csv_file;
    pub(crate) mod flight;
    pub(crate) mod na;
    pub(crate) mod server;
}

use nyc::flight::Flight;
use nyc::{csv_file, server};
use pg_bulk_ingest::{Batch, Progress, Report, ingest};
use std::iter::{from_fn, once};
use std::path::PathBuf;
use tokio_postgres::Client;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => csv_file::in_folder(&csv_file::extract(), "flights"),
    };
    let (_server, mut client) = server::connect().await?;

    let bar = csv_file::progress_bar();
    let flights = csv_file::rows(&path, &bar)?;
    let show = |at: &Progress| {
        bar.set_message(format!("batch {} ({}), {} rows", at.batch, at.phase, at.rows));
    };
    let report = load(&mut client, flights, month, show).await?;
    bar.finish_and_clear();
    println!("{report}");
    Ok(())
}

/// The month of a flight, such as `2013-01`.
fn month(flight: &Flight) -> String {
    format!("{}-{:02}", flight.year, flight.month)
}

/// Ingests flights, a batch for each period, such as a month.
///
/// There are never more than a few rows in memory: a batch takes its rows out of the file as they
/// are sent.
pub(crate) async fn load<'c>(
    client: &'c mut Client,
    flights: impl Iterator<Item = csv::Result<Flight>> + Send,
    period: fn(&Flight) -> String,
    on_progress: impl FnMut(&Progress) + Send + 'c,
) -> anyhow::Result<Report<String>> {
    let mut flights = flights.peekable();
    let mut session = ingest::<Flight>(client).on_progress(on_progress).start::<String>().await?;

    // The months of the file are not in the order of the calendar (1, 10, 11, 12, 2, …, 9), and
    // batches are in the order of the file. So what is in the table already is not what is less
    // than the high watermark, but what precedes the end of that month in the file.
    if let Some(last) = session.high_watermark() {
        let of_last = |flight: &Flight| period(flight) == *last;
        while flights.next_if(|row| row.as_ref().is_ok_and(|row| !of_last(row))).is_some() {}
        while flights.next_if(|row| row.as_ref().is_ok_and(of_last)).is_some() {}
    }

    while let Some(first) = flights.next().transpose()? {
        let current = period(&first);
        let in_current = |row: &csv::Result<Flight>| match row {
            Ok(flight) => period(flight) == current,
            Err(_) => true, // ends the batch, which is rolled back
        };
        let others = from_fn(|| flights.next_if(in_current));
        let rows = once(Ok(first)).chain(others);
        session.ingest(Batch::try_new(rows).high_watermark(current.clone())).await?;
    }
    Ok(session.finish().await?)
}
