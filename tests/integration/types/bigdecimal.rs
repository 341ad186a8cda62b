//! `numeric` of the crate `bigdecimal`.

use super::pg_text::{Cells, PgText};
use super::range;
use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::with_extremes;
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use pg_bulk_ingest::IngestTable;
use proptest::prelude::*;

shapes!(AsNumericOfScale5, "numeric(400,5)", "numeric(400,5)[]");

impl PgText for BigDecimal {
    fn pg_text(&self) -> Option<String> {
        let (coefficient, scale) = self.as_bigint_and_scale();
        if *coefficient == BigInt::ZERO && scale < 0 {
            // whatever the exponent, which PostgreSQL reads up to a limit
            return Some("0".to_owned());
        }
        Some(format!("{coefficient}e{}", -i128::from(scale)))
    }
}

fn number(coefficient: &str, scale: i64) -> BigDecimal {
    BigDecimal::new(coefficient.parse::<BigInt>().unwrap(), scale)
}

/// Coefficients of up to 100 digits, with zeros in the midst and at the end.
fn coefficient() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,40}",
        "-?[1-9]0{0,60}",
        "-?9{1,60}",
        "-?[1-9]0{0,20}[0-9]{1,40}0{0,20}",
        // on either side of what is written without digits of its own
        Just("99999999999999999999999999999999999".to_owned()),
        Just("100000000000000000000000000000000000".to_owned()),
    ]
}

fn numbers(scale: std::ops::Range<i64>) -> BoxedStrategy<BigDecimal> {
    let (first, last) = (scale.start, scale.end - 1);
    let scale = with_extremes(scale, [first, -1, 0, 1, last]);
    (coefficient(), scale).prop_map(|(digits, scale)| number(&digits, scale)).boxed()
}

#[test]
fn numbers_read_back_equal_with_their_scale() {
    ReadBack::new().every_shape::<OwnType<_>, BigDecimal>("t", "numeric", numbers(-70..70));
}

#[test]
fn numbers_read_back_equal_in_a_column_of_a_scale() {
    let server = ReadBack::new();
    type Row = AsNumericOfScale5<BigDecimal>;
    server.every_shape::<Row, BigDecimal>("t", "numeric(400,5)", numbers(-70..6));
    // More digits, which are zeros.
    let zeros = (numbers(-70..6), 0..40_i64).prop_map(|(number, zeros)| {
        let (_, scale) = number.as_bigint_and_scale();
        number.with_scale(scale + zeros)
    });
    server.every_shape::<Row, BigDecimal>("u", "numeric(400,5)", zeros.boxed());
}

#[test]
fn ranges_of_numbers_read_back_equal() {
    range::reads_back::<BigDecimal>(numbers(-20..20), "numrange");
}

#[derive(IngestTable, Debug)]
struct One {
    id: i32,
    value: BigDecimal,
}

impl Cells for One {
    fn cells(&self) -> Vec<Option<String>> {
        vec![self.value.pg_text()]
    }
}

#[test]
fn numbers_at_the_limits_of_numeric_read_back_equal() {
    let digits = |count: usize| "9".repeat(count);
    let mut values = vec![
        number("1", -131_071),
        number("-1", -131_071),
        number("0", -1_000_000_000),
        number("0", i64::MIN),
        number("0", 16_383),
        number("1", 16_383),
        number("-1", 16_383),
        number(&digits(131_072), 0),
        number(&digits(131_072 + 16_383), 16_383),
        number(&format!("-{}", digits(100_001)), 16_383),
    ];
    for scale in 16_370..=16_383 {
        values.push(number("1234567", scale));
        values.push(number(&digits(50), scale));
        values.push(number(&digits(50), -scale));
    }
    let rows = (0..).zip(values).map(|(id, value)| One { id, value }).collect::<Vec<_>>();
    ReadBack::new().check("t", &rows).unwrap();
}
