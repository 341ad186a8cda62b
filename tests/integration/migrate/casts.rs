//! Values become those of another type, or are refused, whatever the settings of the role and the
//! database.

use pg_bulk_ingest::{ErrorKind, IngestTable, Migration};
use serde_json::Value;
use std::net::IpAddr;
use tests::{Database, ingest};

/// What changes how PostgreSQL reads or writes a value, each set to something else than usual.
const SETTINGS: &[&str] = &[
    "extra_float_digits = 0",
    "extra_float_digits = -10",
    "\"DateStyle\" = 'German, DMY'",
    "\"DateStyle\" = 'SQL, MDY'",
    "\"IntervalStyle\" = sql_standard",
    "\"IntervalStyle\" = iso_8601",
    "\"TimeZone\" = 'Asia/Kolkata'",
    "timezone_abbreviations = 'India'",
    "bytea_output = escape",
    "xmloption = document",
    "xmlbinary = hex",
    "array_nulls = off",
    "transform_null_equals = on",
    "quote_all_identifiers = on",
    "standard_conforming_strings = off",
    "backslash_quote = off",
    "search_path = elsewhere, public",
];

/// Some settings at once, of both kinds of value.
const ALL: &str = "\"DateStyle\" = 'German, DMY'; extra_float_digits = -10; \
     \"IntervalStyle\" = sql_standard; \"TimeZone\" = 'Asia/Kolkata'; bytea_output = escape; \
     array_nulls = off; quote_all_identifiers = on; standard_conforming_strings = off";

macro_rules! cases {
    ($($name:ident: $rust:ty, $sql:literal;)*) => {
        $(#[derive(IngestTable)]
        #[ingest(table = "t")]
        #[allow(dead_code, reason = "only the table is made")]
        struct $name {
            id: i32,
            #[ingest(sql_type = $sql)]
            v: Option<$rust>,
        })*

        /// Makes the column of the type; the text of its values then, or how many are refused.
        async fn retype(database: &Database, to: &str) -> Result<Vec<String>, String> {
            let mut client = database.connect().await;
            let result = match to {
                $($sql => ingest::<$name>(&mut client).migration(Migration::Exact).migrate().await,)*
                _ => panic!("no struct has a column of type {to}"),
            };
            match result {
                Ok(_) => Ok(database.rows(READ).await),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
                    let text = error.to_string();
                    Err(text.split(": ").last().unwrap().split(' ').next().unwrap().to_owned())
                }
            }
        }
    };
}

cases! {
    Small: i16, "smallint";
    Int: i32, "integer";
    Big: i64, "bigint";
    Real: f32, "real";
    Double: f64, "double precision";
    Text: String, "text";
    Short: String, "varchar(3)";
    Numeric: bigdecimal::BigDecimal, "numeric";
    Cents: bigdecimal::BigDecimal, "numeric(6,2)";
    Date: chrono::NaiveDate, "date";
    Timestamp: chrono::NaiveDateTime, "timestamp";
    Timestamptz: chrono::DateTime<chrono::Utc>, "timestamptz";
    Time: chrono::NaiveTime, "time";
    Seconds: chrono::NaiveTime, "time(0)";
    Interval: chrono::TimeDelta, "interval";
    Bool: bool, "boolean";
    Inet: IpAddr, "inet";
    Uuid: uuid::Uuid, "uuid";
    Jsonb: Value, "jsonb";
    Bytes: Vec<u8>, "bytea";
    Numerics: Vec<bigdecimal::BigDecimal>, "numeric[]";
    Ints: Vec<i32>, "integer[]";
    Texts: Vec<Option<String>>, "text[]";
    Xml: String, "xml";
}

/// The rows under settings of the test's own.
const READ: &str = "SET extra_float_digits = 3; SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; \
     SET IntervalStyle = postgres; SET bytea_output = hex; SET search_path = public; \
     SET quote_all_identifiers = off; SET standard_conforming_strings = on; \
     SELECT v FROM t ORDER BY id";

/// The live type, the values, the new type; the text of the values then, or how many are refused.
type Case =
    (&'static str, &'static [&'static str], &'static str, Result<&'static [&'static str], u32>);

const CASES: &[Case] = &[
    // floats keep all their digits
    (
        "double precision",
        &["0.30000000000000004", "9007199254740991", "NaN"],
        "numeric",
        Ok(&["0.30000000000000004", "9007199254740991", "NaN"]),
    ),
    ("real", &["16777215", "0.25"], "numeric", Ok(&["16777215", "0.25"])),
    (
        "double precision[]",
        &["{0.30000000000000004,NULL}"],
        "numeric[]",
        Ok(&["{0.30000000000000004,NULL}"]),
    ),
    (
        "double precision",
        &["0.30000000000000004", "-1e-300"],
        "text",
        Ok(&["0.30000000000000004", "-1e-300"]),
    ),
    ("double precision", &["1.255", "99999", "1.5"], "numeric(6,2)", Err(2)),
    ("double precision", &["9223372036854775808", "1.5", "NaN", "2"], "bigint", Err(3)),
    ("double precision", &["2147483648", "-2147483648", "7"], "integer", Err(1)),
    ("double precision", &["0.1", "1e300", "1e-300", "0.5"], "real", Err(3)),
    ("double precision", &["NaN", "Infinity", "0.5"], "real", Ok(&["NaN", "Infinity", "0.5"])),
    // numbers
    ("bigint", &["5000000000", "7", "-5000000000"], "integer", Err(2)),
    ("bigint", &["40000", "7"], "smallint", Err(1)),
    ("integer", &["2147483647", "-2147483648", "40000", "8"], "smallint", Err(3)),
    (
        "bigint",
        &["9007199254740993", "9223372036854775807", "4611686018427387904"],
        "double precision",
        Err(2),
    ),
    ("integer", &["16777217", "2147483647", "16777216"], "real", Err(2)),
    ("bigint", &["10000", "9999"], "numeric(6,2)", Err(1)),
    (
        "numeric",
        &["9223372036854775808", "1.5", "NaN", "-9223372036854775808", "2.00"],
        "bigint",
        Err(3),
    ),
    (
        "numeric",
        &["1.50", "0.1", "4611686018427387904"],
        "double precision",
        Ok(&["1.5", "0.1", "4.611686018427388e+18"]),
    ),
    ("numeric", &["0.10000000000000000555", "1e400", "0.1"], "double precision", Err(2)),
    ("numeric", &["1.50", "1.500", "9999.99"], "numeric(6,2)", Ok(&["1.50", "1.50", "9999.99"])),
    ("numeric", &["1.505", "10000", "NaN"], "numeric(6,2)", Err(2)),
    ("bigint[]", &["{5000000000,1}", "{1}", "{NULL}"], "integer[]", Err(1)),
    // text and what it is read as
    ("text", &["abcd", "abc", "ab  "], "varchar(3)", Err(2)),
    ("text", &[" 12", "+7"], "integer", Ok(&["12", "7"])),
    ("text", &["x", "1.5", "12", "3000000000"], "integer", Err(3)),
    ("text", &["yes", "0"], "boolean", Ok(&["t", "f"])),
    ("text", &["1.5", "1.500"], "numeric(6,2)", Ok(&["1.50", "1.50"])),
    ("text", &["1.505", "x", "10000"], "numeric(6,2)", Err(3)),
    ("text", &["0.1", "NaN", "1e3"], "double precision", Ok(&["0.1", "NaN", "1000"])),
    ("text", &["10.0.0.1", "::1", "10.0.0.0/8"], "inet", Ok(&["10.0.0.1", "::1", "10.0.0.0/8"])),
    ("text", &["10.0.0.1", "x"], "inet", Err(1)),
    (
        "text",
        &["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"],
        "uuid",
        Ok(&["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    ),
    ("text", &["2026-08-03", "20260804"], "date", Ok(&["2026-08-03", "2026-08-04"])),
    ("text", &["03/04/2026", "2026-08-03 04:05:06", "2026-08-03"], "date", Err(2)),
    (
        "text",
        &["2026-08-03 04:05:06", "2026-08-03T04:05:06.5"],
        "timestamp",
        Ok(&["2026-08-03 04:05:06", "2026-08-03 04:05:06.5"]),
    ),
    (
        "text",
        &["2026-08-03 04:05:06+02", "2026-08-03 04:05:06.1234567", "2026-08-03"],
        "timestamp",
        Err(2),
    ),
    (
        "text",
        &["2026-08-03 04:05:06", "2026-08-03 04:05:06+02"],
        "timestamptz",
        Ok(&["2026-08-03 04:05:06+00", "2026-08-03 02:05:06+00"]),
    ),
    ("text", &["2026-08-03 04:05:06", "04:05:06+02", "04:05"], "time", Err(2)),
    (
        "text",
        &["1 day -02:00:00", "-1 day +02:00:00"],
        "interval",
        Ok(&["1 day -02:00:00", "-1 days +02:00:00"]),
    ),
    ("text", &["{1, 2}", "{ NULL }"], "integer[]", Ok(&["{1,2}", "{NULL}"])),
    ("text", &["{\"a\": 1 , \"b\":[\":\"]}"], "jsonb", Ok(&["{\"a\": 1, \"b\": [\":\"]}"])),
    (
        "json",
        &["{\"b\":1,  \"a\" : \"x:\\\"y\"}", "[ ]"],
        "jsonb",
        Ok(&["{\"a\": \"x:\\\"y\", \"b\": 1}", "[]"]),
    ),
    ("json", &["{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1}}"], "jsonb", Err(1)),
    ("text", &["a<b/>"], "xml", Ok(&["a<b/>"])),
    ("bytea", &["\\xc3a9"], "text", Ok(&["\\xc3a9"])),
    ("text", &["\\xc3a9"], "bytea", Ok(&["\\xc3a9"])),
    ("character(8)", &["ab"], "text", Ok(&["ab"])),
    // dates and times
    ("timestamptz", &["2026-08-03 04:05:06+00"], "text", Ok(&["2026-08-03 04:05:06+00"])),
    ("timestamptz", &["2026-08-03 04:05:06+00"], "timestamp", Ok(&["2026-08-03 04:05:06"])),
    ("timestamp", &["2026-08-03 04:05:06"], "timestamptz", Ok(&["2026-08-03 04:05:06+00"])),
    ("timestamptz", &["2026-08-03 00:00+00", "2026-08-03 01:00+00"], "date", Err(1)),
    ("date", &["2026-08-03"], "text", Ok(&["2026-08-03"])),
    ("date", &["2026-08-03"], "timestamptz", Ok(&["2026-08-03 00:00:00+00"])),
    ("interval", &["1 year 2 days -3 hours"], "text", Ok(&["1 year 2 days -03:00:00"])),
    ("time", &["04:05:06", "04:05:06.5"], "time(0)", Err(1)),
    ("tstzrange", &["[2026-08-03 00:00+00,)"], "text", Ok(&["[\"2026-08-03 00:00:00+00\",)"])),
];

/// A table with the values, one in a row, and the settings, instead of those of the case before.
async fn prepare(database: &Database, case: &Case, settings: &str) {
    let (live, values, ..) = case;
    let name = database.name();
    database.execute(&format!("DROP TABLE IF EXISTS t; ALTER DATABASE {name} RESET ALL")).await;
    let rows = values
        .iter()
        .enumerate()
        .map(|(id, value)| format!("INSERT INTO t VALUES ({id}, $v${value}$v$);"));
    let rows = rows.collect::<String>();
    let settings = settings
        .split("; ")
        .filter(|setting| !setting.is_empty())
        .map(|setting| format!("ALTER DATABASE {name} SET {setting};"));
    let settings = settings.collect::<String>();
    database
        .execute(&format!(
            "SET TimeZone = 'UTC'; CREATE TABLE t (id int NOT NULL, v {live}); {rows} {settings}"
        ))
        .await;
}

async fn check(database: &Database, case: &Case, settings: &str) -> Option<String> {
    prepare(database, case, settings).await;
    let found = retype(database, case.2).await;
    let values = |values: &&[&str]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut expected = case.3.as_ref().map(values).map_err(ToString::to_string);
    if tests::version() < 12
        && matches!(case.2, "double precision" | "text" | "numeric" | "numeric[]")
        && expected.is_ok()
    {
        // Digits beyond what a float has, which read back as the same one.
        expected = expected.map(|values| values.into_iter().map(|value| exact(&value)).collect());
        let found =
            found.clone().map(|values| values.into_iter().map(|value| exact(&value)).collect());
        return (found != expected).then(|| format!("{case:?}, {settings}: {found:?}"));
    }
    (found != expected).then(|| format!("{case:?}, {settings}: {found:?}"))
}

/// A number in one spelling; other text as it is.
fn exact(text: &str) -> String {
    let inner = text.trim_matches(['{', '}']);
    let parts = inner.split(',').map(|part| match part.parse::<f64>() {
        Ok(number) => format!("{number:?}"),
        Err(_) => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn values_are_the_same_or_are_counted() {
    let database = Database::new().await;
    let mut wrong = Vec::new();
    for case in CASES {
        wrong.extend(check(&database, case, "").await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn settings_change_nothing() {
    let database = Database::new().await;
    database.execute("CREATE SCHEMA elsewhere").await;
    let mut wrong = Vec::new();
    for case in CASES {
        wrong.extend(check(&database, case, ALL).await);
    }
    // Each alone, over a few cases of every kind.
    let few = CASES.iter().filter(|case| {
        matches!(
            (case.0, case.2),
            ("timestamptz" | "interval", "text")
                | ("real", "numeric")
                | ("text", "xml" | "integer[]")
        )
    });
    for case in few {
        for settings in SETTINGS {
            wrong.extend(check(&database, case, settings).await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the catalog prints is compared, whatever the settings.
#[tokio::test]
async fn a_table_as_it_is_defined_stays_so_under_other_settings() {
    #[derive(IngestTable)]
    #[ingest(
        table = "t",
        primary_key(id),
        index(on(expr = "id + 1"), where = "at > '2020-01-01 00:00+00'")
    )]
    #[allow(dead_code, reason = "only the table is made")]
    struct Row {
        id: i32,
        #[ingest(default = "'2026-08-03 04:05:06+00'")]
        at: chrono::DateTime<chrono::Utc>,
        #[ingest(default = "'0.30000000000000004'::float8")]
        number: f64,
        #[ingest(default = "'1 day -02:00:00'")]
        span: chrono::TimeDelta,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    let before = database.row("SELECT 't'::regclass::oid::text").await;
    for setting in SETTINGS {
        let name = database.name();
        database
            .execute(&format!(
                "ALTER DATABASE {name} RESET ALL; ALTER DATABASE {name} SET {setting}"
            ))
            .await;
        let mut client = database.connect().await;
        let plan = ingest::<Row>(&mut client).plan().await.unwrap();
        assert!(plan.is_empty(), "{setting}: {plan}");
    }
    assert_eq!(database.row("SELECT 'public.t'::regclass::oid::text").await, before);
}

/// Only what we cast ourselves is under settings of ours.
#[tokio::test]
async fn defaults_triggers_and_hooks_see_the_settings_of_the_session() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        id: i32,
        v: Option<String>,
        #[ingest(
            default = "current_setting('DateStyle') || current_setting('extra_float_digits')"
        )]
        style: String,
    }
    let database = Database::new().await;
    let name = database.name();
    database
        .execute(&format!(
            "CREATE TABLE t (id int NOT NULL, v timestamptz); INSERT INTO t VALUES (1, '2026-08-03 04:05:06+00');
            ALTER DATABASE {name} SET DateStyle = 'German, DMY'; ALTER DATABASE {name} SET extra_float_digits = 0"
        ))
        .await;
    let mut client = database.connect().await;
    let seen = "SELECT pg_catalog.current_setting('DateStyle') || '|'
        || pg_catalog.current_setting('TimeZone') || '|' || pg_catalog.current_setting('extra_float_digits')
        || '|' || pg_catalog.current_setting('search_path')";
    let before = database.row(seen).await;
    let in_hook = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let kept = in_hook.clone();
    let row = Row { id: 2, v: None, style: "given".to_owned() };
    ingest::<Row>(&mut client)
        .migration(Migration::Exact)
        .on_before_visible(move |hook: pg_bulk_ingest::BeforeVisible<'_, ()>| {
            let kept = kept.clone();
            Box::pin(async move {
                let row = hook.transaction.query_one(seen, &[]).await?;
                *kept.lock().unwrap() = row.get(0);
                Ok(())
            })
        })
        .batches(|_| [pg_bulk_ingest::Batch::new([row])])
        .await
        .unwrap();
    assert_eq!(*in_hook.lock().unwrap(), before);
    let rows = database.rows("SELECT id, v, style FROM t ORDER BY id").await;
    assert_eq!(rows, ["1|2026-08-03 04:05:06+00|German, DMY0", "2|∅|given"]);
}
