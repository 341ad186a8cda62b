//! An array of each type, and its values as PostgreSQL reads them.

use crate::array;
use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::types::{Int8Type, Int32Type, IntervalDayTime, IntervalMonthDayNano, UInt64Type};
use arrow_array::{
    ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, Date64Array, Decimal32Array,
    Decimal64Array, Decimal128Array, Decimal256Array, DictionaryArray, DurationMicrosecondArray,
    DurationMillisecondArray, DurationNanosecondArray, DurationSecondArray, Float16Array,
    Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    IntervalDayTimeArray, IntervalMonthDayNanoArray, IntervalYearMonthArray, LargeBinaryArray,
    LargeStringArray, NullArray, RunArray, StringArray, StringViewArray, Time32MillisecondArray,
    Time32SecondArray, Time64MicrosecondArray, Time64NanosecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use arrow_buffer::i256;

/// Values of an array.
pub(crate) type Texts = &'static [Option<&'static str>];

/// Its values, as PostgreSQL reads them, and the array.
pub(crate) fn arrays() -> Vec<(ArrayRef, Texts)> {
    let mut arrays = vec![(array(NullArray::new(2)), &[None, None] as Texts)];
    arrays.extend(numbers());
    arrays.extend(decimals());
    arrays.extend(times());
    arrays.extend(intervals());
    arrays.extend(slices());
    arrays.extend(encoded());
    arrays
}

fn numbers() -> Vec<(ArrayRef, Texts)> {
    let half = |text: &str| text.parse().unwrap();
    let halves = Float16Array::from(vec![Some(half("0.1")), Some(half("-inf")), Some(half("NaN"))]);
    vec![
        (
            array(BooleanArray::from(vec![Some(true), None, Some(false)])),
            &[Some("t"), None, Some("f")],
        ),
        (
            array(Int8Array::from(vec![Some(-128), None, Some(127)])),
            &[Some("-128"), None, Some("127")],
        ),
        (array(Int16Array::from(vec![i16::MIN, i16::MAX])), &[Some("-32768"), Some("32767")]),
        (
            array(Int32Array::from(vec![Some(i32::MIN), None, Some(i32::MAX)])),
            &[Some("-2147483648"), None, Some("2147483647")],
        ),
        (
            array(Int64Array::from(vec![i64::MIN, i64::MAX])),
            &[Some("-9223372036854775808"), Some("9223372036854775807")],
        ),
        (array(UInt8Array::from(vec![0, u8::MAX])), &[Some("0"), Some("255")]),
        (array(UInt16Array::from(vec![0, u16::MAX])), &[Some("0"), Some("65535")]),
        (array(UInt32Array::from(vec![0, u32::MAX])), &[Some("0"), Some("4294967295")]),
        (array(UInt64Array::from(vec![0, u64::MAX])), &[Some("0"), Some("18446744073709551615")]),
        (array(halves), &[Some("0.0999755859375"), Some("-Infinity"), Some("NaN")]),
        (
            array(Float32Array::from(vec![Some(1.5), None, Some(f32::NAN), Some(-0.0)])),
            &[Some("1.5"), None, Some("NaN"), Some("-0")],
        ),
        (
            array(Float64Array::from(vec![0.1, f64::INFINITY, 1e-300])),
            &[Some("0.1"), Some("Infinity"), Some("1e-300")],
        ),
    ]
}

fn decimals() -> Vec<(ArrayRef, Texts)> {
    let long = i256::from_string(&"9".repeat(76)).unwrap();
    vec![
        (
            array(Decimal32Array::from(vec![-9999, 42]).with_precision_and_scale(4, 0).unwrap()),
            &[Some("-9999"), Some("42")],
        ),
        (
            array(Decimal32Array::from(vec![-12345, 0]).with_precision_and_scale(9, 2).unwrap()),
            &[Some("-123.45"), Some("0.00")],
        ),
        (
            array(
                Decimal64Array::from(vec![999_999_999, -1]).with_precision_and_scale(9, 0).unwrap(),
            ),
            &[Some("999999999"), Some("-1")],
        ),
        (
            array(
                Decimal64Array::from(vec![Some(1), None]).with_precision_and_scale(18, 18).unwrap(),
            ),
            &[Some("0.000000000000000001"), None],
        ),
        (
            array(
                Decimal128Array::from(vec![999_999_999_999_999_999, -5])
                    .with_precision_and_scale(18, 0)
                    .unwrap(),
            ),
            &[Some("999999999999999999"), Some("-5")],
        ),
        (
            array(
                Decimal128Array::from(vec![-(10_i128.pow(38) - 1), 1])
                    .with_precision_and_scale(38, 10)
                    .unwrap(),
            ),
            &[Some("-9999999999999999999999999999.9999999999"), Some("0.0000000001")],
        ),
        (
            array(Decimal128Array::from(vec![12, 0]).with_precision_and_scale(5, -3).unwrap()),
            &[Some("12000"), Some("0")],
        ),
        (
            array(
                Decimal256Array::from(vec![long, -long, i256::from_i128(7)])
                    .with_precision_and_scale(76, 6)
                    .unwrap(),
            ),
            &[
                Some(
                    "9999999999999999999999999999999999999999999999999999999999999999999999.999999",
                ),
                Some(
                    "-9999999999999999999999999999999999999999999999999999999999999999999999.999999",
                ),
                Some("0.000007"),
            ],
        ),
    ]
}

/// In which values of a day are as long ago, whatever their unit.
const TIMESTAMPS: Texts = &[Some("1969-12-31 23:59:59"), None, Some("2026-01-31 12:00:00")];
const INSTANTS: Texts = &[Some("1969-12-31 23:59:59Z"), None, Some("2026-01-31 12:00:00Z")];
const SECONDS: [Option<i64>; 3] = [Some(-1), None, Some(1_769_860_800)];

fn times() -> Vec<(ArrayRef, Texts)> {
    let times = |by: i64| SECONDS.map(|seconds| seconds.map(|seconds| seconds * by)).to_vec();
    vec![
        (array(Date32Array::from(vec![-1, 20_484])), &[Some("1969-12-31"), Some("2026-01-31")]),
        (array(Date64Array::from(vec![Some(-86_400_000), None])), &[Some("1969-12-31"), None]),
        (array(Time32SecondArray::from(vec![0, 86_399])), &[Some("00:00:00"), Some("23:59:59")]),
        (array(Time32MillisecondArray::from(vec![1])), &[Some("00:00:00.001")]),
        (array(Time64MicrosecondArray::from(vec![86_399_999_999])), &[Some("23:59:59.999999")]),
        (array(Time64NanosecondArray::from(vec![1_000])), &[Some("00:00:00.000001")]),
        (array(TimestampSecondArray::from(times(1))), TIMESTAMPS),
        (array(TimestampMillisecondArray::from(times(1_000))), TIMESTAMPS),
        (array(TimestampMicrosecondArray::from(times(1_000_000))), TIMESTAMPS),
        (array(TimestampNanosecondArray::from(times(1_000_000_000))), TIMESTAMPS),
        (array(TimestampSecondArray::from(times(1)).with_timezone("UTC")), INSTANTS),
        (
            array(TimestampMillisecondArray::from(times(1_000)).with_timezone("Europe/Berlin")),
            INSTANTS,
        ),
        (
            array(TimestampMicrosecondArray::from(times(1_000_000)).with_timezone("-08:00")),
            INSTANTS,
        ),
        (
            array(TimestampNanosecondArray::from(times(1_000_000_000)).with_timezone("+00:00")),
            INSTANTS,
        ),
    ]
}

fn intervals() -> Vec<(ArrayRef, Texts)> {
    vec![
        (array(DurationSecondArray::from(vec![-90_000])), &[Some("-25:00:00")]),
        (array(DurationMillisecondArray::from(vec![1_500])), &[Some("00:00:01.5")]),
        (array(DurationMicrosecondArray::from(vec![Some(1), None])), &[Some("0.000001s"), None]),
        (array(DurationNanosecondArray::from(vec![-2_000])), &[Some("-0.000002s")]),
        (array(IntervalYearMonthArray::from(vec![14, -1])), &[Some("14 mons"), Some("-1 mons")]),
        (
            array(IntervalDayTimeArray::from(vec![IntervalDayTime::new(-2, 1_500)])),
            &[Some("-2 days 1.5s")],
        ),
        (
            array(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNano::new(1, -2, 3_000)])),
            &[Some("1 mons -2 days 0.000003s")],
        ),
    ]
}

const TEXTS: Texts = &[Some("\"happy\""), None, Some("\"äöü → longer than a view keeps inline\"")];
const BYTES: Texts = &[Some("\\x0001ff"), None, Some("\\x")];

fn slices() -> Vec<(ArrayRef, Texts)> {
    let bytes = vec![Some(&[0, 1, 255][..]), None, Some(&[])];
    let mut three = FixedSizeBinaryBuilder::new(3);
    three.append_value([0, 1, 255]).unwrap();
    three.append_null();
    let mut uuid = FixedSizeBinaryBuilder::new(16);
    uuid.append_value([0xab; 16]).unwrap();
    vec![
        (array(StringArray::from(TEXTS.to_vec())), TEXTS),
        (array(LargeStringArray::from(TEXTS.to_vec())), TEXTS),
        (array(StringViewArray::from(TEXTS.to_vec())), TEXTS),
        (array(BinaryArray::from(bytes.clone())), BYTES),
        (array(LargeBinaryArray::from(bytes.clone())), BYTES),
        (array(BinaryViewArray::from(bytes)), BYTES),
        (array(three.finish()), &[Some("\\x0001ff"), None]),
        (array(uuid.finish()), &[Some("\\xabababababababababababababababab")]),
    ]
}

/// Dictionaries and runs of a few types, with NULL among the keys and among the values.
fn encoded() -> Vec<(ArrayRef, Texts)> {
    let keys = Int8Array::from(vec![Some(1), None, Some(0), Some(2)]);
    let values = array(StringArray::from(vec![Some("\"b\""), Some("\"a\""), None]));
    let texts: DictionaryArray<Int8Type> = DictionaryArray::new(keys, values);
    let numbers: DictionaryArray<UInt64Type> =
        DictionaryArray::new(UInt64Array::from(vec![1, 0]), array(Int16Array::from(vec![7, 8])));
    let runs = RunArray::<Int32Type>::try_new(
        &Int32Array::from(vec![2, 3]),
        &StringArray::from(vec![Some("\"a\""), None]),
    );
    vec![
        (array(texts), &[Some("\"a\""), None, Some("\"b\""), None]),
        (array(numbers), &[Some("8"), Some("7")]),
        (array(runs.unwrap()), &[Some("\"a\""), Some("\"a\""), None]),
    ]
}
