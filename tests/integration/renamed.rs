//! Columns of which the struct says which names they had.

mod combined;
mod versions;

use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, LockMode, Migration};
use tests::{Database, ingest, version};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(renamed_from = "amount", renamed_from = "value")]
    sum: Option<i32>,
}

const MADE: &str = "SELECT obj_description('t'::regclass)::json -> 'pg-bulk-ingest' ->> 'made'";

const COLUMNS: &str = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped";

#[tokio::test]
async fn all_that_refers_to_the_column_follows_it() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (id bigint PRIMARY KEY, amount integer CHECK (amount < 9));
            INSERT INTO t VALUES (1, 7);
            CREATE INDEX ON t (amount); CREATE INDEX ON t (abs(amount)) WHERE amount > 0;
            ALTER TABLE t ADD UNIQUE (amount);
            CREATE TABLE other (amount integer REFERENCES t (amount));
            COMMENT ON COLUMN t.amount IS 'ours';
            CREATE VIEW v AS SELECT amount FROM t WHERE amount > 0",
        )
        .await;
    let role = database.role("reader");
    database.execute(&format!("CREATE ROLE {role}")).await;
    database.execute(&format!("GRANT SELECT (amount) ON t TO {role}")).await;
    let before = database.row("SELECT oid, relfilenode FROM pg_class WHERE relname = 't'").await;
    let mut client = database.connect().await;
    let plan = ingest::<Row>(&mut client).plan().await.unwrap();
    let [statement] = plan.statements() else { panic!("{plan}") };
    let sql = r#"ALTER TABLE "public"."t" RENAME COLUMN "amount" TO "sum""#;
    assert_eq!((statement.sql(), statement.lock()), (sql, LockMode::AccessExclusive));
    assert!(!statement.drops_data());
    let report = ingest::<Row>(&mut client)
        .batches(|_| [Batch::new([Row { id: 1, sum: Some(8) }, Row { id: 2, sum: Some(3) }])])
        .await
        .unwrap();
    assert_eq!(report.migrated.statements(), plan.statements());
    assert_eq!(
        database.row("SELECT array_agg((id, sum) ORDER BY id) FROM t").await,
        r#"{"(1,8)","(2,3)"}"#
    );
    assert_eq!(database.row("SELECT sum(amount) FROM v").await, "11");
    let after = database.row("SELECT oid, relfilenode FROM pg_class WHERE relname = 't'").await;
    assert_eq!(after, before);
    let granted = format!(
        "SELECT has_column_privilege('{role}', 't', 'sum', 'SELECT'),
            col_description('t'::regclass, 2), (SELECT count(*) FROM pg_index
            WHERE indrelid = 't'::regclass), (SELECT count(*) FROM pg_constraint
            WHERE confrelid = 't'::regclass)"
    );
    assert_eq!(database.row(&granted).await, "t|ours|4|1");
    let plan = ingest::<Row>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test]
async fn the_record_of_what_was_made_has_the_new_name() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Old {
        #[ingest(primary_key)]
        id: i64,
        #[ingest(default = "7")]
        amount: i32,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct New {
        #[ingest(primary_key)]
        id: i64,
        #[ingest(default = "7", renamed_from = "amount")]
        sum: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Old>(&mut client).batches(|_| [Batch::new([Old { id: 1, amount: 2 }])]).await.unwrap();
    ingest::<New>(&mut client).batches(|_| [Batch::new([New { id: 2, sum: 3 }])]).await.unwrap();
    let made = r#"{"columns": ["id", "sum"], "indexes": ["t_pkey"], "defaults": ["sum"], "renamed": {"amount":"sum"}}"#;
    assert_eq!(database.row(MADE).await, made);
    assert_eq!(database.row("SELECT sum(id), sum(sum) FROM t").await, "3|5");
    // What no ingest made stays nobody's of ours.
    database
        .execute("DROP TABLE t; CREATE TABLE t (id bigint PRIMARY KEY, amount int NOT NULL)")
        .await;
    ingest::<New>(&mut client).migrate().await.unwrap();
    let made = r#"{"columns": [], "indexes": [], "defaults": ["sum"], "renamed": {"amount":"sum"}, "table": false}"#;
    assert_eq!(database.row(MADE).await, made);
    assert_eq!(database.row(COLUMNS).await, "id,sum");
}

#[tokio::test]
async fn each_earlier_name_becomes_the_latest() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (name, statements) in [("value", 1), ("amount", 1), ("sum", 0)] {
        database
            .execute(&format!(
                "DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint PRIMARY KEY, {name} int);
                INSERT INTO t VALUES (1, 5)"
            ))
            .await;
        let plan = ingest::<Row>(&mut client).migrate().await.unwrap();
        assert_eq!(plan.statements().len(), statements, "{name}: {plan}");
        assert_eq!(database.row("SELECT sum FROM t").await, "5");
    }
}

#[tokio::test]
async fn two_columns_for_one_are_refused_by_their_names() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (columns, named) in [
        ("sum int, amount int", ["\"sum\"", "\"amount\""]),
        ("amount int, value int", ["\"amount\"", "\"value\""]),
    ] {
        let sql = "DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint PRIMARY KEY,";
        database.execute(&format!("{sql} {columns})")).await;
        let before = database.row(COLUMNS).await;
        for migration in [Migration::Evolve, Migration::Exact, Migration::AdditiveOnly] {
            let error =
                ingest::<Row>(&mut client).migration(migration).migrate().await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
            let text = error.to_string();
            assert!(named.iter().all(|name| text.contains(name)), "{text}");
            assert_eq!(database.row(COLUMNS).await, before);
        }
    }
}

#[tokio::test]
async fn it_drops_nothing_and_is_a_difference() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for migration in [Migration::Exact, Migration::AdditiveOnly, Migration::Freeze] {
        let sql = "DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint PRIMARY KEY, amount int)";
        database.execute(sql).await;
        let done = ingest::<Row>(&mut client).migration(migration).migrate().await;
        match migration {
            Migration::Freeze => {
                let error = done.unwrap_err();
                let ErrorKind::SchemaMismatch { differences } = error.kind() else {
                    panic!("{error}")
                };
                let [difference] = differences.as_slice() else { panic!("{error}") };
                assert!(difference.contains("\"amount\"") && difference.contains("\"sum\""));
                assert_eq!(database.row(COLUMNS).await, "id,amount");
            }
            _ => {
                done.unwrap();
                assert_eq!(database.row(COLUMNS).await, "id,sum");
            }
        }
    }
}

#[tokio::test]
async fn a_column_that_is_inherited_is_not_renamed() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE parent (id bigint NOT NULL, amount int) PARTITION BY LIST (id);
            CREATE TABLE t PARTITION OF parent FOR VALUES IN (1); ALTER TABLE t ADD PRIMARY KEY (id)",
        )
        .await;
    let mut client = database.connect().await;
    let error = ingest::<Row>(&mut client).plan().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
    assert!(
        error.to_string().contains("\"amount\"") && error.to_string().contains("parent"),
        "{error}"
    );
    if version() >= 11 {
        database
            .execute(
                "DROP TABLE parent; CREATE TABLE t (id bigint PRIMARY KEY, amount int)
                PARTITION BY LIST (id); CREATE TABLE one PARTITION OF t FOR VALUES IN (1)",
            )
            .await;
        ingest::<Row>(&mut client).migrate().await.unwrap();
        assert_eq!(database.row("SELECT count(sum) FROM one").await, "0");
    }
}
