//! Batches whose rows are sent before it is known which partitions they all need.

use super::{Added, PARTITIONS, day, load};
use pg_bulk_ingest::{Batch, IngestTable, Phase};
use std::time::Duration;
use tests::{Database, ingest, version};
use tokio::sync::mpsc::unbounded_channel;

/// More than is held back.
const MANY: i64 = 250_000;

fn late() -> impl Iterator<Item = Added> + Send {
    let many = (0..MANY).map(|id| Added { day: day(2026, 1, 1), id });
    many.chain((2..5).map(|month| Added { day: day(2026, month, 1), id: 1 }))
}

/// One that has looked up the partitions of before would see the rows of these alone.
#[tokio::test]
async fn readers_do_not_see_a_part_of_a_batch() {
    if version() < 12 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    load::<Added>(&mut client, [Added { day: day(2026, 1, 1), id: 1 }]).await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT count(*) FROM t").await.unwrap();
    let (sender, mut phases) = unbounded_channel();
    let told = move |progress: &pg_bulk_ingest::Progress| {
        let _ = sender.send(progress.phase);
    };
    let ingest = ingest::<Added>(&mut client).on_progress(told);
    let loading = ingest.batches(|_| [Batch::new(late())]);
    let reading = async {
        while phases.recv().await.unwrap() != Phase::Swap {}
        // It reads what was there, and so do others, as long as it takes.
        for _ in 0..5 {
            assert_eq!(tests::rows(&reader, "SELECT count(*) FROM t").await, ["1"]);
            assert_eq!(database.row("SELECT count(*) FROM t").await, "1");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        reader.batch_execute("COMMIT").await.unwrap();
    };
    let (loaded, ()) = tokio::join!(loading, reading);
    loaded.unwrap();
    let expected = [
        "t_2026_01 FROM ('2026-01-01') TO ('2026-02-01'): 250001",
        "t_2026_02 FROM ('2026-02-01') TO ('2026-03-01'): 1",
        "t_2026_03 FROM ('2026-03-01') TO ('2026-04-01'): 1",
        "t_2026_04 FROM ('2026-04-01') TO ('2026-05-01'): 1",
    ];
    assert_eq!(database.rows(PARTITIONS).await, expected);
}

/// They go into the default partition, and leave it once the batch is committed.
#[tokio::test]
async fn rows_have_a_place_in_the_default_partition() {
    #[derive(IngestTable)]
    #[ingest(
        table = "t",
        partition_by = "range (day)",
        partitions(every = "1 month", ahead = 1, default)
    )]
    struct Row {
        day: chrono::NaiveDate,
        id: i64,
    }
    if version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |Added { day, id }| Row { day, id };
    load::<Row>(&mut client, [row(Added { day: day(2026, 1, 1), id: 1 })]).await;
    let reader = database.connect().await;
    let counts = "SELECT count(*) FROM t_default";
    let ingest = ingest::<Row>(&mut client);
    let mut session = ingest.start::<pg_bulk_ingest::NoWatermark>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(late().map(row)).await.unwrap();
    batch.commit_without_high_watermark().await.unwrap();
    // February was made ahead.
    assert_eq!(tests::rows(&reader, counts).await, ["2"]);
    let report = session.finish().await.unwrap();
    assert!(report.migrated.to_string().contains("WITH moved AS"), "{}", report.migrated);
    let expected = [
        "t_2026_01 FROM ('2026-01-01') TO ('2026-02-01'): 250001",
        "t_2026_02 FROM ('2026-02-01') TO ('2026-03-01'): 1",
        "t_2026_03 FROM ('2026-03-01') TO ('2026-04-01'): 1",
        "t_2026_04 FROM ('2026-04-01') TO ('2026-05-01'): 1",
        "t_2026_05 FROM ('2026-05-01') TO ('2026-06-01'): 0",
        "t_default DEFAULT: 0",
    ];
    assert_eq!(database.rows(PARTITIONS).await, expected);
}

/// A partition is ahead of the rows, and is made after them.
#[tokio::test]
async fn partitions_are_made_ahead() {
    #[derive(IngestTable)]
    #[ingest(table = "t", partition_by = "range (id)", partitions(every = 10, ahead = 2))]
    struct Row {
        id: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let lower = "SELECT string_agg(relname, ' ' ORDER BY length(relname), relname) FROM pg_inherits
        JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 't'::regclass";
    for (id, expected) in [
        (1, "t_0 t_10 t_20"),
        (9, "t_0 t_10 t_20"),
        (11, "t_0 t_10 t_20 t_30"),
        (39, "t_0 t_10 t_20 t_30 t_40 t_50"),
        (i32::MAX, "t_0 t_10 t_20 t_30 t_40 t_50 t_2147483640"),
    ] {
        load::<Row>(&mut client, [Row { id }]).await;
        assert_eq!(database.row(lower).await, expected);
    }
    // Others hold the lock for it: the rows are there nevertheless.
    let other = database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE").await.unwrap();
    let locks = pg_bulk_ingest::Locks {
        comment_lock_timeout: Duration::from_millis(300),
        ..pg_bulk_ingest::Locks::default()
    };
    let ingest = pg_bulk_ingest::ingest::<Row>(&mut client)
        .watermarks(pg_bulk_ingest::Watermarks::table("public", "state"))
        .locks(locks);
    ingest.batches(|_| [Batch::new([Row { id: 51 }])]).await.unwrap();
    assert_eq!(database.row("SELECT count(*) FROM t WHERE id = 51").await, "1");
    other.batch_execute("COMMIT").await.unwrap();
}
