//! Cells of values that come in columns, as numbers and slices: what the crate `pg-bulk-ingest-arrow` writes by.

use super::array;
use super::calendar::{
    FIRST_DAY, MICROS_PER_DAY, before_first_day, exact, fits, fraction_of_micros, interval,
    too_long,
};
use super::numeric::{Numeric, SHORT, encode_long, encode_short};
use super::{Cell, ValueEncoder, ValueError, Written, json};
use crate::definition::Kind;
use serde::de::IgnoredAny;
use std::fmt;

pub use super::array::{MAX_DIMENSIONS, null_array, ragged};

/// 2000-01-01 in days since 1970-01-01.
const EPOCH_DAYS: i64 = 10_957;

/// 2000-01-01 in seconds since 1970-01-01.
const EPOCH_SECONDS: i64 = EPOCH_DAYS * 86_400;

/// The day after 5874897-12-31, the last that `date` holds, in days since 2000-01-01 (`DATE_END_JULIAN`).
const DATE_END: i64 = 2_145_031_949;

/// 4714-11-24 BC in microseconds since 2000-01-01.
const FIRST_MICRO: i64 = FIRST_DAY as i64 * MICROS_PER_DAY;

/// The microsecond after 294276-12-31, the last day that `timestamp` holds, since 2000-01-01 (`END_TIMESTAMP`).
const TIMESTAMP_END: i64 = 9_223_371_331_200_000_000;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds
    Second,
    /// Milliseconds
    Millisecond,
    /// Microseconds
    Microsecond,
    /// Nanoseconds
    Nanosecond,
}

/// As many of a unit, as they are shown.
struct Count(i64, Unit);

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.1 {
            Unit::Second => "s",
            Unit::Millisecond => "ms",
            Unit::Microsecond => "us",
            Unit::Nanosecond => "ns",
        };
        write!(f, "{} {unit}", self.0)
    }
}

impl Count {
    /// In microseconds; `None` if there are more than can be counted.
    #[inline(always)]
    fn micros(&self, kind: Kind) -> Result<Option<i64>, ValueError> {
        let &Self(count, unit) = self;
        match unit {
            Unit::Second => Ok(count.checked_mul(1_000_000)),
            Unit::Millisecond => Ok(count.checked_mul(1_000)),
            Unit::Microsecond => Ok(Some(count)),
            Unit::Nanosecond if count % 1_000 == 0 => Ok(Some(count / 1_000)),
            Unit::Nanosecond => Err(fraction_of_micros(kind, "").with_value(self)),
        }
    }
}

impl Count {
    /// What it counts from 1970-01-01 on, in microseconds from 2000-01-01 on; `None` if they cannot be counted.
    #[inline(always)]
    fn since_2000(&self, kind: Kind) -> Result<Option<i64>, ValueError> {
        let &Self(count, unit) = self;
        let since_2000 = match unit {
            // In microseconds from 1970-01-01 on, the last 30 years of the calendar would be too many.
            Unit::Second => count.checked_sub(EPOCH_SECONDS).map(|count| Self(count, unit)),
            Unit::Millisecond => {
                count.checked_sub(EPOCH_SECONDS * 1_000).map(|count| Self(count, unit))
            }
            Unit::Microsecond | Unit::Nanosecond => {
                let micros = self.micros(kind)?;
                return Ok(micros.and_then(|micros| micros.checked_sub(EPOCH_SECONDS * 1_000_000)));
            }
        };
        since_2000.map_or(Ok(None), |count| count.micros(kind))
    }
}

/// Writes a `date`, which is as many days after 1970-01-01.
///
/// # Errors
///
/// It is out of range.
#[inline]
pub fn date(days: i64, cell: Cell<'_>) -> Result<Written, ValueError> {
    let since_2000 = days.saturating_sub(EPOCH_DAYS);
    match i32::try_from(since_2000) {
        Ok(days) if days >= FIRST_DAY && since_2000 < DATE_END => {
            Ok(cell.four_bytes(days.to_be_bytes()))
        }
        _ if days < 0 => Err(before_first_day(Kind::Date)),
        _ => Err(after_last_day(Kind::Date)),
    }
    .map_err(|error: ValueError| error.with_value(&format_args!("{days} days since 1970-01-01")))
}

/// Writes a `time`, which is as much after midnight.
///
/// # Errors
///
/// It is no time of a day, or has more digits than the column.
#[inline]
pub fn time(count: i64, unit: Unit, cell: Cell<'_>) -> Result<Written, ValueError> {
    let count = Count(count, unit);
    match count.micros(Kind::Time)? {
        Some(micros @ 0..MICROS_PER_DAY) => {
            let micros = exact(micros, &cell, Kind::Time).map_err(|e| e.with_value(&count))?;
            Ok(cell.eight_bytes(micros.to_be_bytes()))
        }
        _ => Err(no_time_of_day().with_value(&count)),
    }
}

/// Writes a `timestamp` or a `timestamptz`, which is as much after 1970-01-01.
///
/// # Errors
///
/// It is out of range, or has more digits than the column.
// With a unit that is known where it is called, little of it is left.
#[inline(always)]
pub fn timestamp(
    count: i64,
    unit: Unit,
    kind: Kind,
    cell: Cell<'_>,
) -> Result<Written, ValueError> {
    let count = Count(count, unit);
    match count.since_2000(kind)? {
        Some(micros) if (FIRST_MICRO..TIMESTAMP_END).contains(&micros) && fits(micros, &cell) => {
            Ok(cell.eight_bytes(micros.to_be_bytes()))
        }
        micros => Err(refused(&count, micros, kind, &cell)),
    }
}

/// What is wrong with a timestamp.
#[cold]
fn refused(count: &Count, micros: Option<i64>, kind: Kind, cell: &Cell<'_>) -> ValueError {
    let error = match micros {
        Some(micros) if (FIRST_MICRO..TIMESTAMP_END).contains(&micros) => {
            exact(micros, cell, kind).err()
        }
        _ => None,
    };
    let out_of_range = || match count.0 < 0 {
        true => before_first_day(kind),
        false => after_last_day(kind),
    };
    error.unwrap_or_else(out_of_range).with_value(count)
}

/// Writes an `interval` of as many months and days, and as much time.
///
/// # Errors
///
/// It is out of range, or the column would cut something off.
pub fn duration(
    months: i32,
    days: i32,
    time: (i64, Unit),
    cell: Cell<'_>,
) -> Result<Written, ValueError> {
    let count = Count(time.0, time.1);
    let written = match count.micros(Kind::Interval)? {
        Some(micros) => interval(months, days, micros, cell),
        None => Err(too_long()),
    };
    written.map_err(|e| e.with_value(&format_args!("{months} months, {days} days, {count:?}")))
}

/// Writes a `numeric`, `coefficient * 10^-scale`.
///
/// # Errors
///
/// The column would round it.
#[inline]
pub fn numeric(
    negative: bool,
    coefficient: u128,
    scale: i64,
    cell: Cell<'_>,
) -> Result<Written, ValueError> {
    if coefficient < SHORT {
        let number = Numeric { negative, coefficient, scale };
        return encode_short(number, cell, &Scaled { negative, digits: &coefficient, scale });
    }
    numeric_of_digits(negative, &coefficient.to_string(), scale, cell)
}

/// Writes a `numeric` whose coefficient has these digits.
///
/// # Errors
///
/// The column would round it, or it has more digits than PostgreSQL holds.
pub fn numeric_of_digits(
    negative: bool,
    digits: &str,
    scale: i64,
    cell: Cell<'_>,
) -> Result<Written, ValueError> {
    let shown = Scaled { negative, digits: &digits, scale };
    let digits = digits.bytes().map(|digit| digit.saturating_sub(b'0')).collect::<Vec<_>>();
    encode_long(Numeric { negative, coefficient: &digits, scale }, cell, &shown)
}

/// A number as it is shown.
struct Scaled<'a> {
    negative: bool,
    digits: &'a dyn fmt::Display,
    scale: i64,
}

impl fmt::Display for Scaled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        write!(f, "{sign}{}e{}", self.digits, -self.scale)
    }
}

/// Writes a JSON text.
///
/// # Errors
///
/// It is none.
#[inline]
pub fn json(text: &str, cell: Cell<'_>) -> Result<Written, ValueError> {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(IgnoredAny) => json::encode_text(text, cell),
        Err(error) => Err(ValueError::new(format!("is not JSON: {error}")).with_value(&text)),
    }
}

/// Writes an array: the lengths of its dimensions, outermost first, and then its elements. One without elements
/// has no dimensions.
///
/// # Errors
///
/// It has more dimensions or elements than an array can have; and what `write` returns.
#[inline]
pub fn array(
    lengths: &[usize],
    nullable: bool,
    cell: Cell<'_>,
    write: impl FnOnce(&mut ValueEncoder<'_>) -> Result<(), ValueError>,
) -> Result<Written, ValueError> {
    let element = cell.target().element();
    if lengths.len() > MAX_DIMENSIONS {
        return Err(ValueError::new("has more than the 6 dimensions that an array can have"));
    }
    let lengths = if lengths.contains(&0) { &[] } else { lengths };
    cell.with(|value| {
        array::header(lengths, nullable, element, value)?;
        write(value)
    })
}

#[cold]
fn after_last_day(kind: Kind) -> ValueError {
    let last = if kind == Kind::Date { "5874897-12-31" } else { "294276-12-31" };
    ValueError::new(format!("is after {last}, the last day that {} can hold", kind.name()))
}

#[cold]
fn no_time_of_day() -> ValueError {
    ValueError::new("is no time of a day, from 00:00:00 to 23:59:59.999999")
}
