//! What rows that are set aside go together with.

use super::{Item, all, item};
use pg_bulk_ingest::{
    Batch, Change, ErrorKind, IngestTable, NoWatermark, Rejects, SetAside, Upsert,
};
use std::convert::Infallible;
use tests::{Database, ingest};

const ITEMS: &str =
    "CREATE TABLE item (id int PRIMARY KEY, name varchar(5) NOT NULL CHECK (name <> 'bad'))";

#[tokio::test]
async fn rows_are_only_added_by_a_role_that_may_do_nothing_else() {
    let database = Database::new().await;
    database.execute(ITEMS).await;
    let role = database.role("r");
    database.execute(&format!("CREATE ROLE {role} LOGIN; GRANT INSERT ON item TO {role}")).await;
    let mut client = database.connect_as("r").await;
    let batch = |_: Option<NoWatermark>| Batch::new([item(1, "bad"), item(2, "good")]);
    let ingest = ingest::<Item>(&mut client).upsert(Upsert::Off).set_aside(all());
    let report = ingest.batches(batch).await.unwrap();
    assert_eq!(report.rejects()[0].row, 1);
    assert_eq!(database.rows("SELECT id FROM item").await, ["2"]);
}

#[tokio::test]
async fn rows_over_several_connections_are_set_aside() {
    let database = Database::new().await;
    database.execute(ITEMS).await;
    let mut client = database.connect().await;
    let names = |id| if id == 7 || id == 120_000 { "bad" } else { "good" };
    let batch = |_: Option<NoWatermark>| Batch::new((1..=120_000).map(|id| item(id, names(id))));
    let further = || async { Ok::<_, Infallible>(database.connect().await) };
    let set_aside = SetAside { into: Rejects::table(), ..all() };
    let ingest = ingest::<Item>(&mut client).connections(2, further).set_aside(set_aside);
    let report = ingest.batches(batch).await.unwrap();
    let mut rows = report.rejects().iter().map(|rejected| rejected.row).collect::<Vec<_>>();
    rows.sort_unstable();
    assert_eq!(rows, [7, 120_000]);
    assert_eq!(database.row("SELECT count(*) FROM item").await, "119998");
    let kept = "SELECT row_number, row ->> 'id' FROM item_rejected ORDER BY 1";
    assert_eq!(database.rows(kept).await, ["7|7", "120000|120000"]);
}

#[derive(IngestTable)]
#[ingest(table = "numbers")]
struct Number {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "positive")]
    number: i32,
}

#[tokio::test]
async fn what_copy_refuses_still_fails_the_batch() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Number>(&mut client).migrate().await.unwrap();
    let batch = |_: Option<NoWatermark>| {
        Batch::new([Number { id: 1, number: 1 }, Number { id: 2, number: -1 }])
    };
    let error = ingest::<Number>(&mut client).set_aside(all()).batches(batch).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Server), "{error}");
    assert_eq!(error.row(), Some(2));
    assert!(database.rows("SELECT id FROM numbers").await.is_empty());
}

/// By whatever way they go; and what is as long as it may be stays as it is.
#[tokio::test]
async fn a_text_that_is_too_long_is_set_aside() {
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        for small_merges in [true, false] {
            let database = Database::new().await;
            database.execute(ITEMS).await;
            let mut client = database.connect().await;
            let rows = [item(1, "right"), item(2, "much too long"), item(3, "fine")];
            for (unchanged, rows) in [(0, &rows[..]), (2, &rows[..])] {
                if unchanged > 0 && upsert == Upsert::Off {
                    continue;
                }
                let ingest = ingest::<Item>(&mut client).upsert(upsert).small_merges(small_merges);
                let batch = |_: Option<NoWatermark>| Batch::new(rows);
                let report = ingest.set_aside(all()).batches(batch).await.unwrap();
                let found = report.rejects().iter().map(|row| (row.row, row.sqlstate.as_deref()));
                assert_eq!(found.collect::<Vec<_>>(), [(2, Some("22001"))]);
                assert_eq!(report.tables[0].unchanged, unchanged);
            }
            assert_eq!(
                database.rows("SELECT * FROM item ORDER BY id").await,
                ["1|right", "3|fine"]
            );
        }
    }
}

#[derive(IngestTable)]
#[ingest(table = "words")]
struct Word {
    #[ingest(primary_key)]
    word: String,
}

/// The row that it is of would stay.
#[tokio::test]
async fn a_key_to_delete_is_not_set_aside() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let put = |word: &str| Change::Put(Word { word: word.to_owned() });
    let changes = [put("a"), Change::Delete("\0"), put("b")];
    let ingest = ingest::<Word>(&mut client).set_aside(all());
    let error = ingest.batches(|_| Batch::new(changes)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Value { .. }), "{error}");
    assert_eq!((error.row(), error.column()), (None, Some("word")));
    assert!(error.to_string().starts_with("cannot delete a row"), "{error}");
}
