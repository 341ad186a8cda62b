//! Others who use the table while it is migrated: nothing of theirs is lost, and they go on.

use super::definitions::{PLAIN, PLAIN_ROWS, Plain};
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Locks};
use std::time::Duration;
use tests::{Database, ingest, rows};

fn row(id: i32) -> Plain {
    Plain { id, value: None, number: 9.0 }
}

#[derive(IngestTable)]
#[ingest(table = "parted")]
struct Parted {
    id: i32,
    added: Option<i32>,
}

/// Whether a session of the database waits for a lock.
const WAITS: &str = "SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()";

#[tokio::test]
async fn what_others_write_before_the_rows_are_copied_is_not_lost() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t ALTER id TYPE bigint")).await;
    let role = database.role("reader");
    drop(database.connect_as("reader").await);
    let other = database.connect().await;
    other
        .batch_execute(&format!(
            "BEGIN; UPDATE t SET number = 7 WHERE id = 1; DELETE FROM t WHERE id = 2;
            INSERT INTO t (id) VALUES (5); GRANT SELECT ON t TO {role}"
        ))
        .await
        .unwrap();
    let mut client = database.connect().await;
    let migration = tokio::spawn(async move {
        ingest::<Plain>(&mut client).batches(|_| [Batch::new([row(3)])]).await
    });
    while database.row(WAITS).await != "t" {
        tokio::task::yield_now().await;
    }
    other.batch_execute("COMMIT").await.unwrap();
    migration.await.unwrap().unwrap();
    let found = database.rows("SELECT id, number FROM t ORDER BY 1").await;
    assert_eq!(found, ["1|7", "3|9", "5|2"]);
    let granted = format!("SELECT has_table_privilege('{role}', 't', 'SELECT')");
    assert_eq!(database.row(&granted).await, "t");
}

#[tokio::test]
async fn readers_read_and_a_writer_waits_while_rows_are_copied() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t ALTER id TYPE bigint")).await;
    let mut client = database.connect().await;
    let mut session = ingest::<Plain>(&mut client).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(&row(3)).await.unwrap();
    // The new table is there, with the rows, and nobody sees it.
    assert_eq!(database.rows("SELECT id FROM t ORDER BY 1").await, ["1", "2"]);
    let writer = database.connect().await;
    let error = writer
        .batch_execute("SET lock_timeout = 50; INSERT INTO t (id) VALUES (4)")
        .await
        .unwrap_err();
    assert_eq!(error.code().unwrap().code(), "55P03");
    batch.commit(1).await.unwrap();
    session.finish().await.unwrap();
    writer.batch_execute("INSERT INTO t (id) VALUES (4)").await.unwrap();
    assert_eq!(database.rows("SELECT id FROM t ORDER BY 1").await, ["1", "2", "3", "4"]);
}

#[tokio::test]
async fn a_batch_that_fails_leaves_the_old_table() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t ALTER id TYPE bigint")).await;
    let before = database.row("SELECT 't'::regclass::oid, pg_relation_filenode('t')").await;
    let mut client = database.connect().await;
    let wrong = Plain { value: Some("longer than sixteen characters".to_owned()), ..row(4) };
    let batches = |_| [Batch::new([row(3), wrong])];
    ingest::<Plain>(&mut client).batches(batches).await.unwrap_err();
    assert_eq!(database.row("SELECT 't'::regclass::oid, pg_relation_filenode('t')").await, before);
    assert_eq!(database.rows("SELECT id FROM t ORDER BY 1").await, ["1", "2"]);
    ingest::<Plain>(&mut client).batches(|_| [Batch::new([row(3)])]).await.unwrap();
    assert_eq!(database.rows("SELECT id FROM t ORDER BY 1").await, ["1", "2", "3"]);
}

#[tokio::test]
async fn two_migrations_at_once_end_the_same() {
    const CHANGE: &str = "ALTER TABLE t DROP number, ADD more int; DROP INDEX t_value_idx;
        ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER id DROP NOT NULL";
    for change in [CHANGE, "ALTER TABLE t ALTER id TYPE bigint"] {
        let database = Database::new().await;
        database.execute(&format!("{PLAIN}{PLAIN_ROWS}{change}")).await;
        let mut tasks = Vec::new();
        for _ in 0..3 {
            let mut client = database.connect().await;
            tasks.push(tokio::spawn(async move { ingest::<Plain>(&mut client).migrate().await }));
        }
        for task in tasks {
            // One that finds the table replaced before its first batch says so.
            if let Err(error) = task.await.unwrap() {
                assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
            }
        }
        let mut client = database.connect().await;
        assert!(ingest::<Plain>(&mut client).plan().await.unwrap().is_empty(), "{change}");
        assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
        let indexes = "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid";
        assert_eq!(database.row(indexes).await, "2");
    }
}

#[tokio::test]
async fn who_is_in_the_way_of_a_change_in_place_is_terminated_after_the_delay() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t ADD more int")).await;
    let idle = database.connect().await;
    idle.batch_execute("BEGIN; SELECT FROM t").await.unwrap();
    let mut client = database.connect().await;
    let attempt = Duration::from_millis(10);
    let locks = |terminate_after| Locks { attempt, terminate_after, ..Locks::default() };
    ingest::<Plain>(&mut client)
        .locks(locks(Some(Duration::from_millis(50))))
        .migrate()
        .await
        .unwrap();
    idle.batch_execute("SELECT 1").await.unwrap_err();
    assert!(ingest::<Plain>(&mut client).plan().await.unwrap().is_empty());
}

/// ACCESS EXCLUSIVE on the table is ACCESS EXCLUSIVE on each of its partitions.
#[tokio::test]
async fn who_reads_a_partition_is_named_and_terminated_as_one_who_reads_the_table() {
    let database = Database::new().await;
    let role = database.role("loader");
    let mut loader = database.connect_as("loader").await;
    database
        .execute(&format!(
            "CREATE TABLE parted (id int NOT NULL) PARTITION BY RANGE (id);
             CREATE TABLE low PARTITION OF parted FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
             CREATE TABLE lowest PARTITION OF low FOR VALUES FROM (0) TO (5);
             ALTER TABLE parted OWNER TO {role}; ALTER TABLE low OWNER TO {role};
             ALTER TABLE lowest OWNER TO {role}; GRANT ALL ON SCHEMA public TO {role}"
        ))
        .await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT FROM lowest").await.unwrap();
    let process = rows(&reader, "SELECT pg_backend_pid()").await.remove(0);
    let attempt = Duration::from_millis(10);
    let locks = Locks { attempt, terminate_after: Some(Duration::ZERO), ..Locks::default() };
    let error = ingest::<Parted>(&mut loader).locks(locks.clone()).migrate().await.unwrap_err();
    let ErrorKind::Locked { holders, .. } = error.kind() else { panic!("{error:?}") };
    let [holder] = holders.as_slice() else { panic!("{error}") };
    assert!(holder.starts_with(&format!("process {process} of role ")), "{holder}");
    // Who may terminate it does.
    let mut client = database.connect().await;
    ingest::<Parted>(&mut client).locks(locks).migrate().await.unwrap();
    reader.batch_execute("SELECT 1").await.unwrap_err();
    assert_eq!(database.row("SELECT count(*) FROM pg_attribute WHERE attrelid = 'lowest'::regclass AND attname = 'added'").await, "1");
}

#[tokio::test]
async fn a_prepared_transaction_in_the_way_is_named() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t ADD more int")).await;
    let name = format!("{}_held", database.name());
    let prepare = format!("BEGIN; DELETE FROM t WHERE id = 1; PREPARE TRANSACTION '{name}'");
    database.execute(&prepare).await;
    let mut client = database.connect().await;
    let attempt = Duration::from_millis(10);
    let locks = Locks { attempt, terminate_after: Some(Duration::ZERO), ..Locks::default() };
    let error = ingest::<Plain>(&mut client).locks(locks).migrate().await.unwrap_err();
    assert!(error.to_string().contains(&format!("prepared transaction '{name}'")), "{error}");
    let columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0";
    assert_eq!(database.row(columns).await, "4");
    database.execute(&format!("ROLLBACK PREPARED '{name}'")).await;
    ingest::<Plain>(&mut client).migrate().await.unwrap();
}

#[tokio::test]
async fn a_build_that_is_under_way_is_waited_for_and_one_that_failed_is_repeated() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} DROP INDEX t_value_idx")).await;
    // The build waits for this writer, and the index is invalid until then.
    let writer = database.connect().await;
    writer.batch_execute("BEGIN; UPDATE t SET number = 3 WHERE id = 1").await.unwrap();
    let builder = database.connect().await;
    let build = tokio::spawn(async move {
        builder.batch_execute("CREATE INDEX CONCURRENTLY by_hand ON t (value)").await
    });
    while database.row(WAITS).await != "t" {
        tokio::task::yield_now().await;
    }
    let mut client = database.connect().await;
    let mut migration = tokio::spawn(async move { ingest::<Plain>(&mut client).migrate().await });
    let waits = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE NOT l.granted AND a.datname = current_database()
        AND l.mode = 'ShareUpdateExclusiveLock'";
    while database.row(waits).await != "1" {
        tokio::task::yield_now().await;
    }
    assert!(futures_util::poll!(&mut migration).is_pending());
    writer.batch_execute("COMMIT").await.unwrap();
    build.await.unwrap().unwrap();
    assert!(migration.await.unwrap().unwrap().is_empty());
    let names = "SELECT i.indexrelid::regclass, indisvalid FROM pg_index i WHERE indrelid = 't'::regclass ORDER BY 1";
    assert_eq!(database.rows(names).await, ["t_pkey|t", "by_hand|t"]);
}

#[tokio::test]
async fn rows_of_a_batch_are_merged_with_those_of_a_rebuilt_table() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t ALTER id TYPE bigint")).await;
    let mut client = database.connect().await;
    let same = Plain { id: 1, value: Some("a".to_owned()), number: 1.5 };
    let batches = [Batch::new([same, row(2), row(3)])];
    let report = ingest::<Plain>(&mut client).batches(|_| batches).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged, table.deleted), (1, 1, 1, 0));
    let found = rows(&client, "SELECT * FROM t ORDER BY 1").await;
    assert_eq!(found, ["1|a|1.5", "2|∅|9", "3|∅|9"]);
}

#[tokio::test]
async fn the_catalog_is_read_while_another_session_changes_the_table() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS}")).await;
    let other = database.connect().await;
    let changes = tokio::spawn(async move {
        for _ in 0..300 {
            let change = "CREATE INDEX passing ON t (value)";
            other.batch_execute(change).await.unwrap();
            other.batch_execute("DROP INDEX passing").await.unwrap();
            other.batch_execute("ALTER TABLE t ADD passing int DEFAULT 1").await.unwrap();
            other.batch_execute("ALTER TABLE t DROP passing").await.unwrap();
        }
    });
    let mut client = database.connect().await;
    while !changes.is_finished() {
        let planned = ingest::<Plain>(&mut client).plan().await;
        if let Err(error) = planned {
            assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
        }
    }
    changes.await.unwrap();
}
