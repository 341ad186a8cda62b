//! Ranges.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone};
use std::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

/// A type whose ranges are columns: `Range<i32>` is `int4range`.
#[diagnostic::on_unimplemented(
    message = "PostgreSQL has no built-in range of `{Self}`",
    note = "there are ranges of i32, i64, u64, NaiveDate, NaiveDateTime and DateTime, and by feature \
            of the decimals, dates and timestamps of rust_decimal, bigdecimal, time and jiff"
)]
pub trait RangeElement: IngestColumn + Send + Sync + 'static {
    /// The type of the range.
    const RANGE: ColumnType;
}

macro_rules! ranges {
    ($({$($parameters:tt)*} $element:ty => $kind:ident;)*) => {$(
        impl<$($parameters)*> RangeElement for $element {
            const RANGE: ColumnType = ColumnType::new(Kind::$kind);
        }
    )*};
}

ranges! {
    {} i32 => Int4Range;
    {} i64 => Int8Range;
    {} u64 => NumRange;
    {} NaiveDate => DateRange;
    {} NaiveDateTime => TsRange;
    {Tz: TimeZone<Offset: Send + Sync> + Send + Sync + 'static} DateTime<Tz> => TstzRange;
}

// Flags of `range_recv` (rangetypes.h).
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INCLUSIVE: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;

fn encode<T: RangeElement>(
    lower: Bound<&T>,
    upper: Bound<&T>,
    cell: Cell<'_>,
) -> Result<Written, ValueError> {
    let flags = match lower {
        Bound::Included(_) => LOWER_INCLUSIVE,
        Bound::Excluded(_) => 0,
        Bound::Unbounded => LOWER_INFINITE,
    } | match upper {
        Bound::Included(_) => UPPER_INCLUSIVE,
        Bound::Excluded(_) => 0,
        Bound::Unbounded => UPPER_INFINITE,
    };
    cell.with(|value| {
        value.put(&[flags]);
        for bound in [lower, upper] {
            if let Bound::Included(element) | Bound::Excluded(element) = bound {
                let _written = element.encode(value.cell())?;
            }
        }
        Ok(())
    })
}

macro_rules! bounds {
    ($($range:ty;)*) => {$(
        impl<T: RangeElement> IngestColumn for $range {
            type Key<'k> = $range;
            const TYPE: ColumnType = T::RANGE;

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                encode(self.start_bound(), self.end_bound(), cell)
            }
        }
    )*};
}

bounds! {
    Range<T>;
    RangeInclusive<T>;
    RangeFrom<T>;
    RangeTo<T>;
    RangeToInclusive<T>;
    (Bound<T>, Bound<T>);
}

/// The range without bounds, of `int4range`.
impl IngestColumn for RangeFull {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Int4Range).also(&[
        Kind::Int8Range,
        Kind::NumRange,
        Kind::DateRange,
        Kind::TsRange,
        Kind::TstzRange,
    ]);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        Ok(cell.one_byte(LOWER_INFINITE | UPPER_INFINITE))
    }
}
