//! What a batch is merged into: tables of other types, kinds, privileges and surroundings than those
//! that the library makes.

mod columns;
mod handover;
mod partitions;
mod references;
mod refused;
mod small;
mod superseded;

use pg_bulk_ingest::{Batch, IngestTable, Migration};
use tests::{Database, ingest};

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

fn rows(ids: std::ops::Range<i32>, value: &str) -> Vec<Row> {
    ids.map(|id| Row { id, value: value.to_owned() }).collect()
}

#[tokio::test]
async fn rows_of_a_table_that_inherits_are_not_the_tables() {
    for (before, batch) in [(0_u64, 3_u64), (100_000, 3), (3, 3), (20_000, 20_000)] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database
            .execute(&format!(
                "CREATE TABLE t (id integer PRIMARY KEY, value text NOT NULL);
                CREATE TABLE child () INHERITS (t);
                INSERT INTO t SELECT g, 'old' FROM generate_series(1000000, 999999 + {before}) g;
                INSERT INTO child SELECT g, CASE g % 2 WHEN 0 THEN 'new' ELSE 'other' END
                FROM generate_series(0, {batch} - 1) g;
                ANALYZE t"
            ))
            .await;
        for expected in [(batch, 0, 0), (0, 0, batch)] {
            let rows = rows(0..i32::try_from(batch).unwrap(), "new");
            let report = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
            let table = &report.tables[0];
            let counts = (table.inserted, table.updated, table.unchanged);
            assert_eq!(counts, expected, "{before} rows before, {batch} in the batch");
        }
        let counts = "SELECT (SELECT count(*) FROM ONLY t), (SELECT count(*) FROM ONLY child)";
        assert_eq!(database.row(counts).await, format!("{}|{batch}", before + batch));
    }
}

#[tokio::test]
async fn a_longer_type_that_stays_is_that_of_the_merge() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Short {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(sql_type = "varchar(16)")]
        value: String,
        #[ingest(sql_type = "varchar(16)[]")]
        all: Vec<String>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id integer PRIMARY KEY, value text NOT NULL, \"all\" text[] NOT NULL)",
        )
        .await;
    for (value, expected) in [("a", (3, 0, 0)), ("a", (0, 0, 3)), ("b", (0, 3, 0))] {
        let row = |id| Short { id, value: value.to_owned(), all: vec![value.to_owned()] };
        let report = ingest::<Short>(&mut client)
            .migration(Migration::AdditiveOnly)
            .batches(|_| [Batch::new((0..3).map(row))])
            .await
            .unwrap();
        let table = &report.tables[0];
        assert_eq!((table.inserted, table.updated, table.unchanged), expected);
    }
    let types = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
                 WHERE attrelid = 't'::regclass AND attnum > 1";
    assert_eq!(database.rows(types).await, ["text", "text[]"]);
}

#[tokio::test]
async fn keys_of_a_partitioned_table_are_equal_as_its_index_says() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Citext {
        #[ingest(primary_key, sql_type = "citext")]
        id: String,
        value: i32,
    }
    if tests::version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id citext PRIMARY KEY, value integer NOT NULL) PARTITION BY HASH (id);
            CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE t2 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            INSERT INTO t VALUES ('A', 1), ('B', 2), ('C', 3)",
        )
        .await;
    let batch = [("a", 1), ("b", 3), ("d", 4)].map(|(id, value)| Citext { id: id.into(), value });
    let report = ingest::<Citext>(&mut client).batches(|_| [Batch::new(batch)]).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (1, 1, 1));
    assert_eq!(database.rows("SELECT * FROM t ORDER BY id").await, ["A|1", "B|3", "C|3", "d|4"]);
}
