//! Rows that refer to others of their batch, and what is left to be checked when a table is replaced.

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, IngestTables, Upsert};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "node")]
struct Node {
    #[ingest(primary_key)]
    id: i32,
    parent: Option<i32>,
    text: String,
}

#[tokio::test]
async fn a_row_can_come_before_the_one_of_its_table_that_it_refers_to() {
    for (count, wide) in [(2, 1), (40, 1_000_000)] {
        for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
            let database = Database::new().await;
            let mut client = database.connect().await;
            database
                .execute(
                    "CREATE TABLE node (id integer PRIMARY KEY, parent integer REFERENCES node,
                    text text NOT NULL)",
                )
                .await;
            let parent = |id: i32| (id + 1 < count).then_some(count - 1);
            let text = "t".repeat(wide);
            let rows = (0..count).map(|id| Node { id, parent: parent(id), text: text.clone() });
            let ingest = ingest::<Node>(&mut client).upsert(upsert);
            ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
            assert_eq!(database.row("SELECT count(*) FROM node").await, count.to_string());
        }
    }
}

#[derive(IngestTable)]
#[ingest(table = "child")]
struct Child {
    #[ingest(primary_key)]
    id: i32,
    parent: i32,
}

#[derive(IngestTable)]
#[ingest(table = "parent")]
struct Parent {
    #[ingest(primary_key)]
    id: i32,
}

#[derive(IngestTables)]
enum Both {
    Child(Child),
    Parent(Parent),
}

#[tokio::test]
async fn a_table_comes_after_those_that_it_refers_to() {
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database
            .execute(
                "CREATE TABLE parent (id integer PRIMARY KEY);
                CREATE TABLE child (id integer PRIMARY KEY,
                    parent integer NOT NULL REFERENCES parent)",
            )
            .await;
        let rows = [
            Both::Child(Child { id: 1, parent: 1 }),
            Both::Parent(Parent { id: 1 }),
            Both::Child(Child { id: 2, parent: 1 }),
        ];
        let ingest = ingest::<Both>(&mut client).upsert(upsert);
        let report = ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
        assert_eq!((report.tables[0].inserted, report.tables[1].inserted), (2, 1));
        assert_eq!(database.row("SELECT count(*) FROM child").await, "2");
    }
}

#[tokio::test]
async fn what_a_hook_left_to_be_checked_is_checked_before_the_table_is_replaced() {
    for (id, is_there) in [(1, true), (7, false)] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database
            .execute(
                "CREATE TABLE parent (id integer PRIMARY KEY); INSERT INTO parent VALUES (1);
                CREATE TABLE child (id integer,
                    parent integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
            )
            .await;
        let ingested = ingest::<Parent>(&mut client)
            .delete(Delete::BeforeFirstBatch)
            .on_before_visible(move |before| {
                async move {
                    let sql = format!("INSERT INTO child VALUES (1, {id})");
                    before.transaction.batch_execute(&sql).await?;
                    Ok(())
                }
                .boxed()
            })
            .batches(|_| [Batch::new([Parent { id: 1 }, Parent { id: 2 }])])
            .await;
        match ingested {
            Ok(_) => assert!(is_there),
            Err(error) => {
                assert!(!is_there && matches!(error.kind(), ErrorKind::Hook), "{error:?}");
            }
        }
        let children = "SELECT count(*) FROM child";
        assert_eq!(database.row(children).await, if is_there { "1" } else { "0" });
        let deferred = "SELECT condeferred FROM pg_constraint WHERE contype = 'f'";
        assert_eq!(database.row(deferred).await, "t");
    }
}
