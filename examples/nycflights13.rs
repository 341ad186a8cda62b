//! Five tables from five CSV files in one transaction: all of them are there, or none is.
//!
//! `cargo run --release --example nycflights13 -- FOLDER`; without a folder it takes the extract in
//! `examples/data`, in which flights and weather are those of January. Run again, it finds all rows
//! unchanged. With `DATABASE_URL` it fills your database, otherwise that of a throw-away server.

pub(crate) mod nyc {
    pub(crate) mod csv_file;
    pub(crate) mod flight;
    pub(crate) mod na;
    pub(crate) mod reference;
    pub(crate) mod server;
    pub(crate) mod weather;
}

use indicatif::ProgressBar;
use nyc::flight::Flight;
use nyc::reference::{Airline, Airport, Plane};
use nyc::weather::Weather;
use nyc::{csv_file, server};
use pg_bulk_ingest::{IngestTables, NoWatermark, Progress, ingest};
use std::io;
use std::path::{Path, PathBuf};

/// A row of one of the tables.
#[derive(IngestTables)]
pub(crate) enum NycFlights {
    Airline(Airline),
    Airport(Airport),
    Plane(Plane),
    Weather(Weather),
    Flight(Flight),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(csv_file::extract, PathBuf::from);
    let (_server, mut client) = server::connect().await?;

    let bar = csv_file::progress_bar();
    let show = |at: &Progress| bar.set_message(format!("{}, {} rows", at.phase, at.rows));
    let report = ingest::<NycFlights>(&mut client)
        .on_progress(show)
        .rows(|_| rows(&folder, &bar), |_| NoWatermark)
        .await?;
    bar.finish_and_clear();
    println!("{report}");
    Ok(())
}

/// The rows of all tables, one file after the other.
pub(crate) fn rows(
    folder: &Path,
    bar: &ProgressBar,
) -> io::Result<impl Iterator<Item = csv::Result<NycFlights>> + Send + use<>> {
    let file = |name| csv_file::in_folder(folder, name);
    let airlines = csv_file::rows(&file("airlines"), bar)?.map(|row| row.map(NycFlights::Airline));
    let airports = csv_file::rows(&file("airports"), bar)?.map(|row| row.map(NycFlights::Airport));
    let planes = csv_file::rows(&file("planes"), bar)?.map(|row| row.map(NycFlights::Plane));
    let weather = csv_file::rows(&file("weather"), bar)?.map(|row| row.map(NycFlights::Weather));
    let flights = csv_file::rows(&file("flights"), bar)?.map(|row| row.map(NycFlights::Flight));
    Ok(airlines.chain(airports).chain(planes).chain(weather).chain(flights))
}
