//! Partitions that are made for rows, in a table that replaces another.

use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, Delete, IngestTable, Visibility};
use tests::{Database, ingest, version};

#[derive(IngestTable, Clone)]
#[ingest(table = "t", partition_by = "range (day)", partitions(every = "1 month", ahead = 1))]
struct Added {
    day: NaiveDate,
    id: i64,
}

#[derive(IngestTable, Clone)]
#[ingest(
    table = "t",
    partition_by = "range (day)",
    partitions(every = "1 month", ahead = 1, default),
    index(value)
)]
struct Event {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(primary_key)]
    day: NaiveDate,
    value: i32,
}

#[derive(IngestTable, Clone)]
#[ingest(table = "t", partition_by = "list (shop)", partitions(list))]
struct Sale {
    shop: Option<String>,
    id: i64,
}

#[derive(IngestTable, Clone)]
#[ingest(table = "t", partition_by = "hash (id)", partitions(hash = 3))]
struct Hashed {
    #[ingest(primary_key)]
    id: i64,
    value: i32,
}

fn day(month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, 3).unwrap()
}

/// The partitions of the table with their rows, and the names of their indexes.
const PARTITIONS: &str = "
    SELECT concat_ws(' ', c.relname, replace(pg_get_expr(c.relpartbound, c.oid), 'FOR VALUES ', ''),
      (xpath('//c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', c.relname), false, true, '')))[1],
      (SELECT string_agg(x.indexrelid::regclass::text, ' ' ORDER BY 1) FROM pg_index x WHERE x.indrelid = c.oid))
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 't'::regclass ORDER BY c.relname";

const LEFT: &str = "SELECT relname FROM pg_class WHERE relname LIKE '%bulk_ingest%'
    UNION ALL SELECT conname FROM pg_constraint WHERE conname LIKE '%bulk_ingest%'";

async fn refresh<S>(
    client: &mut tokio_postgres::Client,
    visibility: Visibility,
    batches: Vec<Vec<S>>,
) where
    S: IngestTable + pg_bulk_ingest::RowOf<S> + Send + Sync + 'static,
{
    let ingest = ingest::<S>(client).delete(Delete::All).visibility(visibility);
    ingest.batches(|_| batches.into_iter().map(Batch::new)).await.unwrap();
}

#[tokio::test]
async fn those_that_rows_need_are_made_by_their_names() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows =
        |months: &[u32]| months.iter().map(|month| Added { day: day(*month), id: 1 }).collect();
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        database.execute("DROP TABLE IF EXISTS t").await;
        refresh(&mut client, visibility, vec![rows(&[1, 2])]).await;
        refresh(&mut client, visibility, vec![rows(&[2, 5, 5]), rows(&[7])]).await;
        let expected = [
            "t_2026_01 FROM ('2026-01-01') TO ('2026-02-01') 0",
            "t_2026_02 FROM ('2026-02-01') TO ('2026-03-01') 1",
            "t_2026_03 FROM ('2026-03-01') TO ('2026-04-01') 0",
            "t_2026_05 FROM ('2026-05-01') TO ('2026-06-01') 2",
            "t_2026_06 FROM ('2026-06-01') TO ('2026-07-01') 0",
            "t_2026_07 FROM ('2026-07-01') TO ('2026-08-01') 1",
            "t_2026_08 FROM ('2026-08-01') TO ('2026-09-01') 0",
        ];
        assert_eq!(database.rows(PARTITIONS).await, expected);
        assert_eq!(database.rows(LEFT).await, [""; 0]);
        assert!(ingest::<Added>(&mut client).plan().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn rows_of_a_default_partition_have_theirs_made() {
    if version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = |months: &[u32]| {
        months.iter().map(|month| Event { id: 1, day: day(*month), value: 1 }).collect::<Vec<_>>()
    };
    refresh(&mut client, Visibility::AfterEachBatch, vec![rows(&[1])]).await;
    refresh(&mut client, Visibility::AfterEachBatch, vec![rows(&[1, 4, 4]), rows(&[4, 5])]).await;
    let expected = [
        "t_2026_01 FROM ('2026-01-01') TO ('2026-02-01') 1 t_2026_01_pkey t_2026_01_value_idx",
        "t_2026_02 FROM ('2026-02-01') TO ('2026-03-01') 0 t_2026_02_pkey t_2026_02_value_idx",
        "t_2026_04 FROM ('2026-04-01') TO ('2026-05-01') 1 t_2026_04_pkey t_2026_04_value_idx",
        "t_2026_05 FROM ('2026-05-01') TO ('2026-06-01') 1 t_2026_05_pkey t_2026_05_value_idx",
        "t_default DEFAULT 0 t_default_pkey t_default_value_idx",
    ];
    let found = database.rows(PARTITIONS).await;
    assert_eq!(
        found.iter().filter(|line| !line.starts_with("t_2026_06")).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(database.rows(LEFT).await, [""; 0]);
}

#[tokio::test]
async fn values_have_theirs_made_and_hashes_stay() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = |shops: &[Option<&str>]| {
        let row = |shop: &Option<&str>| Sale { shop: shop.map(str::to_owned), id: 1 };
        shops.iter().map(row).collect::<Vec<_>>()
    };
    refresh(&mut client, Visibility::AfterEachBatch, vec![rows(&[Some("a"), None])]).await;
    refresh(&mut client, Visibility::AfterEachBatch, vec![rows(&[Some("it's"), None, None])]).await;
    let expected = ["t_a IN ('a') 0", "t_it's IN ('it''s') 1", "t_null IN (NULL) 2"];
    let found = database.rows(&PARTITIONS.replace("%I", "%I")).await;
    assert_eq!(found, expected);
    if version() < 11 {
        return;
    }
    database.execute("DROP TABLE t").await;
    let rows = |count| (0..count).map(|id| Hashed { id, value: 1 }).collect::<Vec<_>>();
    refresh(&mut client, Visibility::AfterEachBatch, vec![rows(100)]).await;
    refresh(&mut client, Visibility::AfterEachBatch, vec![rows(50), rows(60)]).await;
    assert_eq!(database.row("SELECT count(*), count(DISTINCT tableoid) FROM t").await, "60|3");
    assert_eq!(database.rows(LEFT).await, [""; 0]);
}
