//! What flights refer to: airlines, airports, planes.

use super::na::or_na;
use pg_bulk_ingest::IngestTable;
use serde::Deserialize;

/// A row of `airlines.csv`.
#[derive(Debug, Deserialize, IngestTable)]
#[ingest(schema = "nycflights13", table = "airlines")]
pub(crate) struct Airline {
    #[ingest(primary_key)]
    carrier: String,
    name: String,
}

/// A row of `airports.csv`. The altitude is in feet; `tz` are hours from UTC.
#[derive(Debug, Deserialize, IngestTable)]
#[ingest(schema = "nycflights13", table = "airports")]
pub(crate) struct Airport {
    #[ingest(primary_key)]
    faa: String,
    name: String,
    lat: f64,
    lon: f64,
    alt: i32,
    tz: i16,
    dst: String,
    #[serde(deserialize_with = "or_na")]
    tzone: Option<String>,
}

/// A row of `planes.csv`. The year is that of manufacture.
#[derive(Debug, Deserialize, IngestTable)]
#[ingest(schema = "nycflights13", table = "planes")]
pub(crate) struct Plane {
    #[ingest(primary_key)]
    tailnum: String,
    #[serde(deserialize_with = "or_na")]
    year: Option<i16>,
    r#type: String,
    manufacturer: String,
    model: String,
    engines: i16,
    seats: i16,
    #[serde(deserialize_with = "or_na")]
    speed: Option<i16>,
    engine: String,
}
