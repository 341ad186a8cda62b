//! Dates and times of the crate `time`.

use super::calendar::{
    FIRST_DAY, MICROS_PER_DAY, before_first_day, exact, fraction_of_micros, interval, too_long,
};
use super::{Cell, IngestColumn, RangeElement, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

/// 2000-01-01 as a Julian day.
const EPOCH: i32 = 2_451_545;

/// The day after the last one of a timestamp, 294276-12-31 (`TIMESTAMP_END_JULIAN`). The crate has
/// years up to 999999 if its feature `large-dates` is on.
const END_OF_TIMESTAMPS: i32 = 109_203_528 - EPOCH;

const SECONDS_PER_DAY: i64 = 86_400;

/// 2000-01-01 as a Unix timestamp.
const EPOCH_SECONDS: i64 = 946_684_800;

/// What cuts a fraction of a microsecond off.
const CUT: &str = "time's `truncate_to_microsecond`";

/// Microseconds since midnight.
#[inline]
fn micros(time: Time, kind: Kind) -> Result<i64, ValueError> {
    let (hour, minute, second, nanos) = time.as_hms_nano();
    if !nanos.is_multiple_of(1_000) {
        return Err(fraction_of_micros(kind, CUT));
    }
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    Ok(seconds * 1_000_000 + i64::from(nanos / 1_000))
}

/// Microseconds since 2000-01-01.
#[inline]
fn timestamp(value: PrimitiveDateTime) -> Result<i64, ValueError> {
    let days = value.date().to_julian_day() - EPOCH;
    check_timestamp(days, END_OF_TIMESTAMPS, FIRST_DAY, Kind::Timestamp)?;
    Ok(i64::from(days) * MICROS_PER_DAY + micros(value.time(), Kind::Timestamp)?)
}

/// Returns the microseconds of an instant. It is not taken for one of UTC, which may be out of the crate's range.
#[inline]
fn instant(value: OffsetDateTime) -> Result<i64, ValueError> {
    let seconds = value.unix_timestamp() - EPOCH_SECONDS;
    let end = i64::from(END_OF_TIMESTAMPS) * SECONDS_PER_DAY;
    let first = i64::from(FIRST_DAY) * SECONDS_PER_DAY;
    check_timestamp(seconds, end, first, Kind::Timestamptz)?;
    let nanos = value.nanosecond();
    if !nanos.is_multiple_of(1_000) {
        return Err(fraction_of_micros(Kind::Timestamptz, CUT));
    }
    Ok(seconds * 1_000_000 + i64::from(nanos / 1_000))
}

#[inline]
fn check_timestamp<T: PartialOrd + Copy>(
    value: T,
    end: T,
    first: T,
    kind: Kind,
) -> Result<(), ValueError> {
    if value < first {
        return Err(before_first_day(kind));
    }
    if value >= end {
        return Err(after_last_day(kind));
    }
    Ok(())
}

#[cold]
fn after_last_day(kind: Kind) -> ValueError {
    ValueError::new(format!("is after 294276-12-31, the last day that {} can hold", kind.name()))
}

impl IngestColumn for Date {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Date);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let days = self.to_julian_day() - EPOCH;
        // The crate's last year, 999999 at most, is within the range of date.
        if days < FIRST_DAY {
            return Err(before_first_day(Kind::Date).with_value(self));
        }
        Ok(cell.four_bytes(days.to_be_bytes()))
    }
}

macro_rules! micros {
    ($($rust:ty => $kind:ident, $micros:expr;)*) => {$(
        impl IngestColumn for $rust {
            type Key<'k> = Self;
            const TYPE: ColumnType = ColumnType::new(Kind::$kind);

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                let micros: Result<i64, ValueError> = $micros(*self);
                let micros = micros.and_then(|micros| exact(micros, &cell, Kind::$kind));
                Ok(cell.eight_bytes(micros.map_err(|e| e.with_value(self))?.to_be_bytes()))
            }
        }
    )*};
}

micros! {
    Time => Time, |time| micros(time, Kind::Time);
    PrimitiveDateTime => Timestamp, timestamp;
    OffsetDateTime => Timestamptz, instant;
}

/// The `interval` of exactly this length, in hours, minutes and seconds.
impl IngestColumn for Duration {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Interval);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.subsec_nanoseconds() % 1_000 != 0 {
            return Err(fraction_of_micros(Kind::Interval, "").with_value(self));
        }
        match i64::try_from(self.whole_microseconds()) {
            Ok(micros) => interval(0, 0, micros, cell).map_err(|e| e.with_value(self)),
            Err(_) => Err(too_long().with_value(self)),
        }
    }
}

impl RangeElement for Date {
    const RANGE: ColumnType = ColumnType::new(Kind::DateRange);
}

impl RangeElement for PrimitiveDateTime {
    const RANGE: ColumnType = ColumnType::new(Kind::TsRange);
}

impl RangeElement for OffsetDateTime {
    const RANGE: ColumnType = ColumnType::new(Kind::TstzRange);
}
