//! A struct that changes from one version to the next.

use super::publish;
use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, VersionOutcome, Versions};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t", partition_by = "list (run)")]
struct Longer {
    run: String,
    value: i32,
    note: Option<String>,
}

#[derive(IngestTable)]
#[ingest(table = "t", partition_by = "list (run)")]
struct Other {
    run: String,
    #[ingest(renamed_from = "value")]
    amount: i32,
    note: Option<String>,
}

#[derive(IngestTable)]
#[ingest(table = "t", partition_by = "list (run)")]
struct Shorter {
    run: String,
    note: Option<String>,
}

const COLUMNS: &str = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = 't_latest'::regclass AND attnum > 0 AND NOT attisdropped";

#[tokio::test]
async fn the_view_shows_the_columns_of_the_struct() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database.execute("CREATE ROLE reads_latest").await;
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    database.execute("GRANT SELECT ON t_latest TO reads_latest WITH GRANT OPTION").await;
    let longer = [Longer { run: "b".into(), value: 7, note: Some("n".into()) }];
    let report = ingest::<Longer>(&mut client)
        .version("b")
        .batches(|_: Option<NoWatermark>| Batch::new(longer))
        .await
        .unwrap();
    assert_eq!(report.version, Some(VersionOutcome::Published { removed: Vec::new() }));
    assert!(report.migrated.to_string().contains("ADD COLUMN \"note\""), "{}", report.migrated);
    assert_eq!(database.row(COLUMNS).await, "run value note");
    let other = [Other { run: "c".into(), note: None, amount: 7 }];
    ingest::<Other>(&mut client)
        .version("c")
        .batches(|_: Option<NoWatermark>| Batch::new(other))
        .await
        .unwrap();
    assert_eq!(database.row(COLUMNS).await, "run amount note");
    let shorter = [Shorter { run: "d".into(), note: Some("d".into()) }];
    ingest::<Shorter>(&mut client)
        .version("d")
        .batches(|_: Option<NoWatermark>| Batch::new(shorter))
        .await
        .unwrap();
    assert_eq!(database.row(COLUMNS).await, "run note");
    assert_eq!(database.row("SELECT * FROM t_latest").await, "d|d");
    let granted =
        "SELECT has_table_privilege('reads_latest', 't_latest', 'SELECT WITH GRANT OPTION')";
    assert_eq!(database.row(granted).await, "t");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "6");
    database.execute("DROP OWNED BY reads_latest; DROP ROLE reads_latest").await;
}

/// What somebody added to the table is in each version as well.
#[tokio::test]
async fn what_is_added_by_hand_stays() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    database
        .execute(
            "ALTER TABLE t ADD COLUMN extra text DEFAULT 'x', ADD CONSTRAINT positive CHECK (value >= 0);
            CREATE VIEW mine AS SELECT sum(value) FROM t_latest",
        )
        .await;
    publish(&mut client, "b", Versions::keep(1), 1..4).await.unwrap();
    assert_eq!(database.row("SELECT * FROM mine").await, "6");
    assert_eq!(database.row("SELECT min(extra), count(*) FROM t").await, "x|3");
    let error = publish(&mut client, "c", Versions::all(), [-1]).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23514", "{error}");
}
