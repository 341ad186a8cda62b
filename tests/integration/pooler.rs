//! Through PgBouncer in transaction mode: each transaction may be on another connection to the server
//! than the one before, and what a session would keep is kept from, or for, somebody else.

mod limits;

use pg_bulk_ingest::{Batch, Delete, Error, Ingest, IngestTable, Outcome, Upsert, Visibility};
use tests::{At, Database, Direction, Harm, Pooler, Proxy, connect, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

/// The same table: a column more, which is indexed.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Wider {
    #[ingest(primary_key)]
    id: i32,
    value: String,
    #[ingest(index)]
    more: Option<i32>,
}

/// The same table: a key of another type, for which it is rebuilt.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Rebuilt {
    #[ingest(primary_key)]
    id: i64,
    value: String,
    #[ingest(index)]
    more: Option<i32>,
}

/// Each transaction is on the next of so many connections.
const SIZE: usize = 3;

/// A database, and a pooler before it. `None` without PgBouncer.
async fn pooled() -> Option<(Database, Pooler)> {
    let database = Database::new().await;
    let pooler = Pooler::new(&database.url(), "transaction", SIZE, &[])?;
    // From now on there are all of its connections.
    assert_eq!(pooler.left_behind().await, [""; 0]);
    Some((database, pooler))
}

fn rows(ids: std::ops::RangeInclusive<i32>, value: &str) -> Vec<Row> {
    ids.map(|id| Row { id, value: value.to_owned() }).collect()
}

/// Loads what comes after the high watermark of 1 to `last`: a batch for each, of ten rows.
async fn load(client: &mut Client, last: i32) -> Result<Option<i32>, Error> {
    let mut began_after = None;
    let batches = |after: Option<i32>| {
        began_after = after;
        (after.unwrap_or(0) + 1..=last)
            .map(|batch| Batch::new(rows(batch..=batch + 9, "a")).high_watermark(batch))
    };
    ingest::<Row>(client).batches(batches).await?;
    Ok(began_after)
}

const STATE: &str =
    "SELECT count(*), min(id), max(id), harness.high_watermark('t'::regclass) FROM t";

#[tokio::test]
async fn a_table_is_created_merged_migrated_rebuilt_and_replaced() {
    let Some((database, pooler)) = pooled().await else { return };
    let mut client = connect(&pooler.url()).await;
    // Created with the first, the others merged into it; and resumed by another client.
    assert_eq!(load(&mut client, 3).await.unwrap(), None);
    let mut other = connect(&pooler.url()).await;
    assert_eq!(load(&mut other, 5).await.unwrap(), Some(3));
    assert_eq!(database.row(STATE).await, "14|1|14|5");
    assert_eq!(pooler.left_behind().await, [""; 0]);
    // Only added.
    let ingest_off = ingest::<Row>(&mut client).upsert(Upsert::Off);
    let more = [Batch::new(rows(15..=20, "b"))];
    ingest_off.batches(|_| more).await.unwrap();
    // In place: a column, and an index that is built beside readers and writers.
    let wider =
        || [Batch::new((1..=3).map(|id| Wider { id, value: "c".to_owned(), more: Some(id) }))];
    let report = ingest::<Wider>(&mut client).batches(|_| wider()).await.unwrap();
    assert!(report.migrated.to_string().contains("CONCURRENTLY"), "{}", report.migrated);
    assert_eq!(pooler.left_behind().await, [""; 0]);
    // By a new table.
    let rebuilt = (4..=5).map(|id| Rebuilt { id, value: "d".to_owned(), more: Some(0) });
    let report = ingest::<Rebuilt>(&mut client).batches(|_| [Batch::new(rebuilt)]).await.unwrap();
    assert!(!report.migrated.is_empty());
    let values = "SELECT string_agg(value, '' ORDER BY id) FROM t";
    assert_eq!(database.row(values).await, "cccddaaaaaaaaabbbbbb");
    // Replaced, by batches of which nothing is seen before the last; and emptied.
    let rebuilt = |id| [Rebuilt { id, value: "e".to_owned(), more: None }];
    let report = ingest::<Rebuilt>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .visibility(Visibility::AfterLastBatch)
        .batches(|_| (1..=3).map(|id| Batch::new(rebuilt(id))))
        .await
        .unwrap();
    assert_eq!(report.tables[0].deleted, 20);
    assert_eq!(database.row(values).await, "eee");
    let session = ingest::<Rebuilt>(&mut client).delete(Delete::All).start::<i32>().await.unwrap();
    session.finish().await.unwrap();
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
    assert_eq!(pooler.left_behind().await, [""; 0]);
}

fn settings(client: &mut Client, upsert: Upsert, delete: Delete) -> Ingest<'_, Row> {
    ingest::<Row>(client).upsert(upsert).delete(delete)
}

#[tokio::test]
async fn a_batch_that_fails_or_is_dropped_leaves_nothing_to_the_next_client() {
    let Some((database, pooler)) = pooled().await else { return };
    if !pooler.keeps_track() {
        return;
    }
    let mut client = connect(&pooler.url()).await;
    load(&mut client, 1).await.unwrap();
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        for delete in [Delete::Off, Delete::BeforeFirstBatch] {
            // Enough for a COPY to be in progress.
            let many = || rows(100..=30_000, "some text").into_iter();
            let failing = many().map(Ok).chain([Err("no more rows")]);
            let failed =
                settings(&mut client, upsert, delete).batches(|_| [Batch::try_new(failing)]).await;
            failed.unwrap_err();
            let mut session = settings(&mut client, upsert, delete).start::<i32>().await.unwrap();
            let mut batch = session.batch().await.unwrap();
            batch.write_all(many()).await.unwrap();
            drop(batch);
            drop(session);
            // What it sent when it was dropped is answered by now.
            tests::rows(&client, "SELECT 1").await;
            assert_eq!(pooler.left_behind().await, [""; 0], "{upsert:?} {delete:?}");
        }
    }
    assert_eq!(database.row(STATE).await, "10|1|10|1");
    load(&mut client, 2).await.unwrap();
}

/// Rows that are enough for several connections.
fn many() -> impl Iterator<Item = Row> {
    let value = "x".repeat(1000);
    (1..=4000).map(move |id| Row { id, value: value.clone() })
}

#[tokio::test]
async fn several_connections_of_the_pool_carry_one_batch() {
    let Some((database, pooler)) = pooled().await else { return };
    let url = pooler.url();
    let further = || async { Ok::<_, std::convert::Infallible>(connect(&url).await) };
    let mut client = connect(&url).await;
    // Into the table itself, into staging tables, into the one that takes its place.
    for (upsert, delete, rows) in [
        (Upsert::Off, Delete::Off, "4000"),
        (Upsert::IfPrimaryKey, Delete::Off, "4000"),
        (Upsert::IfPrimaryKey, Delete::BeforeFirstBatch, "4000"),
    ] {
        let report = ingest::<Row>(&mut client)
            .connections(2, further)
            .upsert(upsert)
            .delete(delete)
            .batches(|_: Option<i32>| [Batch::new(many()).high_watermark(1)])
            .await
            .unwrap();
        assert_eq!(report.rows, 4000);
        assert_eq!(database.row("SELECT count(*) FROM t").await, rows);
        assert_eq!(pooler.left_behind().await, [""; 0], "{upsert:?} {delete:?}");
    }
    if !pooler.keeps_track() {
        return;
    }
    // One that fails, or is dropped, takes its tables along.
    let own = "SELECT relname FROM pg_class WHERE relname LIKE 'pg\\_bulk\\_ingest%'";
    for fails in [true, false] {
        let mut session =
            ingest::<Row>(&mut client).connections(2, further).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write_all(many()).await.unwrap();
        if fails {
            let bad = Row { id: 1, value: "\0".to_owned() };
            batch.write(bad).await.unwrap_err();
        }
        drop(batch);
        drop(session);
        while !database.rows(own).await.is_empty() {}
        tests::rows(&client, "SELECT 1").await;
        assert_eq!(pooler.left_behind().await, [""; 0], "fails: {fails}");
    }
}

#[tokio::test]
async fn a_lost_commit_is_resolved_through_the_pooler() {
    let Some((database, pooler)) = pooled().await else { return };
    let mut client = connect(&pooler.url()).await;
    load(&mut client, 1).await.unwrap();
    for (direction, outcome, last) in [
        (Direction::ToServer, Outcome::RolledBack, 1),
        (Direction::ToClient, Outcome::Committed, 2),
    ] {
        let proxy = Proxy::new(&pooler.url()).await;
        let mut lost = proxy.connect(&pooler.url()).await;
        proxy.set(direction, At::commit(), Harm::Cut);
        let error = load(&mut lost, 2).await.unwrap_err();
        assert!(proxy.struck());
        assert_eq!(error.resolve(&client).await.unwrap(), outcome);
        let (count, max) = (9 + last, 9 + last);
        assert_eq!(database.row(STATE).await, format!("{count}|1|{max}|{last}"));
        assert_eq!(pooler.left_behind().await, [""; 0]);
    }
    assert_eq!(load(&mut client, 3).await.unwrap(), Some(2));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_freed_through_the_pooler() {
    let Some((database, pooler)) = pooled().await else { return };
    if !pooler.keeps_track() {
        return;
    }
    let mut client = connect(&pooler.url()).await;
    load(&mut client, 1).await.unwrap();
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    let timeout = std::time::Duration::from_secs(1);
    let batch = Batch::new(rows(2..=3, "b")).high_watermark(2);
    let ingest = ingest::<Row>(&mut client).timeout(timeout);
    let error = ingest.batches(|_: Option<i32>| [batch]).await.unwrap_err();
    let kind = error.kind();
    assert!(matches!(kind, pg_bulk_ingest::ErrorKind::Timeout { .. }), "{error:?}");
    // While the lock is held nothing waits for it, and all of the pool is free.
    tests::rows(&client, "SELECT 1").await;
    assert_eq!(pooler.left_behind().await, [""; 0]);
    holder.batch_execute("COMMIT").await.unwrap();
    load(&mut client, 2).await.unwrap();
}
