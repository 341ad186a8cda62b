//! Errors that a source returns instead of rows are set aside where it is asked for.

use super::{Item, all, item};
use futures_util::stream;
use pg_bulk_ingest::{Batch, Cut, ErrorKind, NoWatermark, SetAside};
use tests::{Database, ingest};

fn errors() -> SetAside<'static> {
    SetAside { source_errors: true, ..all() }
}

fn rows() -> Vec<Result<Item, String>> {
    vec![
        Err("line 1 is broken".to_owned()),
        Ok(item(2, "two")),
        Ok(item(3, "\0")),
        Err("line 4 is broken".to_owned()),
        Ok(item(5, "five")),
        Err("line 6 is broken".to_owned()),
    ]
}

const PLACES: [(u64, &str); 4] = [(1, "line 1"), (3, "NUL"), (4, "line 4"), (6, "line 6")];

async fn are_there(database: &Database) {
    let there = database.rows("SELECT id FROM item ORDER BY id").await;
    assert_eq!(there, ["2", "5"]);
}

fn check(report: &pg_bulk_ingest::Report<impl Sized>) {
    assert_eq!(report.rejects().len(), PLACES.len(), "{:?}", report.rejects());
    for (rejected, (row, message)) in report.rejects().iter().zip(PLACES) {
        assert_eq!(rejected.row, row, "{rejected}");
        assert!(rejected.message.contains(message), "{rejected}");
    }
    assert_eq!((report.tables[0].received, report.tables[0].rejected), (6, 4));
}

#[tokio::test]
async fn of_iterators_and_streams() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let set = ingest::<Item>(&mut client).set_aside(errors());
    check(&set.batches(|_: Option<NoWatermark>| Batch::new(rows())).await.unwrap());
    let set = ingest::<Item>(&mut client).set_aside(errors());
    check(&set.batches(|_: Option<NoWatermark>| Batch::try_new(rows())).await.unwrap());
    let set = ingest::<Item>(&mut client).set_aside(errors());
    let streamed = |_: Option<NoWatermark>| Batch::stream(stream::iter(rows()));
    check(&set.stream(streamed).await.unwrap());
    are_there(&database).await;
}

#[tokio::test]
async fn of_rows_in_a_sequence() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let set = ingest::<Item>(&mut client).set_aside(errors());
    check(&set.rows(|_: Option<NoWatermark>| rows(), |_| NoWatermark).await.unwrap());
    are_there(&database).await;
    let set = ingest::<Item>(&mut client).set_aside(errors());
    let report = set.rows(|_: Option<i32>| rows(), |item| item.id).cut(Cut::each()).await.unwrap();
    let places = report.rejects().iter().map(|r| (r.batch, r.row)).collect::<Vec<_>>();
    assert_eq!(report.batches, 3, "{report}");
    assert_eq!(places, [(1, 1), (2, 1), (2, 2), (3, 2)]);
    assert_eq!(report.high_watermark, Some(5));
}

#[tokio::test]
async fn not_where_there_is_no_batch_or_it_is_not_asked_for() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let broken = || vec![Err::<Item, _>("broken"), Err("broken too")];
    let set = ingest::<Item>(&mut client).set_aside(errors());
    let error = set.rows(|_: Option<i32>| broken(), |item| item.id).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(error.row(), Some(2));
    let set = ingest::<Item>(&mut client).set_aside(errors());
    let streamed = |_: Option<i32>| stream::iter(broken());
    let error = set.row_stream(streamed, |item| item.id).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
    let set = ingest::<Item>(&mut client).set_aside(all());
    let error = set.batches(|_: Option<NoWatermark>| Batch::new(rows())).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(error.row(), Some(1));
}
