//! Tables that replace others.

use super::{LOG, Row, SAID, logging, row};
use futures_util::FutureExt;
use pg_bulk_ingest::{
    Batch, BoxError, BoxFuture, Created, Delete, ErrorKind, IngestTable, IngestTables, NoWatermark,
    Visibility,
};
use tests::{Database, ingest};

/// `Row` with its columns in another order, for which the table is rebuilt.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Turned {
    value: i64,
    #[ingest(primary_key)]
    id: i32,
}

/// Says under which names the table is, with how many rows and indexes, and adds a trigger.
fn hook(created: Created<'_>) -> BoxFuture<'_, Result<(), BoxError>> {
    async move {
        let (name, now) = (&created.table.name, &created.table.loaded_as);
        let sql = format!(
            "SELECT say($1::regclass, '{} of {name} with ' || (SELECT count(*) FROM {now}) || ' rows, ' \
             || (SELECT count(*) FROM pg_index WHERE indrelid = $1::regclass) || ' index')",
            created.replaces()
        );
        created.execute(&sql).await?;
        let trigger = "FOR EACH ROW EXECUTE PROCEDURE told()";
        created.execute(&format!("CREATE TRIGGER seen BEFORE INSERT ON {now} {trigger}")).await
    }
    .boxed()
}

const MADE: &str = r#"t false of "public"."t" with 0 rows, 1 index"#;
const MADE_ANEW: &str = r#"t_pg_bulk_ingest_fresh true of "public"."t" with 0 rows, 1 index"#;

#[tokio::test]
async fn it_is_called_for_the_replacement_before_its_rows() {
    let database = logging().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).on_create(hook).batches(|_| [Batch::new([row(1)])]).await.unwrap();
    assert_eq!(database.rows(SAID).await, [MADE, "seen 1"]);
    let before = tests::snapshot(&database).await;
    for (delete, visibility) in [
        (Delete::BeforeFirstBatch, Visibility::AfterEachBatch),
        (Delete::BeforeFirstBatch, Visibility::AfterLastBatch),
        (Delete::All, Visibility::AfterEachBatch),
        (Delete::All, Visibility::AfterLastBatch),
    ] {
        database.execute("TRUNCATE log").await;
        let hooked = ingest::<Row>(&mut client).delete(delete).visibility(visibility);
        let hooked = hooked.on_create(hook);
        hooked.batches(|_| [Batch::new([row(2)]), Batch::new([row(3)])]).await.unwrap();
        assert_eq!(database.rows(SAID).await, [MADE_ANEW, "seen 2", "seen 3"], "{delete:?}");
        assert_eq!(database.rows("SELECT id FROM t ORDER BY id").await, ["2", "3"]);
        tests::assert_same(&before, &tests::snapshot(&database).await, "the trigger is there once");
    }
}

#[tokio::test]
async fn it_is_called_where_the_table_is_made_anew_by_a_change() {
    for with_batch in [true, false] {
        let database = logging().await;
        let mut client = database.connect().await;
        let batches = |_| [Batch::new([row(1), row(2)])];
        ingest::<Row>(&mut client).batches(batches).await.unwrap();
        let turned = ingest::<Turned>(&mut client).on_create(hook);
        let rows = [MADE_ANEW, "seen 1", "seen 2", "seen 3"];
        if with_batch {
            let batches = |_| [Batch::new([Turned { value: 3, id: 3 }])];
            turned.batches(batches).await.unwrap();
            assert_eq!(database.rows(SAID).await, rows);
        } else {
            turned.migrate().await.unwrap();
            assert_eq!(database.rows(SAID).await, rows[..3]);
        }
        let columns = "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass
            AND attnum > 0 ORDER BY attnum";
        assert_eq!(database.rows(columns).await, ["value", "id"]);
        let plan = ingest::<Turned>(&mut client).plan().await.unwrap();
        assert!(plan.is_empty(), "{plan:?}");
    }
}

#[tokio::test]
async fn its_error_leaves_the_live_table() {
    let database = logging().await;
    let mut client = database.connect().await;
    let batches = |_| [Batch::new([row(1), row(2)]).high_watermark(1)];
    ingest::<Row>(&mut client).batches(batches).await.unwrap();
    let before = tests::snapshot(&database).await;
    for delete in [Delete::All, Delete::Off] {
        let turned = ingest::<Turned>(&mut client).delete(delete).on_create(|created| {
            async move {
                created.execute("SELECT say($1, 'x')").await?;
                Err("not this one".into())
            }
            .boxed()
        });
        let batches = |_: Option<i32>| [Batch::new([Turned { value: 3, id: 3 }]).high_watermark(2)];
        let error = turned.batches(batches).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Hook));
        assert_eq!(error.table().unwrap().to_string(), r#""public"."t""#);
        tests::assert_same(&before, &tests::snapshot(&database).await, "as before");
        assert_eq!(database.rows("SELECT id FROM t").await, ["1", "2"]);
        assert_eq!(database.rows(SAID).await, [""; 0]);
    }
}

#[derive(IngestTable)]
#[ingest(table = "a_child")]
struct Child {
    #[ingest(primary_key)]
    id: i32,
    t_id: i32,
}

#[derive(IngestTables)]
enum Both {
    Row(Row),
    Child(Child),
}

/// A foreign key between the tables of a set, which the struct cannot say.
fn referring(created: Created<'_>) -> BoxFuture<'_, Result<(), BoxError>> {
    async move {
        if created.table.name.name() != "a_child" {
            return Ok(());
        }
        let now = &created.table.loaded_as;
        let sql = format!("ALTER TABLE {now} ADD FOREIGN KEY (t_id) REFERENCES t");
        created.execute(&sql).await
    }
    .boxed()
}

#[tokio::test]
async fn a_foreign_key_that_it_adds_between_tables_of_a_set_is_there_once() {
    let database = Database::new().await;
    database.execute(LOG).await;
    let mut client = database.connect().await;
    let mut before = None;
    for delete in [Delete::Off, Delete::BeforeFirstBatch, Delete::BeforeFirstBatch, Delete::All] {
        let hooked = ingest::<Both>(&mut client).delete(delete).on_create(referring);
        let rows = |_: Option<NoWatermark>| {
            [Batch::new([Both::Child(Child { id: 1, t_id: 1 }), Both::Row(row(1))])]
        };
        hooked.batches(rows).await.unwrap();
        let keys = "SELECT conname, confrelid::regclass FROM pg_constraint WHERE contype = 'f'";
        assert_eq!(database.rows(keys).await, ["a_child_t_id_fkey|t"], "{delete:?}");
        let after = tests::snapshot(&database).await;
        let before = before.get_or_insert_with(|| after.clone());
        tests::assert_same(before, &after, "the key");
    }
}
