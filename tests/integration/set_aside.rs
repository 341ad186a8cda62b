//! Rows that are refused are set aside, and the rest of their batch goes on.

mod around;
mod budget;
mod deletes;
mod kept;
mod looking;
mod many;
mod server;
mod sources;

use pg_bulk_ingest::{
    Batch, Delete, ErrorKind, IngestTable, IngestTables, NoWatermark, Rejects, SetAside, Upsert,
    Visibility, ingest,
};
use tests::Database;

#[derive(Clone, IngestTable)]
#[ingest(table = "item")]
pub(crate) struct Item {
    #[ingest(primary_key)]
    pub(crate) id: i32,
    #[ingest(sql_type = "varchar(5)")]
    pub(crate) name: String,
}

pub(crate) fn item(id: i32, name: &str) -> Item {
    Item { id, name: name.to_owned() }
}

/// All refused rows are set aside.
pub(crate) fn all() -> SetAside<'static> {
    SetAside { share: 1.0, ..SetAside::default() }
}

const ITEMS: &str = "SELECT id, name FROM item ORDER BY id";

#[tokio::test]
async fn rows_that_cannot_be_encoded_are_set_aside_and_named() {
    let rows = [item(1, "one"), item(2, "a\0b"), item(3, "three"), item(4, "\0")];
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        for delete in [Delete::Off, Delete::BeforeFirstBatch] {
            for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
                for was_there in [false, true] {
                    let database = Database::new().await;
                    let mut client = database.connect().await;
                    if was_there {
                        ingest::<Item>(&mut client).migrate().await.unwrap();
                    }
                    let mut told = Vec::new();
                    let ingest = ingest::<Item>(&mut client).upsert(upsert).delete(delete);
                    let into = Rejects::call(|rejected| told.push(rejected.to_string()));
                    let ingest =
                        ingest.visibility(visibility).set_aside(SetAside { into, ..all() });
                    let batch = |_: Option<NoWatermark>| Batch::new(&rows);
                    let report = ingest.batches(batch).await.unwrap();
                    assert_eq!(database.rows(ITEMS).await, ["1|one", "3|three"]);
                    let table = &report.tables[0];
                    assert_eq!((table.received, table.inserted, table.rejected), (4, 2, 2));
                    assert_eq!(report.rows, 4);
                    let [nul, other] = report.rejects() else { panic!("{:?}", report.rejects()) };
                    assert_eq!((nul.batch, nul.row, nul.column.as_deref()), (1, 2, Some("name")));
                    assert_eq!((other.batch, other.row), (1, 4));
                    assert!(nul.message.contains("NUL"), "{nul}");
                    assert_eq!(nul.sqlstate, None);
                    assert_eq!(nul.table.name(), "item");
                    assert!(report.to_string().contains("rejected"), "{report}");
                    let said = report.rejects().iter().map(ToString::to_string);
                    assert_eq!(said.collect::<Vec<_>>(), told);
                }
            }
        }
    }
}

#[tokio::test]
async fn without_it_the_batch_fails() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let batch = |_: Option<NoWatermark>| Batch::new([item(1, "one"), item(2, "a\0b")]);
    let error = ingest::<Item>(&mut client).batches(batch).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Value { .. }), "{error}");
    assert_eq!(database.row("SELECT to_regclass('item') IS NULL").await, "t");
}

#[derive(IngestTable)]
#[ingest(table = "note")]
struct Note {
    text: String,
}

#[derive(IngestTables)]
enum Both {
    Item(Item),
    Note(Note),
}

#[tokio::test]
async fn rows_of_sets_of_tables_and_of_parts_are_set_aside() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let note = |text: &str| Both::Note(Note { text: text.to_owned() });
    let rows = [
        Both::Item(item(1, "one")),
        note("\0"),
        note("fine"),
        Both::Item(item(2, "\0")),
        note("\0"),
    ];
    let batch = |_: Option<NoWatermark>| Batch::new(rows);
    let report = ingest::<Both>(&mut client).set_aside(all()).batches(batch).await.unwrap();
    let places = report.rejects().iter().map(|r| (r.table.name().to_owned(), r.row));
    let expected = [("note", 1), ("item", 2), ("note", 3)];
    let expected = expected.map(|(table, row)| (table.to_owned(), row));
    assert_eq!(places.collect::<Vec<_>>(), expected);
    let rejected = report.tables.iter().map(|table| table.rejected).collect::<Vec<_>>();
    assert_eq!(rejected, [1, 2]);
    assert_eq!(database.rows("SELECT text FROM note").await, ["fine"]);
    let parts = [vec![item(3, "three"), item(4, "\0")], vec![item(5, "\0"), item(6, "six")]];
    let batch = |_: Option<NoWatermark>| Batch::parts(parts);
    let report = ingest::<Item>(&mut client).set_aside(all()).batches(batch).await.unwrap();
    assert_eq!(report.rejects().iter().map(|r| r.row).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(database.rows(ITEMS).await, ["1|one", "3|three", "6|six"]);
}
