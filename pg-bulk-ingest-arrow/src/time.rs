//! Dates, times and intervals. Nothing is rounded: a value that its column cannot hold is an error.

use crate::write::{Write, primitive};
use arrow_array::ArrayRef;
use arrow_array::types::{
    Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, IntervalDayTimeType, IntervalMonthDayNanoType,
    IntervalYearMonthType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use pg_bulk_ingest::__columnar::timestamp as write_timestamp;
use pg_bulk_ingest::__columnar::{Unit, date as write_date, duration, time as write_time};
use pg_bulk_ingest::{Kind, ValueError};

const MILLIS_PER_DAY: i64 = 86_400_000;

pub(crate) fn date(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Date32 => {
            primitive::<Date32Type>(array, |days, cell| write_date(days.into(), cell))
        }
        DataType::Date64 => primitive::<Date64Type>(array, |millis, cell| {
            if millis % MILLIS_PER_DAY == 0 {
                return write_date(millis / MILLIS_PER_DAY, cell);
            }
            Err(ValueError::new("has a time of day, which date cannot hold")
                .with_value(&format_args!("{millis} ms since 1970-01-01")))
        }),
        _ => return None,
    })
}

pub(crate) fn time(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Time32(TimeUnit::Second) => primitive::<Time32SecondType>(array, |time, cell| {
            write_time(time.into(), Unit::Second, cell)
        }),
        DataType::Time32(TimeUnit::Millisecond) => {
            primitive::<Time32MillisecondType>(array, |time, cell| {
                write_time(time.into(), Unit::Millisecond, cell)
            })
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            primitive::<Time64MicrosecondType>(array, |time, cell| {
                write_time(time, Unit::Microsecond, cell)
            })
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            primitive::<Time64NanosecondType>(array, |time, cell| {
                write_time(time, Unit::Nanosecond, cell)
            })
        }
        _ => return None,
    })
}

/// Timestamps with a time zone, whichever it is, are instants: `timestamptz`. Those without are `timestamp`.
pub(crate) fn timestamp(array: &ArrayRef, kind: Kind) -> Option<Write> {
    let DataType::Timestamp(unit, zone) = array.data_type() else { return None };
    if zone.is_some() != (kind == Kind::Timestamptz) {
        return None;
    }
    Some(match unit {
        TimeUnit::Second => primitive::<TimestampSecondType>(array, move |count, cell| {
            write_timestamp(count, Unit::Second, kind, cell)
        }),
        TimeUnit::Millisecond => {
            primitive::<TimestampMillisecondType>(array, move |count, cell| {
                write_timestamp(count, Unit::Millisecond, kind, cell)
            })
        }
        TimeUnit::Microsecond => {
            primitive::<TimestampMicrosecondType>(array, move |count, cell| {
                write_timestamp(count, Unit::Microsecond, kind, cell)
            })
        }
        TimeUnit::Nanosecond => primitive::<TimestampNanosecondType>(array, move |count, cell| {
            write_timestamp(count, Unit::Nanosecond, kind, cell)
        }),
    })
}

pub(crate) fn interval(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Duration(TimeUnit::Second) => {
            primitive::<DurationSecondType>(array, |count, cell| {
                duration(0, 0, (count, Unit::Second), cell)
            })
        }
        DataType::Duration(TimeUnit::Millisecond) => {
            primitive::<DurationMillisecondType>(array, |count, cell| {
                duration(0, 0, (count, Unit::Millisecond), cell)
            })
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            primitive::<DurationMicrosecondType>(array, |count, cell| {
                duration(0, 0, (count, Unit::Microsecond), cell)
            })
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            primitive::<DurationNanosecondType>(array, |count, cell| {
                duration(0, 0, (count, Unit::Nanosecond), cell)
            })
        }
        DataType::Interval(IntervalUnit::YearMonth) => {
            primitive::<IntervalYearMonthType>(array, |months, cell| {
                duration(months, 0, (0, Unit::Second), cell)
            })
        }
        DataType::Interval(IntervalUnit::DayTime) => {
            primitive::<IntervalDayTimeType>(array, |value, cell| {
                duration(0, value.days, (value.milliseconds.into(), Unit::Millisecond), cell)
            })
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            primitive::<IntervalMonthDayNanoType>(array, |value, cell| {
                let time = (value.nanoseconds, Unit::Nanosecond);
                duration(value.months, value.days, time, cell)
            })
        }
        _ => return None,
    })
}
