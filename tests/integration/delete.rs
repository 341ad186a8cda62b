//! Deleting what was there: by a new table that takes the place of the live one.

use pg_bulk_ingest::{Batch, Delete, IngestTable, Iter, Visibility};
use tests::{Database, ingest};

#[derive(IngestTable, Clone)]
#[ingest(table = "t", index(value))]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    value: &'a str,
}

const fn row(id: i32, value: &str) -> Row<'_> {
    Row { id, value }
}

const ALL: &str = "SELECT id, value FROM t ORDER BY id";

async fn with_rows() -> Database {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [row(1, "a"), row(2, "b")];
    let batches = |_| [Batch::new(&rows).high_watermark(1)];
    ingest::<Row<'_>>(&mut client).batches(batches).await.unwrap();
    database
}

#[tokio::test]
async fn readers_see_the_old_rows_and_then_the_new_ones() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    for delete in [Delete::BeforeFirstBatch, Delete::All] {
        let before = database.rows(ALL).await;
        let ingest = ingest::<Row<'_>>(&mut client).delete(delete);
        let mut session = ingest.start::<i32>().await.unwrap();
        assert_eq!(session.high_watermark(), Some(&1));
        let mut batch = session.batch().await.unwrap();
        batch.write_all([row(3, "c"), row(4, "d"), row(3, "C")]).await.unwrap();
        assert_eq!(database.rows(ALL).await, before);
        batch.commit(1).await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write(row(5, "e")).await.unwrap();
        batch.commit(1).await.unwrap();
        let report = session.finish().await.unwrap();
        assert_eq!(database.rows(ALL).await, ["3|C", "4|d", "5|e"]);
        let table = &report.tables[0];
        assert_eq!((table.deleted, table.inserted), (before.len() as u64, 3));
        assert!(report.migrated.is_empty());
    }
    let leftover = "SELECT relname FROM pg_class WHERE relname LIKE '%bulk_ingest%'";
    assert_eq!(database.rows(leftover).await, [""; 0]);
}

#[tokio::test]
async fn a_full_refresh_is_one_instant() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Row<'_>>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .visibility(Visibility::AfterLastBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    for (watermark, rows) in [(2, [row(3, "c"), row(4, "d")]), (3, [row(4, "D"), row(5, "e")])] {
        let mut batch = session.batch().await.unwrap();
        batch.write_all(&rows).await.unwrap();
        batch.commit(watermark).await.unwrap();
        assert_eq!(database.rows(ALL).await, ["1|a", "2|b"]);
    }
    let report = session.finish().await.unwrap();
    assert_eq!(database.rows(ALL).await, ["3|c", "4|D", "5|e"]);
    assert_eq!(report.high_watermark, Some(3));
    let stored = "SELECT harness.high_watermark('t'::regclass)";
    assert_eq!(database.row(stored).await, "3");
}

#[tokio::test]
async fn without_a_batch_only_all_deletes() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    let none: [Batch<Iter<Vec<Row<'_>>>>; 0] = [];
    let before_first = ingest::<Row<'_>>(&mut client).delete(Delete::BeforeFirstBatch);
    let report = before_first.batches(|_| none.clone()).await.unwrap();
    assert_eq!(report.tables[0].deleted, 0);
    assert_eq!(database.rows(ALL).await, ["1|a", "2|b"]);
    let oid = database.row("SELECT 't'::regclass::oid").await;
    let all = ingest::<Row<'_>>(&mut client).delete(Delete::All);
    let report = all.batches(|_| none.clone()).await.unwrap();
    assert_eq!(report.tables[0].deleted, 2);
    assert_eq!(database.rows(ALL).await, [""; 0]);
    assert_eq!(database.row("SELECT 't'::regclass::oid").await, oid);
    let comment = "SELECT obj_description('t'::regclass)";
    assert_eq!(database.row(comment).await, "∅");
}

#[tokio::test]
async fn owner_grants_comment_and_names_are_kept() {
    let database = with_rows().await;
    let (owner, reader) = (database.role("owner"), database.role("reader"));
    let mut client = database.connect_as("owner").await;
    database.connect_as("reader").await;
    database
        .execute(&format!(
            "ALTER TABLE t OWNER TO {owner}; GRANT ALL ON SCHEMA public TO {owner};
             ALTER INDEX t_pkey RENAME TO the_key; ALTER INDEX t_value_idx RENAME TO \"The Index\";
             GRANT SELECT ON t TO PUBLIC; GRANT UPDATE (value), INSERT ON t TO {reader}
                WITH GRANT OPTION; REVOKE TRUNCATE ON t FROM {owner};
             ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT DELETE ON TABLES TO {reader};
             ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT DELETE ON TABLES TO {reader};
             COMMENT ON TABLE t IS 'what a person wrote'"
        ))
        .await;
    let catalog = "
        SELECT relowner::regrole, array(SELECT unnest(relacl)::text ORDER BY 1),
            array(SELECT attname || attacl::text FROM pg_attribute WHERE attrelid = c.oid
                ORDER BY 1),
            array(SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = c.oid
                ORDER BY 1),
            array(SELECT conname FROM pg_constraint WHERE conrelid = c.oid ORDER BY 1)
        FROM pg_class c WHERE oid = 't'::regclass";
    let before = database.row(catalog).await;
    let comment = "SELECT obj_description('t'::regclass)::json ->> 'comment',
        harness.high_watermark('t'::regclass)";
    let rows = [row(3, "c")];
    let mut superuser = database.connect().await;
    for client in [&mut client, &mut superuser] {
        let oid = database.row("SELECT 't'::regclass::oid").await;
        let ingest = ingest::<Row<'_>>(client).delete(Delete::BeforeFirstBatch);
        ingest.batches(|_| [Batch::new(&rows).high_watermark(2)]).await.unwrap();
        assert_ne!(database.row("SELECT 't'::regclass::oid").await, oid);
        assert_eq!(database.row(catalog).await, before);
        assert_eq!(database.row(comment).await, "what a person wrote|2");
    }
}

#[tokio::test]
async fn a_grant_made_while_the_rows_are_loaded_is_kept() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    let reader = database.role("reader");
    let connection = database.connect_as("reader").await;
    let ingest = ingest::<Row<'_>>(&mut client).delete(Delete::BeforeFirstBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(row(3, "c")).await.unwrap();
    database.execute(&format!("GRANT SELECT ON t TO {reader}")).await;
    batch.commit(1).await.unwrap();
    assert_eq!(tests::rows(&connection, ALL).await, ["3|c"]);
}

#[tokio::test]
async fn what_others_write_while_the_rows_are_loaded_is_not_lost() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Row<'_>>(&mut client).delete(Delete::BeforeFirstBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(row(3, "c")).await.unwrap();
    let other = database.connect().await;
    let process = tests::rows(&other, "SELECT pg_backend_pid()").await.remove(0);
    let writes = tokio::spawn(async move {
        other.batch_execute("INSERT INTO t VALUES (9, 'written')").await.unwrap();
    });
    let waits = format!("SELECT wait_event_type FROM pg_stat_activity WHERE pid = {process}");
    while database.row(&waits).await != "Lock" {
        assert!(!writes.is_finished(), "it is kept out");
    }
    batch.commit(1).await.unwrap();
    writes.await.unwrap();
    assert_eq!(database.rows(ALL).await, ["3|c", "9|written"]);
}

#[tokio::test]
async fn a_reader_with_an_older_snapshot_does_not_see_an_empty_table() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
    let rows = [row(3, "c"), row(3, "C"), row(4, "d")];
    let ingest = ingest::<Row<'_>>(&mut client).delete(Delete::BeforeFirstBatch);
    let report =
        ingest.batches(|_: Option<i32>| [Batch::new(&rows).without_high_watermark()]).await;
    assert_eq!(report.unwrap().tables[0].inserted, 2);
    assert!(!tests::rows(&reader, ALL).await.is_empty());
    assert_eq!(database.rows(ALL).await, ["3|C", "4|d"]);
}
