//! `boolean`, integers, floating point and `numeric`.

use super::read_back::ReadBack;
use super::shape::{OwnType, alone, shapes};
use super::strategy::with_extremes;
use proptest::num;
use proptest::prelude::*;

shapes!(AsBigint, "bigint", "bigint[]");
shapes!(AsNumeric, "numeric", "numeric[]");
shapes!(AsNumericOfScale2, "numeric(22,2)", "numeric(22,2)[]");
shapes!(AsPositive, "positive", "positive[]");
alone!(AsPositiveAlone, "positive");

#[test]
fn booleans_and_integers_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, bool>("bools", "boolean", any::<bool>().boxed());
    let i8s = with_extremes(any::<i8>(), [i8::MIN, -1, 0, 1, i8::MAX]);
    server.every_shape::<OwnType<_>, i8>("i8s", "smallint", i8s);
    let i16s = with_extremes(any::<i16>(), [i16::MIN, -1, 0, 1, i16::MAX]);
    server.every_shape::<OwnType<_>, i16>("i16s", "smallint", i16s);
    let i32s = with_extremes(any::<i32>(), [i32::MIN, -1, 0, 1, i32::MAX]);
    server.every_shape::<OwnType<_>, i32>("i32s", "integer", i32s);
    let i64s = with_extremes(any::<i64>(), [i64::MIN, -1, 0, 1, i64::MAX]);
    server.every_shape::<OwnType<_>, i64>("i64s", "bigint", i64s);
    let u16s = with_extremes(any::<u16>(), [0, 1, u16::MAX]);
    server.every_shape::<OwnType<_>, u16>("u16s", "integer", u16s);
    let u32s = with_extremes(any::<u32>(), [0, 1, u32::MAX]);
    server.every_shape::<OwnType<_>, u32>("u32s", "bigint", u32s);
}

/// Every number of digits, and zeros in every digit of `numeric`, which are to the base of 10,000.
fn u64s() -> BoxedStrategy<u64> {
    let powers = (0..20).map(|exponent| 10_u64.pow(exponent));
    let around = powers.flat_map(|power| [power - 1, power, power + 1]);
    let middle = [1_0000_0001, 1_0000_0000_0001, 9999_0000_9999, i64::MAX as u64, u64::MAX];
    with_extremes(any::<u64>(), around.chain(middle))
}

#[test]
fn u64_reads_back_equal_as_numeric() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, u64>("own", "numeric(20,0)", u64s());
    server.every_shape::<AsNumeric<_>, u64>("plain", "numeric", u64s());
    server.every_shape::<AsNumericOfScale2<_>, u64>("scaled", "numeric(22,2)", u64s());
}

#[test]
fn u64_reads_back_equal_as_bigint_up_to_its_maximum() {
    let values = u64s().prop_map(|value| value.min(i64::MAX as u64)).boxed();
    ReadBack::new().every_shape::<AsBigint<_>, u64>("t", "bigint", values);
}

#[test]
fn floating_point_reads_back_equal_to_the_bit() {
    let server = ReadBack::new();
    let f32s = with_extremes(
        num::f32::ANY,
        [
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            -0.0,
            0.0,
            f32::MIN,
            f32::MAX,
            f32::EPSILON,
            f32::MIN_POSITIVE,
            f32::from_bits(1),
            -f32::from_bits(0x007f_ffff),
            16_777_217.0,
            0.1,
        ],
    );
    server.every_shape::<OwnType<_>, f32>("f32s", "real", f32s);
    let f64s = with_extremes(
        num::f64::ANY,
        [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -0.0,
            0.0,
            f64::MIN,
            f64::MAX,
            f64::EPSILON,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            -f64::from_bits(0x000f_ffff_ffff_ffff),
            9_007_199_254_740_993.0,
            0.1,
        ],
    );
    server.every_shape::<OwnType<_>, f64>("f64s", "double precision", f64s);
}

#[test]
fn a_domain_over_a_number_reads_back_equal() {
    let values = with_extremes(1..i32::MAX, [1, i32::MAX]);
    let server = ReadBack::new();
    server.every_shape_of_domain::<AsPositive<_>, AsPositiveAlone<_>, i32>("t", "positive", values);
}
