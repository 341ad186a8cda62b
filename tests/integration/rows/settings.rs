//! What can be set for batches holds for rows in a sequence.

use super::{Entry, entries, ids};
use futures_util::FutureExt;
use pg_bulk_ingest::{Cut, Delete, IngestTable, Visibility};
use std::sync::Mutex;
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Keyed {
    #[ingest(primary_key)]
    id: i32,
    value: i32,
}

#[tokio::test]
async fn rows_are_merged_the_hook_is_called_and_progress_is_told_for_each_batch() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let (hooked, told) = (Mutex::new(0), Mutex::new(Vec::new()));
    let rows = (0..9).map(|n| Keyed { id: n % 4, value: n });
    let report = ingest::<Keyed>(&mut client)
        .on_before_visible(|before| {
            *hooked.lock().unwrap() += 1;
            async move { Ok(before.transaction.batch_execute("SELECT FROM t").await?) }.boxed()
        })
        .on_progress(|at| told.lock().unwrap().push((at.batch, at.rows)))
        .rows(|_| rows, |row| row.value / 3)
        .cut(Cut::each())
        .await
        .unwrap();
    assert_eq!((report.batches, report.rows), (3, 9));
    assert_eq!((report.tables[0].inserted, report.tables[0].updated), (4, 5));
    assert_eq!(hooked.into_inner().unwrap(), 3);
    let told = told.into_inner().unwrap();
    assert!(told.contains(&(1, 3)) && told.contains(&(2, 6)) && told.contains(&(3, 9)), "{told:?}");
    let rows = "SELECT t.id::text || ' ' || t.value FROM t ORDER BY t.id";
    assert_eq!(database.rows(rows).await, ["0 8", "1 5", "2 6", "3 7"]);
}

#[tokio::test]
async fn all_batches_replace_the_table_in_one_instant() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Entry>(&mut client).rows(|_| entries(&[7]), |entry| entry.day).await.unwrap();
    let report = ingest::<Entry>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .visibility(Visibility::AfterLastBatch)
        .rows(|_| entries(&[1, 2]), |entry| entry.day)
        .cut(Cut::each())
        .await
        .unwrap();
    assert_eq!((report.batches, report.tables[0].deleted), (2, 1));
    assert_eq!(ids(&database).await, ["1", "2"]);
}

#[tokio::test]
async fn rows_go_over_several_connections() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = || (0..300_000).map(|id| Entry { day: id / 100_000, id });
    let report = ingest::<Entry>(&mut client)
        .connections(2, || database.connect().map(Ok::<_, std::io::Error>))
        .rows(|_| rows(), |entry| entry.day)
        .cut(Cut::rows(150_000))
        .await
        .unwrap();
    assert_eq!((report.batches, report.rows), (2, 300_000));
    let sum = "SELECT count(DISTINCT t.id), sum(t.day) FROM t";
    assert_eq!(database.row(sum).await, "300000|300000");
}
