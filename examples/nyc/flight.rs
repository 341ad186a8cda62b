//! A row of the table of flights, and of `flights.csv`.

use super::na::or_na;
use chrono::{DateTime, Utc};
use pg_bulk_ingest::IngestTable;
use serde::Deserialize;

/// A flight. Times of day are local, as hour times 100 plus minute; delays are in minutes.
#[derive(Debug, Deserialize, IngestTable)]
#[ingest(schema = "nycflights13", table = "flights", primary_key(time_hour, carrier, flight))]
pub(crate) struct Flight {
    pub(crate) year: i16,
    pub(crate) month: i16,
    pub(crate) day: i16,
    #[serde(deserialize_with = "or_na")]
    dep_time: Option<i16>,
    sched_dep_time: i16,
    #[serde(deserialize_with = "or_na")]
    dep_delay: Option<i16>,
    #[serde(deserialize_with = "or_na")]
    arr_time: Option<i16>,
    sched_arr_time: i16,
    #[serde(deserialize_with = "or_na")]
    arr_delay: Option<i16>,
    carrier: String,
    flight: i32,
    #[serde(deserialize_with = "or_na")]
    tailnum: Option<String>,
    origin: String,
    dest: String,
    #[serde(deserialize_with = "or_na")]
    air_time: Option<i16>,
    distance: i16,
    hour: i16,
    minute: i16,
    time_hour: DateTime<Utc>,
}
