//! Ingests of a version that were interrupted.

use super::{APART, LATEST, Plain, plain, publish};
use pg_bulk_ingest::{
    Batch, Delete, ErrorKind, Iter, NoWatermark, VersionOutcome, Versions, Visibility,
};
use tests::{Database, ingest};

/// The batches 1 to 3, of three rows each, after a high watermark; the source fails in that of this number.
fn batches(
    after: Option<i32>,
    fails: i32,
) -> impl Iterator<Item = Result<Batch<Iter<Vec<Plain>>, i32>, std::io::Error>> + Send {
    (after.unwrap_or(0) + 1..=3).map(move |number| {
        if number == fails {
            return Err(std::io::Error::other("the source is gone"));
        }
        let rows = plain("a", number * 10..number * 10 + 3);
        Ok(Batch::new(rows).high_watermark(number))
    })
}

#[tokio::test]
async fn the_next_ingest_carries_on() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let error = ingest::<Plain>(&mut client).version("a").batches(|after| batches(after, 3)).await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Source));
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
    assert_eq!(database.rows(APART).await, ["t_a"]);
    let report =
        ingest::<Plain>(&mut client).version("a").batches(|after| batches(after, 0)).await.unwrap();
    assert_eq!((report.batches, report.rows), (1, 3));
    assert_eq!(report.version, Some(VersionOutcome::Published { removed: Vec::new() }));
    assert_eq!(database.row(LATEST).await, "a|a|9");
}

/// All of it was loaded, and it was not published.
#[tokio::test]
async fn a_version_that_is_complete_is_published_without_a_batch() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let session = ingest::<Plain>(&mut client).version("a").start::<i32>().await;
    let mut session = session.unwrap();
    for batch in batches(None, 0) {
        session.ingest(batch).await.unwrap();
    }
    drop(session);
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
    let report =
        ingest::<Plain>(&mut client).version("a").batches(|after| batches(after, 0)).await.unwrap();
    assert_eq!((report.batches, report.high_watermark), (0, Some(3)));
    assert_eq!(database.row(LATEST).await, "a|a|9");
}

/// Nobody knows what of its rows is there.
#[tokio::test]
async fn without_a_high_watermark_it_is_filled_anew() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session =
        ingest::<Plain>(&mut client).version("a").start::<NoWatermark>().await.unwrap();
    session.ingest(Batch::new(plain("a", 0..5))).await.unwrap();
    drop(session);
    assert_eq!(database.row("SELECT count(*) FROM t_a").await, "5");
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    assert_eq!(database.row(LATEST).await, "a|a|3");
}

#[tokio::test]
async fn with_delete_it_is_filled_anew() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let failed = ingest::<Plain>(&mut client).version("a").batches(|after| batches(after, 2)).await;
    assert!(failed.is_err());
    let report = ingest::<Plain>(&mut client)
        .version("a")
        .delete(Delete::All)
        .batches(|after| batches(after, 0))
        .await
        .unwrap();
    assert_eq!(report.batches, 3);
    assert_eq!(database.row(LATEST).await, "a|a|9");
}

/// In one transaction nothing is left of a version that failed.
#[tokio::test]
async fn all_of_it_is_one_transaction_if_asked_for() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let run = async |client: &mut tokio_postgres::Client, fails| {
        ingest::<Plain>(client)
            .version("a")
            .visibility(Visibility::AfterLastBatch)
            .batches(move |after| batches(after, fails))
            .await
    };
    assert!(run(&mut client, 3).await.is_err());
    assert_eq!(database.rows(APART).await, [""; 0]);
    let report = run(&mut client, 0).await.unwrap();
    assert_eq!(report.batches, 3);
    assert_eq!(database.row(LATEST).await, "a|a|9");
    // Nor of one that has the contents of the newest.
    let report = ingest::<Plain>(&mut client)
        .version("b")
        .visibility(Visibility::AfterLastBatch)
        .batches(|_: Option<i32>| {
            (1..=3).map(|number| {
                Batch::new(plain("b", number * 10..number * 10 + 3)).high_watermark(number)
            })
        })
        .await
        .unwrap();
    assert_eq!(report.version, Some(VersionOutcome::Equal { to: "a".to_owned() }));
    assert_eq!(database.rows(APART).await, [""; 0]);
}

/// Another ingest of the version publishes it while this one is between two batches.
#[tokio::test]
async fn a_version_that_another_published_takes_no_more_rows() {
    let database = Database::new().await;
    let (mut one, mut other) = (database.connect().await, database.connect().await);
    let mut session = ingest::<Plain>(&mut one).version("a").start::<i32>().await.unwrap();
    session.ingest(Batch::new(plain("a", 0..3)).high_watermark(1)).await.unwrap();
    let report =
        ingest::<Plain>(&mut other).version("a").batches(|after| batches(after, 0)).await.unwrap();
    assert_eq!(report.batches, 2);
    let error = session.ingest(Batch::new(plain("a", 0..3)).high_watermark(2)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error}");
    assert_eq!(database.row(LATEST).await, "a|a|9");
    let error = session.finish().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::VersionExists { .. }), "{error}");
}
