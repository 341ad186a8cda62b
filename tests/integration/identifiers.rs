//! Names of every kind, and settings that change how SQL is read.

use pg_bulk_ingest::{Batch, Delete, IngestTable};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(
    schema = "a \"b\".c; 🦀 $1 :x %s \\",
    table = "SELECT 'it''s' -- /* \\",
    unique(select),
    index(a, b)
)]
struct Hostile<'a> {
    #[ingest(primary_key, column = "select \" ' \\ 🦀")]
    select: i32,
    #[ingest(column = "A.b")]
    a: &'a str,
    #[ingest(column = " ")]
    b: &'a str,
    ordinal: i32,
    r#type: i32,
    #[ingest(column = "_ordinal")]
    underscored: i32,
    #[ingest(column = "a_name_that_is_exactly_sixty-three_bytes_long_as_the_limit_says")]
    long: Option<i32>,
    xmax_: i32,
}

fn row(select: i32) -> Hostile<'static> {
    Hostile {
        select,
        a: "a",
        b: "\\'$1",
        ordinal: 1,
        r#type: 2,
        underscored: 3,
        long: None,
        xmax_: 4,
    }
}

const TABLE: &str = r#""a ""b"".c; 🦀 $1 :x %s \"."SELECT 'it''s' -- /* \""#;

#[tokio::test]
async fn any_name_is_quoted() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (delete, inserted) in
        [(Delete::Off, 2), (Delete::Off, 0), (Delete::BeforeFirstBatch, 2), (Delete::All, 2)]
    {
        let ingest = ingest::<Hostile<'_>>(&mut client).delete(delete);
        let report = ingest
            .batches(|_: Option<String>| {
                [Batch::new([row(1), row(2)]).high_watermark("it's \\ \"\u{1f980}\n".to_owned())]
            })
            .await
            .unwrap();
        assert_eq!(report.tables[0].inserted, inserted);
        assert_eq!(database.row(&format!("SELECT count(*) FROM {TABLE}")).await, "2");
        assert!(delete != Delete::Off || inserted == 2 || report.migrated.is_empty());
    }
    let all = format!("SELECT * FROM {TABLE} LIMIT 1");
    assert_eq!(database.row(&all).await, r"1|a|\'$1|1|2|3|∅|4");
}

#[tokio::test]
async fn names_near_the_limit_stay_unique() {
    #[derive(IngestTable)]
    #[ingest(index(a_name_that_is_exactly_sixty_three_bytes_long_as_the_limit_says))]
    #[ingest(table = "a_table_with_a_name_exactly_sixty_three_bytes_long_as_the_limit")]
    struct Long {
        #[ingest(primary_key)]
        a_name_that_is_exactly_sixty_three_bytes_long_as_the_limit_says: i32,
        #[ingest(index)]
        a_name_that_is_exactly_sixty_three_bytes_long_as_the_limit_sayz: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for delete in [Delete::Off, Delete::BeforeFirstBatch, Delete::BeforeFirstBatch] {
        let rows = [Long {
            a_name_that_is_exactly_sixty_three_bytes_long_as_the_limit_says: 1,
            a_name_that_is_exactly_sixty_three_bytes_long_as_the_limit_sayz: 1,
        }];
        let ingest = ingest::<Long>(&mut client).delete(delete);
        ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
        let indexes = "SELECT count(*) FROM pg_indexes WHERE tablename LIKE 'a_table_with%'";
        assert_eq!(database.row(indexes).await, "3");
    }
}

#[tokio::test]
async fn settings_of_the_session_do_not_matter() {
    let database = Database::new().await;
    // `any_in` is always an error: before 11 no other language takes records.
    database
        .execute(
            "CREATE SCHEMA evil;
             CREATE FUNCTION evil.count(text) RETURNS bigint LANGUAGE sql AS 'SELECT -1::bigint';
             CREATE FUNCTION evil.equal(oid, oid) RETURNS bool LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''evil''; END';
             CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, PROCEDURE = evil.equal);
             CREATE FUNCTION evil.equal(name, name) RETURNS bool LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''evil''; END';
             CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, PROCEDURE = evil.equal);
             CREATE FUNCTION evil.equal(record, record) RETURNS bool LANGUAGE internal AS 'any_in';
             CREATE OPERATOR evil.*<> (LEFTARG = record, RIGHTARG = record, PROCEDURE = evil.equal);
             CREATE TABLE evil.pg_class (oid oid, relname name);",
        )
        .await;
    let mut client = database.connect().await;
    for (setting, delete) in [
        ("search_path = evil, pg_catalog", Delete::Off),
        ("search_path = evil, pg_catalog", Delete::BeforeFirstBatch),
        ("search_path = ''", Delete::Off),
        ("standard_conforming_strings = off", Delete::Off),
        ("standard_conforming_strings = off", Delete::BeforeFirstBatch),
        ("backslash_quote = off", Delete::Off),
        ("default_transaction_isolation = serializable", Delete::Off),
        ("quote_all_identifiers = on", Delete::Off),
        ("quote_all_identifiers = on", Delete::BeforeFirstBatch),
        ("client_min_messages = debug1", Delete::Off),
    ] {
        client.batch_execute(&format!("SET {setting}")).await.unwrap();
        let ingest = ingest::<Hostile<'_>>(&mut client).delete(delete);
        let batch = |_| [Batch::new([row(1), row(2), row(1)]).high_watermark("x\\".to_owned())];
        ingest.batches(batch).await.unwrap_or_else(|error| panic!("{setting}: {error:?}"));
        client.batch_execute("RESET ALL").await.unwrap();
    }
    assert_eq!(database.row(&format!("SELECT count(*) FROM {TABLE}")).await, "2");
}
