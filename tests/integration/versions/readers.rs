//! What readers see, and wait for.

use super::{Plain, plain, publish};
use pg_bulk_ingest::{Batch, NoWatermark, Versions};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::{Database, ingest, version};

/// Of each version as many rows as there are labels before it, all of its label.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_view_sees_whole_versions_alone() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "100", Versions::keep(2), 0..100).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let readers = [database.connect().await, database.connect().await].map(|reader| {
        let done = Arc::clone(&done);
        async move {
            let (mut seen, mut longest) = (0, Duration::ZERO);
            while !done.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let row = reader
                    .query_one("SELECT min(run), max(run), count(*)::text FROM t_latest", &[])
                    .await
                    .unwrap();
                longest = longest.max(begun.elapsed());
                let [first, last, count] = [0, 1, 2].map(|at| row.get::<_, String>(at));
                assert!(first == last && last == count, "{first} {last} {count}");
                seen += 1;
            }
            (seen, longest)
        }
    });
    let readers = readers.map(tokio::spawn);
    for rows in 101..=112 {
        let label = rows.to_string();
        let mut session = ingest::<Plain>(&mut client)
            .version(&label)
            .versions(Versions::keep(2))
            .start::<NoWatermark>()
            .await
            .unwrap();
        for values in [0..50, 50..rows] {
            session.ingest(Batch::new(plain(&label, values))).await.unwrap();
        }
        session.finish().await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        let (seen, longest) = reader.await.unwrap();
        assert!(seen > 20, "{seen}");
        assert!(longest < Duration::from_secs(2), "{longest:?}");
    }
}

/// One that stays in a transaction holds up nobody where no version is removed.
#[tokio::test]
async fn a_reader_of_the_table_holds_up_no_version() {
    if version() < 12 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT count(*) FROM t").await.unwrap();
    let published = publish(&mut client, "b", Versions::all(), 0..4);
    tokio::time::timeout(Duration::from_secs(20), published).await.unwrap().unwrap();
    // In its transaction, too.
    let count = reader.query_one("SELECT count(*) FROM t", &[]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 7);
}
