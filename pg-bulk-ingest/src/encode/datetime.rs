//! Dates and times of `chrono`, and std's `Duration`.

use super::calendar::{
    FIRST_DAY, MICROS_PER_DAY, before_first_day, exact, fits, fraction_of_micros, interval,
    too_long,
};
use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc,
};
use std::time::Duration;

/// 2000-01-01 in days since 0000-12-31.
const EPOCH: i32 = 730_120;

/// 2000-01-01 in seconds since 1970-01-01.
const EPOCH_SECONDS: i64 = 946_684_800;

/// What cuts a fraction of a microsecond off.
const CUT: &str = "chrono's `trunc_subsecs(6)`";

/// Days since 2000-01-01.
#[inline]
fn days(date: NaiveDate, kind: Kind) -> Result<i32, ValueError> {
    let days = date.num_days_from_ce() - EPOCH;
    // chrono's last year, 262142, is within the range of both date and timestamp.
    if days < FIRST_DAY {
        return Err(before_first_day(kind).with_value(&date));
    }
    Ok(days)
}

/// Microseconds since midnight.
#[inline]
fn micros(time: NaiveTime, kind: Kind) -> Result<i64, ValueError> {
    let nanos = time.nanosecond();
    if nanos >= 1_000_000_000 {
        return Err(leap_second(time, kind));
    }
    if !nanos.is_multiple_of(1_000) {
        return Err(fraction_of_micros(kind, CUT).with_value(&time));
    }
    Ok(i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(nanos / 1_000))
}

/// Microseconds since 2000-01-01, for a cell.
#[inline]
fn timestamp(value: DateTime<Utc>, cell: &Cell<'_>, kind: Kind) -> Result<i64, ValueError> {
    let seconds = value.timestamp() - EPOCH_SECONDS;
    let nanos = value.timestamp_subsec_nanos();
    let micros = seconds * 1_000_000 + i64::from(nanos / 1_000);
    let is_exact = nanos.is_multiple_of(1_000) && nanos < 1_000_000_000;
    // chrono's last year, 262142, is within the range of timestamp.
    if is_exact && micros >= i64::from(FIRST_DAY) * MICROS_PER_DAY && fits(micros, cell) {
        return Ok(micros);
    }
    Err(refuse(value, micros, cell, kind))
}

/// What is wrong with a timestamp.
#[cold]
fn refuse(value: DateTime<Utc>, micros: i64, cell: &Cell<'_>, kind: Kind) -> ValueError {
    let nanos = value.timestamp_subsec_nanos();
    if nanos >= 1_000_000_000 {
        return leap_second(value.time(), kind);
    }
    if !nanos.is_multiple_of(1_000) {
        return fraction_of_micros(kind, CUT).with_value(&value.time());
    }
    match exact(micros, cell, kind) {
        Err(error) => error.with_value(&value.naive_utc()),
        Ok(_) => before_first_day(kind).with_value(&value.date_naive()),
    }
}

#[cold]
fn leap_second(time: NaiveTime, kind: Kind) -> ValueError {
    ValueError::new(format!("is a leap second, which {} cannot hold", kind.name()))
        .with_value(&time)
}

impl IngestColumn for NaiveDate {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Date);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        Ok(cell.four_bytes(days(*self, Kind::Date)?.to_be_bytes()))
    }
}

impl IngestColumn for NaiveTime {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Time);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let micros = exact(micros(*self, Kind::Time)?, &cell, Kind::Time);
        Ok(cell.eight_bytes(micros.map_err(|e| e.with_value(self))?.to_be_bytes()))
    }
}

impl IngestColumn for NaiveDateTime {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Timestamp);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let micros = timestamp(self.and_utc(), &cell, Kind::Timestamp)?;
        Ok(cell.eight_bytes(micros.to_be_bytes()))
    }
}

impl<Tz: TimeZone> IngestColumn for DateTime<Tz> {
    type Key<'k> = DateTime<Utc>;
    const TYPE: ColumnType = ColumnType::new(Kind::Timestamptz);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let micros = timestamp(self.to_utc(), &cell, Kind::Timestamptz)?;
        Ok(cell.eight_bytes(micros.to_be_bytes()))
    }
}

/// The `interval` of exactly this length, in hours, minutes and seconds.
impl IngestColumn for TimeDelta {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Interval);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.subsec_nanos() % 1_000 != 0 {
            return Err(fraction_of_micros(Kind::Interval, "").with_value(self));
        }
        match self.num_microseconds() {
            Some(micros) => interval(0, 0, micros, cell).map_err(|e| e.with_value(self)),
            None => Err(too_long().with_value(self)),
        }
    }
}

/// The `interval` of exactly this length, in hours, minutes and seconds.
impl IngestColumn for Duration {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Interval);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if !self.subsec_nanos().is_multiple_of(1_000) {
            return Err(fraction_of_micros(Kind::Interval, "").with_value(self));
        }
        match i64::try_from(self.as_micros()) {
            Ok(micros) => interval(0, 0, micros, cell).map_err(|e| e.with_value(self)),
            Err(_) => Err(too_long().with_value(self)),
        }
    }
}
