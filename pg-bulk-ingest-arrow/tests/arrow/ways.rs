//! Everything that takes rows takes those of record batches.

use crate::{array, batch};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Int32Array, Int64Array, RecordBatch, StringArray};
use futures_util::stream;
use pg_bulk_ingest::{
    Batch, Change, Cut, IngestTable, IngestTables, Linger, NoWatermark, RowOf, ingest,
};
use pg_bulk_ingest_arrow::{ArrowRow, arrow_row_stream, arrow_rows};
use std::convert::Infallible;
use tests::Database;

#[derive(IngestTable)]
#[ingest(table = "item")]
struct Item {
    #[ingest(primary_key)]
    id: i64,
    name: Option<String>,
}

#[derive(IngestTable)]
#[ingest(table = "day")]
struct Day {
    number: i32,
}

#[derive(IngestTables)]
#[allow(dead_code, reason = "rows are those of record batches")]
enum Shop {
    Day(Day),
    Item(Item),
}

fn items(ids: impl IntoIterator<Item = i64>) -> RecordBatch {
    let ids = Int64Array::from_iter_values(ids);
    let names = ids.values().iter().map(|id| (id % 2 == 0).then(|| format!("n{id}")));
    let names = names.collect::<StringArray>();
    batch([("id", array(ids)), ("name", array(names))])
}

const ITEMS: &str = "SELECT id, name FROM item ORDER BY id";

#[tokio::test]
async fn batches_are_merged_on_their_key() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let run = async |client: &mut _, ids: [i64; 2]| {
        let batch = Batch::new(arrow_rows::<Item>([items(ids)])).high_watermark(ids[1]);
        ingest::<Item>(client).batches(|_: Option<i64>| [batch]).await.unwrap()
    };
    let report = run(&mut client, [1, 2]).await;
    assert_eq!((report.rows, report.high_watermark), (2, Some(2)));
    let report = run(&mut client, [2, 3]).await;
    assert_eq!((report.tables[0].inserted, report.tables[0].unchanged), (1, 1));
    assert_eq!(database.rows(ITEMS).await, ["1|∅", "2|n2", "3|∅"]);
}

/// The function of the high watermark looks up a value in the record batch.
#[tokio::test]
async fn rows_in_a_sequence_are_cut_into_batches() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let number = |row: &ArrowRow<Day>| {
        let numbers = row.batch()["number"].as_primitive::<arrow_array::types::Int32Type>();
        numbers.value(row.index())
    };
    let days = |numbers: Vec<i32>| batch([("number", array(Int32Array::from(numbers)))]);
    let source = || [days(vec![1, 1]), days(vec![]), days(vec![1, 2]), days(vec![3])];
    let rows = |_| arrow_rows::<Day>(source());
    let report = ingest::<Day>(&mut client).rows(rows, number).cut(Cut::each()).await.unwrap();
    assert_eq!((report.batches, report.rows, report.high_watermark), (3, 5, Some(3)));
    let rows = |_| arrow_row_stream::<Day>(stream::iter(source()));
    let more = ingest::<Day>(&mut client).row_stream(rows, number).cut(Cut::each()).await.unwrap();
    assert_eq!((more.batches, more.rows), (3, 5));
    let all = "SELECT number, count(*) FROM day GROUP BY 1 ORDER BY 1";
    assert_eq!(database.rows(all).await, ["1|6", "2|2", "3|2"]);
}

#[tokio::test]
async fn streams_are_batches() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let batches = stream::iter([Ok::<_, Infallible>(items([1])), Ok(items([2, 3]))]);
    let rows = arrow_row_stream::<Item>(batches);
    let report = ingest::<Item>(&mut client)
        .batches(|_: Option<NoWatermark>| [Batch::stream(rows)])
        .await
        .unwrap();
    assert_eq!(report.rows, 3);
    assert_eq!(database.rows(ITEMS).await, ["1|∅", "2|n2", "3|∅"]);
}

#[tokio::test]
async fn parts_are_encoded_at_the_same_time() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let batches = [items(0..5_000), items(5_000..10_000)];
    let parts = batches.iter().map(|batch| arrow_rows::<Item>([batch]));
    let batch = Batch::parts(parts);
    let further = || async { Ok::<_, Infallible>(database.connect().await) };
    let ingest = ingest::<Item>(&mut client).connections(2, further);
    ingest.batches(|_: Option<NoWatermark>| [batch]).await.unwrap();
    assert_eq!(database.row("SELECT count(*), count(name) FROM item").await, "10000|5000");
}

#[tokio::test]
async fn changes_have_rows_of_record_batches() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let first = [Batch::new(arrow_rows::<Item>([items([1, 2])]))];
    ingest::<Item>(&mut client).batches(|_: Option<NoWatermark>| first).await.unwrap();
    let second = items([3, 2]);
    let changes = arrow_rows::<Item>([&second]).map(|row| {
        let row = row?;
        let id = row.batch()["id"].as_primitive::<Int64Type>().value(row.index());
        Ok::<_, pg_bulk_ingest_arrow::Error>(if id == 2 {
            Change::Delete(id)
        } else {
            Change::Put(row)
        })
    });
    let changes = [Batch::new(changes)];
    ingest::<Item>(&mut client).batches(|_: Option<NoWatermark>| changes).await.unwrap();
    assert_eq!(database.rows(ITEMS).await, ["1|∅", "3|∅"]);
}

/// Rows of a table of a set go into that table, in sessions as well.
#[tokio::test]
async fn rows_are_of_a_table_of_a_set() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    assert_eq!(<ArrowRow<Item> as RowOf<Shop>>::POSITION, 1);
    let mut session = ingest::<Shop>(&mut client).start::<i64>().await.unwrap();
    let mut open = session.batch().await.unwrap();
    open.write(&Day { number: 7 }).await.unwrap();
    open.write_all(arrow_rows::<Item>([items([1, 2])])).await.unwrap();
    open.commit(1).await.unwrap();
    session.finish().await.unwrap();
    assert_eq!(database.rows(ITEMS).await, ["1|∅", "2|n2"]);
    assert_eq!(database.rows("SELECT number FROM day").await, ["7"]);
}

#[tokio::test]
async fn an_inserter_takes_them() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let (writer, inserter) = ingest::<Item>(&mut client).inserter::<NoWatermark>(Linger::default());
    let write = async move {
        for row in arrow_rows::<Item>([items([1, 2])]) {
            writer.write(row).await.unwrap();
        }
    };
    let (report, ()) = tokio::join!(inserter.run(), write);
    assert_eq!(report.unwrap().rows, 2);
    assert_eq!(database.rows(ITEMS).await, ["1|∅", "2|n2"]);
}

/// The future of an ingest can be spawned.
#[tokio::test]
async fn the_future_is_send() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let task = tokio::spawn(async move {
        let batches = vec![items([1])];
        let rows = Batch::new(arrow_rows::<Item>(&batches));
        ingest::<Item>(&mut client).batches(|_: Option<NoWatermark>| [rows]).await.map(|_| ())
    });
    task.await.unwrap().unwrap();
    assert_eq!(database.rows(ITEMS).await, ["1|∅"]);
}
