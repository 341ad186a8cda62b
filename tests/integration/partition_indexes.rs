//! Indexes, unique constraints and primary keys of partitioned tables that are there: built partition by
//! partition, while others read and write.

mod build;
mod interrupted;
mod keys;
mod others;
mod refused;

use pg_bulk_ingest::{IngestTable, Plan, Statement};
use tests::{Database, ingest, rows, snapshot};
use tokio_postgres::Client;

/// Three levels, with a default partition.
const PARTS: &str = "
    CREATE TABLE parts (id int NOT NULL, day int NOT NULL, value text) PARTITION BY RANGE (day);
    CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10);
    CREATE TABLE middle PARTITION OF parts FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (day);
    CREATE TABLE middle1 PARTITION OF middle FOR VALUES FROM (10) TO (15);
    CREATE TABLE middle2 (value text, day int NOT NULL, id int NOT NULL);
    ALTER TABLE middle ATTACH PARTITION middle2 FOR VALUES FROM (15) TO (20);
    CREATE TABLE rest PARTITION OF parts DEFAULT;
    INSERT INTO parts SELECT n, n % 30, 'v' || n FROM generate_series(1, 300) n;
";

#[derive(IngestTable)]
#[ingest(table = "parts")]
struct Plain {
    id: i32,
    day: i32,
    value: Option<String>,
}

#[derive(IngestTable)]
#[ingest(table = "parts", index(value))]
struct Indexed {
    id: i32,
    day: i32,
    value: Option<String>,
}

#[derive(IngestTable)]
#[ingest(table = "parts", unique(id, day))]
struct Unique {
    id: i32,
    day: i32,
    value: Option<String>,
}

#[derive(IngestTable)]
#[ingest(table = "parts", primary_key(id, day))]
struct Keyed {
    id: i32,
    day: i32,
    value: Option<String>,
}

/// The key the other way about.
#[derive(IngestTable)]
#[ingest(table = "parts", primary_key(day, id))]
struct Turned {
    id: i32,
    day: i32,
    value: Option<String>,
}

/// Whether partitioned tables have indexes.
fn have_indexes() -> bool {
    tests::version() >= 11
}

async fn with(sql: &str) -> Database {
    let database = Database::new().await;
    database.execute(&format!("{PARTS}{sql}")).await;
    database
}

fn statements(plan: &Plan) -> Vec<&str> {
    plan.statements().iter().map(Statement::sql).collect()
}

/// Migrates as planned, after which nothing is left to be done. The tables are those that there were.
async fn migrate<S: IngestTable>(database: &Database, client: &mut Client) -> Plan {
    const TABLES: &str =
        "SELECT oid, relname FROM pg_class WHERE relkind IN ('r', 'p') AND oid > 16000 ORDER BY 2";
    let before = database.rows(TABLES).await;
    let plan = ingest::<S>(client).plan().await.unwrap();
    let migrated = ingest::<S>(client).migrate().await.unwrap();
    assert_eq!(statements(&plan), statements(&migrated));
    assert_eq!(database.rows(TABLES).await, before);
    let again = ingest::<S>(client).plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
    plan
}

/// How many of the statements begin like this.
fn count(plan: &Plan, begin: &str) -> usize {
    plan.statements().iter().filter(|statement| statement.sql().starts_with(begin)).count()
}

/// The indexes of all partitions, but for those that are valid and attached.
async fn amiss(database: &Database) -> Vec<String> {
    let sql = "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class c ON c.oid = x.indrelid
        WHERE x.indexrelid > 16000 AND (NOT x.indisvalid OR c.relispartition AND NOT i.relispartition)
        AND c.relname !~ 'pg_' ORDER BY 1";
    database.rows(sql).await
}

/// What there is in the database, but for comments; and for whether a partition had a constraint before
/// its table had it, which PostgreSQL shows nowhere else.
async fn looks(database: &Database) -> Vec<String> {
    let lines = snapshot(database).await.into_iter();
    let lines = lines.filter(|line| !line.starts_with("comment on table"));
    let had = |line: String| match line.rsplit_once(' ') {
        Some((constraint, _)) if line.starts_with("constraint ") => constraint.to_owned(),
        _ => line,
    };
    lines.map(had).collect()
}

/// Keeps the index of a partition from being built, and nothing else from being done.
async fn keep_from_building(database: &Database) -> Client {
    let writer = database.connect().await;
    writer.batch_execute("BEGIN; LOCK TABLE middle1 IN ROW EXCLUSIVE MODE").await.unwrap();
    writer
}

/// Waits until an index is being built that cannot be.
async fn until_it_waits(database: &Database) {
    let waits = "SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE NOT l.granted AND l.locktype = 'virtualxid' AND a.datname = current_database()
        AND a.query ~ 'INDEX CONCURRENTLY .* ON \"public\".\"middle1\"'";
    while database.row(waits).await != "t" {
        tokio::task::yield_now().await;
    }
}

async fn process(client: &Client) -> String {
    rows(client, "SELECT pg_backend_pid()").await.remove(0)
}
