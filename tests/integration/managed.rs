//! Tables that more than PostgreSQL itself manages: stand-ins of the catalogs that extensions keep.

use pg_bulk_ingest::{
    Batch, Delete, ErrorKind, HighWatermark, Ingest, IngestTable, Iter, NoWatermark, Watermarks,
};
use tests::{Database, ingest, version};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    tenant: i32,
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Wide {
    tenant: String,
}

const HYPERTABLE: &str = "
    CREATE SCHEMA _timescaledb_catalog;
    CREATE TABLE _timescaledb_catalog.hypertable (schema_name name, table_name name);
    INSERT INTO _timescaledb_catalog.hypertable VALUES ('public', 't');
    GRANT USAGE ON SCHEMA _timescaledb_catalog TO PUBLIC;
";

/// As Citus has it; the key is the tree of a column, as PostgreSQL prints it.
const DISTRIBUTED: &str = "
    SET allow_system_table_mods = on;
    CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass, partmethod \"char\",
        partkey text, colocationid int, repmodel \"char\", autoconverted bool);
    CREATE TABLE pg_catalog.pg_dist_local_group (groupid int);
    INSERT INTO pg_catalog.pg_dist_local_group VALUES (0);
    INSERT INTO pg_catalog.pg_dist_partition VALUES ('public.t', 'h',
        '{VAR :varno 1 :varattno 1 :vartype 23 :vartypmod -1}', 1, 's', false);
";

/// From this version on a superuser may make tables in `pg_catalog` without a restart.
const SYSTEM_TABLES: u32 = 13;

#[tokio::test]
async fn what_would_be_made_a_plain_table_is_refused_before_the_load() {
    for (catalogs, told) in [
        (HYPERTABLE, "it is a hypertable of TimescaleDB"),
        (DISTRIBUTED, "Citus distributes it by tenant"),
    ] {
        if catalogs == DISTRIBUTED && version() < SYSTEM_TABLES {
            continue;
        }
        let database = Database::new().await;
        database.execute("CREATE TABLE t (tenant integer NOT NULL)").await;
        database.execute(r#"COMMENT ON TABLE t IS '{"pg-bulk-ingest": {}}'"#).await;
        database.execute(catalogs).await;
        let mut client = database.connect().await;
        let told = format!("{told}: the table that replaces it would be a plain local one");
        let unasked = |_: Option<NoWatermark>| -> [Batch<Iter<[Row; 1]>>; 1] {
            panic!("batches were asked for")
        };
        let emptying = ingest::<Row>(&mut client).delete(Delete::BeforeFirstBatch);
        let refused = emptying.batches(unasked).await;
        let rebuilt = ingest::<Wide>(&mut client).migrate().await;
        let planned = ingest::<Wide>(&mut client).plan().await;
        for error in [refused.map(|_| ()), rebuilt.map(|_| ()), planned.map(|_| ())] {
            let error = error.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
            assert!(error.to_string().ends_with(&told), "{error}");
        }
        // Its rows are added as to any other.
        let added = |_: Option<NoWatermark>| [Batch::new([Row { tenant: 1 }])];
        ingest::<Row>(&mut client).batches(added).await.unwrap();
        assert_eq!(database.rows("SELECT tenant FROM t").await, ["1"]);
    }
}

fn in_comment(client: &mut Client) -> Ingest<'_, Row> {
    ingest(client).watermarks(Watermarks::Comment)
}

#[tokio::test]
async fn a_high_watermark_is_stored_where_every_node_sees_it() {
    if version() < SYSTEM_TABLES {
        return;
    }
    let database = Database::new().await;
    database.execute("CREATE TABLE t (tenant integer NOT NULL)").await;
    database.execute(DISTRIBUTED).await;
    let mut client = database.connect().await;
    let batches = |_: Option<i32>| [Batch::new([Row { tenant: 1 }]).high_watermark(1)];
    in_comment(&mut client).batches(batches).await.unwrap();
    database
        .execute("SET allow_system_table_mods = on; UPDATE pg_dist_local_group SET groupid = 2")
        .await;
    let batches = |_: Option<i32>| [Batch::new([Row { tenant: 2 }]).high_watermark(2)];
    let error = in_comment(&mut client).batches(batches).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("is not the coordinator"), "{error}");
    let batches = |_: Option<NoWatermark>| [Batch::new([Row { tenant: 3 }])];
    in_comment(&mut client).high_watermark(HighWatermark::Earliest).batches(batches).await.unwrap();
    assert_eq!(database.rows("SELECT tenant FROM t ORDER BY 1").await, ["1", "3"]);
}

#[tokio::test]
async fn partitions_on_other_servers_have_to_be_allowed() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE FOREIGN DATA WRAPPER elsewhere;
             CREATE SERVER other FOREIGN DATA WRAPPER elsewhere;
             CREATE TABLE t (tenant integer NOT NULL) PARTITION BY LIST (tenant);
             CREATE TABLE t_low PARTITION OF t FOR VALUES IN (1, 2) PARTITION BY LIST (tenant);
             CREATE TABLE t_1 PARTITION OF t_low FOR VALUES IN (1);
             CREATE FOREIGN TABLE t_2 PARTITION OF t_low FOR VALUES IN (2) SERVER other",
        )
        .await;
    let mut client = database.connect().await;
    let batches = |_: Option<NoWatermark>| [Batch::new([Row { tenant: 1 }])];
    let error = ingest::<Row>(&mut client).batches(batches).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("1 of its partitions are foreign tables"), "{error}");
    let allowed = ingest::<Row>(&mut client).allow_partial_commit(true);
    let loaded = allowed.batches(batches).await;
    if version() < 11 {
        // It asks the wrapper of every partition, and this one is hollow.
        assert!(matches!(loaded.unwrap_err().kind(), ErrorKind::Server));
        return;
    }
    loaded.unwrap();
    assert_eq!(database.rows("SELECT tenant FROM t_1").await, ["1"]);
}
