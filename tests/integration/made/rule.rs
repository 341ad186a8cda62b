//! Each difference, of tables that an ingest made and of those that it did not.

use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Migration};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t", index(value))]
struct Row {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(sql_type = "varchar(8)")]
    value: Option<String>,
}

/// A field less, and without the index.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Less {
    #[ingest(primary_key)]
    id: i64,
}

const MADE: &str = "SELECT obj_description('t'::regclass)::json -> 'pg-bulk-ingest' ->> 'made'";

const SHAPE: &str = "SELECT string_agg(attname, ',' ORDER BY attnum), (SELECT
        string_agg(indexrelid::regclass::text, ',' ORDER BY indexrelid::regclass::text)
        FROM pg_index WHERE indrelid = 't'::regclass)
    FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped";

#[tokio::test]
async fn a_created_table_says_what_was_made_and_theirs_stays_beside_it() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    let made = r#"{"columns": ["id", "value"], "indexes": ["t_pkey", "t_value_idx"]}"#;
    assert_eq!(database.row(MADE).await, made);
    database
        .execute("ALTER TABLE t ADD note text DEFAULT 'n'; CREATE INDEX theirs ON t (note)")
        .await;
    ingest::<Less>(&mut client).migrate().await.unwrap();
    assert_eq!(database.row(SHAPE).await, "id,note|t_pkey,theirs");
    assert_eq!(database.row(MADE).await, r#"{"columns": ["id"], "indexes": ["t_pkey"]}"#);
    // In the order of the struct, by a rebuild: theirs stays.
    ingest::<Row>(&mut client).migrate().await.unwrap();
    assert_eq!(database.row(SHAPE).await, "id,note,value|t_pkey,t_value_idx,theirs");
    assert_eq!(database.row(MADE).await, made);
}

/// A migration was interrupted when it had said which indexes it builds, and since then another definition
/// forgot one of them.
#[tokio::test]
async fn all_indexes_that_are_to_be_built_are_known_whichever_were_before() {
    for known in [r#""t_value_idx""#, r#""t_pkey""#, r#""t_pkey", "t_value_idx""#, ""] {
        let database = Database::new().await;
        let comment = format!(
            r#"{{"pg-bulk-ingest": {{"made": {{"columns": ["id", "value"], "indexes": [{known}]}}}}}}"#
        );
        let table = "CREATE TABLE t (id bigint NOT NULL, value varchar(8))";
        database.execute(&format!("{table}; COMMENT ON TABLE t IS '{comment}'")).await;
        let mut client = database.connect().await;
        ingest::<Row>(&mut client).migrate().await.unwrap();
        assert_eq!(database.row(SHAPE).await, "id,value|t_pkey,t_value_idx");
        let made = r#"{"columns": ["id", "value"], "indexes": ["t_pkey", "t_value_idx"]}"#;
        assert_eq!(database.row(MADE).await, made);
    }
}

#[tokio::test]
async fn what_the_python_package_wrote_is_of_a_table_that_was_made_wholly() {
    let database = Database::new().await;
    database
        .execute(
            r#"CREATE TABLE t (id bigint PRIMARY KEY, value varchar(8), gone int);
            CREATE INDEX gone_idx ON t (value, id);
            COMMENT ON TABLE t IS '{"pg-bulk-ingest": {"high-watermark": 1}, "x" : 1.0}'"#,
        )
        .await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    assert_eq!(database.row(SHAPE).await, "id,value|t_pkey,t_value_idx");
    let comment = r#"{"pg-bulk-ingest": {"high-watermark": 1}, "x" : 1.0}"#;
    assert_eq!(database.row("SELECT obj_description('t'::regclass)").await, comment);
}

#[tokio::test]
async fn a_stored_high_watermark_does_not_make_their_table_ours() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id bigint PRIMARY KEY, theirs int)").await;
    let mut client = database.connect().await;
    let batch = |_| [Batch::new([Less { id: 1 }]).high_watermark(1)];
    ingest::<Less>(&mut client).batches(batch).await.unwrap();
    let report = ingest::<Less>(&mut client).batches(batch).await.unwrap();
    assert_eq!(report.kept.len(), 1);
    assert_eq!(database.row(SHAPE).await, "id,theirs|t_pkey");
    let made = r#"{"columns": [], "indexes": [], "table": false}"#;
    assert_eq!(database.row(MADE).await, made);
}

#[tokio::test]
async fn a_column_of_theirs_is_widened_in_place_or_left() {
    let database = Database::new().await;
    for (theirs, becomes) in [
        ("varchar(4)", "character varying(8)"),
        ("text", "text"),
        ("varchar(16)", "character varying(16)"),
        ("varchar(8) DEFAULT 'x'", "character varying(8)"),
        ("varchar(8) NOT NULL", "character varying(8)"),
    ] {
        database
            .execute(&format!(
                "DROP TABLE IF EXISTS t; CREATE TABLE t (value {theirs}, id bigint PRIMARY KEY)"
            ))
            .await;
        let mut client = database.connect().await;
        let row = Row { id: 1, value: Some("a".to_owned()) };
        ingest::<Row>(&mut client).batches(|_| [Batch::new([row])]).await.unwrap();
        let sql = "SELECT format_type(atttypid, atttypmod), attnotnull, attnum, atthasdef
            FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'value'";
        let (not_null, default) = (theirs.contains("NOT NULL"), theirs.contains("DEFAULT"));
        let flag = |flag| if flag { "t" } else { "f" };
        let expected = format!("{becomes}|{}|1|{}", flag(not_null), flag(default));
        assert_eq!(database.row(sql).await, expected, "{theirs}");
        let plan = ingest::<Row>(&mut client).plan().await.unwrap();
        assert!(plan.is_empty(), "{theirs}: {plan}");
    }
}

#[tokio::test]
async fn what_cannot_be_left_is_refused_with_what_to_do() {
    let database = Database::new().await;
    for (theirs, reasons) in [
        ("id integer PRIMARY KEY, value varchar(8)", vec!["column \"id\" is of type integer"]),
        ("id bigint, value varchar(8), a int PRIMARY KEY", vec!["the primary key is btree (a)"]),
        (
            "id bigint PRIMARY KEY, value varchar(8), a int NOT NULL, b text NOT NULL",
            vec!["column \"a\" is not in", "column \"b\" is not in"],
        ),
    ] {
        database.execute(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t ({theirs})")).await;
        let before = database.row(SHAPE).await;
        let mut client = database.connect().await;
        let error = ingest::<Row>(&mut client).migrate().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
        for reason in reasons.into_iter().chain(["`Migration::Exact`"]) {
            assert!(error.to_string().contains(reason), "{theirs}: {error}");
        }
        assert_eq!(database.row(SHAPE).await, before);
        let exact = ingest::<Row>(&mut client).migration(Migration::Exact);
        exact.migrate().await.unwrap();
        assert_eq!(database.row(SHAPE).await, "id,value|t_pkey,t_value_idx", "{theirs}");
    }
}

#[tokio::test]
async fn additive_rebuilds_nothing() {
    #[derive(IngestTable)]
    #[ingest(table = "t", index(value))]
    struct Swapped {
        #[ingest(sql_type = "varchar(8)")]
        value: Option<String>,
        #[ingest(primary_key)]
        id: i64,
    }
    let _ = |row: Swapped| (row.id, row.value);
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    let oid = database.row("SELECT 't'::regclass::oid").await;
    let additive = ingest::<Swapped>(&mut client).migration(Migration::AdditiveOnly);
    let error = additive.migrate().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
    assert!(error.to_string().contains("`Migration::Evolve` rebuilds it"), "{error}");
    assert_eq!(database.row("SELECT 't'::regclass::oid").await, oid);
}
