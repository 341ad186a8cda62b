//! What PostgreSQL never changes of a table is refused, and planned by nobody: the columns of a
//! partition, of a typed table, of a partition key; more columns than a table can have.

use pg_bulk_ingest::{Cost, Delete, ErrorKind, IngestTable, Migration};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(sql_type = "varchar(16)")]
    place: Option<String>,
    #[ingest(sql_type = "text")]
    name: Option<String>,
}

/// What is refused, by the plan and by the ingest alike, and leaves the table as it is.
async fn refused(sql: &str, delete: Delete) -> String {
    let database = Database::new().await;
    database.execute(sql).await;
    let columns = "SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0 ORDER BY 1, attnum";
    let before = database.rows(columns).await;
    let mut client = database.connect().await;
    let planned =
        ingest::<Row>(&mut client).migration(Migration::Exact).delete(delete).plan().await;
    let planned = planned.map(|plan| plan.to_string()).unwrap_err();
    let error = ingest::<Row>(&mut client)
        .migration(Migration::Exact)
        .delete(delete)
        .migrate()
        .await
        .unwrap_err();
    assert_eq!(planned.to_string(), error.to_string(), "{sql}");
    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{sql}: {error:?}");
    assert_eq!(database.rows(columns).await, before, "{sql}");
    error.to_string()
}

#[tokio::test]
async fn a_column_by_which_a_table_is_partitioned_keeps_its_type() {
    for sql in [
        "CREATE TABLE t (place varchar(8), name text) PARTITION BY LIST (place);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('a')",
        "CREATE TABLE t (place varchar(8), name text) PARTITION BY LIST (lower(place))",
        // One of its partitions is.
        "CREATE TABLE t (place varchar(8), name text) PARTITION BY LIST (name);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('a') PARTITION BY LIST (place)",
    ] {
        let error = refused(sql, Delete::Off).await;
        let column = r#"column "place" is of type character varying(8)"#;
        assert!(error.contains(column) && error.contains("partitioned by it"), "{error}");
    }
    let sql = "CREATE TABLE t (place varchar(16), name text, more int) PARTITION BY LIST (more)";
    let error = refused(sql, Delete::Off).await;
    assert!(error.contains(r#"column "more" is not in the struct, but"#), "{error}");
}

#[tokio::test]
async fn a_partition_has_the_columns_of_its_parent() {
    for (columns, differs) in [
        ("place varchar(16)", r#"column "name" is missing"#),
        ("place varchar(16), name text, more int", r#"column "more" is not in the struct"#),
        ("place varchar(8), name text", r#"column "place" is of type"#),
        ("place varchar(16) NOT NULL, name text", r#"column "place" is NOT NULL"#),
    ] {
        let sql = format!(
            "CREATE TABLE parent ({columns}) PARTITION BY LIST (place);
            CREATE TABLE t PARTITION OF parent FOR VALUES IN ('a')"
        );
        let error = refused(&sql, Delete::Off).await;
        assert!(error.contains(differs), "{error}");
        assert!(error.contains("parent") || error.contains("gives it"), "{error}");
    }
}

#[tokio::test]
async fn a_typed_table_has_the_columns_of_its_type() {
    for columns in
        ["place varchar(16)", "place varchar(8), name text", "place varchar(16), name text, b int"]
    {
        let sql = format!("CREATE TYPE kind AS ({columns}); CREATE TABLE t OF kind");
        let error = refused(&sql, Delete::Off).await;
        assert!(error.contains("composite type public.kind"), "{error}");
    }
}

#[tokio::test]
async fn what_depends_on_a_column_of_a_partition_is_kept() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (place varchar(8), name text) PARTITION BY LIST (name);
            CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('a'); INSERT INTO t VALUES ('here', 'a');
            CREATE VIEW v AS SELECT place FROM t1",
        )
        .await;
    let mut client = database.connect().await;
    let plan = ingest::<Row>(&mut client).migration(Migration::Exact).plan().await.unwrap();
    let report = ingest::<Row>(&mut client).migration(Migration::Exact).migrate().await.unwrap();
    assert_eq!(plan.to_string(), report.to_string());
    assert_eq!(database.rows("SELECT * FROM v").await, ["here"]);
    let plan = ingest::<Row>(&mut client).migration(Migration::Exact).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

/// A table that had columns which were dropped: their numbers are not used again.
fn with_dropped(dropped: usize) -> String {
    let columns = |from: usize, to: usize, what: &str| {
        let columns = (from..to).map(|at| format!("{what} c{at}"));
        columns.collect::<Vec<_>>()
    };
    let add = columns(0, dropped, "ADD").iter().map(|add| format!("{add} int")).collect::<Vec<_>>();
    let drop = columns(0, dropped, "DROP").join(", ");
    format!(
        "CREATE TABLE t (place varchar(16)); INSERT INTO t VALUES ('here');
        ALTER TABLE t {}; ALTER TABLE t {drop};",
        add.join(", ")
    )
}

#[tokio::test]
async fn a_table_whose_dropped_columns_leave_no_room_is_rebuilt() {
    for (dropped, rebuilt) in [(1598, false), (1599, true)] {
        let database = Database::new().await;
        database.execute(&with_dropped(dropped)).await;
        let mut client = database.connect().await;
        let plan = ingest::<Row>(&mut client).migration(Migration::Exact).plan().await.unwrap();
        let rewrites = plan.statements().iter().any(|one| one.cost() == Cost::Rewrite);
        assert_eq!(rewrites, rebuilt, "{plan}");
        assert_eq!(plan.to_string().contains("would have had 1601 columns"), rebuilt, "{plan}");
        ingest::<Row>(&mut client).migration(Migration::Exact).migrate().await.unwrap();
        assert_eq!(database.rows("SELECT * FROM t").await, ["here|∅"]);
        assert!(
            ingest::<Row>(&mut client).migration(Migration::Exact).plan().await.unwrap().is_empty()
        );
    }
    let mut sql = with_dropped(1599);
    sql.insert_str(sql.find(");").unwrap() + 1, " PARTITION BY LIST (place)");
    let sql = sql.replace(
        "INSERT INTO",
        "CREATE TABLE h PARTITION OF t FOR VALUES IN ('here'); INSERT INTO",
    );
    let database = Database::new().await;
    database.execute(&sql).await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migration(Migration::Exact).migrate().await.unwrap();
    assert_eq!(database.rows("SELECT tableoid::regclass, * FROM t").await, ["h|here|∅"]);
}
