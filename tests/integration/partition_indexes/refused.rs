//! Indexes that a partitioned table cannot have: refused before anything is done.

use super::{Indexed, Keyed, PARTS, Unique, have_indexes, with};
use pg_bulk_ingest::{ErrorKind, IngestTable};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "parts", unique(id))]
struct Lacking {
    id: i32,
    day: i32,
    value: Option<String>,
}

async fn refusal<S: IngestTable>(sql: &str) -> String {
    let database = Database::new().await;
    database.execute(sql).await;
    let mut client = database.connect().await;
    let error = ingest::<S>(&mut client).allow_partial_commit(true).plan().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn by_postgresql_10() {
    if have_indexes() {
        return;
    }
    let sql = "CREATE TABLE parts (id int NOT NULL, day int NOT NULL, value text) PARTITION BY RANGE (day)";
    for error in [refusal::<Indexed>(sql).await, refusal::<Keyed>(sql).await] {
        assert!(
            error.contains("PostgreSQL 10 has neither keys nor indexes of partitioned tables"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_key_without_what_the_table_is_partitioned_by() {
    if !have_indexes() {
        return;
    }
    let error = refusal::<Lacking>(PARTS).await;
    let expected = r#"a unique constraint over btree (id) is missing, and lacks "day", by which "public"."parts" is partitioned: add it to the key"#;
    assert!(error.contains(expected), "{error}");
    let by_expression = "CREATE TABLE parts (id int NOT NULL, day int NOT NULL, value text) PARTITION BY RANGE ((day / 7))";
    let error = refusal::<Unique>(by_expression).await;
    assert!(error.contains("is partitioned by an expression"), "{error}");
    // One that is no key needs no such column.
    let database = Database::new().await;
    database.execute(by_expression).await;
    ingest::<Indexed>(&mut database.connect().await).migrate().await.unwrap();
}

#[tokio::test]
async fn for_what_a_partition_is() {
    if !have_indexes() {
        return;
    }
    let own =
        format!("{PARTS} UPDATE low SET id = id + 1000; ALTER TABLE low ADD PRIMARY KEY (id)");
    let error = refusal::<Keyed>(&own).await;
    let expected =
        r#"its partition "public"."low" has a primary key of its own, btree (id): drop it"#;
    assert!(error.contains(expected), "{error}");
    let foreign = format!(
        "{PARTS} DROP TABLE rest; CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
         CREATE FOREIGN TABLE distant PARTITION OF parts FOR VALUES FROM (20) TO (30) SERVER far"
    );
    let error = refusal::<Indexed>(&foreign).await;
    assert!(
        error.contains(r#""public"."distant" is a foreign table, which has no indexes"#),
        "{error}"
    );
    // Of a partitioned table no index becomes a constraint.
    let error = refusal::<Unique>(&format!("{PARTS} CREATE UNIQUE INDEX ON parts (id, day)")).await;
    assert!(error.contains("makes no index of a partitioned table a constraint"), "{error}");
}

#[tokio::test]
async fn without_the_ownership_of_a_partition() {
    if !have_indexes() {
        return;
    }
    let database = with("").await;
    let role = database.role("loader");
    let mut client = database.connect_as("loader").await;
    database
        .execute(&format!(
            "GRANT ALL ON SCHEMA public TO {role}; ALTER TABLE parts OWNER TO {role}"
        ))
        .await;
    let error = ingest::<Indexed>(&mut client).migrate().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error:?}");
    assert!(
        error.to_string().contains(r#"the ownership of the partition "public"."low""#),
        "{error}"
    );
}
