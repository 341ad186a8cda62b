//! `numeric` of the crate `rust_decimal`.

use super::pg_text::PgText;
use super::range;
use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::with_extremes;
use proptest::prelude::*;
use rust_decimal::Decimal;

shapes!(AsNumericOfScale5, "numeric(40,5)", "numeric(40,5)[]");

impl PgText for Decimal {
    fn pg_text(&self) -> Option<String> {
        Some(self.to_string())
    }
}

const GREATEST: i128 = (1 << 96) - 1;

/// Every number of digits at every scale up to the given one.
fn decimals(greatest_scale: u32) -> BoxedStrategy<Decimal> {
    let of = |mantissa: i128, scale: u32| Decimal::from_i128_with_scale(mantissa, scale);
    let mantissa = (-GREATEST..=GREATEST, 0..96_u32).prop_map(|(mantissa, bits)| mantissa >> bits);
    let any = (mantissa, 0..=greatest_scale).prop_map(move |(mantissa, scale)| of(mantissa, scale));
    let powers = (0..29).map(|exponent| 10_i128.pow(exponent));
    let around = powers.flat_map(|power| [power - 1, power, power + 1]).collect::<Vec<_>>();
    let extremes = (0..=greatest_scale).flat_map(move |scale| {
        let mut zero = of(0, scale);
        zero.set_sign_negative(true);
        let edges = [of(GREATEST, scale), of(-GREATEST, scale), of(0, scale), zero];
        around.clone().into_iter().map(move |mantissa| of(mantissa, scale)).chain(edges)
    });
    with_extremes(any, extremes.collect::<Vec<_>>())
}

#[test]
fn decimals_read_back_equal_with_their_scale() {
    ReadBack::new().every_shape::<OwnType<_>, Decimal>("t", "numeric", decimals(28));
}

#[test]
fn decimals_read_back_equal_in_a_column_of_a_scale() {
    let server = ReadBack::new();
    server.every_shape::<AsNumericOfScale5<_>, Decimal>("t", "numeric(40,5)", decimals(5));
    // More digits, which are zeros.
    let zeros = decimals(5).prop_map(|mut decimal| {
        let (scale, longer) = (decimal.scale(), decimal.scale() + 4);
        if let Some(mantissa) = decimal.mantissa().checked_mul(10_000)
            && mantissa.abs() <= GREATEST
        {
            decimal = Decimal::from_i128_with_scale(mantissa, longer);
        }
        assert!(decimal.scale() == scale || decimal.scale() == longer);
        decimal
    });
    server.every_shape::<AsNumericOfScale5<_>, Decimal>("u", "numeric(40,5)", zeros.boxed());
}

#[test]
fn ranges_of_decimals_read_back_equal() {
    range::reads_back::<Decimal>(decimals(28), "numrange");
}
