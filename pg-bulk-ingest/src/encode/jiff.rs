//! Dates and times of the crate `jiff`, whose years are -9999 to 9999.

use super::calendar::{
    FIRST_DAY, MICROS_PER_DAY, before_first_day, exact, fraction_of_micros, interval, too_long,
};
use super::{Cell, IngestColumn, RangeElement, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp, Zoned};

/// 2000-01-01 as a Unix timestamp.
const EPOCH_SECONDS: i64 = 946_684_800;

/// 4714-11-24 BC in seconds since 2000-01-01.
const FIRST_SECOND: i64 = FIRST_DAY as i64 * 86_400;

/// What cuts a fraction of a microsecond off.
const CUT: &str = "jiff's `round` to `Unit::Microsecond` by `RoundMode::Trunc`";

/// Days since 2000-01-01, in the proleptic Gregorian calendar.
#[inline]
fn days(date: Date, kind: Kind) -> Result<i32, ValueError> {
    // Years begin in March, so that a leap day is the last one, and are counted from one that a
    // cycle of 400 begins with, before all of the crate's.
    let (year, month) = (i32::from(date.year()) + 10_000, i32::from(date.month()));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + i32::from(date.day()) - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - EPOCH;
    if days < FIRST_DAY {
        return Err(before_first_day(kind));
    }
    Ok(days)
}

/// 2000-01-01 in days since March 1 of the year -10000.
const EPOCH: i32 = 4_382_850;

/// Microseconds since midnight.
#[inline]
fn micros(time: Time, kind: Kind) -> Result<i64, ValueError> {
    let nanos = time.subsec_nanosecond();
    if nanos % 1_000 != 0 {
        return Err(fraction_of_micros(kind, CUT));
    }
    let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
    let seconds = minutes * 60 + i64::from(time.second());
    Ok(seconds * 1_000_000 + i64::from(nanos / 1_000))
}

/// Microseconds since 2000-01-01.
#[inline]
fn timestamp(value: DateTime) -> Result<i64, ValueError> {
    let days = days(value.date(), Kind::Timestamp)?;
    Ok(i64::from(days) * MICROS_PER_DAY + micros(value.time(), Kind::Timestamp)?)
}

/// Returns the microseconds of an instant.
#[inline]
fn instant(value: Timestamp) -> Result<i64, ValueError> {
    // The two have the same sign.
    let (seconds, nanos) = (value.as_second() - EPOCH_SECONDS, value.subsec_nanosecond());
    let micros = seconds * 1_000_000 + i64::from(nanos / 1_000);
    if micros < FIRST_SECOND * 1_000_000 {
        return Err(before_first_day(Kind::Timestamptz));
    }
    if nanos % 1_000 != 0 {
        return Err(fraction_of_micros(Kind::Timestamptz, CUT));
    }
    Ok(micros)
}

impl IngestColumn for Date {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Date);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let days = days(*self, Kind::Date).map_err(|e| e.with_value(self))?;
        Ok(cell.four_bytes(days.to_be_bytes()))
    }
}

macro_rules! micros {
    ($($(#[$doc:meta])* $rust:ty => $kind:ident, $micros:expr;)*) => {$(
        $(#[$doc])*
        impl IngestColumn for $rust {
            type Key<'k> = Self;
            const TYPE: ColumnType = ColumnType::new(Kind::$kind);

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                let micros: Result<i64, ValueError> = $micros(self);
                let micros = micros.and_then(|micros| exact(micros, &cell, Kind::$kind));
                Ok(cell.eight_bytes(micros.map_err(|e| e.with_value(self))?.to_be_bytes()))
            }
        }
    )*};
}

micros! {
    Time => Time, |time: &Time| micros(*time, Kind::Time);
    DateTime => Timestamp, |value: &DateTime| timestamp(*value);
    Timestamp => Timestamptz, |value: &Timestamp| instant(*value);
    /// The instant: `timestamptz` does not keep a time zone.
    Zoned => Timestamptz, |value: &Zoned| instant(value.timestamp());
}

/// The `interval` of exactly this length, in hours, minutes and seconds.
impl IngestColumn for SignedDuration {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Interval);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.subsec_nanos() % 1_000 != 0 {
            return Err(fraction_of_micros(Kind::Interval, "").with_value(self));
        }
        match i64::try_from(self.as_micros()) {
            Ok(micros) => interval(0, 0, micros, cell).map_err(|e| e.with_value(self)),
            Err(_) => Err(too_long().with_value(self)),
        }
    }
}

/// The `interval` of as many months (12 a year), days (7 a week) and microseconds: what PostgreSQL
/// keeps apart stays apart.
impl IngestColumn for Span {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Interval);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.get_nanoseconds() % 1_000 != 0 {
            return Err(fraction_of_micros(Kind::Interval, "").with_value(self));
        }
        // The crate's limits, about 20,000 years for each unit, keep the sums in range.
        let months = i32::from(self.get_years()) * 12 + self.get_months();
        let days = self.get_weeks() * 7 + self.get_days();
        let minutes = i64::from(self.get_hours()) * 60 + self.get_minutes();
        let seconds = minutes * 60 + self.get_seconds();
        let millis = seconds * 1_000 + self.get_milliseconds();
        let micros = millis * 1_000 + self.get_microseconds() + self.get_nanoseconds() / 1_000;
        interval(months, days, micros, cell).map_err(|e| e.with_value(self))
    }
}

impl RangeElement for Date {
    const RANGE: ColumnType = ColumnType::new(Kind::DateRange);
}

impl RangeElement for DateTime {
    const RANGE: ColumnType = ColumnType::new(Kind::TsRange);
}

impl RangeElement for Timestamp {
    const RANGE: ColumnType = ColumnType::new(Kind::TstzRange);
}

impl RangeElement for Zoned {
    const RANGE: ColumnType = ColumnType::new(Kind::TstzRange);
}
