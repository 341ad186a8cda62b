//! Rows that are set aside beside deletes by key: as if they had not been among the changes.

use super::all;
use chrono::{DateTime, Utc};
use pg_bulk_ingest::{
    Batch, Change, Error, Filled, IngestTable, IngestTables, NoWatermark, Report, Upsert,
    Visibility,
};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(Clone, IngestTable)]
#[ingest(table = "part")]
struct Part {
    #[ingest(primary_key)]
    id: i32,
    size: i32,
}

/// A put; of 900 or more it is refused.
fn put<'k>(id: i32, size: i32) -> Change<'k, Part> {
    Change::Put(Part { id, size })
}

fn gone<'k>(id: i32) -> Change<'k, Part> {
    Change::Delete(id)
}

const TABLE: &str =
    "CREATE TABLE part (id int PRIMARY KEY, size int NOT NULL UNIQUE CHECK (size < 900));
    INSERT INTO part VALUES (1, 1), (2, 2), (3, 3)";

const PARTS: &str = "SELECT string_agg(id || ' ' || size, ',' ORDER BY id) FROM part";

async fn load(
    client: &mut Client,
    batches: Vec<Vec<Change<'_, Part>>>,
    upsert: Upsert,
    visibility: Visibility,
) -> Result<Report<i64>, Error> {
    let batches = batches.into_iter().map(|changes| Batch::new(changes).without_high_watermark());
    let ingest = ingest::<Part>(client).upsert(upsert).visibility(visibility).set_aside(all());
    ingest.batches(|_: Option<i64>| batches).await
}

#[tokio::test]
async fn a_delete_that_a_refused_row_undid_is_done() {
    for (changes, rows, [received, deleted, missing]) in [
        (vec![gone(1), put(1, 900), put(4, 4)], "2 2,3 3,4 4", [1, 1, 0]),
        // It undid one before which a good row came.
        (vec![put(1, 5), gone(1), put(1, 900)], "2 2,3 3", [1, 1, 0]),
        // Another row of the key stays.
        (vec![gone(1), put(1, 5), put(1, 900)], "1 5,2 2,3 3", [1, 0, 0]),
        (vec![put(1, 900), gone(1), put(1, 5)], "1 5,2 2,3 3", [2, 0, 0]),
        // What is not there, and what none undid.
        (vec![gone(9), put(9, 900), gone(2)], "1 1,3 3", [0, 1, 1]),
        // The value of the deleted row is free for another.
        (vec![gone(1), put(1, 900), put(4, 1)], "2 2,3 3,4 1", [1, 1, 0]),
        (
            vec![gone(1), put(1, 900), gone(2), put(2, 901), put(4, 1), put(5, 2)],
            "3 3,4 1,5 2",
            [2, 2, 0],
        ),
    ] {
        for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
            let database = Database::new().await;
            database.execute(TABLE).await;
            let mut client = database.connect().await;
            let refused = changes
                .iter()
                .any(|change| matches!(change, Change::Put(part) if part.size >= 900));
            assert!(refused);
            // The second batch has tables of its own.
            let batches = vec![changes.clone(), vec![gone(7), put(7, 902)]];
            let report =
                load(&mut client, batches, Upsert::IfPrimaryKey, visibility).await.unwrap();
            assert_eq!(database.row(PARTS).await, rows, "{visibility:?}");
            let table = &report.tables[0];
            assert!(table.rejected >= 1);
            assert_eq!(
                [table.deleted, table.missing],
                [deleted, missing + 1],
                "{rows} {visibility:?}"
            );
            assert_eq!(table.received - table.rejected, received, "{rows} {visibility:?}");
        }
    }
}

/// Where rows that are there stay, a delete is done all the same.
#[tokio::test]
async fn where_rows_that_are_there_stay() {
    let database = Database::new().await;
    database.execute(TABLE).await;
    let mut client = database.connect().await;
    let changes = vec![gone(1), put(1, 900), gone(2), put(2, 7), put(3, 901)];
    let batches = vec![changes];
    load(&mut client, batches, Upsert::KeepExisting, Visibility::AfterEachBatch).await.unwrap();
    assert_eq!(database.row(PARTS).await, "2 7,3 3");
}

#[derive(Clone, IngestTable)]
#[ingest(table = "part", newest_by(version))]
struct Kept {
    #[ingest(primary_key)]
    id: i32,
    size: i32,
    version: i32,
    #[ingest(soft_delete)]
    deleted_at: Filled<Option<DateTime<Utc>>>,
}

#[tokio::test]
async fn of_rows_with_a_version_that_are_kept() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE part (id int PRIMARY KEY, size int NOT NULL CHECK (size < 900), version int NOT NULL,
                deleted_at timestamptz);
            INSERT INTO part VALUES (1, 1, 1), (2, 2, 5), (3, 3, 1)",
        )
        .await;
    let mut client = database.connect().await;
    let put = |id, size, version| Change::Put(Kept { id, size, version, deleted_at: Filled });
    let changes = vec![
        Change::delete_at(1, 2),
        put(1, 900, 3),
        // The row that is there is newer than the delete.
        Change::delete_at(2, 3),
        put(2, 901, 6),
        Change::delete_at(3, 4),
        put(3, 4, 5),
    ];
    let ingest = ingest::<Kept>(&mut client).set_aside(all());
    let report = ingest.batches(|_: Option<NoWatermark>| Batch::new(changes)).await.unwrap();
    let table = &report.tables[0];
    assert_eq!([table.deleted, table.stale, table.rejected], [1, 1, 2]);
    let rows = "SELECT id, size, version, deleted_at IS NOT NULL FROM part ORDER BY id";
    assert_eq!(database.rows(rows).await, ["1|1|2|t", "2|2|5|f", "3|4|5|f"]);
}

#[derive(Clone, IngestTable)]
#[ingest(table = "piece")]
struct Piece {
    #[ingest(primary_key)]
    id: i32,
    part: i32,
}

#[derive(IngestTables)]
enum Both {
    Part(Part),
    Piece(Piece),
}

/// The delete of a row that others refer to waits until the rows of the batch have changed that.
#[tokio::test]
async fn where_others_refer_to_the_row() {
    let database = Database::new().await;
    database
        .execute(&format!(
            "{TABLE}; CREATE TABLE piece (id int PRIMARY KEY, part int NOT NULL REFERENCES part);
            INSERT INTO piece VALUES (1, 1)"
        ))
        .await;
    for (part, rows) in [(Some(2), "2 2,3 3"), (None, "1 1,2 2,3 3")] {
        let mut client = database.connect().await;
        let ingest = ingest::<Both>(&mut client).set_aside(all());
        let mut session = ingest.start::<i64>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.delete_from::<Part>(1).await.unwrap();
        batch.write(Part { id: 1, size: 900 }).await.unwrap();
        if let Some(part) = part {
            batch.write(Piece { id: 1, part }).await.unwrap();
        }
        let committed = batch.commit_without_high_watermark().await;
        // It is referred to still: nothing of the batch is kept.
        assert_eq!(committed.is_ok(), part.is_some(), "{committed:?}");
        drop(session);
        assert_eq!(database.row(PARTS).await, rows);
        database
            .execute(
                "TRUNCATE piece, part; INSERT INTO part VALUES (1, 1), (2, 2), (3, 3);
            INSERT INTO piece VALUES (1, 1)",
            )
            .await;
    }
}
