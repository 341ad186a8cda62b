//! Doc comments as comments on the table and its columns.

use pg_bulk_ingest::{Batch, Delete, Iter, Visibility, ingest};
use tests::Database;

mod first {
    use pg_bulk_ingest::IngestTable;

    /// Our "shops",
    /// {all} of them.
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t", comments)]
    pub(super) struct Row {
        /// As printed on
        /// the receipt's top.
        #[ingest(primary_key)]
        pub(super) id: i32,
        pub(super) name: String,
    }
}

mod second {
    use pg_bulk_ingest::IngestTable;

    /// Other shops.
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t", comments)]
    pub(super) struct Row {
        #[ingest(primary_key)]
        pub(super) id: i32,
        /// Its name.
        pub(super) name: String,
    }
}

const COMMENTS: &str = "
    SELECT obj_description('t'::regclass), col_description('t'::regclass, 1),
        col_description('t'::regclass, 2)";

fn first(id: i32) -> first::Row {
    first::Row { id, name: "a".to_owned() }
}

fn second(id: i32) -> second::Row {
    second::Row { id, name: "b".to_owned() }
}

#[tokio::test]
async fn they_are_on_the_table_beside_the_high_watermark() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let none: [Batch<Iter<Vec<first::Row>>>; 0] = [];
    ingest::<first::Row>(&mut client).batches(|_| none).await.unwrap();
    let column = "As printed on\nthe receipt's top.";
    let text = r#"{"pg-bulk-ingest": {}, "comment": "Our \"shops\",\n{all} of them."}"#;
    let text = format!("{text}|{column}|∅");
    assert_eq!(database.row(COMMENTS).await, text);
    let batches = [[first(1)], [first(2)]];
    let batches = |_: Option<i32>| batches.iter().map(|rows| Batch::new(rows).high_watermark(1));
    let report = ingest::<first::Row>(&mut client).batches(batches).await.unwrap();
    assert!(report.migrated.is_empty(), "{}", report.migrated);
    let object =
        r#"{"pg-bulk-ingest": {"high-watermark": 1}, "comment": "Our \"shops\",\n{all} of them."}"#;
    assert_eq!(database.row(COMMENTS).await, format!("{object}|{column}|∅"));
    let dead = "SELECT xmin FROM pg_description WHERE objoid = 't'::regclass AND objsubid = 1";
    let before = database.row(dead).await;
    for delete in [Delete::Off, Delete::BeforeFirstBatch, Delete::All] {
        let ingest = ingest::<first::Row>(&mut client).delete(delete);
        let batches = |_: Option<i32>| [Batch::new([first(1)]).high_watermark(1)];
        let report = ingest.batches(batches).await.unwrap();
        assert!(report.migrated.is_empty(), "{}", report.migrated);
        assert_eq!(database.row(COMMENTS).await, format!("{object}|{column}|∅"), "{delete:?}");
        assert_eq!(database.row(dead).await == before, delete == Delete::Off);
    }
}

#[tokio::test]
async fn the_definition_wins_and_all_else_is_kept() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (delete, visibility, batch) in [
        (Delete::Off, Visibility::AfterEachBatch, true),
        (Delete::Off, Visibility::AfterLastBatch, true),
        (Delete::Off, Visibility::AfterEachBatch, false),
        (Delete::All, Visibility::AfterEachBatch, false),
    ] {
        let rows = [first(1)];
        ingest::<first::Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
        database
            .execute(
                r#"COMMENT ON TABLE t IS '{"a": 1.0, "pg-bulk-ingest": {"high-watermark": 5}}';
                   COMMENT ON COLUMN t.name IS 'what a person wrote'"#,
            )
            .await;
        // What the definition says nothing of stays; of a table that is replaced it would be lost.
        let mut id = "As printed on\nthe receipt's top.";
        if delete == Delete::All {
            database.execute("COMMENT ON COLUMN t.id IS NULL").await;
            id = "∅";
        }
        let ingest = ingest::<second::Row>(&mut client).delete(delete).visibility(visibility);
        let mut session = ingest.start::<i32>().await.unwrap();
        if batch {
            let mut batch = session.batch().await.unwrap();
            batch.write(second(2)).await.unwrap();
            batch.commit(6).await.unwrap();
        }
        let report = session.finish().await.unwrap();
        assert_eq!(report.migrated.statements().len(), 2, "{}", report.migrated);
        let watermark = match (batch, delete) {
            (true, _) => r#"{"high-watermark": 6}"#,
            (false, Delete::Off) => r#"{"high-watermark": 5}"#,
            (false, _) => "{}",
        };
        let object =
            format!(r#"{{"a": 1.0, "pg-bulk-ingest": {watermark}, "comment": "Other shops."}}"#);
        assert_eq!(database.row(COMMENTS).await, format!("{object}|{id}|Its name."));
        database.execute("DROP TABLE t").await;
    }
}

#[tokio::test]
async fn a_comment_that_is_not_the_definitions_is_kept_when_the_table_is_replaced() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [first(1)];
    ingest::<first::Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    database.execute("COMMENT ON COLUMN t.name IS 'what a person wrote'").await;
    let ingest = ingest::<first::Row>(&mut client).delete(Delete::BeforeFirstBatch);
    ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
    let name = "SELECT col_description('t'::regclass, attnum) FROM pg_attribute
        WHERE attrelid = 't'::regclass AND attname = 'name'";
    assert_eq!(database.row(name).await, "what a person wrote");
}

#[tokio::test]
async fn a_batch_that_is_rolled_back_leaves_the_comments_as_they_were() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [first(1)];
    ingest::<first::Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let before = database.row(COMMENTS).await;
    let rows = [second(2)];
    let ingest = ingest::<second::Row>(&mut client)
        .on_before_visible(|_| Box::pin(async { Err("not today".into()) }));
    ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!(database.row(COMMENTS).await, before);
}
