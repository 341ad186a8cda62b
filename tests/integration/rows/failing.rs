//! Sources that fail, or stop in the middle.

use super::{Entry, batches, entries, ids};
use futures_util::FutureExt;
use pg_bulk_ingest::{Cut, Delete, Error, ErrorKind};
use std::error::Error as _;
use std::io;
use std::panic::AssertUnwindSafe;
use tests::{Database, ingest};

const DAYS: [i32; 7] = [1, 1, 2, 2, 3, 3, 3];

fn gone<T>() -> io::Result<T> {
    Err(io::Error::other("the disk is gone"))
}

fn assert_is_of_the_source(error: &Error, place: Option<(u64, u64)>) {
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(error.source().unwrap().to_string(), "the disk is gone");
    assert_eq!(error.batch().zip(error.row()), place, "{error}");
}

#[tokio::test]
async fn an_error_rolls_its_batch_back_and_the_next_ingest_loads_the_rest_once() {
    let all = entries(&DAYS);
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (good, expected, place) in [
        (0, vec![], (1, 1)),
        (1, vec![], (1, 2)),
        // The rows of the first day could go on.
        (2, vec![], (1, 3)),
        (3, vec!["1 1"], (2, 2)),
        (4, vec!["1 1"], (2, 3)),
        (6, vec!["1 1", "2 2"], (3, 3)),
        (7, vec!["1 1", "2 2"], (3, 4)),
    ] {
        database.execute("DROP TABLE IF EXISTS t").await;
        let rows = all[..good].iter().map(Ok).chain([gone()]);
        let error = ingest::<Entry>(&mut client)
            .rows(|_: Option<i32>| rows, |entry| entry.day)
            .cut(Cut::each())
            .await
            .unwrap_err();
        assert_is_of_the_source(&error, Some(place));
        if !expected.is_empty() {
            assert_eq!(batches(&database).await, expected);
        }
        let rest = |after: Option<i32>| {
            all.iter().filter(move |entry| after.is_none_or(|after| entry.day > after))
        };
        let report = ingest::<Entry>(&mut client)
            .rows(rest, |entry| entry.day)
            .cut(Cut::each())
            .await
            .unwrap();
        assert_eq!(report.batches, 3 - expected.len() as u64);
        assert_eq!(batches(&database).await, ["1 1", "2 2", "3 3 3"]);
    }
}

#[tokio::test]
async fn an_error_instead_of_rows_empties_nothing() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Entry>(&mut client).rows(|_| entries(&[1]), |entry| entry.day).await.unwrap();
    let emptying = ingest::<Entry>(&mut client).delete(Delete::All);
    let opened = |_: Option<i32>| gone::<Vec<Entry>>();
    let error = emptying.rows(opened, |entry| entry.day).await.unwrap_err();
    assert_is_of_the_source(&error, None);
    let emptying = ingest::<Entry>(&mut client).delete(Delete::All);
    let opened = |_: Option<i32>| Ok::<_, io::Error>(gone::<Vec<Entry>>());
    let error = emptying.rows(opened, |entry| entry.day).await.unwrap_err();
    assert_is_of_the_source(&error, None);
    let emptying = ingest::<Entry>(&mut client).delete(Delete::All);
    let first = |_: Option<i32>| [gone::<Entry>()];
    let error = emptying.rows(first, |entry| entry.day).await.unwrap_err();
    assert_is_of_the_source(&error, Some((1, 1)));
    assert_eq!(ids(&database).await, ["1"]);
}

#[tokio::test]
async fn without_rows_it_is_an_ingest_without_batches() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let none = |_: Option<i32>| None::<Entry>;
    let report = ingest::<Entry>(&mut client).rows(none, |entry| entry.day).await.unwrap();
    assert_eq!((report.batches, report.high_watermark), (0, None));
    assert_eq!(ids(&database).await, [""; 0], "the table is there");

    ingest::<Entry>(&mut client).rows(|_| entries(&[5]), |entry| entry.day).await.unwrap();
    let deleting = ingest::<Entry>(&mut client).delete(Delete::BeforeFirstBatch);
    let report = deleting.rows(none, |entry| entry.day).await.unwrap();
    assert_eq!((report.batches, report.high_watermark), (0, Some(5)));
    assert_eq!(ids(&database).await, ["1"]);
    let deleting = ingest::<Entry>(&mut client).delete(Delete::All);
    deleting.rows(none, |entry| entry.day).await.unwrap();
    assert_eq!(ids(&database).await, [""; 0]);
}

#[tokio::test]
async fn a_panic_of_the_source_rolls_its_batch_back() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = entries(&DAYS).into_iter().inspect(|entry| assert!(entry.id < 4, "no more"));
    let run = ingest::<Entry>(&mut client).rows(|_| rows, |entry| entry.day).cut(Cut::each());
    assert!(AssertUnwindSafe(run.into_future()).catch_unwind().await.is_err());
    assert_eq!(batches(&database).await, ["1 1"]);

    let day = |entry: &Entry| {
        assert!(entry.id < 6, "no more");
        entry.day
    };
    let rest = |after| entries(&DAYS).into_iter().filter(move |entry| Some(entry.day) > after);
    let run = ingest::<Entry>(&mut client).rows(rest, day).cut(Cut::each());
    assert!(AssertUnwindSafe(run.into_future()).catch_unwind().await.is_err());
    assert_eq!(batches(&database).await, ["1 1", "2 2"]);

    let run = ingest::<Entry>(&mut client).rows(rest, |entry| entry.day).cut(Cut::each());
    assert_eq!(run.await.unwrap().rows, 3);
    assert_eq!(batches(&database).await, ["1 1", "2 2", "3 3 3"]);
}

#[tokio::test]
async fn a_high_watermark_that_does_not_read_back_is_an_error_of_its_batch() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let error = ingest::<Entry>(&mut client)
        .rows(|_| entries(&[1, 2]), |entry| if entry.day == 1 { 0.5 } else { f64::NAN })
        .cut(Cut::each())
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WatermarkSerialize), "{error}");
    assert_eq!(batches(&database).await, ["1"]);
}
