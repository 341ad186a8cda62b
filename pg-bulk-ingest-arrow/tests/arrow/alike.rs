//! Rows of record batches are written byte for byte as structs of the same values are, and refused as these are.

use crate::array;
use arrow_array::builder::{
    FixedSizeBinaryBuilder, Int32Builder, ListBuilder, StringBuilder, StringDictionaryBuilder,
};
use arrow_array::types::UInt8Type;
use arrow_array::{
    BinaryViewArray, BooleanArray, Date32Array, Decimal128Array, DurationMicrosecondArray,
    Float32Array, Float64Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringViewArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, TimestampNanosecondArray, UInt32Array,
    UInt64Array,
};
use arrow_schema::{DataType, Field};
use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use pg_bulk_ingest::__fuzz::copy;
use pg_bulk_ingest::IngestTable;
use pg_bulk_ingest_arrow::arrow_rows;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::Cell;
use uuid::Uuid;

#[derive(Debug, IngestTable)]
struct Values {
    truth: bool,
    small: i16,
    number: Option<i32>,
    large: i64,
    unsigned: u32,
    widest: u64,
    single: f32,
    double: f64,
    text: String,
    repeated: Option<String>,
    bytes: Vec<u8>,
    uuid: Uuid,
    day: NaiveDate,
    time: NaiveTime,
    local: NaiveDateTime,
    instant: DateTime<Utc>,
    length: TimeDelta,
    decimal: BigDecimal,
    numbers: Vec<Option<i32>>,
    texts: Option<Vec<String>>,
}

/// Of each column, the OID of its elements and of itself.
const TYPES: [(u32, u32); 20] = [
    (0, 16),
    (0, 21),
    (0, 23),
    (0, 20),
    (0, 20),
    (0, 1700),
    (0, 700),
    (0, 701),
    (0, 25),
    (0, 25),
    (0, 17),
    (0, 2950),
    (0, 1082),
    (0, 1083),
    (0, 1114),
    (0, 1184),
    (0, 1186),
    (0, 1700),
    (23, 23),
    (25, 25),
];

/// The digits after the point of the decimals.
const SCALE: i8 = 9;

/// A text in which NUL is rare.
fn text() -> impl Strategy<Value = String> {
    let any = vec(any::<char>().prop_filter("no NUL", |c| *c != '\0'), 0..20);
    prop_oneof![200 => any.prop_map(String::from_iter), 1 => Just("a\0b".to_owned())]
}

fn micros() -> impl Strategy<Value = i64> {
    // Some are before PostgreSQL's calendar, none are outside chrono's.
    -212_000_000_000_000_000..8_000_000_000_000_000_000_i64
}

fn values() -> impl Strategy<Value = Values> {
    let numbers = (
        any::<(bool, i16, Option<i32>, i64, u32, u64)>(),
        any::<(f32, f64)>(),
        -(10_i128.pow(38) - 1)..10_i128.pow(38),
    );
    let slices = (
        text(),
        option::of(prop_oneof![Just("a".to_owned()), Just("b".to_owned())]),
        vec(any::<u8>(), 0..20),
        any::<[u8; 16]>().prop_map(Uuid::from_bytes),
        vec(any::<Option<i32>>(), 0..4),
        option::of(vec(text(), 0..3)),
    );
    // One in a few hundred instants has no whole microseconds.
    let nanos = (any::<i64>(), 0..300_u32)
        .prop_map(|(nanos, exact)| if exact == 0 { nanos } else { nanos / 1_000 * 1_000 });
    let times = (-2_460_000..50_000_000_i32, 0..86_400_000_000_i64, micros(), nanos, any::<i32>());
    (numbers, slices, times).prop_map(|(numbers, slices, times)| {
        let ((truth, small, number, large, unsigned, widest), (single, double), decimal) = numbers;
        let (text, repeated, bytes, uuid, numbers, texts) = slices;
        let (days, time, local, instant, length) = times;
        let epoch = DateTime::UNIX_EPOCH.naive_utc();
        Values {
            truth,
            small,
            number,
            large,
            unsigned,
            widest,
            single,
            double,
            text,
            repeated,
            bytes,
            uuid,
            day: epoch.date() + TimeDelta::days(days.into()),
            time: NaiveTime::MIN + TimeDelta::microseconds(time),
            local: epoch + TimeDelta::microseconds(local),
            instant: DateTime::from_timestamp_nanos(instant),
            length: TimeDelta::microseconds(length.into()),
            decimal: BigDecimal::new(decimal.into(), SCALE.into()),
            numbers,
            texts,
        }
    })
}

/// A record batch of the values that the structs have.
fn record_batch(rows: &[Values]) -> RecordBatch {
    let epoch = DateTime::UNIX_EPOCH.naive_utc();
    let mut repeated = StringDictionaryBuilder::<UInt8Type>::new();
    let mut uuids = FixedSizeBinaryBuilder::new(16);
    let mut numbers = ListBuilder::new(Int32Builder::new());
    let texts_item = Field::new_list_field(DataType::Utf8, false);
    let mut texts = ListBuilder::new(StringBuilder::new()).with_field(texts_item);
    for row in rows {
        repeated.append_option(row.repeated.as_ref());
        uuids.append_value(row.uuid).unwrap();
        numbers.append_value(row.numbers.iter().copied());
        texts.append_option(row.texts.as_ref().map(|texts| texts.iter().map(Some)));
    }
    let days = |row: &Values| i32::try_from((row.day - epoch.date()).num_days()).unwrap();
    let time = |row: &Values| {
        i64::from(row.time.num_seconds_from_midnight()) * 1_000_000
            + i64::from(row.time.nanosecond() / 1_000)
    };
    let instants = rows.iter().map(|row| row.instant.timestamp_nanos_opt().unwrap());
    let instants = TimestampNanosecondArray::from_iter_values(instants).with_timezone("+02:00");
    let decimals = rows
        .iter()
        .map(|row| i128::try_from(row.decimal.as_bigint_and_scale().0.as_ref()).unwrap());
    let decimals = Decimal128Array::from_iter_values(decimals).with_precision_and_scale(38, SCALE);
    let columns = [
        ("truth", array(rows.iter().map(|row| Some(row.truth)).collect::<BooleanArray>())),
        ("small", array(Int16Array::from_iter_values(rows.iter().map(|row| row.small)))),
        ("number", array(rows.iter().map(|row| row.number).collect::<Int32Array>())),
        ("large", array(Int64Array::from_iter_values(rows.iter().map(|row| row.large)))),
        ("unsigned", array(UInt32Array::from_iter_values(rows.iter().map(|row| row.unsigned)))),
        ("widest", array(UInt64Array::from_iter_values(rows.iter().map(|row| row.widest)))),
        ("single", array(Float32Array::from_iter_values(rows.iter().map(|row| row.single)))),
        ("double", array(Float64Array::from_iter_values(rows.iter().map(|row| row.double)))),
        ("text", array(StringViewArray::from_iter_values(rows.iter().map(|row| &row.text)))),
        ("repeated", array(repeated.finish())),
        ("bytes", array(BinaryViewArray::from_iter_values(rows.iter().map(|row| &row.bytes)))),
        ("uuid", array(uuids.finish())),
        ("day", array(Date32Array::from_iter_values(rows.iter().map(days)))),
        ("time", array(Time64MicrosecondArray::from_iter_values(rows.iter().map(time)))),
        (
            "local",
            array(TimestampMicrosecondArray::from_iter_values(
                rows.iter().map(|row| row.local.and_utc().timestamp_micros()),
            )),
        ),
        ("instant", array(instants)),
        (
            "length",
            array(DurationMicrosecondArray::from_iter_values(
                rows.iter().map(|row| row.length.num_microseconds().unwrap()),
            )),
        ),
        ("decimal", array(decimals.unwrap())),
        ("numbers", array(numbers.finish())),
        ("texts", array(texts.finish())),
    ];
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

#[test]
fn rows_are_written_as_structs_are() {
    let config = Config { cases: 512, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let outcomes = [Cell::new(0), Cell::new(0)];
    TestRunner::new_with_rng(config, rng)
        .run(&vec(values(), 1..5), |rows| {
            let structs = copy::<Values, _>(&TYPES, &rows);
            let batch = record_batch(&rows);
            let of_arrow = arrow_rows::<Values>([&batch]).map(Result::unwrap);
            prop_assert_eq!(&copy::<Values, _>(&TYPES, of_arrow), &structs);
            outcomes[usize::from(structs.is_err())].update(|count| count + 1);
            Ok(())
        })
        .unwrap();
    assert!(outcomes.iter().all(|count| count.get() > 10), "{outcomes:?}");
}
