//! What the closures of an ingest may return, and errors that they return instead of batches.

use futures_util::stream;
use pg_bulk_ingest::{Batch, Delete, Error, ErrorKind, Ingest, IngestTable, Iter, NoWatermark};
use std::collections::VecDeque;
use std::error::Error as _;
use std::io;
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    id: i32,
}

fn batch(id: i32) -> Batch<Iter<[Row; 1]>> {
    Batch::new([Row { id }])
}

fn emptying(client: &mut Client) -> Ingest<'_, Row> {
    ingest::<Row>(client).delete(Delete::All)
}

fn no_file<T>() -> Result<T, io::Error> {
    Err(io::Error::other("no such file"))
}

fn assert_is_of_the_source(error: &Error) {
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(error.source().unwrap().to_string(), "no such file");
}

#[tokio::test]
async fn an_error_instead_of_batches_ends_the_ingest_and_empties_nothing() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_: Option<NoWatermark>| batch(1)).await.unwrap();

    let one = |_: Option<NoWatermark>| no_file::<Batch<Iter<[Row; 1]>>>();
    assert_is_of_the_source(&emptying(&mut client).batches(one).await.unwrap_err());
    let list = |_: Option<NoWatermark>| no_file::<Vec<Batch<Iter<[Row; 1]>>>>();
    assert_is_of_the_source(&emptying(&mut client).batches(list).await.unwrap_err());
    let twice = |_: Option<NoWatermark>| Ok::<_, io::Error>(no_file::<Batch<Iter<[Row; 1]>>>());
    assert_is_of_the_source(&emptying(&mut client).batches(twice).await.unwrap_err());
    let within = |_: Option<NoWatermark>| Ok::<_, io::Error>([no_file::<Batch<Iter<[Row; 1]>>>()]);
    assert_is_of_the_source(&emptying(&mut client).batches(within).await.unwrap_err());
    let some = |_: Option<NoWatermark>| Some(no_file::<Batch<Iter<[Row; 1]>>>());
    assert_is_of_the_source(&emptying(&mut client).batches(some).await.unwrap_err());
    let opened = |_: Option<NoWatermark>| {
        let id = no_file::<i32>()?;
        Ok::<_, io::Error>([batch(id)])
    };
    assert_is_of_the_source(&emptying(&mut client).batches(opened).await.unwrap_err());

    let one = |_: Option<NoWatermark>| no_file::<Batch<Iter<[Row; 1]>>>();
    assert_is_of_the_source(&emptying(&mut client).stream(one).await.unwrap_err());
    let later = async |_: Option<NoWatermark>| {
        let id = no_file::<i32>()?;
        Ok::<_, io::Error>(stream::iter([batch(id)]))
    };
    assert_is_of_the_source(&emptying(&mut client).stream(later).await.unwrap_err());
    assert_eq!(database.rows("SELECT id::text FROM t").await, ["1"]);
}

#[tokio::test]
async fn batches_come_one_alone_in_any_collection_and_in_results() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let client = &mut client;
    let ok = |id| Ok::<_, io::Error>(batch(id));
    ingest::<Row>(client).batches(|_: Option<NoWatermark>| batch(1)).await.unwrap();
    ingest::<Row>(client).batches(|_: Option<NoWatermark>| ok(2)).await.unwrap();
    ingest::<Row>(client).batches(|_: Option<NoWatermark>| [ok(3), ok(4)]).await.unwrap();
    ingest::<Row>(client).batches(|_: Option<NoWatermark>| vec![batch(5)]).await.unwrap();
    ingest::<Row>(client).batches(|_: Option<NoWatermark>| Some(batch(6))).await.unwrap();
    let queue = VecDeque::from([batch(7), batch(8)]);
    ingest::<Row>(client).batches(|_: Option<NoWatermark>| queue).await.unwrap();
    let boxed: Box<[_]> = Box::new([batch(9)]);
    ingest::<Row>(client)
        .batches(|_: Option<NoWatermark>| Ok::<_, io::Error>(boxed))
        .await
        .unwrap();
    ingest::<Row>(client)
        .batches(|_: Option<NoWatermark>| Ok::<_, io::Error>((10..12).map(batch)))
        .await
        .unwrap();
    let expected: Vec<String> = (1..12).map(|id: i32| id.to_string()).collect();
    assert_eq!(database.rows("SELECT id::text FROM t ORDER BY t.id").await, expected);
}

#[tokio::test]
async fn streams_come_one_batch_alone_in_futures_and_in_results() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let client = &mut client;
    ingest::<Row>(client).stream(|_: Option<NoWatermark>| batch(1)).await.unwrap();
    ingest::<Row>(client).stream(async |_: Option<NoWatermark>| batch(2)).await.unwrap();
    ingest::<Row>(client)
        .stream(|_: Option<NoWatermark>| Ok::<_, io::Error>(stream::iter([batch(3)])))
        .await
        .unwrap();
    ingest::<Row>(client)
        .stream(|_: Option<NoWatermark>| async {
            Ok::<_, io::Error>(stream::iter([Ok::<_, io::Error>(batch(4))]))
        })
        .await
        .unwrap();
    let rows = database.rows("SELECT id::text FROM t ORDER BY t.id").await;
    assert_eq!(rows, ["1", "2", "3", "4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_borrows_from_the_task_can_be_spawned_whatever_the_form() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let task = tokio::spawn(async move {
        let days = [vec![Row { id: 1 }], vec![Row { id: 2 }]];
        let list = |_: Option<i32>| {
            let days = days.iter().filter(|day| !day.is_empty());
            Ok::<_, io::Error>(days.map(|day| Batch::new(day).high_watermark(day[0].id)))
        };
        ingest::<Row>(&mut client).batches(list).await.unwrap();
        let later = async |after: Option<i32>| Batch::new(&days[1]).high_watermark(after.unwrap());
        ingest::<Row>(&mut client).stream(later).await.unwrap().high_watermark
    });
    assert_eq!(task.await.unwrap(), Some(2));
}
