//! Tables that are partitioned as their struct says, and the partitions that are made for rows.

mod beside;
mod forms;
mod large;
mod refused;

use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, IngestTable, IngestTables, Report};
use tests::{Database, ingest, version};
use tokio_postgres::Client;

/// Rows that are only added: they go straight into their partitions.
#[derive(IngestTable, Clone)]
#[ingest(table = "t", partition_by = "range (day)", partitions(every = "1 month"))]
pub(crate) struct Added {
    day: NaiveDate,
    id: i64,
}

/// Rows that are merged.
#[derive(IngestTable, Clone)]
#[ingest(table = "t", partition_by = "range (day)", partitions(every = "1 month"))]
pub(crate) struct Event {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(primary_key)]
    day: NaiveDate,
    #[ingest(index)]
    value: i32,
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(crate) fn event(id: i64, on: NaiveDate, value: i32) -> Event {
    Event { id, day: on, value }
}

/// The partitions with their bounds, and how many rows each has.
pub(crate) const PARTITIONS: &str = "
    SELECT c.relname || ' ' || replace(pg_get_expr(c.relpartbound, c.oid), 'FOR VALUES ', '') || ': '
      || (xpath('//c/text()', query_to_xml(
        format('SELECT count(*) AS c FROM %I.%I', n.nspname, c.relname), false, true, '')))[1]
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.inhparent = 't'::regclass ORDER BY c.relname";

pub(crate) async fn load<S>(
    client: &mut Client,
    rows: impl IntoIterator<Item: pg_bulk_ingest::RowOf<S>, IntoIter: Send> + Send,
) -> Report<pg_bulk_ingest::NoWatermark>
where
    S: IngestTables + Send + Sync,
{
    ingest::<S>(client).batches(|_| [Batch::new(rows)]).await.unwrap()
}

#[tokio::test]
async fn rows_that_are_added_have_their_partitions_made() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = |months: std::ops::Range<u32>| {
        months.flat_map(|month| (1..=20).map(move |on| Added { day: day(2026, month, on), id: 1 }))
    };
    let report = load::<Added>(&mut client, rows(1..4)).await;
    assert!(report.migrated.to_string().contains("ATTACH PARTITION"), "{}", report.migrated);
    let expected = [
        "t_2026_01 FROM ('2026-01-01') TO ('2026-02-01'): 20",
        "t_2026_02 FROM ('2026-02-01') TO ('2026-03-01'): 20",
        "t_2026_03 FROM ('2026-03-01') TO ('2026-04-01'): 20",
    ];
    assert_eq!(database.rows(PARTITIONS).await, expected);
    assert!(ingest::<Added>(&mut client).plan().await.unwrap().is_empty());
    let report = load::<Added>(&mut client, rows(2..4)).await;
    assert!(report.migrated.is_empty(), "{}", report.migrated);
    // In the middle of a COPY of many chunks, in no order.
    let many = (0_u32..60_000).map(|n| Added { day: day(2026, 1 + n % 7 + n / 20_000, 9), id: 1 });
    load::<Added>(&mut client, many).await;
    assert_eq!(database.row("SELECT count(*), count(DISTINCT tableoid) FROM t").await, "60100|9");
}

#[tokio::test]
async fn rows_that_are_merged_have_their_partitions_made() {
    if version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = |value| (0_u32..300).map(move |n| event(n.into(), day(2025, 1 + n % 12, 5), value));
    load::<Event>(&mut client, rows(1)).await;
    let partitions = database.rows(PARTITIONS).await;
    assert_eq!(
        (partitions.len(), &*partitions[11]),
        (12, "t_2025_12 FROM ('2025-12-01') TO ('2026-01-01'): 25")
    );
    let more = rows(2).chain([event(1000, day(2026, 1, 1), 3)]);
    let report = load::<Event>(&mut client, more).await;
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated), (1, 300));
    // Each has the indexes of its table.
    let indexes = "SELECT count(*) FROM pg_index x JOIN pg_inherits i ON i.inhrelid = x.indrelid
        WHERE i.inhparent = 't'::regclass AND x.indisvalid";
    assert_eq!(database.row(indexes).await, "26");
    assert!(ingest::<Event>(&mut client).plan().await.unwrap().is_empty());
}

#[tokio::test]
async fn parts_of_a_batch_have_their_partitions_made() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let part =
        |month: u32| (0..3000).map(move |n| Added { day: day(2026, month, 1 + n % 28), id: 1 });
    let batch = Batch::parts([part(1), part(2), part(3), part(2)]);
    ingest::<Added>(&mut client).batches(|_| [batch]).await.unwrap();
    let expected = [
        "t_2026_01 FROM ('2026-01-01') TO ('2026-02-01'): 3000",
        "t_2026_02 FROM ('2026-02-01') TO ('2026-03-01'): 6000",
        "t_2026_03 FROM ('2026-03-01') TO ('2026-04-01'): 3000",
    ];
    assert_eq!(database.rows(PARTITIONS).await, expected);
}

/// A batch that fails before it sends its rows leaves none behind.
#[tokio::test]
async fn rows_that_are_not_sent_make_no_partition() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load::<Added>(&mut client, [Added { day: day(2026, 1, 1), id: 1 }]).await;
    let failing = [Ok(Added { day: day(2026, 2, 1), id: 1 }), Err("no more")];
    let mut session =
        ingest::<Added>(&mut client).start::<pg_bulk_ingest::NoWatermark>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    for n in 0..20_000 {
        batch.write(Added { day: day(2026, 2, 1), id: n }).await.unwrap();
    }
    drop(batch);
    drop(session);
    let failed = ingest::<Added>(&mut client).batches(|_| [Batch::new(failing)]).await;
    failed.unwrap_err();
    assert_eq!(
        database.rows(PARTITIONS).await,
        ["t_2026_01 FROM ('2026-01-01') TO ('2026-02-01'): 1"]
    );
}
