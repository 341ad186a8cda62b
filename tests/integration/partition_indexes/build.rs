//! Indexes that are no constraints.

use super::{Indexed, Plain, amiss, count, have_indexes, looks, migrate, statements, with};
use pg_bulk_ingest::LockMode;
use tests::{assert_same, ingest};

#[tokio::test]
async fn an_index_is_built_partition_by_partition_and_dropped_from_all() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let mut client = database.connect().await;
    let plain = looks(&database).await;
    let plan = migrate::<Indexed>(&database, &mut client).await;
    assert_eq!(
        statements(&plan),
        [
            r#"CREATE INDEX "parts_value_idx" ON ONLY "public"."parts" USING btree (value)"#,
            r#"CREATE INDEX CONCURRENTLY "low_value_pg_bulk_ingest_index" ON "public"."low" USING btree (value)"#,
            r#"ALTER INDEX "public"."low_value_pg_bulk_ingest_index" RENAME TO "low_value_idx""#,
            r#"ALTER INDEX "public"."parts_value_idx" ATTACH PARTITION "public"."low_value_idx""#,
            r#"CREATE INDEX "middle_value_pg_bulk_ingest_index" ON ONLY "public"."middle" USING btree (value)"#,
            r#"CREATE INDEX CONCURRENTLY "middle1_value_pg_bulk_ingest_index" ON "public"."middle1" USING btree (value)"#,
            r#"ALTER INDEX "public"."middle1_value_pg_bulk_ingest_index" RENAME TO "middle1_value_idx""#,
            r#"ALTER INDEX "public"."middle_value_pg_bulk_ingest_index" ATTACH PARTITION "public"."middle1_value_idx""#,
            r#"CREATE INDEX CONCURRENTLY "middle2_value_pg_bulk_ingest_index" ON "public"."middle2" USING btree (value)"#,
            r#"ALTER INDEX "public"."middle2_value_pg_bulk_ingest_index" RENAME TO "middle2_value_idx""#,
            r#"ALTER INDEX "public"."middle_value_pg_bulk_ingest_index" ATTACH PARTITION "public"."middle2_value_idx""#,
            r#"ALTER INDEX "public"."middle_value_pg_bulk_ingest_index" RENAME TO "middle_value_idx""#,
            r#"ALTER INDEX "public"."parts_value_idx" ATTACH PARTITION "public"."middle_value_idx""#,
            r#"CREATE INDEX CONCURRENTLY "rest_value_pg_bulk_ingest_index" ON "public"."rest" USING btree (value)"#,
            r#"ALTER INDEX "public"."rest_value_pg_bulk_ingest_index" RENAME TO "rest_value_idx""#,
            r#"ALTER INDEX "public"."parts_value_idx" ATTACH PARTITION "public"."rest_value_idx""#,
        ]
    );
    assert_eq!(plan.statements()[0].lock(), LockMode::Share);
    assert!(plan.to_string().contains(": SHARE, catalog only\nCREATE INDEX"), "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
    let by_hand = with("CREATE INDEX ON parts (value)").await;
    assert_same(&looks(&by_hand).await, &looks(&database).await, "an index");
    let made =
        "SELECT obj_description('parts'::regclass)::json #>> '{pg-bulk-ingest,made,indexes}'";
    assert_eq!(database.row(made).await, r#"["parts_value_idx"]"#);
    // What an ingest made it drops: of a partitioned table not concurrently.
    let plan = migrate::<Plain>(&database, &mut client).await;
    assert_eq!(statements(&plan), [r#"DROP INDEX "public"."parts_value_idx""#]);
    assert_eq!(plan.statements()[0].lock(), LockMode::AccessExclusive);
    assert!(
        plan.to_string().contains("goes from all partitions at once: ACCESS EXCLUSIVE"),
        "{plan}"
    );
    assert_same(&plain, &looks(&database).await, "no index");
}

#[tokio::test]
async fn what_partitions_have_already_is_attached() {
    if !have_indexes() {
        return;
    }
    let database = with(
        "CREATE INDEX by_hand ON low (value); CREATE INDEX other ON low (value DESC);
         CREATE INDEX lower ON middle (value); CREATE TABLE rest_value_idx ();
         CREATE SCHEMA elsewhere; ALTER TABLE rest SET SCHEMA elsewhere",
    )
    .await;
    let oids = "SELECT oid FROM pg_class WHERE relname IN ('by_hand', 'lower') ORDER BY 1";
    let before = database.rows(oids).await;
    let mut client = database.connect().await;
    let plan = migrate::<Indexed>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE INDEX CONCURRENTLY"), 1, "{plan}");
    assert_eq!(count(&plan, "ALTER INDEX \"public\".\"parts_value_idx\" ATTACH"), 3, "{plan}");
    assert_eq!(database.rows(oids).await, before);
    assert_eq!(amiss(&database).await, ["other"]);
    let name =
        "SELECT count(*) FROM pg_index WHERE indexrelid = 'elsewhere.rest_value_idx'::regclass";
    assert_eq!(database.row(name).await, "1");
}

#[tokio::test]
async fn an_index_that_somebody_has_begun_is_completed_and_stays_theirs() {
    if !have_indexes() {
        return;
    }
    let database = with(
        "CREATE INDEX begun ON ONLY parts (value); CREATE INDEX below ON ONLY middle (value);
         ALTER INDEX begun ATTACH PARTITION below",
    )
    .await;
    let mut client = database.connect().await;
    let plan = migrate::<Indexed>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE INDEX \"parts"), 0, "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
    assert!(ingest::<Plain>(&mut client).plan().await.unwrap().is_empty());
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'begun'::regclass";
    assert_eq!(database.row(valid).await, "t");
}

/// PostgreSQL looks whether an index has all its parts when one is attached, not when a partition goes.
#[tokio::test]
async fn an_index_that_has_all_its_parts_and_is_invalid_is_built_anew() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let mut client = database.connect().await;
    migrate::<Indexed>(&database, &mut client).await;
    let stuck =
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'parts_value_idx'::regclass";
    database.execute(stuck).await;
    let plan = ingest::<Indexed>(&mut client).plan().await.unwrap();
    assert_eq!(statements(&plan), [r#"DROP INDEX "public"."parts_value_idx""#]);
    ingest::<Indexed>(&mut client).migrate().await.unwrap();
    assert!(ingest::<Indexed>(&mut client).plan().await.unwrap().is_empty());
    assert_eq!(amiss(&database).await, [""; 0]);
    // Nobody's but theirs.
    database.execute(&format!("COMMENT ON TABLE parts IS NULL; {stuck}")).await;
    let error = ingest::<Indexed>(&mut client).plan().await.unwrap_err().to_string();
    assert!(error.contains("is invalid, although each partition has its part"), "{error}");
}

#[tokio::test]
async fn a_table_without_partitions_gets_its_index_at_once() {
    if !have_indexes() {
        return;
    }
    let database = with("DROP TABLE low, middle, rest").await;
    let mut client = database.connect().await;
    let plan = migrate::<Indexed>(&database, &mut client).await;
    assert_eq!(plan.statements().len(), 1, "{plan}");
}
