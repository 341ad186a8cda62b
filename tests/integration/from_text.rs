//! Fields that are sent as text, which PostgreSQL reads as whatever type the column has.

use pg_bulk_ingest::{
    Batch, Delete, ErrorKind, IngestColumn, IngestTable, IngestTables, Upsert, Visibility,
};
use std::borrow::Cow;
use tests::{Database, ingest};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

/// Each type, a text that it reads, and what is then stored.
macro_rules! types {
    ($($name:ident: $sql_type:literal, $text:literal => $stored:literal;)*) => {
        #[derive(IngestTable)]
        #[ingest(table = "t")]
        struct Texts<'a> {
            id: i32,
            $(#[ingest(text, sql_type = $sql_type)] $name: Option<Cow<'a, str>>,)*
        }

        const STORED: &[(&str, &str)] = &[$((stringify!($name), $stored)),*];

        fn texts() -> Texts<'static> {
            Texts { id: 1, $($name: Some($text.into()),)* }
        }

        fn nulls() -> Texts<'static> {
            Texts { id: 2, $($name: None,)* }
        }
    };
}

types! {
    a_bool: "boolean", "yes" => "t";
    a_smallint: "smallint", " 5 " => "5";
    a_number: "numeric(10, 2)", "1234.50" => "1234.50";
    a_huge: "numeric", "1e30" => "1000000000000000000000000000000";
    a_money: "money", "12.50" => "$12.50";
    a_date: "date", "January 8, 1999" => "1999-01-08";
    a_time: "timetz", "04:05:06-08:00" => "04:05:06-08";
    an_interval: "interval", "1 day 2 hours" => "1 day 02:00:00";
    bits: "bit(4)", "1011" => "1011";
    some_bits: "bit varying(8)", "101" => "101";
    bytes: "bytea", r"\x00ff" => r"\x00ff";
    a_point: "point", "1,2" => "(1,2)";
    a_path: "path", "[(0,0),(1,1)]" => "[(0,0),(1,1)]";
    words: "tsvector", "fat cat fat" => "'cat' 'fat'";
    a_query: "tsquery", "fat & cat" => "'fat' & 'cat'";
    a_uuid: "uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11" => "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    a_document: "jsonb", r#"{"b": 1, "a": [1.0]}"# => r#"{"a": [1.0], "b": 1}"#;
    json_text: "json", r#"{"b":  1}"# => r#"{"b":  1}"#;
    markup: "xml", "<a>b</a>" => "<a>b</a>";
    a_net: "cidr", "10" => "10.0.0.0/8";
    an_address: "macaddr8", "08-00-2b-01-02-03" => "08:00:2b:ff:fe:01:02:03";
    a_range: "int4range", "[1,5]" => "[1,6)";
    numbers: "integer[]", "{1,NULL,3}" => "{1,NULL,3}";
    fixed: "character(5)", "ab" => "ab   ";
    short: "varchar(3)", "abc" => "abc";
    a_name: "name", "pg" => "pg";
    a_letter: "\"char\"", "x" => "x";
    a_class: "regclass", "pg_catalog.pg_class" => "pg_class";
    a_location: "pg_lsn", "16/B374D848" => "16/B374D848";
    a_mood: "feeling", "happy" => "happy";
    moods: "feeling[]", "{sad,happy}" => "{sad,happy}";
    a_positive: "above_zero", "7" => "7";
    a_code: "three", "abc" => "abc";
    a_pair: "couple", "(1,\"two\")" => "(1,two)";
    a_tree: "ltree", "Top.Science" => "Top.Science";
    a_cube: "cube", "1,2" => "(1, 2)";
    plain: "text", "as it is" => "as it is";
}

const TYPES: &str = "CREATE EXTENSION ltree;
    CREATE EXTENSION cube;
    CREATE TYPE feeling AS ENUM ('sad', 'happy');
    CREATE DOMAIN above_zero AS integer CHECK (VALUE > 0);
    CREATE DOMAIN three AS varchar(3);
    CREATE TYPE couple AS (a integer, b text)";

#[tokio::test]
async fn any_type_is_read_as_postgresql_reads_it() {
    let database = Database::new().await;
    database.execute(TYPES).await;
    let mut client = database.connect().await;
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        let rows = [texts(), nulls()];
        ingest::<Texts<'_>>(&mut client)
            .upsert(upsert)
            .batches(|_| [Batch::new(rows)])
            .await
            .unwrap();
        for (name, stored) in STORED {
            let printed = format!("SELECT format('%s', {name}) FROM t WHERE id = 1");
            assert_eq!(database.row(&printed).await, *stored, "{name}");
            let null = format!("SELECT {name} IS NULL FROM t WHERE id = 2");
            assert_eq!(database.row(&null).await, "t", "{name}");
        }
        database.execute("DROP TABLE t").await;
    }
}

#[derive(IngestTable, Clone)]
#[ingest(table = "days")]
struct Day<'a> {
    #[ingest(primary_key, text, sql_type = "date")]
    day: &'a str,
    #[ingest(text, sql_type = "point")]
    place: String,
    #[ingest(text, sql_type = "numeric", unique)]
    number: Option<Box<str>>,
}

fn day<'a>(day: &'a str, place: &str, number: &str) -> Day<'a> {
    Day { day, place: place.to_owned(), number: Some(number.into()) }
}

const DAYS: &str = "SELECT day::text, place::text, number::text FROM days ORDER BY day";

#[tokio::test]
async fn rows_are_merged_by_what_the_text_means() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let first = [
        day("2020-01-01", "1,2", "1.50"),
        day("2020-01-02", "3,4", "2"),
        // Replaces the first.
        day("January 1, 2020", "(5, 6)", "3"),
    ];
    let batches = |rows: &[Day<'static>]| [Batch::new(rows.to_vec()).high_watermark(1)];
    let report = ingest::<Day<'_>>(&mut client).batches(|_| batches(&first)).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.received, table.inserted, table.unchanged), (3, 2, 0));
    assert_eq!(database.rows(DAYS).await, ["2020-01-01|(5,6)|3", "2020-01-02|(3,4)|2"]);
    let second = [
        day("20200101", "(5,6)", " 3 "),
        day("2020-01-02", "3,4", "2.0"),
        day("2020-01-03", "7,8", "4"),
    ];
    let report = ingest::<Day<'_>>(&mut client).batches(|_| batches(&second)).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (1, 1, 1));
    let expected = ["2020-01-01|(5,6)|3", "2020-01-02|(3,4)|2.0", "2020-01-03|(7,8)|4"];
    assert_eq!(database.rows(DAYS).await, expected);
    let again = [day("2021-01-01", "0,0", "10"), day("2021-01-02", "0,0", "1e1")];
    let error = ingest::<Day<'_>>(&mut client).batches(|_| batches(&again)).await.unwrap_err();
    assert_eq!((error.code().unwrap().code(), error.row()), ("23505", Some(2)), "{error}");
    assert_eq!(database.rows(DAYS).await, expected);
    let whole = ingest::<Day<'_>>(&mut client).delete(Delete::BeforeFirstBatch);
    whole.batches(|_| batches(&first)).await.unwrap();
    assert_eq!(database.rows(DAYS).await, ["2020-01-01|(5,6)|3", "2020-01-02|(3,4)|2"]);
    // What it is by its definition is not changed again.
    let plan = ingest::<Day<'_>>(&mut client).plan().await.unwrap();
    assert!(plan.statements().is_empty(), "{plan}");
}

#[derive(IngestTable)]
#[ingest(table = "many")]
struct Many {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(text, sql_type = "timestamp")]
    at: String,
    #[ingest(text, sql_type = "point")]
    place: String,
    note: String,
}

/// A row that is all right, or one whose place is not.
fn many(id: i64, bad: i64) -> Many {
    Many {
        id: id / 2,
        at: format!("2020-01-01 00:00:{:02}", id % 60),
        place: if id == bad { "secret place".to_owned() } else { format!("{id},{id}") },
        note: "x".repeat(2_000),
    }
}

async fn further(database: &Database) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

#[tokio::test]
async fn rows_go_over_several_connections() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for delete in [Delete::Off, Delete::Off, Delete::BeforeFirstBatch] {
        let rows = (0..4_000).map(|id| many(id, -1));
        let ingest = ingest::<Many>(&mut client).connections(3, || further(&database));
        let report = ingest.delete(delete).batches(|_| [Batch::new(rows)]).await.unwrap();
        assert_eq!(report.rows, 4_000);
        let stored = "SELECT count(*), count(DISTINCT id), min(place[0]), max(place[0]) FROM many";
        assert_eq!(database.row(stored).await, "2000|2000|1|3999");
    }
    let rows = (0..4_000).map(|id| many(id, 2_998));
    let ingest = ingest::<Many>(&mut client).connections(3, || further(&database));
    let error = ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(2_999), Some("place")), "{error}");
    // The connections drop what they made once they have noticed.
    let observer = database.connect().await;
    let left = "SELECT FROM pg_class WHERE relname LIKE 'pg\\_bulk\\_ingest\\_%'";
    while !tests::rows(&observer, left).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_text_that_cannot_be_read_is_an_error_with_its_row_and_column() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (upsert, delete) in [
        (Upsert::IfPrimaryKey, Delete::Off),
        (Upsert::Off, Delete::Off),
        (Upsert::IfPrimaryKey, Delete::BeforeFirstBatch),
    ] {
        for (bad, row) in [(0, 1), (5, 6), (99, 100)] {
            for is_shown in [false, true] {
                let rows = (0..100).map(|id| many(id, bad));
                let ingest = ingest::<Many>(&mut client).upsert(upsert).delete(delete);
                let ingest = ingest.show_values(is_shown);
                let error = ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err();
                let place = (error.batch(), error.row(), error.column());
                assert_eq!(place, (Some(1), Some(row), Some("place")), "{error}");
                assert_eq!(error.code().unwrap().code(), "22P02");
                assert_eq!(error.to_string().contains("secret"), is_shown, "{error}");
                assert!(!format!("{error:?}").contains("secret") || is_shown, "{error:?}");
            }
        }
        database.execute("DROP TABLE IF EXISTS many").await;
        let rows = (0..2).map(|id| many(id * 2, -1));
        ingest::<Many>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    }
}

/// A value that would be cut or rounded, if it was not refused.
macro_rules! cut {
    ($($name:ident: $sql_type:literal, $text:literal;)*) => {
        #[tokio::test]
        async fn a_value_that_its_column_would_cut_or_round_is_refused() {
            let database = Database::new().await;
            database.execute("CREATE DOMAIN code AS varchar(3); CREATE DOMAIN price AS numeric(5,2)").await;
            let mut client = database.connect().await;
            $({
                #[derive(IngestTable)]
                #[ingest(table = "t")]
                struct Row {
                    #[ingest(text, sql_type = $sql_type)]
                    $name: &'static str,
                    #[ingest(text, sql_type = "integer")]
                    number: &'static str,
                }
                let rows = [Row { $name: $text, number: "1" }];
                let error = ingest::<Row>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap_err();
                assert_eq!((error.row(), error.column()), (Some(1), Some(stringify!($name))), "{error}");
                let is_value = matches!(error.kind(), ErrorKind::Value { .. });
                let code = error.code().map(SqlState::code);
                assert!(is_value || matches!(code, Some("22001" | "22026")), "{error}");
                assert!(!error.to_string().contains($text), "{error}");
            })*
        }
    };
}

cut! {
    rounded: "numeric(5, 2)", "12.345";
    a_time: "time(0)", "00:00:00.5";
    at: "timestamptz(3)", "2020-01-01 00:00:00.0001Z";
    span: "interval year to month", "1 month 5 days";
    bits: "bit(3)", "1011";
    some_bits: "varbit(3)", "1011";
    fixed: "char(3)", "abcd";
    short: "varchar(3)", "abcd";
    padded: "varchar(3)", "abc  ";
    list: "varchar(3)[]", "{abcd}";
    a_code: "code", "abcd";
    a_price: "price", "1.005";
    letter: "\"char\"", "xy";
}

#[tokio::test]
async fn names_of_what_does_not_exist_are_errors_of_their_rows() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        #[ingest(text, sql_type = "regclass")]
        class: &'static str,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = ["pg_class", "no_such_table"].map(|class| Row { class });
    let error = ingest::<Row>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(2), Some("class")), "{error}");
    assert!(!error.to_string().contains("no_such_table"), "{error}");
}

#[derive(IngestColumn)]
struct Label(String);

#[derive(IngestTable)]
struct Inner {
    #[ingest(text, sql_type = "integer[]")]
    numbers: Label,
}

#[derive(IngestTable)]
#[ingest(table = "outer")]
struct Outer {
    id: i32,
    #[ingest(flatten, prefix = "inner_")]
    inner: Inner,
}

#[derive(IngestTables)]
enum Both {
    Outer(Outer),
    Day(Day<'static>),
}

fn outer(id: i32, numbers: &str) -> Outer {
    Outer { id, inner: Inner { numbers: Label(numbers.to_owned()) } }
}

#[tokio::test]
async fn the_tables_of_a_set_each_read_their_own() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let batch = |id: i32| {
        let day = if id == 1 { "2020-01-01" } else { "2020-01-02" };
        let day = Day { number: None, ..self::day(day, "1,2", "") };
        Batch::new([Both::Outer(outer(id, &format!("{{{id}}}"))), Both::Day(day)])
    };
    let ingest = ingest::<Both>(&mut client).visibility(Visibility::AfterLastBatch);
    ingest.batches(|_| [batch(1), batch(2)]).await.unwrap();
    let stored = "SELECT id, inner_numbers::text FROM public.outer ORDER BY id";
    assert_eq!(database.rows(stored).await, ["1|{1}", "2|{2}"]);
    assert_eq!(database.rows(DAYS).await, ["2020-01-01|(1,2)|∅", "2020-01-02|(1,2)|∅"]);
}

#[tokio::test]
async fn an_error_names_the_part_of_a_batch() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for number in ["7", "{7}"] {
        let row = |part, id| outer(id, if (part, id) == (2, 3) { number } else { "{}" });
        let parts = (1..4).map(|part| (1..5).map(move |id| row(part, id)).collect::<Vec<_>>());
        let ended = ingest::<Outer>(&mut client).batches(|_| [Batch::parts(parts)]).await;
        if number == "7" {
            let error = ended.unwrap_err();
            let place = (error.part(), error.row(), error.column());
            assert_eq!(place, (Some(2), Some(3), Some("inner_numbers")), "{error}");
        } else {
            assert_eq!(ended.unwrap().rows, 12);
        }
    }
}
