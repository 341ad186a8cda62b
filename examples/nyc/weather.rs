//! A row of the table of weather, and of `weather.csv`.

use super::na::or_na;
use chrono::{DateTime, Utc};
use pg_bulk_ingest::IngestTable;
use serde::Deserialize;

/// The weather of an hour at an airport, in Fahrenheit, miles an hour, inches, millibars and miles.
#[derive(Debug, Deserialize, IngestTable)]
#[ingest(schema = "nycflights13", table = "weather", primary_key(origin, time_hour))]
pub(crate) struct Weather {
    origin: String,
    year: i16,
    month: i16,
    day: i16,
    hour: i16,
    #[serde(deserialize_with = "or_na")]
    temp: Option<f64>,
    #[serde(deserialize_with = "or_na")]
    dewp: Option<f64>,
    #[serde(deserialize_with = "or_na")]
    humid: Option<f64>,
    #[serde(deserialize_with = "or_na")]
    wind_dir: Option<i16>,
    #[serde(deserialize_with = "or_na")]
    wind_speed: Option<f64>,
    #[serde(deserialize_with = "or_na")]
    wind_gust: Option<f64>,
    precip: f64,
    #[serde(deserialize_with = "or_na")]
    pressure: Option<f64>,
    visib: f64,
    time_hour: DateTime<Utc>,
}
