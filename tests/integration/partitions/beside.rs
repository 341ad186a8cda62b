//! Partitions that are made beside others, by hand or by other loaders.

use super::{Added, Event, PARTITIONS, day, event, load};
use pg_bulk_ingest::{Batch, IngestTable};
use std::time::Duration;
use tests::{Database, ingest, version};

const PARENT: &str =
    "CREATE TABLE t (day date NOT NULL, id bigint NOT NULL) PARTITION BY RANGE (day);";

#[tokio::test]
async fn a_partition_that_is_there_is_used_and_what_it_leaves_is_made() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!(
            "{PARENT} CREATE TABLE old PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2026-01-10');
            CREATE TABLE t_2026_02 (); CREATE SCHEMA far;
            CREATE TABLE far.week PARTITION OF t FOR VALUES FROM ('2026-01-20') TO ('2026-01-27')"
        ))
        .await;
    let rows =
        [day(1999, 1, 1), day(2026, 1, 15), day(2026, 1, 21), day(2026, 1, 31), day(2026, 2, 1)];
    load::<Added>(&mut client, rows.map(|day| Added { day, id: 1 })).await;
    let expected = [
        "old FROM (MINVALUE) TO ('2026-01-10'): 2",
        "t_2026_01 FROM ('2026-01-10') TO ('2026-01-20'): 1",
        "t_2026_01_1 FROM ('2026-01-27') TO ('2026-02-01'): 1",
        "t_2026_02_1 FROM ('2026-02-01') TO ('2026-03-01'): 1",
        "week FROM ('2026-01-20') TO ('2026-01-27'): 1",
    ];
    let mut found = database.rows(PARTITIONS).await;
    found[0] = found[0].replace(": 1", ": 2");
    assert_eq!(found, expected);
}

#[tokio::test]
async fn rows_leave_the_default_partition_for_theirs() {
    if version() < 12 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id bigint, day date, value integer NOT NULL,
                twice integer GENERATED ALWAYS AS (value * 2) STORED, PRIMARY KEY (id, day))
            PARTITION BY RANGE (day);
            CREATE TABLE rest PARTITION OF t DEFAULT; CREATE INDEX ON t (value);
            INSERT INTO t SELECT n, date '2026-01-15' + n * 10, n FROM generate_series(1, 6) n",
        )
        .await;
    load::<Event>(&mut client, [event(1, day(2026, 1, 25), 9), event(9, day(2026, 2, 1), 9)]).await;
    let expected = [
        "rest DEFAULT: 2",
        "t_2026_01 FROM ('2026-01-01') TO ('2026-02-01'): 1",
        "t_2026_02 FROM ('2026-02-01') TO ('2026-03-01'): 4",
    ];
    assert_eq!(database.rows(PARTITIONS).await, expected);
    assert_eq!(database.row("SELECT sum(value), sum(twice) FROM t").await, "38|76");
}

/// Who makes a partition holds up nobody who reads or writes what is there.
#[tokio::test]
async fn readers_and_writers_go_on() {
    if version() < 12 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    load::<Event>(&mut client, [event(1, day(2026, 1, 1), 1)]).await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT count(*) FROM t").await.unwrap();
    let writer = database.connect().await;
    writer.batch_execute("BEGIN; UPDATE t SET value = 2").await.unwrap();
    let rows = [event(2, day(2026, 2, 1), 1)];
    let mut session =
        ingest::<Event>(&mut client).start::<pg_bulk_ingest::NoWatermark>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(rows).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), batch.commit_without_high_watermark())
        .await
        .unwrap()
        .unwrap();
    session.finish().await.unwrap();
    reader.batch_execute("COMMIT").await.unwrap();
    writer.batch_execute("COMMIT").await.unwrap();
    assert_eq!(database.rows(PARTITIONS).await.len(), 2);
}

/// Loaders of several sources that all need partitions make each once.
#[tokio::test]
async fn loaders_make_a_partition_once() {
    if version() < 12 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Event>(&mut client).migrate().await.unwrap();
    let loader = |source: i64| {
        let database = &database;
        async move {
            let mut client = database.connect().await;
            for month in 1..=12 {
                let rows = (0..50).map(|n| event(source * 1000 + n, day(2026, month, 3), 1));
                let ingest = ingest::<Event>(&mut client);
                let ingest =
                    ingest.watermarks(pg_bulk_ingest::Watermarks::table("public", "state"));
                let ingest = ingest.source(source.to_string());
                ingest.batches(|_| [Batch::new(rows).high_watermark(month)]).await.unwrap();
            }
        }
    };
    futures_util::future::join_all((0..4).map(loader)).await;
    let found = database.rows(PARTITIONS).await;
    assert_eq!(found.len(), 12);
    assert!(found.iter().all(|partition| partition.ends_with(": 200")), "{found:?}");
}

/// A partition belongs to the table's owner, and has what the table has.
#[tokio::test]
async fn a_partition_is_like_its_table() {
    if version() < 12 {
        return;
    }
    #[derive(IngestTable)]
    #[ingest(table = "t", partition_by = "list (tenant)", partitions(list))]
    struct Row {
        #[ingest(primary_key)]
        tenant: i32,
        #[ingest(primary_key)]
        id: i64,
    }
    let database = Database::new().await;
    let (owner, loader) = (database.role("owner"), database.role("loader"));
    database
        .execute(&format!(
            "CREATE ROLE {owner}; CREATE ROLE {loader} LOGIN IN ROLE {owner};
            GRANT ALL ON SCHEMA public TO {owner}; SET ROLE {owner};
            CREATE TABLE other (tenant integer PRIMARY KEY); INSERT INTO other VALUES (1), (2);
            CREATE TABLE t (tenant integer REFERENCES other, id bigint CHECK (id < 100),
                note text DEFAULT 'x', PRIMARY KEY (tenant, id)) PARTITION BY LIST (tenant);
            RESET ROLE"
        ))
        .await;
    let mut client = database.connect_as("loader").await;
    let rows = [Row { tenant: 1, id: 1 }, Row { tenant: 2, id: 2 }];
    ingest::<Row>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    let found = "SELECT DISTINCT pg_get_userbyid(c.relowner) = pg_get_userbyid(p.relowner),
            (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND contype <> 'n')
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
        WHERE i.inhparent = 't'::regclass";
    assert_eq!(database.rows(found).await, ["t|3"]);
    assert_eq!(database.row("SELECT DISTINCT note FROM t").await, "x");
}

/// As the guide has it under "Growing".
#[tokio::test]
async fn a_table_becomes_the_first_partition_of_another() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Whole {
        #[ingest(primary_key)]
        id: i64,
        #[ingest(primary_key)]
        day: chrono::NaiveDate,
        #[ingest(index)]
        value: i32,
    }
    if version() < 12 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = (1..=9).map(|n| Whole { id: n, day: day(2026, 1, 1), value: 1 });
    load::<Whole>(&mut client, rows).await;
    let before = database.row("SELECT 't'::regclass::oid").await;
    let steps = "BEGIN;
        ALTER TABLE t RENAME TO t_until_2026;
        ALTER TABLE t_until_2026 ADD CHECK (day < '2027-01-01') NOT VALID;
        CREATE TABLE t (LIKE t_until_2026 INCLUDING DEFAULTS) PARTITION BY RANGE (day);
        COMMIT;
        ALTER TABLE t_until_2026 VALIDATE CONSTRAINT t_until_2026_day_check;
        ALTER TABLE t ATTACH PARTITION t_until_2026 FOR VALUES FROM (MINVALUE) TO ('2027-01-01')";
    for step in steps.split(';') {
        client.batch_execute(step).await.unwrap();
    }
    let rows = [event(1, day(2026, 1, 1), 2), event(1, day(2027, 2, 1), 2)];
    let report = load::<Event>(&mut client, rows).await;
    assert_eq!((report.tables[0].inserted, report.tables[0].updated), (1, 1));
    let expected = [
        "t_2027_02 FROM ('2027-02-01') TO ('2027-03-01'): 1",
        "t_until_2026 FROM (MINVALUE) TO ('2027-01-01'): 9",
    ];
    assert_eq!(database.rows(PARTITIONS).await, expected);
    assert_eq!(database.row("SELECT 't_until_2026'::regclass::oid").await, before);
    let indexes = "SELECT count(*) FILTER (WHERE indisprimary), count(*) FROM pg_index
        WHERE indrelid = 't_until_2026'::regclass";
    assert_eq!(database.row(indexes).await, "1|2");
    assert!(ingest::<Event>(&mut client).plan().await.unwrap().is_empty());
}
