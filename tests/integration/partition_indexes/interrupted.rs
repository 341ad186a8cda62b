//! Builds that end in the middle, and go on.

use super::{
    Indexed, Keyed, Plain, Turned, Unique, amiss, count, have_indexes, keep_from_building, migrate,
    process, until_it_waits, with,
};
use pg_bulk_ingest::{ErrorKind, IngestTable};
use tests::{Database, ingest};

/// Migrates until the index of a partition is built, for which a writer of it is waited, and ends the
/// session there.
async fn interrupted<S: IngestTable + 'static>(database: &Database) {
    let writer = keep_from_building(database).await;
    let mut client = database.connect().await;
    let process = process(&client).await;
    let migration = tokio::spawn(async move { ingest::<S>(&mut client).migrate().await });
    until_it_waits(database).await;
    database.execute(&format!("SELECT pg_terminate_backend({process})")).await;
    migration.await.unwrap().unwrap_err();
    writer.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn a_build_that_is_interrupted_goes_on_where_it_was() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    interrupted::<Indexed>(&database).await;
    let left = [
        "middle1_value_pg_bulk_ingest_index",
        "middle_value_pg_bulk_ingest_index",
        "parts_value_idx",
    ];
    assert_eq!(amiss(&database).await, left);
    let low = "SELECT 'low_value_idx'::regclass::oid, pg_relation_filenode('low_value_idx')";
    let before = database.row(low).await;
    let mut client = database.connect().await;
    let plan = migrate::<Indexed>(&database, &mut client).await;
    assert_eq!(count(&plan, "DROP INDEX CONCURRENTLY"), 1, "{plan}");
    assert_eq!(count(&plan, "CREATE INDEX CONCURRENTLY"), 3, "{plan}");
    assert_eq!(database.row(low).await, before);
    assert_eq!(amiss(&database).await, [""; 0]);
}

#[tokio::test]
async fn a_key_that_is_interrupted_goes_on_where_it_was() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    interrupted::<Keyed>(&database).await;
    let mut client = database.connect().await;
    let plan = migrate::<Keyed>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE UNIQUE INDEX CONCURRENTLY"), 3, "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
}

#[tokio::test]
async fn a_build_that_nobody_wants_any_more_goes_with_all_that_it_left() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    interrupted::<Indexed>(&database).await;
    // One that was built, and not attached.
    database.execute("CREATE INDEX rest_value_pg_bulk_ingest_index ON rest (value)").await;
    let mut client = database.connect().await;
    let plan = migrate::<Plain>(&database, &mut client).await;
    assert_eq!(count(&plan, "DROP INDEX CONCURRENTLY"), 2, "{plan}");
    assert_eq!(count(&plan, r#"DROP INDEX "public"."middle_value_pg"#), 1, "{plan}");
    let left = "SELECT count(*) FROM pg_index WHERE indrelid = ANY (ARRAY['parts', 'low', 'middle', 'middle1', 'rest']::regclass[])";
    assert_eq!(database.row(left).await, "0");
}

#[tokio::test]
async fn a_key_that_nobody_wants_any_more_goes_with_all_that_it_left() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    interrupted::<Keyed>(&database).await;
    let mut client = database.connect().await;
    migrate::<Plain>(&database, &mut client).await;
    let left = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = ANY (ARRAY['parts', 'low', 'middle', 'middle1', 'rest']::regclass[])";
    assert_eq!(database.rows(left).await, [""; 0]);
}

#[tokio::test]
async fn one_that_was_built_and_not_attached_is_attached() {
    if !have_indexes() {
        return;
    }
    let database = with(
        "CREATE INDEX low_value_pg_bulk_ingest_index ON low (value);
         CREATE UNIQUE INDEX rest_id_day_pg_bulk_ingest_index1 ON rest (id, day)",
    )
    .await;
    let mut client = database.connect().await;
    let plan = migrate::<Indexed>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE INDEX CONCURRENTLY"), 3, "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
}

#[tokio::test]
async fn keys_that_come_twice_are_refused_before_anything_is_built() {
    if !have_indexes() {
        return;
    }
    let database = with("INSERT INTO middle1 VALUES (11, 11, 'again')").await;
    let mut client = database.connect().await;
    let before = amiss(&database).await;
    for error in [
        ingest::<Unique>(&mut client).migrate().await.unwrap_err(),
        ingest::<Unique>(&mut client).plan().await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error:?}");
        assert!(error.to_string().contains("have several rows"), "{error}");
    }
    assert_eq!(amiss(&database).await, before);
}

/// They came once it had begun.
#[tokio::test]
async fn keys_that_come_twice_end_it_and_once_they_are_gone_it_goes_on() {
    if !have_indexes() {
        return;
    }
    let database = with(
        "INSERT INTO middle1 VALUES (11, 11, 'again');
         ALTER TABLE ONLY parts ADD CONSTRAINT parts_id_day_key UNIQUE (id, day)",
    )
    .await;
    let mut client = database.connect().await;
    let error = ingest::<Unique>(&mut client).migrate().await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23505", "{error:?}");
    let shown = format!("{error:?}");
    assert!(shown.contains("middle1"), "{shown}");
    // What failed is removed, what was built stays.
    assert_eq!(amiss(&database).await, ["middle_id_day_pg_bulk_ingest_index", "parts_id_day_key"]);
    database.execute("DELETE FROM middle1 WHERE value = 'again'").await;
    let plan = migrate::<Unique>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE UNIQUE INDEX CONCURRENTLY"), 3, "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
}

#[tokio::test]
async fn two_at_once_end_the_same() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let mut client = database.connect().await;
        tasks.push(tokio::spawn(async move { ingest::<Keyed>(&mut client).migrate().await }));
    }
    for task in tasks {
        if let Err(error) = task.await.unwrap() {
            assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
        }
    }
    let mut client = database.connect().await;
    assert!(ingest::<Keyed>(&mut client).plan().await.unwrap().is_empty());
    assert_eq!(amiss(&database).await, [""; 0]);
}

/// Of a key that was to replace another nothing is left, whether it is still wanted or not.
#[tokio::test]
async fn a_key_in_place_of_another_that_is_interrupted_goes_on_or_goes() {
    if !have_indexes() {
        return;
    }
    for is_wanted in [true, false] {
        let database = with("").await;
        let mut client = database.connect().await;
        migrate::<Turned>(&database, &mut client).await;
        interrupted::<Keyed>(&database).await;
        let left = ["low_id_day_pg_bulk_ingest_index", "middle1_id_day_pg_bulk_ingest_index"];
        assert_eq!(amiss(&database).await[..2], left);
        let plan = match is_wanted {
            true => migrate::<Keyed>(&database, &mut client).await,
            false => migrate::<Turned>(&database, &mut client).await,
        };
        let built = if is_wanted { 2 } else { 0 };
        assert_eq!(count(&plan, "CREATE UNIQUE INDEX CONCURRENTLY"), built, "{plan}");
        assert_eq!(amiss(&database).await, [""; 0]);
        let indexes =
            "SELECT count(*) FROM pg_index WHERE indrelid = ANY (ARRAY['parts', 'low', 'middle',
            'middle1', 'middle2', 'rest']::regclass[])";
        assert_eq!(database.row(indexes).await, "6");
    }
}
