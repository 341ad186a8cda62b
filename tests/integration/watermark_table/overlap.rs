//! Another ingest of the same source is in a batch when one starts.

use super::{Row, into_state, run, with_row};
use pg_bulk_ingest::{
    Batch, Error, ErrorKind, Ingest, IngestTable, IngestTables, NoWatermark, Overlap, Phase,
    Report, Visibility, Watermarks,
};
use tests::{Database, ingest};
use tokio::sync::mpsc::unbounded_channel;
use tokio_postgres::Client;

fn stores() -> [Watermarks; 2] {
    [Watermarks::Comment, Watermarks::table("ops", "ingest_state")]
}

/// A table of its own for each store.
fn of_store(client: &mut Client, watermarks: Watermarks) -> Ingest<'_, Row> {
    let name = if watermarks == Watermarks::Comment { "c" } else { "t" };
    ingest::<Row>(client).into_table("public", name).watermarks(watermarks)
}

/// A database where both tables have a row.
async fn with_rows() -> Database {
    let database = with_row().await;
    for store in stores() {
        let mut client = database.connect().await;
        let batch = Batch::new([Row { id: 1, value: 1 }]).high_watermark(1);
        of_store(&mut client, store).batches(|_: Option<i32>| batch).await.unwrap();
    }
    database
}

/// Ingests a row under the next high watermark.
async fn next(ingest: Ingest<'_, Row>) -> Result<Report<i32>, Error> {
    let batch = |after: Option<i32>| {
        let id = after.unwrap_or_default() + 1;
        Batch::new([Row { id, value: id }]).high_watermark(id)
    };
    ingest.batches(batch).await
}

#[tokio::test]
async fn it_is_an_error_at_once_that_says_who() {
    let database = with_rows().await;
    for store in stores() {
        let (mut one, mut two) = (database.connect().await, database.connect().await);
        let process = tests::rows(&one, "SELECT pg_backend_pid()").await.remove(0);
        let mut session = of_store(&mut one, store.clone()).start::<i32>().await.unwrap();
        let batch = session.batch().await.unwrap();
        let error = next(of_store(&mut two, store.clone())).await.unwrap_err();
        let ErrorKind::Overlap { holders } = error.kind() else { panic!("{error:?}") };
        let [holder] = holders.as_slice() else { panic!("{error}") };
        assert!(holder.starts_with(&format!("process {process} of role ")), "{holder}");
        assert!(error.is_transient() && error.table().is_some(), "{error}");
        drop(batch);
        session.finish().await.unwrap();
        next(of_store(&mut two, store)).await.unwrap();
    }
}

#[tokio::test]
async fn it_is_skipped_with_a_report_that_says_why() {
    let database = with_rows().await;
    for store in stores() {
        let (mut one, mut two) = (database.connect().await, database.connect().await);
        let mut session = of_store(&mut one, store.clone()).start::<i32>().await.unwrap();
        let batch = session.batch().await.unwrap();
        let skips = of_store(&mut two, store.clone()).overlap(Overlap::Skip);
        let report = next(skips).await.unwrap();
        assert_eq!((report.batches, report.tables.len()), (0, 1));
        let reason = report.skipped.as_deref().unwrap();
        assert!(reason.contains("another ingest of the same source is in a batch"), "{reason}");
        assert!(report.to_string().contains("skipped: "), "{report}");
        let skips = of_store(&mut two, store.clone()).overlap(Overlap::Skip);
        let error = skips.start::<i32>().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error:?}");
        drop(batch);
        session.finish().await.unwrap();
        let skips = of_store(&mut two, store).overlap(Overlap::Skip);
        assert_eq!(next(skips).await.unwrap().skipped, None);
    }
}

#[tokio::test]
async fn it_waits_and_then_begins_after_what_the_other_stored() {
    let database = with_rows().await;
    for store in stores() {
        let (mut one, mut two) = (database.connect().await, database.connect().await);
        let mut session = of_store(&mut one, store.clone()).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write(Row { id: 10, value: 10 }).await.unwrap();
        let (tell, mut told) = unbounded_channel();
        let waits = of_store(&mut two, store.clone()).overlap(Overlap::Wait);
        let waits = waits.on_progress(move |progress| {
            if progress.phase == Phase::Wait {
                tell.send(progress.clone()).unwrap();
            }
        });
        let commit = async {
            let wait = told.recv().await.unwrap().wait.unwrap();
            assert_eq!(wait.awaited, "another ingest's advisory lock");
            batch.commit(10).await.unwrap();
        };
        let (report, ()) = tokio::join!(next(waits), commit);
        assert_eq!(report.unwrap().high_watermark, Some(11));
        let table = if store == Watermarks::Comment { "c" } else { "t" };
        let rows = format!("SELECT array_agg(id ORDER BY id) FROM {table}");
        assert_eq!(database.row(&rows).await, "{1,10,11}");
    }
}

#[tokio::test]
async fn one_whose_session_is_gone_is_not_waited_for() {
    let database = with_rows().await;
    for store in stores() {
        let (mut one, mut two) = (database.connect().await, database.connect().await);
        let process = tests::rows(&one, "SELECT pg_backend_pid()").await.remove(0);
        let mut session = of_store(&mut one, store.clone()).start::<i32>().await.unwrap();
        let batch = session.batch().await.unwrap();
        database.execute(&format!("SELECT pg_terminate_backend({process})")).await;
        let waits = of_store(&mut two, store).overlap(Overlap::Wait);
        assert_eq!(next(waits).await.unwrap().high_watermark, Some(2));
        batch.commit(5).await.unwrap_err();
    }
}

#[tokio::test]
async fn all_batches_of_one_transaction_count_as_one() {
    let database = with_rows().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let ingest = into_state(&mut one, "").visibility(Visibility::AfterLastBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    session.batch().await.unwrap().commit(5).await.unwrap();
    let error = next(into_state(&mut two, "")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error:?}");
    session.finish().await.unwrap();
    assert_eq!(next(into_state(&mut two, "")).await.unwrap().high_watermark, Some(6));
}

#[derive(IngestTable)]
#[ingest(table = "other")]
struct Other {
    id: i32,
}

#[derive(IngestTables)]
enum Both {
    Other(Other),
    Row(Row),
}

#[tokio::test]
async fn sets_that_share_a_table_overlap_only_by_their_first() {
    let database = with_row().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    ingest::<Both>(&mut one).migrate().await.unwrap();
    let mut session =
        ingest::<Row>(&mut one).watermarks(Watermarks::Comment).start::<i32>().await.unwrap();
    let batch = session.batch().await.unwrap();
    // It has a high watermark of its own, and its batch comes after.
    let second = ingest::<Both>(&mut two).start::<i32>().await.unwrap();
    drop(batch);
    session.finish().await.unwrap();
    let mut second = second;
    let mut batch = second.batch().await.unwrap();
    batch.write(Other { id: 1 }).await.unwrap();
    batch.commit(1).await.unwrap();
    second.finish().await.unwrap();
}

#[tokio::test]
async fn other_sources_and_ingests_without_high_watermarks_do_not_overlap() {
    let database = with_rows().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    run(&mut two, "b", 20).await.unwrap();
    let mut session = into_state(&mut one, "").start::<i32>().await.unwrap();
    let batch = session.batch().await.unwrap();
    assert_eq!(run(&mut two, "b", 21).await.unwrap(), Some(20));
    into_state(&mut two, "").start::<NoWatermark>().await.unwrap().finish().await.unwrap();
    batch.commit(5).await.unwrap();
    session.finish().await.unwrap();
}
