//! Unique constraints and primary keys.

use super::{
    Indexed, Keyed, Plain, Turned, Unique, amiss, count, have_indexes, looks, migrate, statements,
    with,
};
use pg_bulk_ingest::{Batch, IngestTable};
use tests::{Database, assert_same, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "parts", merge_on(id, day))]
#[ingest(unique(id, day, include(value)))]
struct Merged {
    id: i32,
    day: i32,
    value: Option<String>,
}

/// Rows are merged by the key, in the partitions.
async fn upsert(database: &Database, client: &mut Client) {
    let row = |id, day| Keyed { id, day, value: Some("new".to_owned()) };
    let rows = [row(1, 1), row(15, 15), row(1000, 15), row(1001, 29)];
    let report = ingest::<Keyed>(client).batches(|_| [Batch::new(rows)]).await.unwrap();
    assert_eq!((report.tables[0].inserted, report.tables[0].updated), (2, 2));
    assert_eq!(database.row("SELECT count(*) FROM middle2 WHERE value = 'new'").await, "2");
}

#[tokio::test]
async fn a_unique_constraint() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let mut client = database.connect().await;
    let plan = migrate::<Unique>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE UNIQUE INDEX CONCURRENTLY"), 4, "{plan}");
    assert_eq!(
        statements(&plan)[..4],
        [
            r#"ALTER TABLE ONLY "public"."parts" ADD CONSTRAINT "parts_id_day_key" UNIQUE (id, day)"#,
            r#"CREATE UNIQUE INDEX CONCURRENTLY "low_id_day_pg_bulk_ingest_index" ON "public"."low" USING btree (id, day)"#,
            r#"ALTER TABLE "public"."low" ADD CONSTRAINT "low_id_day_key" UNIQUE USING INDEX "low_id_day_pg_bulk_ingest_index""#,
            r#"ALTER INDEX "public"."parts_id_day_key" ATTACH PARTITION "public"."low_id_day_key""#,
        ]
    );
    assert_eq!(amiss(&database).await, [""; 0]);
    let by_hand = with("ALTER TABLE parts ADD UNIQUE (id, day)").await;
    assert_same(&looks(&by_hand).await, &looks(&database).await, "a unique constraint");
    let twice = database.connect().await.batch_execute("INSERT INTO parts VALUES (15, 15)").await;
    assert_eq!(twice.unwrap_err().code().unwrap().code(), "23505");
    let plan = migrate::<Plain>(&database, &mut client).await;
    assert_eq!(
        statements(&plan),
        [r#"ALTER TABLE "public"."parts" DROP CONSTRAINT "parts_id_day_key""#]
    );
}

#[tokio::test]
async fn what_partitions_have_already_becomes_the_constraint() {
    if !have_indexes() {
        return;
    }
    let database = with(
        "CREATE UNIQUE INDEX by_hand ON low (id, day);
         ALTER TABLE middle1 ADD CONSTRAINT theirs UNIQUE (id, day);
         ALTER TABLE middle2 ADD CONSTRAINT late UNIQUE (id, day) DEFERRABLE",
    )
    .await;
    let mut client = database.connect().await;
    let plan = migrate::<Unique>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE UNIQUE INDEX CONCURRENTLY"), 2, "{plan}");
    assert_eq!(amiss(&database).await, ["late"]);
    let names =
        "SELECT conname FROM pg_constraint WHERE contype = 'u' AND conname !~ '_' ORDER BY 1";
    assert_eq!(database.rows(names).await, ["late", "theirs"]);
    let by_hand = "SELECT count(*) FROM pg_constraint WHERE conname = 'by_hand'";
    assert_eq!(database.row(by_hand).await, "1");
}

#[tokio::test]
async fn a_constraint_with_what_else_it_has() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let mut client = database.connect().await;
    let plan = migrate::<Merged>(&database, &mut client).await;
    let expected = r#"ALTER TABLE ONLY "public"."parts" ADD CONSTRAINT "parts_id_day_key" UNIQUE (id, day) INCLUDE (value)"#;
    assert!(statements(&plan).contains(&expected), "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
}

#[tokio::test]
async fn a_primary_key_whose_columns_are_nullable() {
    // Before 12 SET NOT NULL scans the table, which would have to be replaced.
    if tests::version() < 12 {
        return;
    }
    let nullable =
        "ALTER TABLE parts ALTER id DROP NOT NULL; ALTER TABLE middle2 ALTER id DROP NOT NULL;
        ALTER TABLE parts ALTER day DROP NOT NULL; ";
    let database = with(nullable).await;
    let mut client = database.connect().await;
    let plan = migrate::<Keyed>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE UNIQUE INDEX CONCURRENTLY"), 4, "{plan}");
    let position = |sql: &str| {
        statements(&plan)
            .iter()
            .position(|one| one.contains(sql))
            .unwrap_or_else(|| panic!("{plan}"))
    };
    assert!(position("VALIDATE CONSTRAINT") < position("ADD CONSTRAINT \"parts_pkey\""), "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
    if tests::version() < 18 {
        let by_hand = with(&format!("{nullable}ALTER TABLE parts ADD PRIMARY KEY (id, day)")).await;
        assert_same(&looks(&by_hand).await, &looks(&database).await, "a primary key");
    }
    upsert(&database, &mut client).await;
    let made =
        "SELECT obj_description('parts'::regclass)::json #>> '{pg-bulk-ingest,made,indexes}'";
    assert_eq!(database.row(made).await, r#"["parts_pkey"]"#);
}

#[tokio::test]
async fn a_primary_key_that_replaces_another() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let mut client = database.connect().await;
    migrate::<Turned>(&database, &mut client).await;
    let plan = migrate::<Keyed>(&database, &mut client).await;
    assert_eq!(count(&plan, "CREATE UNIQUE INDEX CONCURRENTLY"), 4, "{plan}");
    assert_eq!(amiss(&database).await, [""; 0]);
    let by_hand = with("ALTER TABLE parts ADD PRIMARY KEY (id, day)").await;
    assert_same(&looks(&by_hand).await, &looks(&database).await, "another primary key");
    upsert(&database, &mut client).await;
    let plan = migrate::<Indexed>(&database, &mut client).await;
    assert_eq!(count(&plan, "ALTER TABLE \"public\".\"parts\" DROP CONSTRAINT \"parts_pkey\""), 1);
    assert_eq!(amiss(&database).await, [""; 0]);
}

#[tokio::test]
async fn columns_come_with_defaults_and_become_not_null_through_the_table() {
    #[derive(IngestTable)]
    #[ingest(table = "parts")]
    struct More {
        id: i32,
        day: i32,
        value: String,
        #[ingest(default = "7")]
        more: i32,
    }
    if tests::version() < 12 {
        return;
    }
    let database = with(r#"COMMENT ON TABLE parts IS '{"pg-bulk-ingest": {}}'"#).await;
    let files = "SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relkind = 'r' AND oid > 16000 ORDER BY 1";
    let before = database.rows(files).await;
    let mut client = database.connect().await;
    let plan = migrate::<More>(&database, &mut client).await;
    // The rows are looked at under a lock that neither readers nor writers notice.
    let validates = plan.statements().iter().find(|one| one.sql().contains("VALIDATE CONSTRAINT"));
    assert_eq!(validates.unwrap().lock(), pg_bulk_ingest::LockMode::ShareUpdateExclusive);
    assert_eq!(database.rows(files).await, before);
    assert_eq!(database.row("SELECT min(more), max(more) FROM parts").await, "7|7");
    let not_null = "SELECT count(*) FROM pg_attribute WHERE attname IN ('value', 'more') AND attnotnull
        AND attrelid IN ('parts'::regclass, 'low'::regclass, 'middle2'::regclass, 'rest'::regclass)";
    assert_eq!(database.row(not_null).await, "8");
}
