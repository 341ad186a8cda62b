//! Nothing is dropped and nothing narrowed.

use super::definitions::{PLAIN, PLAIN_ROWS, Plain, WIDE, WIDE_ROWS, Wide};
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Migration};
use tests::{Database, ingest};

fn row(id: i32) -> Plain {
    Plain { id, value: Some("new".to_owned()), number: 0.5 }
}

/// What is there and not defined, or wider than defined.
const MORE: &str = "
    ALTER TABLE t ADD more int DEFAULT 7, ADD again text, ALTER value TYPE varchar(32);
    CREATE INDEX more_idx ON t (more);
    ALTER TABLE t ADD CONSTRAINT again_key UNIQUE (again), ALTER number DROP NOT NULL;";

const SHAPE: &str = "
    SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
    WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum";

const INDEXES: &str = "
    SELECT i.relname, x.indisunique, k.contype FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint k ON k.conindid = i.oid
    WHERE x.indrelid = 't'::regclass ORDER BY 1";

#[tokio::test]
async fn what_is_not_defined_stays() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS}{MORE}")).await;
    let before = (database.rows(SHAPE).await, database.rows(INDEXES).await);
    let mut client = database.connect().await;
    let ingest = ingest::<Plain>(&mut client).migration(Migration::AdditiveOnly);
    let report = ingest.batches(|_| [Batch::new([row(2), row(3)])]).await.unwrap();
    assert!(report.migrated.is_empty(), "{}", report.migrated);
    assert_eq!((database.rows(SHAPE).await, database.rows(INDEXES).await), before);
    let rows = ["1|a|1.5|7|∅", "2|new|0.5|7|∅", "3|new|0.5|7|∅"];
    assert_eq!(database.rows("SELECT * FROM t ORDER BY 1").await, rows);
}

#[tokio::test]
async fn what_is_not_defined_is_in_the_table_that_takes_the_place_of_another() {
    for delete in [Delete::BeforeFirstBatch, Delete::All] {
        let database = Database::new().await;
        database.execute(&format!("{PLAIN}{PLAIN_ROWS}{MORE}")).await;
        let before = (database.rows(SHAPE).await, database.rows(INDEXES).await);
        let mut client = database.connect().await;
        let ingest = ingest::<Plain>(&mut client).migration(Migration::AdditiveOnly).delete(delete);
        ingest.batches(|_| [Batch::new([row(3), row(3)])]).await.unwrap();
        let (mut columns, mut defined) = (database.rows(SHAPE).await, before.0);
        columns.sort();
        defined.sort();
        assert_eq!((columns, database.rows(INDEXES).await), (defined, before.1));
        assert_eq!(database.rows("SELECT id, value, more FROM t").await, ["3|new|7"]);
    }
}

#[tokio::test]
async fn a_rebuild_keeps_what_is_not_defined() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS}{MORE}")).await;
    database.execute("ALTER TABLE t ALTER id TYPE smallint; UPDATE t SET again = id").await;
    let mut client = database.connect().await;
    let additive = ingest::<Plain>(&mut client).migration(Migration::AdditiveOnly);
    let error = additive.migrate().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
    assert!(error.to_string().contains("Migration::Evolve"), "{error}");
    // What an ingest made is as it is defined then, and what no ingest made is still there.
    let made = r#"COMMENT ON TABLE t IS '{"pg-bulk-ingest": {"made": {"defaults": ["number"],
        "columns": ["id", "value", "number"], "indexes": ["t_pkey", "t_value_idx"]}}}'"#;
    database.execute(made).await;
    ingest::<Plain>(&mut client).batches(|_| [Batch::new([row(2)])]).await.unwrap();
    let rows = database.rows("SELECT id, value, number, more, again FROM t ORDER BY 1").await;
    assert_eq!(rows, ["1|a|1.5|7|1", "2|new|0.5|7|2"]);
    let indexes = ["again_key|t|u", "more_idx|f|∅", "t_pkey|t|p", "t_value_idx|f|∅"];
    assert_eq!(database.rows(INDEXES).await, indexes);
}

#[tokio::test]
async fn a_type_is_widened() {
    // Before 12 the table has to be rebuilt for it.
    if tests::version() < 12 {
        return;
    }
    let database = Database::new().await;
    database.execute(&format!("{WIDE}{WIDE_ROWS}")).await;
    let at = "SELECT at AT TIME ZONE 'UTC', attname, format_type(atttypid, atttypmod)
        FROM t, pg_attribute WHERE attrelid = 't'::regclass AND attname IN ('at', 'name')";
    let mut expected = database.rows(at).await;
    expected.sort();
    let change = "ALTER TABLE t ALTER at TYPE timestamp USING at AT TIME ZONE 'UTC',
        ALTER name TYPE varchar(8)";
    database.execute(change).await;
    let mut client = database.connect().await;
    // As which time a timestamp is taken must not hang on the session.
    client.batch_execute("SET timezone = 'Asia/Tokyo'").await.unwrap();
    let ingest = ingest::<Wide>(&mut client).migration(Migration::AdditiveOnly);
    ingest.migrate().await.unwrap();
    let mut found = database.rows(at).await;
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_would_have_to_be_dropped_or_cannot_be_filled_is_refused() {
    for (change, reason) in [
        (
            "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, number)",
            "no key is dropped for another",
        ),
        (
            "ALTER TABLE t ADD more int NOT NULL",
            "column \"more\" is not in the struct, is not to be dropped, and is NOT NULL without a default",
        ),
        (
            "ALTER TABLE t ALTER id TYPE bigint",
            "column \"id\" is of type bigint, which cannot hold the Rust type i32 of field id",
        ),
    ] {
        let database = Database::new().await;
        database.execute(&format!("{PLAIN}{change}")).await;
        let mut client = database.connect().await;
        let ingest = ingest::<Plain>(&mut client).migration(Migration::AdditiveOnly);
        let error = ingest.migrate().await.unwrap_err();
        assert!(error.to_string().contains(reason), "{change}: {error}");
    }
}

#[tokio::test]
async fn a_frozen_table_that_does_not_exist_is_an_error() {
    #[derive(IngestTable)]
    #[ingest(table = "none")]
    struct Row {
        id: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Row>(&mut client).migration(Migration::Freeze);
    let error = ingest.batches(|_| [Batch::new([Row { id: 1 }])]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SchemaMismatch { .. }));
    let expected = r#"cannot start the ingest: "public"."none": the table does not match its definition: it does not exist"#;
    assert_eq!(error.to_string(), expected);
}
