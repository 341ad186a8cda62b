//! PostgreSQL's calendar.
//!
//! It counts days and microseconds from 2000-01-01. A value that it cannot hold to the letter (a
//! leap second, nanoseconds, a year out of range) is an error.

use super::{Cell, ValueError, Written};
use crate::definition::Kind;

pub(super) const MICROS_PER_DAY: i64 = 86_400_000_000;

/// 4714-11-24 BC, the first day of the calendar (`DATETIME_MIN_JULIAN`).
pub(super) const FIRST_DAY: i32 = -2_451_545;

/// A column of a lower precision, `timestamp(3)` say, would round what has more digits.
#[inline]
pub(super) fn exact(micros: i64, cell: &Cell<'_>, kind: Kind) -> Result<i64, ValueError> {
    if fits(micros, cell) { Ok(micros) } else { Err(too_precise(cell.target().unit(), kind)) }
}

/// Whether the column's precision has all digits.
#[inline]
pub(super) fn fits(micros: i64, cell: &Cell<'_>) -> bool {
    let unit = cell.target().unit();
    unit <= 1 || micros.unsigned_abs().is_multiple_of(unit)
}

#[cold]
fn too_precise(unit: u64, kind: Kind) -> ValueError {
    if unit > 1_000_000 {
        return cut_off();
    }
    let digits = 6 - unit.ilog10();
    ValueError::new(format!(
        "has more than the {digits} digits after the second that its column's precision gives {}",
        kind.name()
    ))
}

#[cold]
fn cut_off() -> ValueError {
    ValueError::new("has a part that the fields of its column's interval would cut off")
}

#[cold]
pub(super) fn before_first_day(kind: Kind) -> ValueError {
    ValueError::new(format!("is before 4714-11-24 BC, the first day that {} can hold", kind.name()))
}

/// A fraction of a microsecond, and what cuts it off, if there is such a thing.
#[cold]
pub(super) fn fraction_of_micros(kind: Kind, cut: &str) -> ValueError {
    let reason = format!("has a fraction of a microsecond, which {} cannot hold", kind.name());
    ValueError::new(match cut {
        "" => reason,
        cut => format!("{reason} ({cut} cuts it off)"),
    })
}

/// An `interval`. None of its three parts follows from another: a day is not always 24 hours long.
pub(super) fn interval(
    months: i32,
    days: i32,
    micros: i64,
    cell: Cell<'_>,
) -> Result<Written, ValueError> {
    let micros = exact(micros, &cell, Kind::Interval)?;
    if cell.target().cuts_off(months, days) {
        return Err(cut_off());
    }
    let mut value = [0; 16];
    value[..8].copy_from_slice(&micros.to_be_bytes());
    value[8..12].copy_from_slice(&days.to_be_bytes());
    value[12..].copy_from_slice(&months.to_be_bytes());
    Ok(cell.sixteen_bytes(value))
}

#[cold]
pub(super) fn too_long() -> ValueError {
    ValueError::new("is longer than 292,471 years, which interval cannot hold in microseconds")
}
