//! `numeric` of the crate `rust_decimal`.

use super::numeric::{self, Numeric};
use super::{Cell, IngestColumn, RangeElement, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use rust_decimal::Decimal;

/// With the digits after the point that it has: `1.50` is `1.50`. The negative zero is zero.
impl IngestColumn for Decimal {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Numeric);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let number = Numeric {
            negative: self.is_sign_negative(),
            coefficient: self.mantissa().unsigned_abs(),
            scale: i64::from(self.scale()),
        };
        numeric::encode_short(number, cell, self)
    }
}

impl RangeElement for Decimal {
    const RANGE: ColumnType = ColumnType::new(Kind::NumRange);
}
