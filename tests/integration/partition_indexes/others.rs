//! Others who use the table while an index of it is built.

use super::{
    Indexed, Keyed, amiss, have_indexes, keep_from_building, process, until_it_waits, with,
};
use pg_bulk_ingest::{ErrorKind, Locks, Phase};
use std::time::Duration;
use tests::ingest;

#[tokio::test]
async fn readers_and_writers_go_on_while_partitions_are_built_and_new_ones_get_theirs() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let writer = keep_from_building(&database).await;
    let mut client = database.connect().await;
    let migration = tokio::spawn(async move { ingest::<Keyed>(&mut client).migrate().await });
    until_it_waits(&database).await;
    let other = database.connect().await;
    other
        .batch_execute(
            "SET lock_timeout = '2s'; INSERT INTO parts SELECT n, n % 30 FROM generate_series(2000, 2100) n;
             UPDATE parts SET value = 'y' WHERE id = 2000; SELECT count(*) FROM parts;
             DELETE FROM rest WHERE day = 29;
             CREATE TABLE more (id int NOT NULL, day int NOT NULL, value text) PARTITION BY RANGE (day);
             CREATE TABLE more1 PARTITION OF more FOR VALUES FROM (29) TO (30)",
        )
        .await
        .unwrap();
    // The one who writes holds it up, as any builder of an index; it is not the migration that would.
    writer.batch_execute("COMMIT").await.unwrap();
    other
        .batch_execute("ALTER TABLE parts ATTACH PARTITION more FOR VALUES FROM (29) TO (30)")
        .await
        .unwrap();
    migration.await.unwrap().unwrap();
    assert_eq!(amiss(&database).await, [""; 0]);
    let mut client = database.connect().await;
    assert!(ingest::<Keyed>(&mut client).plan().await.unwrap().is_empty());
    let keys = "SELECT count(*) FROM pg_index WHERE indisprimary AND indexrelid > 16000 AND indrelid::regclass::text !~ 'pg_'";
    assert_eq!(database.row(keys).await, "8");
}

/// A reader's lock on the index of its partition keeps it from being attached.
#[tokio::test]
async fn an_index_that_is_read_is_attached_in_attempts_and_who_reads_it_is_named() {
    if !have_indexes() {
        return;
    }
    let database = with("CREATE INDEX by_hand ON low (value)").await;
    let role = database.role("loader");
    let mut loader = database.connect_as("loader").await;
    database
        .execute(&format!(
            "GRANT ALL ON SCHEMA public TO {role}; ALTER TABLE parts OWNER TO {role};
             ALTER TABLE low OWNER TO {role}; ALTER TABLE middle OWNER TO {role};
             ALTER TABLE middle1 OWNER TO {role}; ALTER TABLE middle2 OWNER TO {role};
             ALTER TABLE rest OWNER TO {role}"
        ))
        .await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT FROM low").await.unwrap();
    let reading = process(&reader).await;
    // It may not terminate the reader, of another role.
    let attempt = Duration::from_millis(10);
    let locks = Locks { attempt, terminate_after: Some(Duration::ZERO), ..Locks::default() };
    let error = ingest::<Indexed>(&mut loader).locks(locks).migrate().await.unwrap_err();
    let ErrorKind::Locked { holders, .. } = error.kind() else { panic!("{error:?}") };
    assert!(holders[0].starts_with(&format!("process {reading} of role ")), "{holders:?}");
    // It is told of, and others read and write in the meantime.
    let mut client = database.connect().await;
    let (tell, mut progress) = tokio::sync::mpsc::unbounded_channel();
    let migration = tokio::spawn(async move {
        let tell = move |progress: &pg_bulk_ingest::Progress| drop(tell.send(progress.clone()));
        ingest::<Indexed>(&mut client).on_progress(tell).migrate().await
    });
    let wait = loop {
        let told = progress.recv().await.unwrap();
        if let Some(wait) = told.wait.filter(|_| told.phase == Phase::Wait) {
            break wait;
        }
    };
    assert_eq!(wait.awaited, "ACCESS EXCLUSIVE");
    assert_eq!(wait.table.unwrap().to_string(), r#""public"."by_hand""#);
    assert!(wait.holders[0].starts_with(&format!("process {reading} of role ")));
    let other = database.connect().await;
    let probe =
        "SET statement_timeout = '5s'; INSERT INTO low VALUES (3000, 3, 'z'); SELECT FROM low";
    for _ in 0..5 {
        other.batch_execute(probe).await.unwrap();
    }
    reader.batch_execute("COMMIT").await.unwrap();
    migration.await.unwrap().unwrap();
    assert_eq!(amiss(&database).await, [""; 0]);
}

/// A writer of the table keeps its index from being created; readers are not in the way.
#[tokio::test]
async fn a_writer_of_the_table_is_waited_for_and_no_reader() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT FROM parts").await.unwrap();
    let writer = database.connect().await;
    writer.batch_execute("BEGIN; INSERT INTO parts VALUES (4000, 4)").await.unwrap();
    let attempt = Duration::from_millis(10);
    let locks = Locks { attempt, terminate_after: Some(Duration::ZERO), ..Locks::default() };
    let mut client = database.connect().await;
    ingest::<Indexed>(&mut client).locks(locks).migrate().await.unwrap();
    writer.batch_execute("SELECT 1").await.unwrap_err();
    reader.batch_execute("COMMIT").await.unwrap();
    assert_eq!(amiss(&database).await, [""; 0]);
}
