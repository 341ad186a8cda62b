//! `numeric` of the crate `bigdecimal`.

use super::numeric::{self, MAX_INTEGER_DIGITS, Numeric, SHORT, too_large};
use super::{Cell, IngestColumn, RangeElement, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::Sign;

/// With the digits after the point that it has: `1.50` is `1.50`; `1e3` is `1000`.
///
/// A value of up to 35 digits is written without allocating memory; a longer one is converted to
/// decimal digits first, for which it is allocated.
impl IngestColumn for BigDecimal {
    type Key<'k> = &'k Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Numeric);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let (coefficient, scale) = self.as_bigint_and_scale();
        let negative = coefficient.sign() == Sign::Minus;
        let coefficient = coefficient.magnitude();
        if let Ok(coefficient) = u128::try_from(coefficient)
            && coefficient < SHORT
        {
            return numeric::encode_short(Numeric { negative, coefficient, scale }, cell, self);
        }
        // At least so many digits: 0.3 is less than the logarithm of 2.
        let digits = i64::try_from(coefficient.bits() / 10 * 3).unwrap_or(i64::MAX);
        if digits.saturating_sub(scale) > MAX_INTEGER_DIGITS {
            return Err(too_large(self));
        }
        let digits = coefficient.to_radix_be(10);
        numeric::encode_long(Numeric { negative, coefficient: &digits, scale }, cell, self)
    }
}

impl RangeElement for BigDecimal {
    const RANGE: ColumnType = ColumnType::new(Kind::NumRange);
}
