//! Dates and times of `chrono`, and `interval`.
//!
//! PostgreSQL counts days and microseconds from 2000-01-01. A value that it cannot hold to the
//! letter (a leap second, nanoseconds, a year out of range) is an error.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike,
};
use std::time::Duration;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// 2000-01-01 in days since 0000-12-31.
const EPOCH: i32 = 730_120;

/// 4714-11-24 BC, the first day of PostgreSQL's calendar (`DATETIME_MIN_JULIAN`).
const FIRST_DAY: i32 = -2_451_545;

/// Days since 2000-01-01.
#[inline]
fn days(date: NaiveDate, kind: Kind) -> Result<i32, ValueError> {
    let days = date.num_days_from_ce() - EPOCH;
    // chrono's last year, 262142, is within the range of both date and timestamp.
    if days < FIRST_DAY {
        return Err(before_first_day(date, kind));
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
        return Err(nanoseconds(kind).with_value(&time));
    }
    Ok(i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(nanos / 1_000))
}

/// Microseconds since 2000-01-01.
#[inline]
fn timestamp(value: NaiveDateTime, kind: Kind) -> Result<i64, ValueError> {
    let days = days(value.date(), kind)?;
    Ok(i64::from(days) * MICROS_PER_DAY + micros(value.time(), kind)?)
}

/// A column of a lower precision, `timestamp(3)` say, would round what has more digits.
#[inline]
fn exact(micros: i64, cell: &Cell<'_>, kind: Kind) -> Result<i64, ValueError> {
    let unit = cell.target().unit();
    if unit > 1 && !micros.unsigned_abs().is_multiple_of(unit) {
        return Err(too_precise(unit, kind));
    }
    Ok(micros)
}

#[cold]
fn too_precise(unit: u64, kind: Kind) -> ValueError {
    let digits = 6 - unit.ilog10();
    ValueError::new(format!(
        "has more than the {digits} digits after the second that its column's precision gives {}",
        kind.name()
    ))
}

#[cold]
fn before_first_day(date: NaiveDate, kind: Kind) -> ValueError {
    ValueError::new(format!("is before 4714-11-24 BC, the first day that {} can hold", kind.name()))
        .with_value(&date)
}

#[cold]
fn leap_second(time: NaiveTime, kind: Kind) -> ValueError {
    ValueError::new(format!("is a leap second, which {} cannot hold", kind.name()))
        .with_value(&time)
}

#[cold]
fn nanoseconds(kind: Kind) -> ValueError {
    let reason = format!("has a fraction of a microsecond, which {} cannot hold", kind.name());
    ValueError::new(match kind {
        Kind::Interval => reason,
        _ => format!("{reason} (chrono's `trunc_subsecs(6)` cuts it off)"),
    })
}

impl IngestColumn for NaiveDate {
    const TYPE: ColumnType = ColumnType::new(Kind::Date);

    #[inline]
    fn size_hint(&self) -> usize {
        8
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        Ok(cell.four_bytes(days(*self, Kind::Date)?.to_be_bytes()))
    }
}

impl IngestColumn for NaiveTime {
    const TYPE: ColumnType = ColumnType::new(Kind::Time);

    #[inline]
    fn size_hint(&self) -> usize {
        12
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let micros = exact(micros(*self, Kind::Time)?, &cell, Kind::Time);
        Ok(cell.eight_bytes(micros.map_err(|e| e.with_value(self))?.to_be_bytes()))
    }
}

impl IngestColumn for NaiveDateTime {
    const TYPE: ColumnType = ColumnType::new(Kind::Timestamp);

    #[inline]
    fn size_hint(&self) -> usize {
        12
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let micros = exact(timestamp(*self, Kind::Timestamp)?, &cell, Kind::Timestamp);
        Ok(cell.eight_bytes(micros.map_err(|e| e.with_value(self))?.to_be_bytes()))
    }
}

impl<Tz: TimeZone> IngestColumn for DateTime<Tz> {
    const TYPE: ColumnType = ColumnType::new(Kind::Timestamptz);

    #[inline]
    fn size_hint(&self) -> usize {
        12
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let utc = self.naive_utc();
        let micros = exact(timestamp(utc, Kind::Timestamptz)?, &cell, Kind::Timestamptz);
        Ok(cell.eight_bytes(micros.map_err(|e| e.with_value(&utc))?.to_be_bytes()))
    }
}

/// An `interval` of microseconds: no days (a day is not always 24 hours long), no months.
fn interval(micros: i64, cell: Cell<'_>) -> Result<Written, ValueError> {
    let micros = exact(micros, &cell, Kind::Interval)?;
    let mut value = [0; 16];
    value[..8].copy_from_slice(&micros.to_be_bytes());
    Ok(cell.sixteen_bytes(value))
}

/// The `interval` of exactly this length, in hours, minutes and seconds.
impl IngestColumn for TimeDelta {
    const TYPE: ColumnType = ColumnType::new(Kind::Interval);

    #[inline]
    fn size_hint(&self) -> usize {
        20
    }

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.subsec_nanos() % 1_000 != 0 {
            return Err(nanoseconds(Kind::Interval).with_value(self));
        }
        match self.num_microseconds() {
            Some(micros) => interval(micros, cell).map_err(|e| e.with_value(self)),
            None => Err(too_long(self)),
        }
    }
}

/// The `interval` of exactly this length, in hours, minutes and seconds.
impl IngestColumn for Duration {
    const TYPE: ColumnType = ColumnType::new(Kind::Interval);

    #[inline]
    fn size_hint(&self) -> usize {
        20
    }

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if !self.subsec_nanos().is_multiple_of(1_000) {
            return Err(nanoseconds(Kind::Interval).with_value(self));
        }
        match i64::try_from(self.as_micros()) {
            Ok(micros) => interval(micros, cell).map_err(|e| e.with_value(self)),
            Err(_) => Err(too_long(self)),
        }
    }
}

#[cold]
fn too_long(value: &dyn std::fmt::Debug) -> ValueError {
    ValueError::new("is longer than 292,471 years, which interval cannot hold in microseconds")
        .with_value(value)
}
