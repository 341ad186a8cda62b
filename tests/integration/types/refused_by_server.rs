//! Values that only the server can tell are bad: where the error is, and that nothing is lost.

use pg_bulk_ingest::{Batch, Error, ErrorKind, IngestTable};
use serde_json::{Value, json};
use std::ops::{Range, RangeInclusive};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone, Default)]
#[ingest(table = "t")]
struct Row {
    id: i32,
    #[ingest(sql_type = "varchar(4)")]
    short: Option<&'static str>,
    #[ingest(sql_type = "char(2)[]")]
    pairs: Option<Vec<&'static str>>,
    #[ingest(sql_type = "short_text")]
    domain_of_text: Option<&'static str>,
    #[ingest(sql_type = "name")]
    name: Option<String>,
    #[ingest(sql_type = "xml")]
    xml: Option<&'static str>,
    #[ingest(sql_type = "mood")]
    mood: Option<&'static str>,
    #[ingest(sql_type = "mood[]")]
    moods: Option<Vec<&'static str>>,
    json: Option<Value>,
    #[ingest(sql_type = "positive")]
    positive: Option<i32>,
    #[ingest(sql_type = "numeric(3,1)")]
    number: Option<u64>,
    range: Option<Range<i32>>,
    ranges: Option<Vec<RangeInclusive<i64>>>,
}

/// What is refused: the column, the SQLSTATE, and what the server says.
fn bad_values() -> Vec<(Row, &'static str, &'static str, &'static str)> {
    let none = Row::default;
    vec![
        (
            Row { short: Some("12345"), ..none() },
            "short",
            "22001",
            "value too long for type character varying(4)",
        ),
        (
            Row { pairs: Some(vec!["12", "123"]), ..none() },
            "pairs",
            "22001",
            "value too long for type character(2)",
        ),
        (
            Row { domain_of_text: Some("123456789"), ..none() },
            "domain_of_text",
            "22001",
            "value too long for type character varying(8)",
        ),
        (Row { name: Some("é".repeat(32)), ..none() }, "name", "42622", "identifier too long"),
        (Row { xml: Some("<a>"), ..none() }, "xml", "2200N", "invalid XML content"),
        (
            Row { mood: Some("meh"), ..none() },
            "mood",
            "22P02",
            r#"invalid input value for enum mood: "meh""#,
        ),
        (
            Row { moods: Some(vec!["ok", ""]), ..none() },
            "moods",
            "22P02",
            r#"invalid input value for enum mood: """#,
        ),
        (
            Row { json: Some(json!(["a\0"])), ..none() },
            "json",
            "22P05",
            "unsupported Unicode escape sequence",
        ),
        (
            Row { positive: Some(0), ..none() },
            "positive",
            "23514",
            r#"value for domain positive violates check constraint "positive_check""#,
        ),
        (Row { number: Some(100), ..none() }, "number", "22003", "numeric field overflow"),
        (
            #[allow(clippy::reversed_empty_ranges, reason = "it is what the server refuses")]
            Row { range: Some(2..1), ..none() },
            "range",
            "22000",
            "range lower bound must be less than or equal to range upper bound",
        ),
        (
            Row { ranges: Some(vec![0..=i64::MAX]), ..none() },
            "ranges",
            "22003",
            "bigint out of range",
        ),
    ]
}

/// The error of row 2 of a batch; then another batch of the same client.
async fn refused(client: &mut Client, bad: Row) -> Error {
    let rows = [Row::default(), bad, Row::default()];
    let error = ingest::<Row>(client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    let good = [Row { id: 1, short: Some("1234"), ..Row::default() }];
    ingest::<Row>(client).batches(|_| [Batch::new(&good)]).await.unwrap();
    error
}

#[tokio::test]
async fn the_error_is_at_its_row_and_column() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (row, column, code, message) in bad_values() {
        let error = refused(&mut client, row).await;
        let place =
            format!(r#"cannot write a row: "public"."t", batch 1, row 2, column "{column}": "#);
        assert!(error.to_string().starts_with(&place), "{error}");
        assert!(matches!(error.kind(), ErrorKind::Server), "{error:?}");
        assert_eq!((error.batch(), error.row(), error.column()), (Some(1), Some(2), Some(column)));
        assert_eq!(error.code().unwrap().code(), code, "{column}");
        assert_eq!(error.db_error().unwrap().message(), message);
    }
}

#[tokio::test]
async fn a_table_that_did_not_exist_does_not_exist() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (row, column, ..) in bad_values() {
        let rows = [Row::default(), row];
        ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
        let tables = database.rows("SELECT relname FROM pg_class WHERE relname = 't'").await;
        assert_eq!(tables, [""; 0], "{column}");
    }
}

#[tokio::test]
async fn a_table_that_existed_is_unchanged() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [Row { id: 7, ..Row::default() }];
    ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let before = database.row("SELECT oid, relfilenode FROM pg_class WHERE relname = 't'").await;
    let values = bad_values();
    let count = values.len();
    for (row, ..) in values {
        refused(&mut client, row).await;
    }
    // The one that was there, and the one good row after each bad batch.
    assert_eq!(
        database.rows("SELECT id, count(*) FROM t GROUP BY id ORDER BY id").await,
        [format!("1|{count}"), "7|1".to_owned()]
    );
    let after = database.row("SELECT oid, relfilenode FROM pg_class WHERE relname = 't'").await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn null_in_a_domain_that_is_not_null_is_refused() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Filled {
        #[ingest(sql_type = "filled_text")]
        value: Option<&'static str>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [Filled { value: Some("a") }, Filled { value: None }];
    let error = ingest::<Filled>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(2), Some("value")));
    assert_eq!(error.code().unwrap().code(), "23502");
    let message = "domain filled_text does not allow null values";
    assert_eq!(error.db_error().unwrap().message(), message);
    ingest::<Filled>(&mut client).batches(|_| [Batch::new(&rows[..1])]).await.unwrap();
    assert_eq!(database.rows("SELECT * FROM t").await, ["a"]);
}

#[tokio::test]
async fn what_a_domain_refuses_is_refused_in_an_array_of_it() {
    #[derive(IngestTable, Clone, Default)]
    #[ingest(table = "t")]
    struct Lists {
        #[ingest(sql_type = "positive[]")]
        numbers: Vec<i32>,
        #[ingest(sql_type = "filled_text[]")]
        texts: Vec<Option<&'static str>>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let good = Lists { numbers: vec![1, 2], texts: vec![Some("a"), Some("")] };
    for (bad, column, code, message) in [
        (
            Lists { numbers: vec![1, -1], ..good.clone() },
            "numbers",
            "23514",
            r#"value for domain positive violates check constraint "positive_check""#,
        ),
        (
            Lists { texts: vec![Some("a"), None], ..good.clone() },
            "texts",
            "23502",
            "domain filled_text does not allow null values",
        ),
    ] {
        let rows = [good.clone(), bad];
        let error =
            ingest::<Lists>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
        // Before 11 there are no arrays of domains.
        if tests::version() < 11 {
            assert_eq!(error.column(), Some("numbers"));
            let expected = r#"type "positive[]" does not exist (42704)"#;
            assert!(error.to_string().ends_with(expected), "{error}");
            return;
        }
        assert_eq!((error.row(), error.column()), (Some(2), Some(column)));
        assert_eq!(error.code().unwrap().code(), code);
        assert_eq!(error.db_error().unwrap().message(), message);
    }
    ingest::<Lists>(&mut client).batches(|_| [Batch::new([&good])]).await.unwrap();
    assert_eq!(database.rows("SELECT * FROM t").await, [r#"{1,2}|{a,""}"#]);
}
