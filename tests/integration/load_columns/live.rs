//! Tables that are there without them, or are replaced; and what a role needs.

use super::{Row, check, check_again, load, look, row};
use chrono::{DateTime, Utc};
use pg_bulk_ingest::{
    Batch, Delete, ErrorKind, Filled, IngestColumn, IngestTable, IngestTables, Migration, RowOf,
    ingest,
};
use std::convert::Infallible;
use tests::{Database, version};

const OURS: &str = r#"; COMMENT ON TABLE t IS '{"pg-bulk-ingest": {}}'"#;

/// The rows that are there are of the transaction that adds the columns.
#[tokio::test]
async fn a_table_of_rows_gets_the_columns_in_place() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for comment in ["", OURS] {
        if version() < 11 && comment.is_empty() {
            // By a rebuild, which no table of others gets.
            continue;
        }
        database
            .execute(&format!(
                "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL);
                INSERT INTO t VALUES (1, 'a'), (2, 'b'){comment}"
            ))
            .await;
        let file = "SELECT pg_relation_filenode('t')";
        let before = database.row(file).await;
        ingest::<Row>(&mut client).migrate().await.unwrap();
        check_again::<Row>(&mut client).await;
        assert_eq!(database.row(file).await == before, version() >= 11);
        let one = "SELECT count(*), count(DISTINCT load), count(DISTINCT at) FROM t";
        assert_eq!(database.row(one).await, "2|1|1");
        let rows = [row(1, "a"), row(2, "c"), row(3, "d")];
        load(&database, &mut client, |ingest| ingest, &rows, 2).await;
        check_again::<Row>(&mut client).await;
    }
}

#[tokio::test]
async fn rows_over_several_connections_are_of_one_load() {
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t")]
    struct Added {
        id: i32,
        value: String,
        #[ingest(loaded_at)]
        at: Filled<DateTime<Utc>>,
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    async fn load<S: IngestTable + RowOf<S> + Send>(
        database: &Database,
        rows: impl Iterator<Item = S> + Send,
    ) {
        let mut client = database.connect().await;
        let further = || async move { Ok::<_, Infallible>(database.connect().await) };
        ingest::<S>(&mut client)
            .connections(3, further)
            .batches(|_| [Batch::new(rows)])
            .await
            .unwrap();
        check_again::<S>(&mut client).await;
    }
    let database = Database::new().await;
    let keyed = |value: &'static str| (0..6_000).map(move |id| row(id, &value.repeat(600)));
    let added =
        |value| keyed(value).map(|Row { id, value, at, load }| Added { id, value, at, load });
    load(&database, added("a")).await;
    let one = "SELECT count(*), count(DISTINCT load), count(DISTINCT at) FROM t
        WHERE at = (SELECT max(at) FROM t)";
    assert_eq!(database.row(one).await, "6000|1|1");
    load(&database, added("b")).await;
    assert_eq!(database.row(one).await, "6000|1|1");
    assert_eq!(database.row("SELECT count(DISTINCT load), count(*) FROM t").await, "2|12000");
    database.execute("DROP TABLE t").await;
    load(&database, keyed("a")).await;
    let before = look(&database).await;
    assert_eq!(check(&Default::default(), &before, "new"), 6_000);
    load(&database, keyed("a").take(3_000).chain(keyed("b").skip(3_000))).await;
    assert_eq!(check(&before, &look(&database).await, "merged"), 3_000);
}

/// By a rebuild rows keep what they have; by a `Delete` they are new.
#[tokio::test]
async fn a_table_that_is_made_again_keeps_them_and_one_that_is_replaced_does_not() {
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t")]
    struct Wider {
        #[ingest(primary_key)]
        id: i64,
        value: String,
        #[ingest(loaded_at)]
        at: Filled<DateTime<Utc>>,
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    let row = |id, value: &str| Wider { id, value: value.to_owned(), at: Filled, load: Filled };
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [super::row(1, "a"), super::row(2, "b")];
    ingest::<Row>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    let columns = "SELECT id, load, at FROM t ORDER BY id";
    let before = database.rows(columns).await;
    let oid = database.row("SELECT 't'::regclass::oid").await;
    let rows = [row(1, "a"), row(2, "c"), row(3, "d")];
    ingest::<Wider>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    check_again::<Wider>(&mut client).await;
    assert_ne!(database.row("SELECT 't'::regclass::oid").await, oid, "it is made again");
    let after = database.rows(columns).await;
    assert_eq!(before[0], after[0]);
    let of_one = "SELECT count(DISTINCT (load, at)) FROM t WHERE id >= ";
    assert_eq!(database.row(&format!("{of_one} 2")).await, "1");
    assert_ne!(before[1], after[1]);
    ingest::<Wider>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .batches(|_| [Batch::new(&rows)])
        .await
        .unwrap();
    assert_eq!(database.row(&format!("{of_one} 1")).await, "1");
    assert!(database.rows(columns).await.iter().all(|row| !after.contains(row)));
    check_again::<Wider>(&mut client).await;
}

#[tokio::test]
async fn the_tables_of_a_set_are_of_one_load() {
    #[derive(IngestTable, Clone)]
    struct Other {
        #[ingest(primary_key)]
        id: i32,
        value: &'static str,
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    #[derive(IngestTables)]
    enum Either {
        Row(Row),
        Other(Other),
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for value in ["a", "b"] {
        let rows =
            [Either::Row(row(1, value)), Either::Other(Other { id: 1, value, load: Filled })];
        ingest::<Either>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
        let alike = "SELECT count(*) FROM t JOIN other USING (id, value, load)";
        assert_eq!(database.row(alike).await, "1");
    }
}

#[tokio::test]
async fn a_role_needs_update_on_them() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    let role = database.role("writer");
    database
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT (id, value), INSERT (id, value),
            UPDATE (value, at) ON t TO {role}"
        ))
        .await;
    let mut client = database.connect_as("writer").await;
    let error =
        ingest::<Row>(&mut client).batches(|_| [Batch::new([row(1, "a")])]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error}");
    assert!(error.to_string().contains("UPDATE"), "{error}");
    database.execute(&format!("GRANT UPDATE (load) ON t TO {role}")).await;
    for value in ["a", "b"] {
        load(&database, &mut client, |ingest| ingest, &[row(1, value)], 1).await;
    }
}

/// The derive does not see into a flattened struct.
#[tokio::test]
async fn what_is_wrong_with_them_is_found_in_flattened_structs_too() {
    #[derive(IngestTable)]
    struct Inner {
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    #[derive(IngestTable)]
    #[ingest(table = "u")]
    struct Twice {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(load_id)]
        by: Filled<i64>,
        #[ingest(flatten)]
        inner: Inner,
    }
    #[derive(IngestTable)]
    #[ingest(table = "u", primary_key(id, inner.load))]
    struct InKey {
        id: i32,
        #[ingest(flatten)]
        inner: Inner,
    }
    let _ = |twice: Twice, key: InKey| (twice.id, twice.by, twice.inner.load, key.id, key.inner);
    let database = Database::new().await;
    let mut client = database.connect().await;
    let twice = ingest::<Twice>(&mut client).plan().await.unwrap_err();
    let in_key = ingest::<InKey>(&mut client).plan().await.unwrap_err();
    for (error, named) in [(twice, "`by` and `inner.load`"), (in_key, "`inner.load`")] {
        assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
}

/// A table of others whose columns have other defaults, or none; and other types of the fields.
#[tokio::test]
async fn columns_that_are_there_get_what_fills_them() {
    #[derive(IngestColumn)]
    struct Moment(DateTime<Utc>);
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t")]
    struct Typed<T: IngestColumn> {
        #[ingest(primary_key)]
        id: i32,
        value: String,
        #[ingest(loaded_at, sql_type = "timestamptz(3)")]
        at: Filled<T>,
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for comment in ["", OURS] {
        for columns in [
            "at timestamptz(3) NOT NULL, load bigint NOT NULL",
            "at timestamptz(3) NOT NULL DEFAULT now(), load bigint NOT NULL DEFAULT 7",
            "at timestamptz(3) NOT NULL DEFAULT '2020-01-01', load bigint NOT NULL",
        ] {
            database
                .execute(&format!(
                    "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL,
                    {columns}); INSERT INTO t VALUES (1, 'a', '2020-01-01', 1){comment}"
                ))
                .await;
            let typed = |id| Typed::<Moment> { id, value: "a".into(), at: Filled, load: Filled };
            for ids in [vec![1, 2], vec![3]] {
                let rows = ids.into_iter().map(typed);
                let batch = |_| [Batch::new(rows)];
                ingest::<Typed<Moment>>(&mut client).batches(batch).await.unwrap();
                check_again::<Typed<Moment>>(&mut client).await;
            }
            check_again::<Typed<jiff::Timestamp>>(&mut client).await;
            check_again::<Typed<time::OffsetDateTime>>(&mut client).await;
            let three = "SELECT count(*), count(DISTINCT load), count(DISTINCT at) FROM t";
            assert_eq!(database.row(three).await, "3|3|3", "{columns}{comment}");
        }
    }
}

#[tokio::test]
async fn a_column_of_theirs_that_says_something_else_is_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (columns, migration, named) in [
        ("at timestamptz, load int", Migration::Evolve, "\"load\""),
        ("at timestamp, load bigint", Migration::Evolve, "\"at\""),
        ("at timestamptz, load bigint DEFAULT 7", Migration::AdditiveOnly, "\"load\""),
        ("at timestamptz, load bigint GENERATED ALWAYS AS IDENTITY", Migration::Evolve, "\"load\""),
    ] {
        database
            .execute(&format!(
                "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL,
                {columns})"
            ))
            .await;
        let ingest = ingest::<Row>(&mut client).migration(migration);
        let error = ingest.batches(|_| [Batch::new([row(1, "a")])]).await.unwrap_err();
        assert!(error.to_string().contains(named), "{columns}: {error}");
    }
}
