//! Values that their columns cannot hold: an error that says which, and nothing is loaded.

use crate::{array, batch};
use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, Date32Array, Date64Array, Decimal128Array, Decimal256Array,
    DurationSecondArray, Int32Array, Int64Array, StringArray, StringViewArray, Time32SecondArray,
    Time64NanosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt64Array,
};
use arrow_buffer::i256;
use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use pg_bulk_ingest::{
    Batch, Error, ErrorKind, IngestColumn, IngestEnum, IngestTable, NoWatermark, SetAside, ingest,
};
use pg_bulk_ingest_arrow::arrow_rows;
use serde_json::Value;
use tests::Database;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<T> {
    value: T,
}

/// The error of an ingest of these values, the second of which is to be refused; nothing is in the table then.
async fn error<R: IngestTable + pg_bulk_ingest::RowOf<R>>(
    database: &Database,
    value: ArrayRef,
) -> Error {
    let mut client = database.connect().await;
    let rows = arrow_rows::<R>([batch([("value", value)])]);
    let ingest = ingest::<R>(&mut client).show_values(true);
    let error = ingest.batches(|_: Option<NoWatermark>| [Batch::new(rows)]).await.unwrap_err();
    assert_eq!(database.rows("SELECT to_regclass('t')").await, ["∅"], "{error}");
    error
}

/// Why the second of these values is refused.
async fn reason<R: IngestTable + pg_bulk_ingest::RowOf<R>>(value: impl Array + 'static) -> String {
    let error = error::<R>(&Database::new().await, array(value)).await;
    assert_eq!((error.row(), error.column()), (Some(2), Some("value")), "{error:?}");
    let ErrorKind::Value { reason, value } = error.kind() else { panic!("{error:?}") };
    let reason = reason.strip_suffix(" (row 2 of record batch 1)").unwrap();
    match value {
        Some(value) => format!("{reason}: {value}"),
        None => reason.to_owned(),
    }
}

macro_rules! reasons {
    ($($rust:ty, $value:expr => $reason:literal;)*) => {$(
        assert_eq!(reason::<Row<$rust>>($value).await, $reason);
    )*};
}

#[tokio::test]
async fn numbers() {
    let decimals = |values: Vec<i128>, precision, scale| {
        Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap()
    };
    reasons! {
        i32, Int32Array::from(vec![Some(1), None]) => "is NULL, and its column is NOT NULL";
        i16, decimals(vec![1, 40_000], 4, 0) => "has more digits than its Arrow type says: 40000";
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Bigint {
        #[ingest(sql_type = "bigint")]
        value: u64,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Short {
        #[ingest(sql_type = "numeric(20,2)")]
        value: BigDecimal,
    }
    let long = |text: &str| i256::from_string(text).unwrap();
    let longs = |text: &str, scale| {
        let values = Decimal256Array::from(vec![long("0"), long(text)]);
        values.with_precision_and_scale(76, scale).unwrap()
    };
    let bigint = "is not an integer that bigint can hold";
    assert_eq!(
        reason::<Bigint>(UInt64Array::from(vec![0, u64::MAX])).await,
        format!("{bigint}: \"18446744073709551615e0\"")
    );
    assert_eq!(
        reason::<Bigint>(longs(&"9".repeat(50), 0)).await,
        format!("{bigint}: \"{}\"", "9".repeat(50))
    );
    let rounds =
        "has more than 2 digits after the decimal point, to which its column would round it";
    assert_eq!(
        reason::<Short>(decimals(vec![-123_400, -123_401], 20, 4)).await,
        format!("{rounds}: -123401e-4")
    );
    assert_eq!(
        reason::<Short>(longs(&"9".repeat(60), 60)).await,
        format!("{rounds}: {}…", "9".repeat(60))
    );
}

#[tokio::test]
async fn dates_and_times() {
    reasons! {
        NaiveDate, Date32Array::from(vec![0, i32::MAX]) =>
            "is after 5874897-12-31, the last day that date can hold: 2147483647 days since 1970-01-01";
        NaiveDate, Date32Array::from(vec![-2_440_588, -2_440_589]) =>
            "is before 4714-11-24 BC, the first day that date can hold: -2440589 days since 1970-01-01";
        NaiveDate, Date64Array::from(vec![0, 1]) =>
            "has a time of day, which date cannot hold: 1 ms since 1970-01-01";
        NaiveTime, Time32SecondArray::from(vec![0, 86_400]) =>
            "is no time of a day, from 00:00:00 to 23:59:59.999999: 86400 s";
        NaiveTime, Time32SecondArray::from(vec![0, -1]) =>
            "is no time of a day, from 00:00:00 to 23:59:59.999999: -1 s";
        NaiveTime, Time64NanosecondArray::from(vec![0, 1]) =>
            "has a fraction of a microsecond, which time without time zone cannot hold: 1 ns";
        NaiveDateTime, TimestampNanosecondArray::from(vec![0, -1]) =>
            "has a fraction of a microsecond, which timestamp without time zone cannot hold: -1 ns";
        NaiveDateTime, TimestampSecondArray::from(vec![9_224_318_015_999, 9_224_318_016_000]) =>
            "is after 294276-12-31, the last day that timestamp without time zone can hold: 9224318016000 s";
        DateTime<Utc>, TimestampSecondArray::from(vec![0, i64::MIN]).with_timezone("UTC") =>
            "is before 4714-11-24 BC, the first day that timestamp with time zone can hold: \
             -9223372036854775808 s";
        DateTime<Utc>,
            TimestampMillisecondArray::from(vec![-210_866_803_200_000, -210_866_803_200_001])
                .with_timezone("UTC") =>
            "is before 4714-11-24 BC, the first day that timestamp with time zone can hold: \
             -210866803200001 ms";
        TimeDelta, DurationSecondArray::from(vec![0, i64::MAX]) =>
            "is longer than 292,471 years, which interval cannot hold in microseconds: \
             0 months, 0 days, 9223372036854775807 s";
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Precise {
        #[ingest(sql_type = "timestamp(3)")]
        value: NaiveDateTime,
    }
    assert_eq!(
        reason::<Precise>(TimestampNanosecondArray::from(vec![1_000_000, 1_000])).await,
        "has more than the 3 digits after the second that its column's precision gives timestamp \
         without time zone: 1000 ns"
    );
}

#[derive(IngestEnum)]
enum Mood {
    Happy,
    Sad,
}

#[tokio::test]
async fn text() {
    assert_eq!([Mood::Happy, Mood::Sad].len(), 2);
    let mut moods = StringDictionaryBuilder::<Int32Type>::new();
    moods.append_value("Happy");
    moods.append_value("glad");
    reasons! {
        String, StringArray::from(vec!["a", "b\0"]) =>
            "contains a NUL character, which PostgreSQL's text cannot hold: \"b\\0\"";
        String, StringViewArray::from(vec![Some("a"), None]) => "is NULL, and its column is NOT NULL";
        Value, StringArray::from(vec!["{}", "{a}"]) =>
            "is not JSON: key must be a string at line 1 column 2: \"{a}\"";
        Value, StringArray::from(vec!["{}", ""]) =>
            "is not JSON: EOF while parsing a value at line 1 column 0: \"\"";
        Mood, StringArray::from(vec!["Happy", "sad"]) =>
            "is no label of \"public\".\"mood\": \"sad\"";
        Mood, moods.finish() => "is no label of \"public\".\"mood\": \"glad\"";
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Short {
        #[ingest(sql_type = "varchar(2)")]
        value: String,
    }
    assert_eq!(
        reason::<Short>(StringArray::from(vec!["a ", "b  "])).await,
        "has spaces at its end that varchar(2) would cut off: \"b  \""
    );
    let error = error::<Short>(&Database::new().await, array(StringArray::from(vec!["abc"]))).await;
    assert_eq!(error.code().map(tokio_postgres::error::SqlState::code), Some("22001"), "{error}");
}

/// The value is in no message unless it is asked for.
#[tokio::test]
async fn values_are_not_shown() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = batch([("value", array(StringArray::from(vec!["secret {"])))]);
    let batches = |_: Option<NoWatermark>| [Batch::new(arrow_rows::<Row<Value>>([rows]))];
    let error = ingest::<Row<Value>>(&mut client).batches(batches).await.unwrap_err();
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

/// As those of structs are, with the number among all rows of the batch.
#[tokio::test]
async fn they_can_be_set_aside() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let of = |values: Vec<Option<i64>>| batch([("value", array(Int64Array::from(values)))]);
    let batches = [of(vec![Some(1), None]), of(vec![]), of(vec![None, Some(4)])];
    let set_aside = SetAside { share: 1.0, ..SetAside::default() };
    let batches = |_: Option<NoWatermark>| [Batch::new(arrow_rows::<Row<i64>>(batches))];
    let ingest = ingest::<Row<i64>>(&mut client).set_aside(set_aside);
    let report = ingest.batches(batches).await.unwrap();
    let rejects = report.rejects().iter().map(|row| (row.row, row.message.as_str()));
    let reason = |place| format!("the value is NULL, and its column is NOT NULL (row {place})");
    assert_eq!(
        rejects.collect::<Vec<_>>(),
        [(2, &*reason("2 of record batch 1")), (3, &*reason("1 of record batch 3"))]
    );
    assert_eq!(database.rows("SELECT value FROM t ORDER BY 1").await, ["1", "4"]);
}

/// What a column is.
#[test]
fn an_enum_is_a_column() {
    assert_eq!(Mood::TYPE.sql(), "\"public\".\"mood\"");
}
