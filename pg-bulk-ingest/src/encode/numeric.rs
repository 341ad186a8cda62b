//! `numeric`.
//!
//! Its digits are to the base of 10,000, aligned at the decimal point; the scale is the number of
//! decimal digits that are shown after it (`numeric_recv`).

use super::{Cell, ValueError, Written};
use std::fmt;

/// The greatest number of digits after the point: PostgreSQL's `NUMERIC_DSCALE_MAX`.
const MAX_SCALE: i64 = 16_383;

/// The greatest number of digits before the point: four for each weight of `NUMERIC_WEIGHT_MAX`.
pub(super) const MAX_INTEGER_DIGITS: i64 = 131_072;

/// What [`encode_short`] takes is below this.
pub(super) const SHORT: u128 = 10_u128.pow(35);

/// Bytes of the digits of a coefficient below 10^35 that is multiplied by up to 1,000.
const SHORT_BYTES: usize = 24;

const NEGATIVE: u16 = 0x4000;

/// A number, `coefficient * 10^-scale`, with its sign apart.
#[derive(Clone, Copy)]
pub(super) struct Numeric<C> {
    pub(super) negative: bool,
    pub(super) coefficient: C,
    pub(super) scale: i64,
}

/// Writes a number whose coefficient is below 10^35.
#[inline]
pub(super) fn encode_short(
    number: Numeric<u128>,
    cell: Cell<'_>,
    value: &impl fmt::Display,
) -> Result<Written, ValueError> {
    let Numeric { negative, mut coefficient, mut scale } = number;
    let limit = cell.target().scale().map_or(MAX_SCALE, i64::from);
    if scale > limit {
        let zeros = scale.saturating_sub(limit);
        coefficient = without_zeros(coefficient, zeros).ok_or_else(|| rounded(&cell, value))?;
        scale = limit;
    }
    if coefficient == 0 {
        return zero(scale, cell);
    }
    let digits = i64::from(coefficient.ilog10()) + 1;
    if digits.saturating_sub(scale) > MAX_INTEGER_DIGITS {
        return Err(too_large(value));
    }
    // As many zeros as make the number of digits after the point a multiple of four.
    let zeros = (-scale).rem_euclid(4);
    let mut rest = coefficient * u128::from([1_u16, 10, 100, 1_000][index(zeros)]);
    let mut bytes = [0; SHORT_BYTES];
    let mut first = bytes.len();
    while rest > 0 {
        // What a u64 holds of it, in which division is fast.
        let mut low = u64::try_from(rest % 10_u128.pow(16)).unwrap_or_default();
        rest /= 10_u128.pow(16);
        for _ in 0..4 {
            if low == 0 && rest == 0 {
                break;
            }
            first -= 2;
            let digit = u16::try_from(low % 10_000).unwrap_or_default();
            bytes[first..first + 2].copy_from_slice(&digit.to_be_bytes());
            low /= 10_000;
        }
    }
    put(negative, &bytes[first..], scale, cell)
}

/// Writes a number by the decimal digits of its coefficient, most significant first.
pub(super) fn encode_long(
    number: Numeric<&[u8]>,
    cell: Cell<'_>,
    value: &impl fmt::Display,
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

fn index(zeros: i64) -> usize {
    usize::try_from(zeros).unwrap_or_default()
}

/// Divides by a power of ten, if nothing is left over.
#[cold]
fn without_zeros(coefficient: u128, zeros: i64) -> Option<u128> {
    if coefficient == 0 {
        return Some(0);
    }
    let power = 10_u128.checked_pow(u32::try_from(zeros).ok()?)?;
    coefficient.is_multiple_of(power).then(|| coefficient / power)
}

fn shown_scale(scale: i64) -> u16 {
    u16::try_from(scale).unwrap_or_default()
}

fn zero(scale: i64, cell: Cell<'_>) -> Result<Written, ValueError> {
    let mut value = [0; 8];
    value[6..].copy_from_slice(&shown_scale(scale).to_be_bytes());
    Ok(cell.eight_bytes(value))
}

/// Writes a number that is not zero and within the limits. `digits` are two bytes each, and the
/// last one ends at the least multiple of four digits after the point that is not below `scale`.
fn put(negative: bool, digits: &[u8], scale: i64, cell: Cell<'_>) -> Result<Written, ValueError> {
    let count = u16::try_from(digits.len() / 2).unwrap_or(u16::MAX);
    let after_point = (scale + (-scale).rem_euclid(4)) / 4;
    let weight = i16::try_from(i64::from(count) - 1 - after_point).unwrap_or(i16::MAX);
    let sign = if negative { NEGATIVE } else { 0 };
    cell.with(|value| {
        value.put(&count.to_be_bytes());
        value.put(&weight.to_be_bytes());
        value.put(&sign.to_be_bytes());
        value.put(&shown_scale(scale).to_be_bytes());
        value.put(digits);
        Ok(())
    })
}

#[cold]
fn rounded(cell: &Cell<'_>, value: &dyn fmt::Display) -> ValueError {
    let reason = match cell.target().scale() {
        Some(scale) if scale < 0 => {
            let zeros = usize::from(scale.unsigned_abs());
            format!("is no multiple of 1{:0<zeros$}, to which its column would round it", "")
        }
        Some(scale) => format!(
            "has more than {scale} digits after the decimal point, to which its column would round \
             it"
        ),
        None => format!(
            "has more than {MAX_SCALE} digits after the decimal point, the most that numeric can \
             hold"
        ),
    };
    ValueError::new(reason).with_value(&format_args!("{value}"))
}

/// A number of more digits before the point than `numeric` holds.
#[cold]
pub(super) fn too_large(value: &dyn fmt::Display) -> ValueError {
    ValueError::new(format!(
        "has more than {MAX_INTEGER_DIGITS} digits before the decimal point, the most that numeric \
         can hold"
    ))
    .with_value(&format_args!("{value}"))
}
