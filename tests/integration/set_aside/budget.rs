//! How many rows may be set aside.

use super::{Item, all, item};
use pg_bulk_ingest::{Batch, Error, ErrorKind, Iter, Rejects, Report, SetAside};
use std::error::Error as _;
use tests::{Database, ingest};

/// Two batches, of which the second has so many refused rows before a good one.
async fn load(
    database: &Database,
    refused: i32,
    set_aside: SetAside<'_>,
) -> Result<Report<i32>, Error> {
    let mut client = database.connect().await;
    let batch = |rows: Vec<Item>, watermark| Batch::new(rows).high_watermark(watermark);
    let second = (2..2 + refused).map(|id| item(id, "\0")).chain([item(100, "last")]).collect();
    let batches: [Batch<Iter<Vec<Item>>, i32>; 2] =
        [batch(vec![item(1, "first")], 1), batch(second, 2)];
    ingest::<Item>(&mut client).set_aside(set_aside).batches(|_: Option<i32>| batches).await
}

#[tokio::test]
async fn over_budget_the_batch_is_rolled_back_and_nobody_told() {
    for (refused, at_most, share, row) in [(3, 2, 1.0, 4 - 1), (3, 9, 0.5, 3), (1, 0, 1.0, 1)] {
        let database = Database::new().await;
        let mut told = 0;
        let into = Rejects::call(|_| told += 1);
        let set_aside = SetAside { at_most, share, into, ..all() };
        let error = load(&database, refused, set_aside).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TooManyRejected { .. }), "{error}");
        assert_eq!(
            (error.batch(), error.row(), error.column()),
            (Some(2), Some(row), Some("name"))
        );
        assert!(error.source().unwrap().to_string().contains("NUL"), "{error}");
        assert!(!error.is_transient());
        assert_eq!(database.rows("SELECT id FROM item").await, ["1"]);
        let mut client = database.connect().await;
        assert_eq!(ingest::<Item>(&mut client).stored::<i32>().await.unwrap(), Some(1));
        assert_eq!(told, 0);
    }
}

#[tokio::test]
async fn a_row_of_any_batch_may_be_set_aside_by_default() {
    let database = Database::new().await;
    let report = load(&database, 1, SetAside::default()).await.unwrap();
    assert_eq!((report.batches, report.high_watermark, report.tables[0].rejected), (2, Some(2), 1));
    let error = load(&database, 2, SetAside::default()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyRejected { allowed: 1 }), "{error}");
}

#[tokio::test]
async fn the_push_form_sets_rows_aside_too() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Item>(&mut client).set_aside(all()).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(item(1, "\0")).await.unwrap();
    batch.write_all([item(2, "\0"), item(3, "three")]).await.unwrap();
    batch.commit(1).await.unwrap();
    // Nothing of a batch that is dropped is in the report.
    session.batch().await.unwrap().write(item(4, "\0")).await.unwrap();
    let report = session.finish().await.unwrap();
    assert_eq!(report.rejects().iter().map(|r| r.row).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(database.rows("SELECT id FROM item").await, ["3"]);
}
