//! `numeric` of the crate `bigdecimal`.

use super::numeric::{
    self, MAX_INTEGER_DIGITS, MAX_SCALE, Numeric, index, put, rounded, too_large, zero,
};
use super::{Cell, IngestColumn, RangeElement, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::Sign;

/// What [`numeric::encode_short`] takes is below this.
const SHORT: u128 = 10_u128.pow(35);

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
        encode_long(Numeric { negative, coefficient: &digits, scale }, cell, self)
    }
}

/// Writes a number by the decimal digits of its coefficient, most significant first.
fn encode_long(
    number: Numeric<&[u8]>,
    cell: Cell<'_>,
    value: &BigDecimal,
) -> Result<Written, ValueError> {
    let Numeric { negative, coefficient, mut scale } = number;
    let mut digits = coefficient;
    let limit = cell.target().scale().map_or(MAX_SCALE, i64::from);
    if scale > limit {
        let zeros = usize::try_from(scale.saturating_sub(limit)).unwrap_or(usize::MAX);
        let kept = digits.len().saturating_sub(zeros);
        if digits[kept..].iter().any(|digit| *digit != 0) {
            return Err(rounded(&cell, value));
        }
        digits = &digits[..kept];
        scale = limit;
    }
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    digits = &digits[leading..];
    if digits.is_empty() {
        return zero(scale, cell);
    }
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    if count.saturating_sub(scale) > MAX_INTEGER_DIGITS {
        return Err(too_large(value));
    }
    let zeros = index((-scale).rem_euclid(4));
    // The first group has what is left over when the last one ends at the point.
    let head = (digits.len() + zeros) % 4;
    let head = if head == 0 { 4 } else { head }.min(digits.len());
    let (head, tail) = digits.split_at(head);
    let groups = std::iter::once(head).chain(tail.chunks(4));
    let mut bytes = Vec::with_capacity(2 * (digits.len() / 4 + 2));
    for group in groups {
        let group = group.iter().fold(0, |number, digit| number * 10 + u16::from(*digit));
        bytes.extend_from_slice(&group.to_be_bytes());
    }
    if let Some(last) = bytes.last_chunk_mut::<2>() {
        let scaled = u16::from_be_bytes(*last) * [1, 10, 100, 1_000][zeros];
        *last = scaled.to_be_bytes();
    }
    put(negative, &bytes, scale, cell)
}

impl RangeElement for BigDecimal {
    const RANGE: ColumnType = ColumnType::new(Kind::NumRange);
}
