//! A table that is rebuilt with its rows, because it does not match its definition.

use super::{Row, everything::ALL, execute, loaded};
use pg_bulk_ingest::{ErrorKind, IngestTable};
use tests::{assert_same, ingest, snapshot};

/// The same columns in another order.
#[derive(IngestTable)]
#[ingest(table = "t", index(value))]
struct Reordered {
    #[ingest(unique)]
    number: i32,
    #[ingest(primary_key)]
    id: i32,
    value: Option<String>,
}

/// In another order, and without a column.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Dropped {
    #[ingest(unique)]
    number: i32,
    #[ingest(primary_key)]
    id: i32,
}

#[tokio::test]
async fn everything_hangs_on_the_table_there_and_back() {
    let database = loaded().await;
    // Of which a row does not meet the constraint that is not valid.
    execute(&database, ALL).await;
    let before = snapshot(&database).await;
    let rows = database.rows("SELECT id, value, number FROM t ORDER BY id").await;
    let mut client = database.connect().await;
    let oid = database.row("SELECT 't'::regclass::oid").await;
    let report = ingest::<Reordered>(&mut client).migrate().await.unwrap();
    assert!(!report.is_empty());
    assert_ne!(database.row("SELECT 't'::regclass::oid").await, oid);
    let order = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 't'::regclass AND attnum > 0";
    assert_eq!(database.row(order).await, "number id value");
    ingest::<Row>(&mut client).migrate().await.unwrap();
    assert_same(&before, &snapshot(&database).await, "there and back");
    assert_eq!(database.rows("SELECT id, value, number FROM t ORDER BY id").await, rows);
}

#[tokio::test]
async fn what_uses_a_column_that_is_dropped_is_named_before_the_rebuild() {
    let database = loaded().await;
    execute(
        &database,
        "CREATE POLICY p ON t USING (value <> ''); CREATE STATISTICS s ON id, value FROM t;
         COMMENT ON COLUMN t.value IS 'goes with it'",
    )
    .await;
    let before = snapshot(&database).await;
    let mut client = database.connect().await;
    let error = ingest::<Dropped>(&mut client).migrate().await.unwrap_err();
    let ErrorKind::DependentObjects { objects } = error.kind() else { panic!("{error:?}") };
    assert_eq!(
        *objects,
        [
            r#"statistics object "public"."s" uses column "value", which is dropped"#,
            r#"policy "p" uses column "value", which is dropped"#,
        ]
    );
    assert_same(&before, &snapshot(&database).await, "refused");
    execute(&database, "DROP POLICY p ON t; DROP STATISTICS s").await;
    ingest::<Dropped>(&mut client).migrate().await.unwrap();
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
}
