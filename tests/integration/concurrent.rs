//! Two ingests of one table at once.

use futures_util::future::join_all;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, NoWatermark, Upsert};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(schema = "shared", table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

#[tokio::test]
async fn the_one_that_comes_second_is_refused() {
    let database = Database::new().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    for (round, delete) in [Delete::Off, Delete::Off, Delete::BeforeFirstBatch].iter().enumerate() {
        let round = i32::try_from(round).unwrap();
        let mut first = ingest::<Row>(&mut one).delete(*delete).start::<i32>().await.unwrap();
        let mut second = ingest::<Row>(&mut two).start::<i32>().await.unwrap();
        let mut batch = first.batch().await.unwrap();
        batch.write(Row { id: round }).await.unwrap();
        // It waits for the first, and then finds that its high watermark is not the latest.
        let (waited, committed) =
            tokio::join!(second.batch(), async { batch.commit(round * 10).await });
        committed.unwrap();
        let error = waited.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
        let change = match round {
            0 => "it changed the high watermark from none to 0",
            1 => "it changed the high watermark from 0 to 10",
            _ => "it replaced the table",
        };
        assert_eq!(
            error.to_string(),
            format!(
                r#"cannot begin the batch: "shared"."t", batch 1: another ingest of the table is under way: {change}"#
            )
        );
        first.finish().await.unwrap();
    }
}

#[tokio::test]
async fn without_high_watermarks_both_get_their_turn() {
    let database = Database::new().await;
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(database.connect().await);
    }
    let ingests = clients.iter_mut().enumerate().map(|(n, client)| {
        let n = i32::try_from(n).unwrap();
        ingest::<Row>(client).batches(move |_| {
            (0..3).map(move |batch| Batch::new((0..10).map(move |id| Row { id: n + batch * id })))
        })
    });
    for result in join_all(ingests).await {
        result.unwrap();
    }
    let expected = "
        SELECT count(DISTINCT n + batch * id) = (SELECT count(*) FROM shared.t)
        FROM generate_series(0, 7) n, generate_series(0, 2) batch, generate_series(0, 9) id";
    assert_eq!(database.row(expected).await, "t");
}

/// The same without a key: its rows are copied straight into it.
#[derive(IngestTable)]
#[ingest(schema = "shared", table = "t")]
struct Plain {
    id: i32,
}

#[tokio::test]
async fn a_table_that_another_has_just_created_is_loaded_as_it_is() {
    let database = Database::new().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let mut first = ingest::<Plain>(&mut one).start::<NoWatermark>().await.unwrap();
    let mut second = ingest::<Plain>(&mut two).start::<NoWatermark>().await.unwrap();
    for id in 1..=3 {
        let session = if id == 2 { &mut second } else { &mut first };
        let mut batch = session.batch().await.unwrap();
        batch.write(Plain { id }).await.unwrap();
        batch.commit_without_high_watermark().await.unwrap();
    }
    first.finish().await.unwrap();
    second.finish().await.unwrap();
    assert_eq!(database.row("SELECT array_agg(id ORDER BY id) FROM shared.t").await, "{1,2,3}");
}

#[tokio::test]
async fn first_creations_in_one_new_schema_do_not_fail() {
    let database = Database::new().await;
    for round in 0..3 {
        let mut clients = Vec::new();
        for _ in 0..6 {
            clients.push(database.connect().await);
        }
        let ingests = clients.iter_mut().enumerate().map(|(n, client)| {
            let ingest = ingest::<Row>(client).into_table(format!("new {round}"), format!("t{n}"));
            ingest.batches(|_| [Batch::new([Row { id: 1 }])])
        });
        for result in join_all(ingests).await {
            result.unwrap();
        }
        let tables = format!("SELECT count(*) FROM pg_tables WHERE schemaname = 'new {round}'");
        assert_eq!(database.row(&tables).await, "6");
    }
}

#[tokio::test]
async fn a_table_dropped_or_replaced_meanwhile_is_noticed() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_| [Batch::new([Row { id: 1 }])]).await.unwrap();
    for (sql, change) in [
        (
            "DROP TABLE shared.t; CREATE TABLE shared.t (id int PRIMARY KEY)",
            "it replaced the table",
        ),
        ("DROP TABLE shared.t", "it dropped the table"),
    ] {
        let mut session = ingest::<Row>(&mut client).start::<i32>().await.unwrap();
        database.execute(sql).await;
        let error = session.batch().await.unwrap_err();
        assert!(error.to_string().ends_with(change), "{error}");
    }
}

/// Neither waits for the other's rows: only the high watermark waits for the end of a `VACUUM`.
#[tokio::test]
async fn a_vacuum_in_the_middle_of_a_batch_does_no_harm() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_| [Batch::new([Row { id: 0 }])]).await.unwrap();
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        let mut session = ingest::<Row>(&mut client).upsert(upsert).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        let first = if upsert == Upsert::Off { 40_000 } else { 0 };
        batch.write_all((first..first + 40_000).map(|id| Row { id })).await.unwrap();
        // It ends before the batch does.
        database.execute("VACUUM ANALYZE shared.t").await;
        batch.commit(first).await.unwrap();
        session.finish().await.unwrap();
        let count = (first + 40_000).to_string();
        assert_eq!(database.row("SELECT count(*) FROM shared.t").await, count);
    }
}
