//! Rows that are deleted by their keys, among rows that are put.

mod missing;
mod order;
mod soft;
mod tables;

use pg_bulk_ingest::{
    Batch, Change, Delete, ErrorKind, IngestTable, Keyed, TableReport, Upsert, Visibility,
};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone, Debug)]
#[ingest(table = "t")]
pub(crate) struct Item {
    #[ingest(primary_key)]
    id: i64,
    value: String,
}

fn put<'k>(id: i64, value: &str) -> Change<'k, Item> {
    Change::Put(Item { id, value: value.to_owned() })
}

async fn load(client: &mut Client, changes: &[Change<'_, Item>]) -> TableReport {
    let report = ingest::<Item>(client).batches(|_| [Batch::new(changes)]).await.unwrap();
    report.tables.into_iter().next().unwrap()
}

fn counts(table: &TableReport) -> [u64; 6] {
    let TableReport { received, inserted, updated, unchanged, deleted, missing, .. } = *table;
    [received, inserted, updated, unchanged, deleted, missing]
}

const ALL: &str = "SELECT id, value FROM t ORDER BY id";

#[tokio::test]
async fn of_rows_and_deletes_with_one_key_the_last_counts() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // Into a new table, and into one that is there.
    let first = [
        put(1, "a"),
        put(2, "b"),
        Change::Delete(2),
        Change::Delete(3),
        put(3, "c"),
        put(4, "x"),
        put(4, "d"),
        Change::Delete(5),
        put(6, "x"),
        Change::Delete(6),
        put(6, "f"),
    ];
    assert_eq!(counts(&load(&mut client, &first).await), [7, 4, 0, 0, 0, 2]);
    assert_eq!(database.rows(ALL).await, ["1|a", "3|c", "4|d", "6|f"]);
    let second = [
        Change::Delete(1),
        put(3, "x"),
        Change::Delete(3),
        Change::Delete(4),
        put(4, "d"),
        put(7, "x"),
        Change::Delete(7),
        Change::Delete(8),
        Change::Delete(8),
        put(6, "F"),
    ];
    assert_eq!(counts(&load(&mut client, &second).await), [4, 0, 1, 1, 2, 2]);
    assert_eq!(database.rows(ALL).await, ["4|d", "6|F"]);
    let report = ingest::<Item>(&mut client).batches(|_| Batch::deletes([4, 9])).await.unwrap();
    assert_eq!(counts(&report.tables[0]), [0, 0, 0, 0, 1, 1]);
    let printed = report.to_string();
    assert!(printed.contains("missing"), "{printed}");
    assert_eq!(database.rows(ALL).await, ["6|F"]);
}

#[tokio::test]
async fn a_session_deletes_by_key() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client, &[put(1, "a"), put(2, "b"), put(3, "c")]).await;
    let mut session = ingest::<Item>(&mut client).start::<i64>().await.unwrap();
    for (id, watermark) in [(1, 1), (2, 2)] {
        let mut batch = session.batch().await.unwrap();
        batch.write(Item { id: id + 10, value: "new".to_owned() }).await.unwrap();
        batch.delete(id).await.unwrap();
        batch.commit(watermark).await.unwrap();
    }
    let mut batch = session.batch().await.unwrap();
    batch.delete(3).await.unwrap();
    drop(batch);
    let report = session.finish().await.unwrap();
    assert_eq!(counts(&report.tables[0]), [2, 2, 0, 0, 2, 0]);
    assert_eq!(database.rows(ALL).await, ["3|c", "11|new", "12|new"]);
}

#[tokio::test]
async fn batches_of_one_transaction_and_a_delete_before_them() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client, &[put(1, "a"), put(2, "b")]).await;
    let batches = [
        Batch::new(vec![put(1, "x"), put(3, "c"), Change::Delete(1)]),
        Batch::new(vec![put(4, "d"), Change::Delete(3), Change::Delete(2)]),
        Batch::new(vec![Change::Delete(4), put(3, "C")]),
    ];
    let report = ingest::<Item>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .visibility(Visibility::AfterLastBatch)
        .batches(|_| batches)
        .await
        .unwrap();
    assert_eq!(counts(&report.tables[0]), [4, 3, 0, 0, 4, 2]);
    assert_eq!(database.rows(ALL).await, ["3|C"]);
}

#[tokio::test]
async fn rows_that_are_not_merged_are_not_deleted() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let refused = ingest::<Item>(&mut client)
        .upsert(Upsert::Off)
        .batches(|_| Batch::new([put(1, "a"), Change::Delete(1)]))
        .await
        .unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Unsupported { .. }), "{refused}");
    assert!(refused.to_string().contains("Upsert::Off"), "{refused}");
    // Where rows that are there stay, deletes delete all the same.
    load(&mut client, &[put(1, "a"), put(2, "b")]).await;
    let report = ingest::<Item>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| Batch::new([put(1, "A"), Change::Delete(2), put(3, "c")]))
        .await
        .unwrap();
    assert_eq!(counts(&report.tables[0]), [2, 1, 0, 0, 1, 0]);
    assert_eq!(report.tables[0].existing, 1);
    assert_eq!(database.rows(ALL).await, ["1|a", "3|c"]);
}

/// Columns of names that a statement of ours might have for something else.
#[derive(IngestTable)]
#[ingest(table = "names", primary_key(place, keys))]
struct Names {
    place: i64,
    keys: i32,
    gone: i32,
    ordinal: i32,
    live: i32,
}

#[tokio::test]
async fn columns_have_whatever_names() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |place| Change::Put(Names { place, keys: 1, gone: 1, ordinal: 1, live: 1 });
    for changes in [
        vec![row(1), row(2), Change::Delete((1, 1))],
        vec![row(3), Change::Delete((2, 1)), row(4), Change::Delete((4, 1))],
    ] {
        ingest::<Names>(&mut client).batches(|_| Batch::new(changes)).await.unwrap();
    }
    assert_eq!(database.rows("SELECT place FROM names").await, ["3"]);
}

#[derive(IngestTable)]
#[ingest(table = "keys", primary_key(shop, code, day))]
struct Compound<'a> {
    shop: i32,
    code: &'a str,
    day: chrono::NaiveDate,
    data: Vec<u8>,
}

#[derive(IngestTable)]
#[ingest(table = "nullable", merge_on(code, kind))]
#[ingest(unique(code, kind, nulls_not_distinct))]
struct Nullable {
    #[ingest(primary_key, identity)]
    id: pg_bulk_ingest::Filled<i64>,
    code: Option<String>,
    kind: Vec<u8>,
}

#[derive(IngestTable)]
#[ingest(table = "words")]
struct Word {
    #[ingest(primary_key, sql_type = "citext")]
    word: String,
}

#[tokio::test]
async fn keys_are_given_in_borrowed_form() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    let row = |shop, code, d| Compound { shop, code, day: day(d), data: vec![1] };
    let rows = [row(1, "a", 1), row(1, "a", 2), row(1, "b", 1), row(2, "a", 1)];
    ingest::<Compound>(&mut client).batches(|_| Batch::new(&rows)).await.unwrap();
    let text = String::from("a");
    let mut session = ingest::<Compound>(&mut client).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.delete((1, "a", day(2))).await.unwrap();
    batch.delete((2, text.as_str(), day(1))).await.unwrap();
    batch.delete((2, text.as_str(), day(9))).await.unwrap();
    batch.commit_without_high_watermark().await.unwrap();
    let report = session.finish().await.unwrap();
    assert_eq!([report.tables[0].deleted, report.tables[0].missing], [2, 1]);
    assert_eq!(database.rows("SELECT shop, code FROM keys ORDER BY 1, 2").await, ["1|a", "1|b"]);

    // As the index of the key sees them.
    let words = ["One", "two"].map(|word| Word { word: word.to_owned() });
    ingest::<Word>(&mut client).batches(|_| Batch::new(&words)).await.unwrap();
    let report = ingest::<Word>(&mut client).batches(|_| Batch::deletes(["ONE"])).await.unwrap();
    assert_eq!([report.tables[0].deleted, report.tables[0].missing], [1, 0]);
    // In a new table too.
    database.execute("DROP TABLE words").await;
    let changes = [
        Change::Put(Word { word: "One".to_owned() }),
        Change::Delete("ONE"),
        Change::Put(Word { word: "two".to_owned() }),
    ];
    ingest::<Word>(&mut client).batches(|_| Batch::new(changes)).await.unwrap();
    assert_eq!(database.rows("SELECT word FROM words").await, ["two"]);
}

#[tokio::test]
async fn a_key_may_be_null_where_nulls_are_equal() {
    if tests::version() < 15 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |code: Option<&str>| Nullable {
        id: pg_bulk_ingest::Filled,
        code: code.map(str::to_owned),
        kind: b"k".to_vec(),
    };
    let rows = [row(None), row(Some("a")), row(Some("b"))];
    ingest::<Nullable>(&mut client).batches(|_| Batch::new(&rows)).await.unwrap();
    let keys: [<Nullable as Keyed>::Key<'_>; 2] = [(None, b"k"), (Some("b"), b"k")];
    let report = ingest::<Nullable>(&mut client).batches(|_| Batch::deletes(keys)).await.unwrap();
    assert_eq!([report.tables[0].deleted, report.tables[0].missing], [2, 0]);
    assert_eq!(database.rows("SELECT code FROM nullable").await, ["a"]);
}
