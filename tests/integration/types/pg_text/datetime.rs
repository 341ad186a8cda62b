//! Dates, times and intervals, in ISO 8601 as PostgreSQL writes it.

use super::PgText;
use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc,
};
use std::time::Duration;

fn date(date: NaiveDate) -> String {
    // The year before the year 1 is 1 BC, and chrono's year 0.
    let year = if date.year() > 0 { date.year() } else { 1 - date.year() };
    format!("{year:04}-{:02}-{:02}", date.month(), date.day())
}

fn era(date: NaiveDate) -> &'static str {
    if date.year() > 0 { "" } else { " BC" }
}

fn time(time: NaiveTime) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{hour:02}:{minute:02}:{second:02}.{:06}", time.nanosecond() / 1_000)
}

fn timestamp(value: NaiveDateTime, zone: &str) -> String {
    format!("{} {}{zone}{}", date(value.date()), time(value.time()), era(value.date()))
}

/// Microseconds in hours, minutes and seconds. Each has the sign: the least interval is printed as
/// `-2562047788:00:54.775808`, which PostgreSQL does not read.
pub(in crate::types) fn interval(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (seconds, fraction) =
        (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{sign}{hours} hours {sign}{minutes} minutes {sign}{seconds}.{fraction:06} seconds")
}

impl PgText for NaiveDate {
    fn pg_text(&self) -> Option<String> {
        Some(format!("{}{}", date(*self), era(*self)))
    }
}

impl PgText for NaiveTime {
    fn pg_text(&self) -> Option<String> {
        Some(time(*self))
    }
}

impl PgText for NaiveDateTime {
    fn pg_text(&self) -> Option<String> {
        Some(timestamp(*self, ""))
    }
}

impl PgText for DateTime<Utc> {
    fn pg_text(&self) -> Option<String> {
        Some(timestamp(self.naive_utc(), "+00"))
    }
}

impl PgText for DateTime<FixedOffset> {
    fn pg_text(&self) -> Option<String> {
        // Close to the ends of the calendar the local time may be beyond them.
        let local = self.naive_utc().checked_add_offset(*self.offset());
        Some(match local.filter(|local| (-4_000..=200_000).contains(&local.year())) {
            Some(local) => timestamp(local, &self.offset().to_string()),
            None => timestamp(self.naive_utc(), "+00"),
        })
    }
}

impl PgText for TimeDelta {
    fn pg_text(&self) -> Option<String> {
        let nanos =
            i128::from(self.num_seconds()) * 1_000_000_000 + i128::from(self.subsec_nanos());
        Some(interval(nanos / 1_000))
    }
}

impl PgText for Duration {
    fn pg_text(&self) -> Option<String> {
        Some(interval(i128::try_from(self.as_micros()).unwrap()))
    }
}
