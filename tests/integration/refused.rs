//! A table that does not match its definition, or is no table, is refused before the batches are asked
//! for.

use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Iter, Migration};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t", index(value))]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "VarChar ( 16 )")]
    value: Option<String>,
    #[ingest(default = "1 + 1")]
    number: f64,
}

const DEFINED: &str = "
    CREATE TABLE t (id int PRIMARY KEY, value varchar(16), number float8 NOT NULL DEFAULT 1 + 1);
    CREATE INDEX any_name ON t (value);";

async fn start(sql: &str) -> Result<(), String> {
    let database = Database::new().await;
    database.execute(sql).await;
    let mut client = database.connect().await;
    let none = |_| -> [Batch<Iter<Vec<Row>>>; 0] { [] };
    let frozen = ingest::<Row>(&mut client).migration(Migration::Freeze);
    frozen.batches(none).await.map(|_| ()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_equal_table_is_not_refused_however_it_was_made() {
    start(DEFINED).await.unwrap();
    start(&format!("{DEFINED}; ALTER TABLE t ADD x int; ALTER TABLE t DROP x")).await.unwrap();
}

#[tokio::test]
async fn each_difference_is_listed() {
    for (change, difference) in [
        (
            "ALTER TABLE t DROP value",
            r#"column "value" is missing; the columns are in the order id, number, value, defined in the order id, value, number; an index btree (value) is missing"#,
        ),
        ("ALTER TABLE t ADD x int", r#"column "x" is not in the struct"#),
        (
            "ALTER TABLE t ALTER value TYPE text",
            r#"column "value" is of type text, defined as character varying(16)"#,
        ),
        (
            "ALTER TABLE t ALTER value SET NOT NULL",
            r#"column "value" is NOT NULL, defined as nullable"#,
        ),
        (
            "ALTER TABLE t ALTER number DROP NOT NULL",
            r#"column "number" is nullable, defined as NOT NULL"#,
        ),
        (
            "ALTER TABLE t ALTER number DROP DEFAULT",
            r#"the default of column "number" is none, defined as (1 + 1)"#,
        ),
        (
            r#"ALTER TABLE t ALTER value TYPE varchar(16) COLLATE "C""#,
            r#"the collation of column "value" is pg_catalog."C", defined as none"#,
        ),
        (
            "DROP TABLE t; CREATE TABLE t (number float8 NOT NULL DEFAULT 1 + 1, id int PRIMARY KEY,
                value varchar(16)); CREATE INDEX ON t (value)",
            "the columns are in the order number, id, value, defined in the order id, value, number",
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER id SET NOT NULL",
            "the primary key is none, defined as btree (id)",
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id) DEFERRABLE",
            "the primary key is btree (id), deferrable, defined as btree (id)",
        ),
        ("DROP INDEX any_name", "an index btree (value) is missing"),
        (
            "CREATE INDEX more ON t (number DESC)",
            r#"index "more", btree (number DESC), is not in the struct"#,
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'any_name'::regclass",
            r#"an index btree (value) is missing; index "any_name" is invalid"#,
        ),
    ] {
        let error = start(&format!("{DEFINED}; {change}")).await.unwrap_err();
        let place = r#"cannot start the ingest: "public"."t": the table does not match its definition"#;
        assert_eq!(error, format!("{place}: {difference}"), "{change}");
    }
}

#[tokio::test]
async fn what_is_no_table_is_refused() {
    for (sql, what) in [
        ("CREATE VIEW t AS SELECT 1", "a view"),
        ("CREATE MATERIALIZED VIEW t AS SELECT 1 AS id", "a materialized view"),
        ("CREATE SEQUENCE t", "a sequence"),
        ("CREATE TYPE t AS (id int)", "a composite type"),
    ] {
        assert_eq!(
            start(sql).await.unwrap_err(),
            format!(
                r#"cannot start the ingest: "public"."t": it is {what}, and rows are loaded into tables"#
            )
        );
    }
}

#[tokio::test]
async fn a_partitioned_table_is_loaded_through_its_parent_and_not_replaced() {
    #[derive(IngestTable)]
    #[ingest(table = "parts")]
    struct Part {
        #[ingest(primary_key)]
        id: i32,
        value: i32,
    }
    #[derive(IngestTable)]
    #[ingest(table = "parts")]
    struct Unkeyed {
        id: i32,
        value: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let part = |id, value| Part { id, value };
    let batches = [[part(1, 1), part(11, 1)], [part(1, 2), part(12, 1)]];
    // Before 11 a partitioned table has no key.
    let has_key = tests::version() >= 11;
    let key = if has_key { "PRIMARY KEY" } else { "NOT NULL" };
    database
        .execute(&format!(
            "CREATE TABLE parts (id int {key}, value int NOT NULL) PARTITION BY RANGE (id);
             CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10);
             CREATE TABLE high (value int NOT NULL, id int NOT NULL);
             ALTER TABLE parts ATTACH PARTITION high FOR VALUES FROM (10) TO (20)"
        ))
        .await;
    let ended = ingest::<Part>(&mut client).batches(|_| batches.iter().map(Batch::new)).await;
    if has_key {
        let report = ended.unwrap();
        assert_eq!((report.tables[0].inserted, report.tables[0].updated), (3, 1));
    } else {
        assert_eq!(
            ended.unwrap_err().to_string(),
            r#"cannot migrate the table: "public"."parts": the primary key is none, defined as btree (id), and PostgreSQL 10 has neither keys nor indexes of partitioned tables: leave it out of the struct, or give it to each partition by hand"#
        );
        let rows = [(1, 2), (11, 1), (12, 1)].map(|(id, value)| Unkeyed { id, value });
        ingest::<Unkeyed>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    }
    assert_eq!(database.rows("SELECT * FROM parts ORDER BY id").await, ["1|2", "11|1", "12|1"]);
}

#[tokio::test]
async fn names_that_postgresql_would_cut_are_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let long = "é".repeat(32);
    for (schema, table, reason) in [
        ("", "t", "the name of the schema is empty".to_owned()),
        ("s", "", "the name of the table is empty".to_owned()),
        ("s", "a\0b", "the name of the table contains a NUL character".to_owned()),
        (
            "s",
            &long,
            "the name of the table is 64 bytes long, and PostgreSQL would cut it to 63".to_owned(),
        ),
    ] {
        let ingest = ingest::<Row>(&mut client).into_table(schema, table);
        let error = ingest.start::<i32>().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Definition { .. }));
        assert!(error.to_string().ends_with(&reason), "{error}");
    }
}
