//! Values that are refused before they are sent: what the error says, and that nothing is lost.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use pg_bulk_ingest::{Batch, Error, ErrorKind, IngestTable, Json};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::ops::RangeFrom;
use std::time::Duration;
use tests::{Database, ingest};
use tokio_postgres::Client;

/// Fails to serialize.
#[derive(Clone)]
struct Unwilling;

impl Serialize for Unwilling {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("out of ink"))
    }
}

#[derive(IngestTable, Clone, Default)]
#[ingest(table = "t")]
struct Row {
    id: i32,
    text: Option<String>,
    character: Option<char>,
    texts: Option<Vec<Option<&'static str>>>,
    #[ingest(sql_type = "xml")]
    xml: Option<&'static str>,
    #[ingest(sql_type = "mood")]
    mood: Option<&'static str>,
    #[ingest(sql_type = "bigint")]
    number: Option<u64>,
    #[ingest(sql_type = "bigint[]")]
    numbers: Option<Vec<u64>>,
    date: Option<NaiveDate>,
    time: Option<NaiveTime>,
    timestamp: Option<NaiveDateTime>,
    timestamptz: Option<DateTime<Utc>>,
    since: Option<RangeFrom<NaiveDate>>,
    #[ingest(column = "the \"delta\"")]
    delta: Option<TimeDelta>,
    duration: Option<Duration>,
    nested: Option<Vec<Vec<i32>>>,
    deeper: Option<Vec<Vec<Vec<i32>>>>,
    gaps: Option<Vec<Option<[i32; 2]>>>,
    keys: Option<Json<BTreeMap<(i32, i32), i32>>>,
    #[ingest(json)]
    unwilling: Option<Unwilling>,
}

/// Row 3 of batch 2, after a batch that is committed.
async fn refused(client: &mut Client, row: Row, show_values: bool) -> Error {
    let plain = |id| Row { id, text: Some("plain".to_owned()), ..Row::default() };
    let batches = [vec![plain(0)], vec![plain(1), plain(2), row, plain(4)], vec![plain(5)]];
    let ingest = ingest::<Row>(client).show_values(show_values);
    ingest.batches(|_| batches.iter().map(Batch::new)).await.unwrap_err()
}

/// What is refused: the column, the value as it is shown, and why.
fn bad_values() -> Vec<(Row, &'static str, Option<String>, &'static str)> {
    let none = Row::default;
    let first_day = super::strategy::first_day();
    let too_early = first_day.pred_opt().unwrap();
    let nano = NaiveTime::from_hms_nano_opt(1, 2, 3, 4_005).unwrap();
    let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_500).unwrap();
    let on_day = |time| NaiveDate::from_ymd_opt(2016, 12, 31).unwrap().and_time(time);
    let midnight = NaiveTime::MIN;
    let long = TimeDelta::microseconds(i64::MAX) + TimeDelta::microseconds(1);
    let short = TimeDelta::microseconds(i64::MIN) - TimeDelta::microseconds(1);
    let longest = Duration::from_micros(i64::MAX as u64);
    let nul = "contains a NUL character, which PostgreSQL's text cannot hold";
    let bigint = "is over 9223372036854775807, which bigint cannot hold";
    let interval = "is longer than 292,471 years, which interval cannot hold in microseconds";
    let null = "has NULL in the place of a whole sub-array, which a PostgreSQL array cannot hold";
    let keys = BTreeMap::from([((1, 2), 3)]);
    let shown = |value: &str| Some(value.to_owned());
    vec![
        (
            Row { text: Some(format!("ab\0{}", "é".repeat(100))), ..none() },
            r#""text""#,
            // 60 characters of it, as Rust's Debug writes them
            Some(format!("\"ab\\0{}…", "é".repeat(55))),
            nul,
        ),
        (Row { text: Some("\0".to_owned()), ..none() }, r#""text""#, shown(r#""\0""#), nul),
        (Row { character: Some('\0'), ..none() }, r#""character""#, shown(r#""\0""#), nul),
        (
            Row { texts: Some(vec![Some("a"), None, Some("b\0")]), ..none() },
            r#""texts""#,
            shown(r#""b\0""#),
            nul,
        ),
        (Row { mood: Some("sad\0"), ..none() }, r#""mood""#, shown(r#""sad\0""#), nul),
        (
            Row { xml: Some("<?xml version='1.0' encoding = 'Latin1'?><é/>"), ..none() },
            r#""xml""#,
            shown(r#""<?xml version='1.0' encoding = 'Latin1'?><é/>""#),
            "declares an encoding other than UTF-8, in which xml would misread it",
        ),
        (
            Row { number: Some(1 << 63), ..none() },
            r#""number""#,
            shown("9223372036854775808"),
            bigint,
        ),
        (
            Row { numbers: Some(vec![0, u64::MAX]), ..none() },
            r#""numbers""#,
            shown("18446744073709551615"),
            bigint,
        ),
        (
            Row { date: Some(too_early), ..none() },
            r#""date""#,
            shown("-4713-11-23"),
            "is before 4714-11-24 BC, the first day that date can hold",
        ),
        (
            Row { date: Some(NaiveDate::MIN), ..none() },
            r#""date""#,
            shown("-262143-01-01"),
            "is before 4714-11-24 BC, the first day that date can hold",
        ),
        (
            Row { timestamp: Some(too_early.and_time(midnight)), ..none() },
            r#""timestamp""#,
            shown("-4713-11-23"),
            "is before 4714-11-24 BC, the first day that timestamp without time zone can hold",
        ),
        (
            Row { timestamptz: Some(too_early.and_time(midnight).and_utc()), ..none() },
            r#""timestamptz""#,
            shown("-4713-11-23"),
            "is before 4714-11-24 BC, the first day that timestamp with time zone can hold",
        ),
        (
            Row { since: Some(too_early..), ..none() },
            r#""since""#,
            shown("-4713-11-23"),
            "is before 4714-11-24 BC, the first day that date can hold",
        ),
        (
            Row { time: Some(leap), ..none() },
            r#""time""#,
            shown("23:59:60.500"),
            "is a leap second, which time without time zone cannot hold",
        ),
        (
            Row { timestamp: Some(on_day(leap)), ..none() },
            r#""timestamp""#,
            shown("23:59:60.500"),
            "is a leap second, which timestamp without time zone cannot hold",
        ),
        (
            Row { timestamptz: Some(on_day(leap).and_utc()), ..none() },
            r#""timestamptz""#,
            shown("23:59:60.500"),
            "is a leap second, which timestamp with time zone cannot hold",
        ),
        (
            Row { time: Some(nano), ..none() },
            r#""time""#,
            shown("01:02:03.000004005"),
            "has a fraction of a microsecond, which time without time zone cannot hold (chrono's \
             `trunc_subsecs(6)` cuts it off)",
        ),
        (
            Row { timestamptz: Some(DateTime::<Utc>::MAX_UTC), ..none() },
            r#""timestamptz""#,
            shown("23:59:59.999999999"),
            "has a fraction of a microsecond, which timestamp with time zone cannot hold (chrono's \
             `trunc_subsecs(6)` cuts it off)",
        ),
        (
            Row { delta: Some(long), ..none() },
            r#""the \"delta\"""#,
            Some(format!("{long:?}")),
            interval,
        ),
        (
            Row { delta: Some(short), ..none() },
            r#""the \"delta\"""#,
            Some(format!("{short:?}")),
            interval,
        ),
        (
            Row { duration: Some(longest + Duration::from_micros(1)), ..none() },
            r#""duration""#,
            shown("9223372036854.775808s"),
            interval,
        ),
        (
            Row { duration: Some(Duration::from_nanos(1)), ..none() },
            r#""duration""#,
            shown("1ns"),
            "has a fraction of a microsecond, which interval cannot hold",
        ),
        (
            Row { nested: Some(vec![vec![1, 2], vec![3]]), ..none() },
            r#""nested""#,
            None,
            "is ragged: it has a sub-array of length 1 beside one of length 2, and the sub-arrays \
             of a PostgreSQL array are of one length",
        ),
        (
            Row { nested: Some(vec![vec![], vec![1]]), ..none() },
            r#""nested""#,
            None,
            "is ragged: it has a sub-array of length 1 beside one of length 0, and the sub-arrays \
             of a PostgreSQL array are of one length",
        ),
        (
            Row { deeper: Some(vec![vec![vec![1]], vec![vec![]]]), ..none() },
            r#""deeper""#,
            None,
            "is ragged: it has a sub-array of length 0 beside one of length 1, and the sub-arrays \
             of a PostgreSQL array are of one length",
        ),
        (
            Row { deeper: Some(vec![vec![], vec![vec![]]]), ..none() },
            r#""deeper""#,
            None,
            "is ragged: it has a sub-array of length 1 beside one of length 0, and the sub-arrays \
             of a PostgreSQL array are of one length",
        ),
        (Row { gaps: Some(vec![Some([1, 2]), None]), ..none() }, r#""gaps""#, None, null),
        (Row { gaps: Some(vec![None, Some([1, 2])]), ..none() }, r#""gaps""#, None, null),
        (
            Row { keys: Some(Json(keys)), ..none() },
            r#""keys""#,
            None,
            "cannot be written as JSON: key must be a string",
        ),
        (
            Row { unwilling: Some(Unwilling), ..none() },
            r#""unwilling""#,
            None,
            "cannot be written as JSON: out of ink",
        ),
    ]
}

#[tokio::test]
async fn the_error_names_table_batch_row_column_and_reason() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (row, column, shown, reason) in bad_values() {
        let place = format!(r#"cannot write a row: "public"."t", batch 2, row 3, column {column}"#);
        let error = refused(&mut client, row.clone(), false).await;
        assert_eq!(error.to_string(), format!("{place}: the value {reason}"));
        assert!(matches!(error.kind(), ErrorKind::Value { .. }), "{error:?}");
        assert_eq!((error.batch(), error.row(), error.code()), (Some(2), Some(3), None));
        assert_eq!(format!("{:?}", error.column().unwrap()), column);

        let error = refused(&mut client, row, true).await;
        let value = shown.map_or(String::new(), |shown| format!("{shown} "));
        assert_eq!(error.to_string(), format!("{place}: the value {value}{reason}"));
    }
}

#[tokio::test]
async fn the_batches_before_stay_and_the_client_is_usable() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let values = bad_values();
    let count = values.len();
    for (row, ..) in values {
        refused(&mut client, row, false).await;
    }
    let rows = [Row { id: 6, ..Row::default() }];
    ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(
        database.rows("SELECT id, count(*) FROM t GROUP BY id ORDER BY id").await,
        [format!("0|{count}"), "6|1".to_owned()]
    );
}

#[tokio::test]
async fn the_session_goes_on_without_the_row() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session =
        ingest::<Row>(&mut client).start::<pg_bulk_ingest::NoWatermark>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    let values = bad_values();
    let rows = i32::try_from(values.len()).unwrap();
    for (id, (row, ..)) in (0..).zip(values) {
        batch.write(&Row { id, text: Some("good".to_owned()), ..Row::default() }).await.unwrap();
        batch.write(&row).await.unwrap_err();
    }
    batch.commit_without_high_watermark().await.unwrap();
    session.finish().await.unwrap();
    let sql = "SELECT count(*), max(id), count(DISTINCT id) FROM t WHERE text = 'good'";
    assert_eq!(database.row(sql).await, format!("{rows}|{}|{rows}", rows - 1));
    assert_eq!(database.row("SELECT count(*) FROM t").await, rows.to_string());
}
