//! What is changed in the catalog alone touches no row: the files stay, and nothing is scanned.

use super::definitions::{INDEXED, Indexed, PLAIN, Plain, WIDE, WIDE_ROWS, Wide};
use pg_bulk_ingest::{ColumnOrder, IngestTable, Work, ingest};
use tests::Database;

const FILES: &str = "
    SELECT c.relname, c.relfilenode FROM pg_class c
    WHERE c.oid = 't'::regclass OR c.oid IN (SELECT indexrelid FROM pg_index
        WHERE indrelid = 't'::regclass)
    ORDER BY 1";

const SCANS: &str = "
    SELECT pg_stat_get_xact_numscans('t'::regclass) + coalesce(s.seq_scan, 0),
        coalesce(s.seq_tup_read, 0)
    FROM pg_stat_user_tables s WHERE s.relid = 't'::regclass";

/// Brings a table with rows to its definition. Answers the files that stayed.
async fn migrate<S: IngestTable>(live: &str) -> Vec<String> {
    let database = Database::new().await;
    database.execute(live).await;
    let mut client = database.connect().await;
    let plan = ingest::<S>(&mut client).column_order(ColumnOrder::Any).plan().await.unwrap();
    assert!(!plan.is_empty(), "{live}");
    for statement in plan.statements() {
        assert_eq!(statement.work(), Work::Catalog, "{live}: {statement}");
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

#[tokio::test]
async fn a_column_with_a_constant_default_is_added_in_the_catalog_alone() {
    if tests::version() < 11 {
        return;
    }
    let live = format!("{PLAIN}{MANY} ALTER TABLE t DROP number");
    assert_eq!(migrate::<Plain>(&live).await.len(), 3);
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
    if tests::version() >= 12 {
        let change = "ALTER TABLE t ALTER at TYPE timestamp USING at AT TIME ZONE 'UTC'";
        assert_eq!(migrate::<Wide>(&format!("{WIDE}{WIDE_ROWS}{change}")).await.len(), 1);
    }
}

#[tokio::test]
async fn indexes_are_dropped_in_the_catalog_alone() {
    // INCLUDE came with 11.
    if tests::version() < 11 {
        return;
    }
    let live = format!("{INDEXED} CREATE INDEX more ON t (d DESC)");
    assert_eq!(migrate::<Indexed>(&live).await.len(), 8);
}
