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
use pg_bulk_ingest::{Cut, Error, Progress, Report, ingest};
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
    flights: impl Iterator<Item = csv::Result<Flight>> + Send + 'c,
    period: fn(&Flight) -> String,
    on_progress: impl FnMut(&Progress) + Send + 'c,
) -> Result<Report<String>, Error> {
    ingest::<Flight>(client)
        .on_progress(on_progress)
        .rows(move |last| following(flights, last, period), period)
        .cut(Cut::each())
        .await
}

/// The flights of the file that follow those of a period, or all of them.
///
/// The months of the file are not in the order of the calendar (1, 10, 11, 12, 2, …, 9), and batches are in
/// the order of the file. So what is in the table already is not what is less than the high watermark, but
/// what precedes the end of that month in the file. A line that cannot be read is not skipped.
fn following(
    flights: impl Iterator<Item = csv::Result<Flight>> + Send,
    last: Option<String>,
    period: fn(&Flight) -> String,
) -> impl Iterator<Item = csv::Result<Flight>> + Send {
    let is_of_last = move |flight: &Flight| last.as_ref().map(|last| period(flight) == *last);
    let is_before = is_of_last.clone();
    flights
        .skip_while(move |row| row.as_ref().is_ok_and(|flight| is_before(flight) == Some(false)))
        .skip_while(move |row| row.as_ref().is_ok_and(|flight| is_of_last(flight) == Some(true)))
}
