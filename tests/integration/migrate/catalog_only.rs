//! What is changed in the catalog alone touches no row: the files stay, and nothing is scanned.

use super::definitions::{Indexed, IndexedOn10, PLAIN, Plain, WIDE, WIDE_ROWS, Wide, indexed};
use pg_bulk_ingest::{ColumnOrder, Cost, IngestTable};
use tests::{Database, ingest};

const FILES: &str = "
    SELECT c.relname, c.relfilenode FROM pg_class c
    WHERE c.oid = 't'::regclass OR c.oid IN (SELECT indexrelid FROM pg_index
        WHERE indrelid = 't'::regclass)
    ORDER BY 1";

const SCANS: &str = "
    SELECT pg_stat_get_xact_numscans('t'::regclass) + coalesce(s.seq_scan, 0),
        coalesce(s.seq_tup_read, 0)
    FROM pg_stat_user_tables s WHERE s.relid = 't'::regclass";

/// Brings a table with rows to its definition. Returns the files that stayed.
async fn migrate<S: IngestTable>(live: &str) -> Vec<String> {
    let database = Database::new().await;
    database.execute(live).await;
    let mut client = database.connect().await;
    let plan = ingest::<S>(&mut client).column_order(ColumnOrder::Any).plan().await.unwrap();
    assert!(!plan.is_empty(), "{live}");
    for statement in plan.statements() {
        assert_eq!(statement.cost(), Cost::CatalogOnly, "{live}: {statement}");
    }
    let before = database.rows(FILES).await;
    // Before 15 they arrive when they like.
    let scans = database.row(SCANS).await;
    // The statistics of a session are there for others when it is gone.
    let mut client = database.connect().await;
    ingest::<S>(&mut client).column_order(ColumnOrder::Any).migrate().await.unwrap();
    let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
    drop(client);
    let gone = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {process}");
    while database.row(&gone).await != "0" {
        tokio::task::yield_now().await;
    }
    if tests::version() >= 15 {
        assert_eq!(database.row(SCANS).await, scans, "{live}");
    }
    let after = database.rows(FILES).await;
    before.into_iter().filter(|file| after.contains(file)).collect()
}

/// Whether a table is brought to its definition by another that takes its place.
async fn is_rebuilt<S: IngestTable>(live: &str) -> bool {
    let database = Database::new().await;
    database.execute(live).await;
    let mut client = database.connect().await;
    super::rewrites(&ingest::<S>(&mut client).plan().await.unwrap())
}

const MANY: &str = "INSERT INTO t (id, number) SELECT i, i FROM generate_series(1, 10000) i;";

#[tokio::test]
async fn columns_are_added_dropped_and_widened_in_the_catalog_alone() {
    for change in [
        "ALTER TABLE t ADD more int",
        "ALTER TABLE t ALTER value TYPE varchar(8)",
        "ALTER TABLE t ALTER number DROP DEFAULT",
        "ALTER TABLE t ALTER number SET DEFAULT 7",
        "ALTER TABLE t ADD more int NOT NULL DEFAULT 1; CREATE INDEX ON t (more)",
        "UPDATE t SET value = 'x'; ALTER TABLE t ALTER value SET NOT NULL",
    ] {
        let files = migrate::<Plain>(&format!("{PLAIN}{MANY}{change}")).await;
        let stays = |name: &str| files.iter().any(|file| file.starts_with(&format!("{name}|")));
        assert!(stays("t") && stays("t_pkey") && stays("t_value_idx"), "{change}: {files:?}");
    }
}

/// From 11 on; before, PostgreSQL would write it to each row, under a lock: the table is rebuilt.
#[tokio::test]
async fn a_column_with_a_constant_default_is_added_in_the_catalog_alone() {
    let live = format!("{PLAIN}{MANY} ALTER TABLE t DROP number");
    match tests::version() < 11 {
        true => assert!(is_rebuilt::<Plain>(&live).await),
        false => assert_eq!(migrate::<Plain>(&live).await.len(), 3),
    }
}

#[tokio::test]
async fn types_are_widened_in_the_catalog_alone() {
    for change in [
        "ALTER TABLE t ALTER at TYPE timestamptz(3)",
        "ALTER TABLE t ALTER name TYPE varchar(8)",
        "ALTER TABLE t ALTER name TYPE varchar(8); CREATE INDEX ON t (id)",
        "ALTER TABLE t ALTER name TYPE varchar",
        "ALTER TABLE t ALTER span TYPE interval(0)",
        "ALTER TABLE t ALTER address TYPE cidr",
    ] {
        let files = migrate::<Wide>(&format!("{WIDE}{WIDE_ROWS}{change}")).await;
        assert!(files.iter().any(|file| file.starts_with("t|")), "{change}: {files:?}");
    }
    // Before 12 PostgreSQL would write the rows anew.
    let change = "ALTER TABLE t ALTER at TYPE timestamp USING at AT TIME ZONE 'UTC'";
    let live = format!("{WIDE}{WIDE_ROWS}{change}");
    match tests::version() < 12 {
        true => assert!(is_rebuilt::<Wide>(&live).await),
        false => assert_eq!(migrate::<Wide>(&live).await.len(), 1),
    }
}

#[tokio::test]
async fn indexes_are_dropped_in_the_catalog_alone() {
    let live = format!("{} CREATE INDEX more ON t (d DESC)", indexed());
    let files = match tests::version() < 11 {
        true => migrate::<IndexedOn10>(&live).await,
        false => migrate::<Indexed>(&live).await,
    };
    assert_eq!(files.len(), 8);
}
