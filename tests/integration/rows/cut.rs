//! Where batches end.

use super::{Entry, batches, entries, ids};
use pg_bulk_ingest::{Cut, IngestTable, NoWatermark};
use std::sync::Arc;
use tests::{Database, Dice, ingest};

#[tokio::test]
async fn batches_end_where_the_high_watermark_changes_once_they_have_enough() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let days = [1, 1, 2, 2, 2, 3];
    for (cut, expected) in [
        (Cut::each(), vec!["1 1", "2 2 2", "3"]),
        (Cut::rows(0), vec!["1 1", "2 2 2", "3"]),
        (Cut::rows(2), vec!["1 1", "2 2 2", "3"]),
        (Cut::rows(3), vec!["1 1 2 2 2", "3"]),
        (Cut::rows(5), vec!["1 1 2 2 2", "3"]),
        (Cut::rows(6), vec!["1 1 2 2 2 3"]),
        (Cut::rows(u64::MAX), vec!["1 1 2 2 2 3"]),
        (Cut::bytes(1), vec!["1 1", "2 2 2", "3"]),
        (Cut::bytes(u64::MAX), vec!["1 1 2 2 2 3"]),
        (Cut::default(), vec!["1 1 2 2 2 3"]),
    ] {
        database.execute("DROP TABLE IF EXISTS t").await;
        let report = ingest::<Entry>(&mut client)
            .rows(|_| entries(&days), |entry| entry.day)
            .cut(cut)
            .await
            .unwrap();
        assert_eq!(batches(&database).await, expected, "{cut:?}");
        assert_eq!((report.batches, report.rows), (expected.len() as u64, 6), "{cut:?}");
        assert_eq!(report.high_watermark, Some(3));
        let stored = ingest::<Entry>(&mut client).stored::<i32>().await.unwrap();
        assert_eq!(stored, Some(3), "{cut:?}");
    }
}

#[tokio::test]
async fn bytes_are_those_that_are_sent_and_those_that_are_still_to_be() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // A row has 2 bytes, and 4 + 4 for each of its columns.
    let rows = (1..=20_000).map(|id| Entry { day: id, id });
    let report = ingest::<Entry>(&mut client)
        .rows(|_| rows, |entry| entry.id)
        .cut(Cut::bytes(18 * 9_000 - 17))
        .await
        .unwrap();
    assert_eq!((report.batches, report.bytes), (3, 18 * 20_000));
    let counts = "SELECT count(*)::text FROM t GROUP BY t.xmin::text ORDER BY min(t.id)";
    assert_eq!(database.rows(counts).await, ["9000", "9000", "2000"]);
}

#[tokio::test]
async fn without_a_high_watermark_all_rows_are_one_batch_and_none_is_stored() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let report = ingest::<Entry>(&mut client)
        .rows(|_| entries(&[1, 2, 3]), |_| NoWatermark)
        .cut(Cut::each())
        .await
        .unwrap();
    assert_eq!((report.batches, report.high_watermark), (1, None));
    let stored = "SELECT harness.high_watermark('t'::regclass)";
    assert_eq!(database.row(stored).await, "∅");
}

/// A row that is counted while it lives.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Counted {
    id: i32,
    #[ingest(skip)]
    _alive: Arc<()>,
}

#[tokio::test]
async fn no_more_than_two_rows_live_at_a_time() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let (alive, mut most) = (Arc::new(()), 0);
    let rows = (0..50_000).map(|id| {
        let row = Counted { id, _alive: Arc::clone(&alive) };
        most = most.max(Arc::strong_count(&alive) - 1);
        row
    });
    let report = ingest::<Counted>(&mut client)
        .rows(|_| rows, |row| row.id / 100)
        .cut(Cut::rows(9_950))
        .await
        .unwrap();
    assert_eq!((report.batches, report.rows), (5, 50_000));
    assert!(most <= 2, "{most}");
}

/// Any sequence of high watermarks, however it is cut, ends in the same table; batches end at changes
/// alone, and after an interruption anywhere the rest follows.
#[tokio::test]
async fn any_sequence_cut_anyhow_is_ingested_once_in_batches_that_end_at_changes() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for seed in 0..15 {
        let mut dice = Dice::new(seed);
        let mut day = 0;
        let days: Vec<i32> = (0..dice.below(30))
            .map(|_| {
                day += i32::from(dice.once_in(3));
                day
            })
            .collect();
        let cut = match dice.below(4) {
            0 => Cut::each(),
            1 => Cut::rows(dice.below(8)),
            2 => Cut::bytes(dice.below(200)),
            _ => Cut::default(),
        };
        database.execute("DROP TABLE IF EXISTS t").await;
        let rows = entries(&days);
        let mut end = dice.below(40);
        loop {
            let source = |after: Option<i32>| {
                let new = rows.iter().filter(move |row| after.is_none_or(|after| row.day > after));
                new.zip(1..)
                    .map(move |(row, at)| if at == end { Err("interrupted") } else { Ok(row) })
            };
            let run = ingest::<Entry>(&mut client).rows(source, |row| row.day).ordered().cut(cut);
            if run.await.is_ok() {
                break;
            }
            end = 0;
        }
        let expected: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(ids(&database).await, expected, "{seed}");
        let sql = "SELECT bool_and(batches = 1) IS NOT FALSE
                   FROM (SELECT count(DISTINCT t.xmin::text) AS batches FROM t GROUP BY t.day) AS days";
        assert_eq!(database.row(sql).await, "t", "{seed}");
    }
}
