//! An ingest whose rows are the whole, and the fuse.

use super::{ALL, Item, counts, put};
use pg_bulk_ingest::{
    Batch, Change, Delete, Error, ErrorKind, Fuse, Ingest, IngestTable, IngestTables, Report,
    SetAside, Upsert, Visibility,
};
use tests::{Database, ingest};
use tokio_postgres::Client;

fn items(values: &[(i64, &str)]) -> Vec<Item> {
    values.iter().map(|(id, value)| Item { id: *id, value: (*value).to_owned() }).collect()
}

async fn whole(client: &mut Client, batches: Vec<Vec<Item>>) -> Result<Report<i64>, Error> {
    let batches = batches.into_iter().map(|rows| Batch::new(rows).without_high_watermark());
    ingest::<Item>(client).delete(Delete::Missing).batches(|_: Option<i64>| batches).await
}

#[tokio::test]
async fn what_did_not_come_is_deleted_and_what_is_unchanged_is_not_written() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let report = whole(&mut client, vec![items(&[(1, "a"), (2, "b")]), items(&[(3, "c")])]).await;
    assert_eq!(counts(&report.unwrap().tables[0]), [3, 3, 0, 0, 0, 0]);
    database
        .execute(
            "CREATE VIEW v AS SELECT * FROM t;
             CREATE TABLE log (old bigint);
             CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN INSERT INTO log VALUES (OLD.id); RETURN NULL; END';
             CREATE TRIGGER log AFTER DELETE ON t FOR EACH ROW EXECUTE PROCEDURE log()",
        )
        .await;
    let written =
        "SELECT id, xmin, (SELECT oid FROM pg_class WHERE relname = 't') FROM t WHERE id = 1";
    let before = database.row(written).await;
    // Over two batches, of which the second brings back what the first had not.
    let report = whole(&mut client, vec![items(&[(4, "d"), (1, "a")]), items(&[(3, "C")])]).await;
    assert_eq!(counts(&report.unwrap().tables[0]), [3, 1, 1, 1, 1, 0]);
    assert_eq!(database.rows("SELECT * FROM v ORDER BY id").await, ["1|a", "3|C", "4|d"]);
    assert_eq!(database.row(written).await, before);
    assert_eq!(database.rows("SELECT * FROM log").await, ["2"]);
    // Without a batch nothing goes, and with none of the rows all do.
    whole(&mut client, vec![]).await.unwrap();
    assert_eq!(database.rows(ALL).await.len(), 3);
    let report = whole(&mut client, vec![vec![]]).await.unwrap();
    assert_eq!(counts(&report.tables[0]), [0, 0, 0, 0, 3, 0]);
    assert_eq!(database.rows(ALL).await.len(), 0);
}

/// Rows that are skipped, as they are there, came; rows that a delete of the batch undid did not.
#[tokio::test]
async fn what_came_is_what_is_put() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    whole(&mut client, vec![items(&[(1, "a"), (2, "b"), (3, "c")])]).await.unwrap();
    let changes = vec![put(1, "x"), put(2, "x"), Change::Delete(2), put(4, "d")];
    let report = ingest::<Item>(&mut client)
        .delete(Delete::Missing)
        .upsert(Upsert::KeepExisting)
        .batches(|_| Batch::new(changes))
        .await
        .unwrap();
    assert_eq!(counts(&report.tables[0]), [3, 1, 0, 0, 2, 0]);
    assert_eq!(database.rows(ALL).await, ["1|a", "4|d"]);
}

#[tokio::test]
async fn it_is_as_a_delete_before_the_first_batch() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut dice = tests::Dice::new(3);
    for snapshot in 0..8 {
        let mut rows = Vec::new();
        for id in 0..dice.below(500) {
            if !dice.once_in(5) {
                let value = dice.below(4).to_string();
                rows.push(Item { id: i64::try_from(id).unwrap(), value });
            }
        }
        let half = rows.split_off(rows.len() / 2);
        whole(&mut client, vec![rows.clone(), half.clone()]).await.unwrap();
        let found = database.rows(ALL).await;
        let both = rows.iter().chain(&half);
        let refreshed = ingest::<Item>(&mut client)
            .into_table("public", "other")
            .delete(Delete::BeforeFirstBatch)
            .batches(|_| Batch::new(both));
        refreshed.await.unwrap();
        let other = database.rows("SELECT id, value FROM other ORDER BY id").await;
        assert_eq!(found, other, "snapshot {snapshot}");
    }
}

#[tokio::test]
async fn a_table_without_a_key_and_rows_set_aside_are_refused() {
    #[derive(IngestTable)]
    #[ingest(table = "log")]
    struct Line {
        text: String,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let lines = [Line { text: "a".to_owned() }];
    let refused = ingest::<Line>(&mut client)
        .delete(Delete::Missing)
        .batches(|_| Batch::new(&lines))
        .await
        .unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Unsupported { .. }), "{refused}");
    let rows = items(&[(1, "a")]);
    let refused = ingest::<Item>(&mut client)
        .delete(Delete::Missing)
        .set_aside(SetAside::default())
        .batches(|_| Batch::new(&rows))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("set aside"), "{refused}");
    let refused = ingest::<Item>(&mut client)
        .delete(Delete::Missing)
        .upsert(Upsert::Off)
        .batches(|_| Batch::new(&rows))
        .await
        .unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Unsupported { .. }), "{refused}");
    assert_eq!(database.row("SELECT to_regclass('t'), to_regclass('log')").await, "∅|∅");
}

#[derive(IngestTable)]
#[ingest(table = "parents")]
struct Parent {
    #[ingest(primary_key)]
    id: i64,
}

#[derive(IngestTable)]
#[ingest(table = "children")]
struct Child {
    #[ingest(primary_key)]
    id: i64,
    parent: i64,
}

#[derive(IngestTables)]
enum Family {
    Parent(Parent),
    Child(Child),
}

#[tokio::test]
async fn tables_lose_rows_after_those_that_refer_to_them() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = || {
        let parents = [1, 2].map(|id| Family::Parent(Parent { id }));
        let children = [1, 2].map(|id| Family::Child(Child { id, parent: id }));
        parents.into_iter().chain(children)
    };
    ingest::<Family>(&mut client).batches(|_| Batch::new(rows())).await.unwrap();
    database.execute("ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents").await;
    let mut rows = rows().collect::<Vec<_>>();
    rows.retain(|row| match row {
        Family::Parent(parent) => parent.id == 2,
        Family::Child(child) => child.id == 2,
    });
    let report = ingest::<Family>(&mut client)
        .delete(Delete::Missing)
        .batches(|_| Batch::new(rows))
        .await
        .unwrap();
    assert_eq!([report.tables[0].deleted, report.tables[1].deleted], [1, 1]);
    assert_eq!(database.rows("SELECT * FROM parents").await, ["2"]);
    assert_eq!(database.rows("SELECT * FROM children").await, ["2|2"]);
}

fn blown(error: &Error) -> (u64, u64) {
    match error.kind() {
        ErrorKind::Fuse { going, rows } => (*going, *rows),
        _ => panic!("{error}"),
    }
}

fn fused(client: &mut Client) -> Ingest<'_, Item> {
    ingest::<Item>(client).fuse(Fuse::share(0.2))
}

/// By every kind of delete; nothing is changed.
#[tokio::test]
async fn no_more_rows_go_than_the_fuse_allows() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let ten = (0..10).map(|id| Item { id, value: "a".to_owned() }).collect::<Vec<_>>();
    let seven = || ten[..7].iter();
    fused(&mut client).batches(|_| Batch::new(&ten)).await.unwrap();
    let before = database.rows("SELECT xmin, * FROM t ORDER BY id").await;

    let missing = fused(&mut client).delete(Delete::Missing).batches(|_| Batch::new(seven()));
    assert_eq!(blown(&missing.await.unwrap_err()), (3, 10));
    let missing = fused(&mut client).delete(Delete::Missing);
    let missing = missing.batches(|_| Batch::new(Vec::<Item>::new()));
    assert_eq!(blown(&missing.await.unwrap_err()), (10, 10));
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        let keys = fused(&mut client).visibility(visibility);
        let keys = keys.batches(|_| Batch::deletes([1, 2, 3, 11])).await;
        assert_eq!(blown(&keys.unwrap_err()), (3, 10));
        for delete in [Delete::BeforeFirstBatch, Delete::All] {
            let fresh = fused(&mut client).delete(delete).visibility(visibility);
            let fresh = fresh.batches(|_| Batch::new(seven())).await;
            assert_eq!(blown(&fresh.unwrap_err()), (3, 10));
        }
    }
    let all = fused(&mut client).delete(Delete::All);
    let all = all.batches(|_| Vec::<Batch<pg_bulk_ingest::Iter<Vec<Item>>>>::new()).await;
    assert_eq!(blown(&all.unwrap_err()), (10, 10));
    assert_eq!(database.rows("SELECT xmin, * FROM t ORDER BY id").await, before);

    // Two of ten may, whatever comes in their stead.
    let more = [items(&[(20, "x"), (21, "x")]), ten[..8].to_vec()].concat();
    let missing = fused(&mut client).delete(Delete::Missing).batches(|_| Batch::new(&more)).await;
    assert_eq!(counts(&missing.unwrap().tables[0]), [10, 2, 0, 8, 2, 0]);
    let keys = fused(&mut client).batches(|_| Batch::deletes([1, 2])).await.unwrap();
    assert_eq!(keys.tables[0].deleted, 2);
    let fresh = fused(&mut client).delete(Delete::BeforeFirstBatch);
    fresh.batches(|_| Batch::new(seven())).await.unwrap();
    assert_eq!(database.rows(ALL).await.len(), 7);
}
