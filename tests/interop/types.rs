//! Type by type: what either writes the other writes alike.

use crate::look::Look;
use crate::python::Python;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use pg_bulk_ingest::{Batch, IngestTable, Report, ingest};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::net::IpAddr;
use tests::Database;
use tokio_postgres::Client;
use uuid::Uuid;

/// As the guide's page on coming from Python has them.
const TABLE: &str = r#"
t = table(
    "t",
    sa.Column("id", sa.INTEGER, primary_key=True),
    sa.Column("boolean", sa.BOOLEAN),
    sa.Column("smallint", sa.SMALLINT),
    sa.Column("integer", sa.INTEGER),
    sa.Column("bigint", sa.BIGINT),
    sa.Column("real", sa.REAL),
    sa.Column("double", sa.DOUBLE_PRECISION(53)),
    sa.Column("numeric", sa.NUMERIC),
    sa.Column("scaled", sa.NUMERIC(12, 4)),
    sa.Column("text", sa.TEXT),
    sa.Column("varchar", sa.VARCHAR),
    sa.Column("short", sa.VARCHAR(16)),
    sa.Column("char", sa.CHAR(4)),
    sa.Column("bytea", pg.BYTEA),
    sa.Column("date", sa.DATE),
    sa.Column("time", sa.TIME),
    sa.Column("timestamp", sa.TIMESTAMP),
    sa.Column("timestamptz", sa.TIMESTAMP(timezone=True)),
    sa.Column("interval", pg.INTERVAL),
    sa.Column("uuid", sa.UUID),
    sa.Column("jsonb", pg.JSONB),
    sa.Column("json", pg.JSON),
    sa.Column("integers", pg.ARRAY(sa.INTEGER)),
    sa.Column("texts", pg.ARRAY(sa.TEXT)),
    sa.Column("inet", pg.INET),
)
"#;

/// Rows of one value each, of NULLs, and of values that are hard to write.
const ROWS: &str = r#"
utc = datetime.timezone.utc
kathmandu = datetime.timezone(datetime.timedelta(hours=5, minutes=45))
def rows(first):
    yield t, (
        first, True, -32768, 2147483647, -9223372036854775808, 0.1, 1e-300,
        decimal.Decimal("123456789012345678.000100"), decimal.Decimal("-1234.5"), "a", "b", "c", "d", b"\x00\\\xff",
        datetime.date(2024, 2, 29), datetime.time(23, 59, 59, 999999),
        datetime.datetime(1999, 12, 31, 23, 59, 59, 1), datetime.datetime(2024, 1, 1, 5, 45, tzinfo=kathmandu),
        datetime.timedelta(hours=23, microseconds=5), uuid.UUID(int=7), {"a": [1, None, "x"]}, 1.5,
        [1, None, -3], ["a", None, "NULL", ""], "192.0.2.1",
    )
    yield t, (first + 1, *[None] * 24)
    yield t, (
        first + 2, False, 0, 0, 0, -0.0, float("inf"), decimal.Decimal("0"), decimal.Decimal("0.0001"),
        "tab\tnew\nline\rback\\slash 'quote' \\N é 漢 😀", "\\.", " blanks ", "ab", b"", datetime.date(1, 1, 1),
        datetime.time(), datetime.datetime(9999, 12, 31), datetime.datetime(1900, 1, 1, tzinfo=utc),
        datetime.timedelta(), uuid.UUID(int=2**128 - 1), "text\n\\ \u2028 😀", [], [],
        ["{", "}", ",", '"', "\\", "tab\t", "new\nline", " ", "é"], "2001:db8::1",
    )
"#;

#[derive(IngestTable, Clone, Default)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    boolean: Option<bool>,
    smallint: Option<i16>,
    integer: Option<i32>,
    bigint: Option<i64>,
    real: Option<f32>,
    double: Option<f64>,
    numeric: Option<Decimal>,
    #[ingest(sql_type = "numeric(12,4)")]
    scaled: Option<Decimal>,
    text: Option<String>,
    #[ingest(sql_type = "varchar")]
    varchar: Option<String>,
    #[ingest(sql_type = "varchar(16)")]
    short: Option<String>,
    #[ingest(sql_type = "char(4)")]
    char: Option<String>,
    bytea: Option<Vec<u8>>,
    date: Option<NaiveDate>,
    time: Option<NaiveTime>,
    timestamp: Option<NaiveDateTime>,
    timestamptz: Option<DateTime<Utc>>,
    interval: Option<TimeDelta>,
    uuid: Option<Uuid>,
    jsonb: Option<Value>,
    #[ingest(sql_type = "json")]
    json: Option<Value>,
    integers: Option<Vec<Option<i32>>>,
    texts: Option<Vec<Option<String>>>,
    inet: Option<IpAddr>,
}

/// What the Python rows are.
fn rows(first: i32) -> [Row; 3] {
    let text = |text: &str| Some(text.to_owned());
    let texts = |texts: &[&str]| texts.iter().copied().map(text).collect::<Vec<_>>();
    let values = Row {
        id: first,
        boolean: Some(true),
        smallint: Some(i16::MIN),
        integer: Some(i32::MAX),
        bigint: Some(i64::MIN),
        real: Some(0.1),
        double: Some(1e-300),
        numeric: Some("123456789012345678.000100".parse().unwrap()),
        scaled: Some("-1234.5".parse().unwrap()),
        text: text("a"),
        varchar: text("b"),
        short: text("c"),
        char: text("d"),
        bytea: Some(vec![0, b'\\', 255]),
        date: Some("2024-02-29".parse().unwrap()),
        time: Some("23:59:59.999999".parse().unwrap()),
        timestamp: Some("1999-12-31T23:59:59.000001".parse().unwrap()),
        timestamptz: Some("2024-01-01T00:00:00Z".parse().unwrap()),
        interval: Some(TimeDelta::hours(23) + TimeDelta::microseconds(5)),
        uuid: Some(Uuid::from_u128(7)),
        jsonb: Some(json!({"a": [1, null, "x"]})),
        json: Some(json!(1.5)),
        integers: Some(vec![Some(1), None, Some(-3)]),
        texts: Some(vec![text("a"), None, text("NULL"), text("")]),
        inet: Some("192.0.2.1".parse().unwrap()),
    };
    let nulls = Row { id: first + 1, ..Row::default() };
    let hard = Row {
        id: first + 2,
        boolean: Some(false),
        smallint: Some(0),
        integer: Some(0),
        bigint: Some(0),
        real: Some(-0.0),
        double: Some(f64::INFINITY),
        numeric: Some(Decimal::ZERO),
        scaled: Some("0.0001".parse().unwrap()),
        text: text("tab\tnew\nline\rback\\slash 'quote' \\N é 漢 😀"),
        varchar: text("\\."),
        short: text(" blanks "),
        char: text("ab"),
        bytea: Some(Vec::new()),
        date: NaiveDate::from_ymd_opt(1, 1, 1),
        time: Some(NaiveTime::MIN),
        timestamp: Some("9999-12-31T00:00:00".parse().unwrap()),
        timestamptz: Some("1900-01-01T00:00:00Z".parse().unwrap()),
        interval: Some(TimeDelta::zero()),
        uuid: Some(Uuid::max()),
        jsonb: Some(json!("text\n\\ \u{2028} 😀")),
        json: Some(json!([])),
        integers: Some(Vec::new()),
        texts: Some(texts(&["{", "}", ",", "\"", "\\", "tab\t", "new\nline", " ", "é"])),
        inet: Some("2001:db8::1".parse().unwrap()),
    };
    [values, nulls, hard]
}

/// Ingests rows after the high watermark that is stored, which has to be this one.
async fn carry_on(client: &mut Client, after: i32, rows: Vec<Row>) -> Report<i32> {
    let plan = ingest::<Row>(client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let batch = |stored: Option<i32>| {
        assert_eq!(stored, Some(after));
        [Batch::new(rows).high_watermark(after + 3)]
    };
    ingest::<Row>(client).batches(batch).await.unwrap()
}

#[tokio::test]
async fn either_writes_what_the_other_writes_and_no_type_is_changed() {
    for driver in ["psycopg", "psycopg2"] {
        let database = Database::new().await;
        let Some(python) = Python::new(&database) else { return };
        let ingested = |first: i32| {
            let high_watermark = first + 2;
            format!("{TABLE}{ROWS}\nrun(({high_watermark}, rows({first})), driver='{driver}')")
        };
        let mut client = database.connect().await;
        assert_eq!(python.ingest(&ingested(1)).await, Value::Null);
        let before = Look::at(&database, "t").await;

        carry_on(&mut client, 3, rows(4).to_vec()).await;
        assert_eq!(python.ingest(&ingested(7)).await, json!(6));
        carry_on(&mut client, 9, rows(10).to_vec()).await;
        assert_eq!(Look::at(&database, "t").await, before);
        let alike = "SELECT DISTINCT (to_jsonb(t) - 'id')::text FROM t";
        let alike = database.rows(alike).await;
        assert_eq!(alike.len(), 3, "{driver}: {alike:#?}");

        // What Python wrote is unchanged, and is not written again.
        let report = carry_on(&mut client, 12, [rows(1), rows(7)].concat()).await;
        assert_eq!((report.tables[0].unchanged, report.tables[0].updated), (6, 0), "{driver}");
    }
}
