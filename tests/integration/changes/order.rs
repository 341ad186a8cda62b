//! Random changes, by whatever way they go.

use super::{ALL, Item, put};
use pg_bulk_ingest::{Batch, Change, IngestTable, Upsert, Visibility};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tests::{Database, Dice, ingest};
use tokio_postgres::Client;

/// So many changes of few keys, and what they make of a table.
fn changes(
    dice: &mut Dice,
    count: usize,
    keys: u64,
    table: &mut BTreeMap<i64, String>,
) -> Vec<Change<'static, Item>> {
    let change = |n: usize| {
        let id = i64::try_from(dice.below(keys)).unwrap();
        if dice.below(3) == 0 {
            table.remove(&id);
            return Change::Delete(id);
        }
        let value = format!("{n}-{}", dice.below(3));
        table.insert(id, value.clone());
        put(id, &value)
    };
    (0..count).map(change).collect()
}

async fn further(database: &Database) -> Result<Client, Infallible> {
    Ok(database.connect().await)
}

fn printed(table: &BTreeMap<i64, String>) -> Vec<String> {
    table.iter().map(|(id, value)| format!("{id}|{value}")).collect()
}

#[tokio::test]
async fn random_changes_do_as_a_map_does() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for seed in 0..6 {
        database.execute("DROP TABLE IF EXISTS t").await;
        let mut dice = Dice::new(seed);
        let mut table = BTreeMap::new();
        for _ in 0..4 {
            let batches = (0..=dice.below(3)).map(|_| {
                let count = dice.up_to(400);
                Batch::new(changes(&mut dice, count, 60, &mut table))
            });
            let batches = batches.collect::<Vec<_>>();
            let visibility = match dice.below(2) {
                0 => Visibility::AfterEachBatch,
                _ => Visibility::AfterLastBatch,
            };
            let ingest = ingest::<Item>(&mut client).visibility(visibility);
            ingest.batches(|_| batches).await.unwrap();
            assert_eq!(database.rows(ALL).await, printed(&table), "seed {seed}");
        }
    }
}

/// Of more than one chunk, in parts, and over several connections into a table that is there.
#[tokio::test]
async fn many_changes_do_as_a_map_does() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut dice = Dice::new(7);
    let mut table = BTreeMap::new();
    let first = changes(&mut dice, 70_000, 20_000, &mut table);
    ingest::<Item>(&mut client).batches(|_| Batch::new(first)).await.unwrap();
    assert_eq!(database.rows(ALL).await, printed(&table));
    let second = changes(&mut dice, 70_000, 20_000, &mut table);
    let ingested = ingest::<Item>(&mut client).connections(2, || further(&database));
    ingested.batches(|_| Batch::new(second)).await.unwrap();
    assert_eq!(database.rows(ALL).await, printed(&table));
    let third = [(); 3].map(|()| changes(&mut dice, 5_000, 20_000, &mut table));
    ingest::<Item>(&mut client).batches(|_| Batch::parts(third)).await.unwrap();
    assert_eq!(database.rows(ALL).await, printed(&table));
    // Into a new table, whose rows then go over one connection alone.
    database.execute("DROP TABLE t").await;
    table.clear();
    let fourth = changes(&mut dice, 70_000, 20_000, &mut table);
    let ingested = ingest::<Item>(&mut client).connections(2, || further(&database));
    ingested.batches(|_| Batch::new(fourth)).await.unwrap();
    assert_eq!(database.rows(ALL).await, printed(&table));
}

/// Where they have gone over several already, a delete cannot be put in order with them.
#[tokio::test]
async fn a_delete_after_rows_of_a_new_table_over_several_connections_is_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = (0..200_000).map(|id| put(id, "a fairly long value"));
    let refused = ingest::<Item>(&mut client)
        .connections(2, || further(&database))
        .batches(|_| Batch::new(rows.chain([Change::Delete(1)])))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("`connections`"), "{refused}");
    assert_eq!(database.rows("SELECT to_regclass('t')").await, ["∅"]);
}

#[derive(IngestTable)]
#[ingest(table = "counts")]
struct Count {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(on_update = "old.n + new.n")]
    n: i64,
    #[ingest(on_update = "keep")]
    first: i64,
}

/// Nothing of the row that is there lives on in it.
#[tokio::test]
async fn a_row_that_comes_after_its_delete_is_a_new_one() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let count = |id, n| Change::Put(Count { id, n, first: n });
    for changes in [
        vec![count(1, 1), count(1, 2), count(2, 1), count(3, 1)],
        vec![count(1, 8), Change::Delete(1), count(1, 3), count(1, 4), count(2, 5)],
    ] {
        ingest::<Count>(&mut client).batches(|_| Batch::new(changes)).await.unwrap();
    }
    let all = "SELECT * FROM counts ORDER BY id";
    assert_eq!(database.rows(all).await, ["1|7|3", "2|6|1", "3|1|1"]);
    let changes = vec![Change::Delete(2), count(2, 9), count(3, 9)];
    let report = ingest::<Count>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| Batch::new(changes))
        .await
        .unwrap();
    let table = &report.tables[0];
    assert_eq!([table.deleted, table.inserted, table.existing], [1, 1, 1]);
    assert_eq!(database.rows(all).await, ["1|7|3", "2|9|9", "3|1|1"]);
}

#[derive(IngestTable, Clone)]
#[ingest(table = "v", newest_by(version))]
struct Versioned {
    #[ingest(primary_key)]
    id: i64,
    version: i64,
    value: String,
}

fn at<'k>(id: i64, version: i64) -> Change<'k, Versioned> {
    Change::Put(Versioned { id, version, value: version.to_string() })
}

async fn load(client: &mut Client, changes: Vec<Change<'_, Versioned>>) -> [u64; 6] {
    let report = ingest::<Versioned>(client).batches(|_| Batch::new(changes)).await.unwrap();
    let table = &report.tables[0];
    let [inserted, updated, stale] = [table.inserted, table.updated, table.stale];
    [table.received, inserted, updated, stale, table.deleted, table.missing]
}

#[tokio::test]
async fn a_delete_with_a_version_leaves_what_is_newer() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let new = vec![
        at(1, 5),
        Change::delete_at(1, 4),
        at(2, 5),
        Change::delete_at(2, 5),
        Change::delete_at(3, 6),
        at(3, 5),
        Change::delete_at(4, 6),
        at(4, 7),
        at(5, 1),
    ];
    assert_eq!(load(&mut client, new).await, [5, 3, 0, 0, 0, 2]);
    let all = "SELECT id, version FROM v ORDER BY id";
    assert_eq!(database.rows(all).await, ["1|5", "4|7", "5|1"]);
    let changes = vec![
        // Newer than the row, older, and of whatever version.
        Change::delete_at(1, 6),
        Change::delete_at(4, 6),
        Change::Delete(5),
        // Of rows and deletes of the batch, the newest counts.
        Change::delete_at(6, 2),
        at(6, 3),
        at(7, 2),
        Change::delete_at(7, 3),
        at(7, 1),
        // Of equal versions, the later to come.
        Change::delete_at(8, 1),
        at(8, 1),
        at(9, 1),
        Change::delete_at(9, 1),
    ];
    assert_eq!(load(&mut client, changes).await, [5, 2, 0, 1, 2, 2]);
    assert_eq!(database.rows(all).await, ["4|7", "6|3", "8|1"]);
    let mut session = ingest::<Versioned>(&mut client).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.delete_at(6, 2).await.unwrap();
    batch.delete_at(8, 2).await.unwrap();
    batch.commit_without_high_watermark().await.unwrap();
    let report = session.finish().await.unwrap();
    assert_eq!([report.tables[0].stale, report.tables[0].deleted], [1, 1]);
    assert_eq!(database.rows(all).await, ["4|7", "6|3"]);
}

/// Neither where rows that are there are kept, nor where some of their columns are.
#[tokio::test]
async fn nothing_of_a_row_lives_on_in_one_that_is_newer_than_its_delete() {
    #[derive(IngestTable)]
    #[ingest(table = "w", newest_by(version))]
    struct Kept {
        #[ingest(primary_key)]
        id: i64,
        version: i64,
        #[ingest(on_update = "keep")]
        first: i64,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client, vec![at(1, 5), at(2, 5)]).await;
    let changes = vec![Change::delete_at(1, 6), at(1, 7), Change::delete_at(2, 4), at(2, 7)];
    let report = ingest::<Versioned>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| Batch::new(changes))
        .await
        .unwrap();
    let table = &report.tables[0];
    assert_eq!([table.deleted, table.stale, table.inserted, table.existing], [1, 1, 1, 1]);
    let all = "SELECT id, version FROM v ORDER BY id";
    assert_eq!(database.rows(all).await, ["1|7", "2|5"]);

    let kept = |id, version| Change::Put(Kept { id, version, first: version });
    for changes in [
        vec![kept(1, 5), kept(2, 5), kept(3, 5)],
        vec![
            Change::delete_at(1, 6),
            kept(1, 7),
            Change::delete_at(2, 4),
            kept(2, 7),
            Change::delete_at(3, 3),
            kept(3, 4),
        ],
    ] {
        ingest::<Kept>(&mut client).batches(|_| Batch::new(changes)).await.unwrap();
    }
    let all = "SELECT id, version, first FROM w ORDER BY id";
    assert_eq!(database.rows(all).await, ["1|7|7", "2|7|5", "3|5|5"]);
}
