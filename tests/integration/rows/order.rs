//! Rows that have to be in the order of their high watermarks.

use super::{Entry, batches, entries, ids};
use pg_bulk_ingest::{Cut, ErrorKind, HighWatermark};
use tests::{Database, ingest};

#[tokio::test]
async fn a_row_that_goes_back_is_an_error_that_names_it() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let error = ingest::<Entry>(&mut client)
        .rows(|_| entries(&[1, 2, 2, 5, 5, 4]), |entry| entry.day)
        .ordered()
        .cut(Cut::each())
        .await
        .unwrap_err();
    let ErrorKind::OutOfOrder { before, high_watermark } = error.kind() else { panic!("{error}") };
    assert_eq!((before.as_str(), high_watermark.as_str()), ("5", "4"));
    assert_eq!((error.batch(), error.row()), (Some(3), Some(3)));
    assert!(!error.is_transient());
    assert!(error.to_string().contains("its high watermark is 4, which is not after 5"), "{error}");
    assert_eq!(batches(&database).await, ["1", "2 2"]);
}

#[tokio::test]
async fn a_row_that_goes_back_where_a_batch_ends_is_one_as_well() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for cut in [Cut::each(), Cut::rows(2), Cut::default()] {
        let error = ingest::<Entry>(&mut client)
            .rows(|_| entries(&[2, 2, 1]), |entry| entry.day)
            .ordered()
            .cut(cut)
            .await
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfOrder { .. }), "{error}");
        assert_eq!((error.batch(), error.row()), (Some(1), Some(3)), "{cut:?}");
    }
}

#[tokio::test]
async fn the_first_row_may_not_go_back_behind_where_the_ingest_begins() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Entry>(&mut client).rows(|_| entries(&[5]), |entry| entry.day).await.unwrap();
    let again = ingest::<Entry>(&mut client).rows(|_| entries(&[4]), |entry| entry.day).ordered();
    let error = again.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfOrder { .. }), "{error}");
    assert_eq!((error.batch(), error.row()), (Some(1), Some(1)));

    // Equal to it, as rows that are read once more are; or without anything to begin after.
    let again = ingest::<Entry>(&mut client).rows(|_| entries(&[5]), |entry| entry.day).ordered();
    assert_eq!(again.await.unwrap().rows, 1);
    let earliest = ingest::<Entry>(&mut client).high_watermark(HighWatermark::Earliest);
    earliest.rows(|_| entries(&[4]), |entry| entry.day).ordered().await.unwrap();
    assert_eq!(ids(&database).await, ["1", "1", "1"]);
}

#[tokio::test]
async fn what_cannot_be_compared_is_not_in_order() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let error = ingest::<Entry>(&mut client)
        .rows(|_| entries(&[1, 2]), |entry| if entry.day == 1 { f64::NAN } else { 1.0 })
        .ordered()
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfOrder { .. }), "{error}");
}

#[tokio::test]
async fn otherwise_rows_come_in_whatever_order() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // As months in the order of their names do.
    let report = ingest::<Entry>(&mut client)
        .rows(|_| entries(&[1, 10, 10, 11, 2]), |entry| entry.day)
        .cut(Cut::each())
        .await
        .unwrap();
    assert_eq!(report.high_watermark, Some(2));
    assert_eq!(batches(&database).await, ["1", "10 10", "11", "2"]);
}
