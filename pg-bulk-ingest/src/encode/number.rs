//! `boolean`, integers, floating point and `numeric`.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};

macro_rules! fixed {
    ($($rust:ty as $wire:ty => $kind:ident, $size:literal, $write:ident;)*) => {$(
        impl IngestColumn for $rust {
            const TYPE: ColumnType = ColumnType::new(Kind::$kind);

            #[inline]
            fn size_hint(&self) -> usize {
                4 + $size
            }

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                Ok(cell.$write(<$wire>::from(*self).to_be_bytes()))
            }
        }
    )*};
}

fixed! {
    i8 as i16 => Int2, 2, two_bytes;
    i16 as i16 => Int2, 2, two_bytes;
    u16 as i32 => Int4, 4, four_bytes;
    i32 as i32 => Int4, 4, four_bytes;
    u32 as i64 => Int8, 8, eight_bytes;
    i64 as i64 => Int8, 8, eight_bytes;
    f32 as f32 => Float4, 4, four_bytes;
    f64 as f64 => Float8, 8, eight_bytes;
}

impl IngestColumn for bool {
    const TYPE: ColumnType = ColumnType::new(Kind::Bool);

    #[inline]
    fn size_hint(&self) -> usize {
        5
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        Ok(cell.one_byte(u8::from(*self)))
    }
}

/// Digits of a `numeric` are to the base of 10,000.
const NUMERIC_BASE: u64 = 10_000;

impl IngestColumn for u64 {
    const TYPE: ColumnType =
        ColumnType::new(Kind::Numeric).named("numeric(20,0)").also(&[Kind::Int8]);

    #[inline]
    fn size_hint(&self) -> usize {
        4 + 8 + 10
    }

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if cell.target().is_bigint() {
            return match i64::try_from(*self) {
                Ok(value) => Ok(cell.eight_bytes(value.to_be_bytes())),
                Err(_) => {
                    Err(ValueError::new("is over 9223372036854775807, which bigint cannot hold")
                        .with_value(self))
                }
            };
        }
        let unit = cell.target().unit();
        if unit > 1 && !self.is_multiple_of(unit) {
            let reason = format!("is no multiple of {unit}, to which its column would round it");
            return Err(ValueError::new(reason).with_value(self));
        }
        // Most significant first, without leading or trailing zeros, as `numeric_recv` reads them.
        let mut digits = [0_u8; 10];
        let (mut rest, mut count, mut first) = (*self, 0_u8, digits.len());
        while rest > 0 {
            first -= 2;
            count += 1;
            let digit = u16::try_from(rest % NUMERIC_BASE).unwrap_or_default();
            digits[first..first + 2].copy_from_slice(&digit.to_be_bytes());
            rest /= NUMERIC_BASE;
        }
        let weight = i16::from(count.saturating_sub(1));
        cell.with(|value| {
            value.put(&u16::from(count).to_be_bytes());
            value.put(&weight.to_be_bytes());
            value.put(&[0, 0]); // positive
            value.put(&[0, 0]); // no digits after the point
            value.put(&digits[first..]);
            Ok(())
        })
    }
}
