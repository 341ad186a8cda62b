//! Each way in which a table is partitioned.

use super::{day, load, loaded, table};
use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, Delete, IngestTable, Visibility};
use tests::{Database, assert_same, ingest, snapshot, version};

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    id: i32,
    name: Option<String>,
    day: NaiveDate,
    amount: f64,
}

const COLUMNS: &str = "id int NOT NULL, name text, day date NOT NULL, amount float8 NOT NULL";

/// Tables that ten rows fit in, and the first version that has such.
const FORMS: &[(&str, u32)] = &[
    ("PARTITION BY RANGE (day); CREATE TABLE a PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2026-06-01');
      CREATE TABLE b PARTITION OF t FOR VALUES FROM ('2026-06-01') TO (MAXVALUE)", 10),
    ("PARTITION BY RANGE (id, day); CREATE TABLE a PARTITION OF t FOR VALUES FROM (-3, MINVALUE) TO (5, '2026-06-02');
      CREATE TABLE b PARTITION OF t FOR VALUES FROM (5, '2026-06-02') TO (MAXVALUE, MAXVALUE)", 10),
    ("PARTITION BY LIST (name); CREATE TABLE a PARTITION OF t FOR VALUES IN ('it''s', E'back\\\\slash', '');
      CREATE TABLE b PARTITION OF t FOR VALUES IN (NULL, '€')", 10),
    // By a bound that a few digits do not tell.
    ("PARTITION BY RANGE (amount); CREATE TABLE a PARTITION OF t FOR VALUES FROM (MINVALUE) TO (0.1::float8 + 0.2::float8);
      CREATE TABLE b PARTITION OF t FOR VALUES FROM (0.1::float8 + 0.2::float8) TO (MAXVALUE)", 12),
    ("PARTITION BY RANGE ((id % 2), coalesce(lower(name), '') COLLATE \"C\" text_pattern_ops);
      CREATE TABLE a PARTITION OF t FOR VALUES FROM (MINVALUE, MINVALUE) TO (1, MINVALUE);
      CREATE TABLE b PARTITION OF t FOR VALUES FROM (1, MINVALUE) TO (MAXVALUE, MAXVALUE)", 11),
    ("PARTITION BY HASH (id, name); CREATE TABLE a PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE b PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)", 11),
    ("PARTITION BY LIST (id); CREATE TABLE a PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE b PARTITION OF t DEFAULT", 11),
    // To any depth, in other schemas, beside a table of the name.
    ("PARTITION BY RANGE (day); CREATE SCHEMA \"S 1\"; CREATE TABLE \"S 1\".t PARTITION OF t
        FOR VALUES FROM (MINVALUE) TO ('2026-06-01') PARTITION BY LIST (id);
      CREATE TABLE a PARTITION OF \"S 1\".t FOR VALUES IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
      CREATE TABLE \"S 1\".\"B\"\"b\" PARTITION OF t FOR VALUES FROM ('2026-06-01') TO (MAXVALUE)
        PARTITION BY RANGE (id);
      CREATE TABLE b PARTITION OF \"S 1\".\"B\"\"b\" FOR VALUES FROM (0) TO (100);
      CREATE INDEX \"i 1\" ON b (name)", 10),
    ("PARTITION BY RANGE (day); CREATE TABLE a PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2026-06-01')
        PARTITION BY LIST (id);
      CREATE TABLE a1 PARTITION OF a DEFAULT; CREATE INDEX own ON a (name); CREATE UNIQUE INDEX k ON a (id, day);
      ALTER TABLE a ADD CONSTRAINT u UNIQUE (day, id); ALTER INDEX a1_name_idx RENAME TO \"of a1\";
      CREATE TABLE b PARTITION OF t DEFAULT", 11),
];

fn rows() -> Vec<Row> {
    let names = [Some("it's"), Some("back\\slash"), Some(""), None, Some("€")];
    let row = |id: i32| Row {
        id,
        name: names[usize::try_from(id).unwrap() % 5].map(str::to_owned),
        day: day(2025 + id % 2),
        amount: f64::from(id % 3) / 10.0 + f64::from(id / 3) / 10.0,
    };
    (1..=10).map(row).collect()
}

#[tokio::test]
async fn each_is_made_again() {
    let settings = [
        "",
        "SET standard_conforming_strings = off; SET DateStyle = 'SQL, DMY'; SET extra_float_digits = -10;
         SET search_path = public",
    ];
    for (form, since) in FORMS.iter().filter(|(_, since)| version() >= *since) {
        for setting in settings {
            let database = Database::new().await;
            let sql = format!("CREATE TABLE t ({COLUMNS}) {form}");
            database.execute(&sql).await;
            let mut client = database.connect().await;
            client.batch_execute(setting).await.unwrap();
            let batches = |_| [Batch::new(rows()).high_watermark(1)];
            ingest::<Row>(&mut client).batches(batches).await.unwrap();
            let before = snapshot(&database).await;
            let placed = "SELECT tableoid::regclass::text, id FROM t ORDER BY id";
            let places = database.rows(placed).await;
            let oids = "SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')
                AND relnamespace::regnamespace::text !~ '^pg_|^information_schema' ORDER BY oid";
            let old = database.rows(oids).await;
            for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
                let report = ingest::<Row>(&mut client)
                    .delete(Delete::All)
                    .visibility(visibility)
                    .batches(batches)
                    .await
                    .unwrap_or_else(|error| panic!("{form} {since}: {error:?}"));
                assert_eq!((report.tables[0].deleted, report.tables[0].inserted), (10, 10));
                assert!(report.migrated.is_empty(), "{}", report.migrated);
                assert_same(&before, &snapshot(&database).await, form);
                assert_eq!(database.rows(placed).await, places, "{form}");
            }
            let new = database.rows(oids).await;
            assert!(tests::keeps_in_table() || old.iter().all(|oid| !new.contains(oid)), "{form}");
            assert!(ingest::<Row>(&mut client).plan().await.unwrap().is_empty());
        }
    }
}

/// What was built for a partition, and never attached, was of a migration that was interrupted.
#[tokio::test]
async fn an_index_of_a_partition_that_an_interrupted_migration_left_is_not_kept() {
    if version() < 11 {
        return;
    }
    let database = loaded(&table()).await;
    let left = "CREATE UNIQUE INDEX early_id_pg_bulk_ingest_index ON early (id);
        CREATE INDEX late_value_pg_bulk_ingest_index1 ON late (value);
        CREATE INDEX own ON late (id)";
    database.execute(left).await;
    let mut client = database.connect().await;
    load(&mut client, Delete::BeforeFirstBatch).await.unwrap();
    let indexes = "SELECT relname FROM pg_class WHERE relkind = 'i'
        AND relnamespace = 'public'::regnamespace ORDER BY relname";
    let expected = ["early_pkey", "early_value_idx", "late_pkey", "late_value_idx", "own"];
    assert_eq!(database.rows(indexes).await, expected);
}
