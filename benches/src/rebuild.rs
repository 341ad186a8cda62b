//! Rebuilding a table, beside the same in plain SQL.

use crate::contender::{connect, copy_encoded, encoded};
use crate::data::{N, W};
use crate::figure::count;
use crate::measure::{Rounds, cost};
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use chrono::{DateTime, NaiveDate, Utc};
use pg_bulk_ingest::{IngestTable, Migration, ingest};
use serde_json::value::RawValue;
use tokio_postgres::Client;
use uuid::Uuid;

const SQL: &str = "INSERT … SELECT, then the key and the index";
const OURS: &str = "pg-bulk-ingest";

/// W with a key and an index.
#[derive(IngestTable)]
#[ingest(table = "w", index(created))]
struct RebuiltW {
    #[ingest(primary_key)]
    id: i64,
    tenant: i32,
    name: String,
    description: Option<String>,
    amount: f64,
    active: bool,
    created: DateTime<Utc>,
    day: NaiveDate,
    reference: Uuid,
    payload: Box<RawValue>,
    tags: Vec<String>,
}

/// N with a key, an index, and a wider `sensor`.
#[derive(IngestTable)]
#[ingest(table = "n", index(ts))]
struct RebuiltN {
    #[ingest(primary_key)]
    id: i64,
    ts: DateTime<Utc>,
    value: f64,
    sensor: i64,
}

/// A table that has to be rebuilt.
struct Case {
    what: &'static str,
    /// The columns that it has before.
    before: &'static str,
    indexed: &'static str,
    /// Makes the table that it should be.
    create: String,
}

pub(crate) async fn run(url: &str, settings: &Settings) {
    let before =
        "tenant, id, name, description, amount, active, created, day, reference, payload, tags";
    let create = W::create("rebuilt");
    let wide = Case { what: "the order of the columns", before, indexed: "created", create };
    measure::<W, RebuiltW>(url, settings, wide).await;
    let create = N::create("rebuilt").replace("sensor integer", "sensor bigint");
    let narrow = Case { what: "the type of a column", before: "*", indexed: "ts", create };
    measure::<N, RebuiltN>(url, settings, narrow).await;
}

async fn measure<R: Rows, S: IngestTable>(url: &str, settings: &Settings, case: Case) {
    let mut client = connect(url).await;
    let rows = R::make(settings.rows);
    let create = format!("DROP TABLE IF EXISTS source; {}", R::create("source"));
    client.batch_execute(&create).await.unwrap();
    copy_encoded(&client, "source", &encoded(&rows)).await;
    let (count, table) = (count(rows.len()), R::NAME);
    drop(rows);
    let mut rounds = Rounds::default();
    for _ in 0..settings.some() {
        let before = prepare::<R>(&client, &case).await;
        rounds.add(SQL, cost(by_hand::<R>(&client, &case)).await);
        assert_ne!(file(&client, table).await, before);

        let before = prepare::<R>(&client, &case).await;
        let ours = async {
            ingest::<S>(&mut client).migration(Migration::Exact).migrate().await.unwrap();
        };
        rounds.add(OURS, cost(ours).await);
        assert_ne!(file(&client, table).await, before, "it was not rebuilt");
    }
    let title = format!("rebuild of {count} rows of {} for {}", R::LETTER, case.what);
    rounds.print(settings, &title);
    settings.target(format!("{title}, to plain SQL"), AtMost(1.15), rounds.wall(OURS, SQL));
    client.batch_execute(&format!("DROP TABLE {table}, source")).await.unwrap();
}

/// The table as it is before: the answer is its file.
async fn prepare<R: Rows>(client: &Client, case: &Case) -> u32 {
    let (table, Case { before, indexed, .. }) = (R::NAME, case);
    let not_null = R::OTHERS.iter().filter(|name| **name != "description");
    let not_null = not_null.map(|name| format!("ALTER {name} SET NOT NULL")).collect::<Vec<_>>();
    client
        .batch_execute(&format!(
            "DROP TABLE IF EXISTS {table}; CREATE TABLE {table} AS SELECT {before} FROM source; \
             ALTER TABLE {table} ADD PRIMARY KEY (id), {}; CREATE INDEX ON {table} ({indexed})",
            not_null.join(", "),
        ))
        .await
        .unwrap();
    client.batch_execute(&format!("VACUUM ANALYZE {table}")).await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
    file(client, table).await
}

async fn file(client: &Client, table: &str) -> u32 {
    let sql = "SELECT pg_relation_filenode(to_regclass($1))";
    client.query_one(sql, &[&table]).await.unwrap().get(0)
}

async fn by_hand<R: Rows>(client: &Client, case: &Case) {
    let (table, columns) = (R::NAME, R::OTHERS.join(", "));
    let Case { indexed, create, .. } = case;
    client
        .batch_execute(&format!(
            "BEGIN; {create}; INSERT INTO rebuilt SELECT id, {columns} FROM {table}; \
             ALTER TABLE rebuilt ADD PRIMARY KEY (id); CREATE INDEX ON rebuilt ({indexed}); \
             DROP TABLE {table}; ALTER TABLE rebuilt RENAME TO {table}; COMMIT"
        ))
        .await
        .unwrap();
}
