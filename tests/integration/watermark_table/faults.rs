//! Sources that load one table at once, over connections that fail.

use futures_util::future::join_all;
use pg_bulk_ingest::{Batch, Error, IngestTable, Overlap, Upsert, Watermarks};
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::{At, Database, Dice, Direction, Harm, Proxy, ingest};
use tokio_postgres::Client;

const SOURCES: usize = 8;
const BATCHES: i32 = 5;
const ROWS: i32 = 10;
/// Each source meets so many at most.
const FAULTS: usize = 6;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Appended {
    source: i32,
    batch: i32,
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Merged {
    #[ingest(primary_key)]
    id: i32,
    source: i32,
    batch: i32,
}

fn kept() -> Watermarks {
    Watermarks::table("ops", "ingest_state")
}

async fn append(client: &mut Client, source: i32) -> Result<(), Error> {
    let batches = |after: Option<i32>| {
        (after.unwrap_or_default() + 1..=BATCHES).map(move |batch| {
            let rows = (0..ROWS).map(move |_| Appended { source, batch });
            Batch::new(rows).high_watermark(batch)
        })
    };
    let ingest = ingest::<Appended>(client).watermarks(kept()).source(source.to_string());
    ingest.upsert(Upsert::Off).overlap(Overlap::Wait).batches(batches).await.map(drop)
}

/// Each batch adds some rows, and changes those that its source has.
async fn merge(client: &mut Client, source: i32) -> Result<(), Error> {
    let batches = |after: Option<i32>| {
        (after.unwrap_or_default() + 1..=BATCHES).map(move |batch| {
            let row = move |n| Merged { id: n * 100 + source, source, batch };
            Batch::new((0..ROWS * batch).map(row)).high_watermark(batch)
        })
    };
    let ingest = ingest::<Merged>(client).watermarks(kept()).source(source.to_string());
    ingest.overlap(Overlap::Wait).batches(batches).await.map(drop)
}

/// The sources of which a reader sees other rows than those of the batches up to the high watermark.
const IN_PARTS: &str = "
    SELECT count(*) FROM (SELECT source, count(*) AS rows, max(batch) AS batch FROM t GROUP BY source) AS t
    FULL JOIN ops.ingest_state s ON s.source = t.source::text
    WHERE 10 * s.high_watermark::text::int8 IS DISTINCT FROM t.rows
    OR s.high_watermark::text::int8 IS DISTINCT FROM t.batch";

async fn sweep(seed: u64, load: impl AsyncFn(&mut Client, i32) -> Result<(), Error>) {
    let database = Database::new().await;
    let reader = database.connect().await;
    // The tables are there, so that they can be looked at.
    load(&mut database.connect().await, 0).await.unwrap();
    let (under_way, struck) = (AtomicUsize::new(SOURCES), AtomicUsize::new(0));
    let sources = (1..).take(SOURCES).map(async |source: i32| {
        let proxy = Proxy::new(&database.url()).await;
        let mut dice = Dice::new(seed * 100 + u64::try_from(source).unwrap());
        for attempt in 0.. {
            let mut client = proxy.connect(&database.url()).await;
            if attempt < FAULTS {
                let direction = dice.pick(&[Direction::ToServer, Direction::ToClient]);
                let at = At::Number(1 + dice.up_to(60));
                let harm = if dice.once_in(2) { Harm::Cut } else { Harm::HalfClose };
                proxy.set(direction, at, harm);
            }
            let loaded = load(&mut client, source).await;
            if proxy.disarm() && attempt < FAULTS {
                struck.fetch_add(1, Ordering::Relaxed);
            }
            match loaded {
                Ok(()) => break,
                Err(error) => assert!(attempt <= FAULTS, "{error}"),
            }
        }
        under_way.fetch_sub(1, Ordering::Relaxed);
    });
    let read = async {
        while under_way.load(Ordering::Relaxed) > 0 {
            assert_eq!(tests::rows(&reader, IN_PARTS).await, ["0"]);
        }
    };
    tokio::join!(join_all(sources), read);
    assert!(struck.into_inner() >= SOURCES);
    assert_eq!(tests::rows(&reader, IN_PARTS).await, ["0"]);
    let marks = "SELECT count(*), min(high_watermark::text), max(batch) FROM ops.ingest_state";
    assert_eq!(database.row(marks).await, format!("{}|{BATCHES}|{BATCHES}", SOURCES + 1));
}

#[tokio::test]
async fn batches_of_each_are_there_once_as_far_as_its_high_watermark() {
    sweep(1, async |client, source| append(client, source).await).await;
}

#[tokio::test]
async fn and_where_they_merge() {
    sweep(2, async |client, source| merge(client, source).await).await;
}
