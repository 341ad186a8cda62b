//! What a table or one of its partitions has that another could not have, named before the load.

use super::{Added, load, loaded, refused, table};
use pg_bulk_ingest::{Batch, Delete, ErrorKind, Iter};
use tests::{Database, assert_same, ingest, snapshot, version};

/// What is done to the table, what is named, and the first version that has it.
const LOST: &[(&str, &str, u32)] = &[
    (
        "CREATE FUNCTION g(late) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function public.g(public.late)",
        11,
    ),
    (
        "CREATE INDEX own ON late (id); ALTER INDEX own DEPENDS ON EXTENSION plpgsql",
        "that on extension plpgsql depends index public.own",
        11,
    ),
    (
        "ALTER INDEX late_value_idx SET (fillfactor = 50)",
        "index \"late_value_idx\" of its partition \"public\".\"late\", which is btree (value) WITH (fillfactor='50'), \
         unlike that of the table",
        11,
    ),
    (
        "ALTER TABLE late ADD CONSTRAINT w CHECK (late IS NOT NULL)",
        "check constraint \"w\" uses the row as a whole (of its partition \"public\".\"late\")",
        11,
    ),
    (
        "ALTER TABLE late DISABLE TRIGGER ALL",
        "that the triggers of constraint fk of table public.late are not enabled as usual",
        15,
    ),
    (
        "ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING btree (id WITH =, day WITH =)",
        "exclusion constraint \"ex\", which is one of partitions",
        17,
    ),
    ("CREATE TYPE c AS (a late)", "composite type public.c", 11),
];

#[tokio::test]
async fn what_would_be_lost_is_named() {
    for (sql, named, _) in LOST.iter().filter(|(_, _, since)| version() >= *since) {
        let foreign =
            "CREATE TABLE o (id int PRIMARY KEY); INSERT INTO o SELECT generate_series(1, 9);
            ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES o;";
        let database = loaded(&format!("{} {foreign}", table())).await;
        database.execute(sql).await;
        let mut client = database.connect().await;
        let before = snapshot(&database).await;
        let error = load(&mut client, Delete::All).await.unwrap_err();
        assert_same(&before, &snapshot(&database).await, "refused");
        let ErrorKind::DependentObjects { objects } = error.kind() else {
            panic!("refused: {error} for {sql}")
        };
        assert!(objects.iter().any(|object| object == named), "refused: {objects:?} for {sql}");
    }
}

#[tokio::test]
async fn foreign_partitions_are_named() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (id int NOT NULL, day date NOT NULL, value text) PARTITION BY RANGE (day);
             CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE far PARTITION OF t
             FOR VALUES FROM (MINVALUE) TO ('2026-01-01') SERVER s",
        )
        .await;
    let mut client = database.connect().await;
    let error = ingest::<Added>(&mut client)
        .delete(Delete::All)
        .allow_partial_commit(true)
        .batches(|_| -> [Batch<Iter<Vec<Added>>>; 0] { panic!("not asked for") })
        .await
        .unwrap_err();
    let expected = r#"dependent objects would be lost: its partition "public"."far", which is a foreign table"#;
    assert!(error.to_string().contains(expected), "{error}");
}

#[tokio::test]
async fn a_partition_that_is_being_detached_is_named() {
    if version() < 14 {
        return;
    }
    let database = loaded(&table()).await;
    let reader = database.connect().await;
    reader.batch_execute("BEGIN; SELECT count(*) FROM t").await.unwrap();
    let other = database.connect().await;
    other.batch_execute("SET statement_timeout = 300").await.unwrap();
    other.batch_execute("ALTER TABLE t DETACH PARTITION late CONCURRENTLY").await.unwrap_err();
    reader.batch_execute("COMMIT").await.unwrap();
    let mut client = database.connect().await;
    let error = load(&mut client, Delete::All).await.unwrap_err();
    let expected = r#"its partition "public"."late", which is being detached"#;
    assert!(error.to_string().contains(expected), "{error}");
}

/// A role that has the table, and lacks what is needed for one of its partitions.
#[tokio::test]
async fn what_a_role_lacks_is_named() {
    let database = loaded(&table()).await;
    let mut client = database.connect_as("r").await;
    let (role, other) = (database.role("r"), database.role("other"));
    database
        .execute(&format!(
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE {other}; ALTER TABLE t OWNER TO {role}; ALTER TABLE early OWNER TO {role};
             GRANT CREATE, USAGE ON SCHEMA public TO {role}; ALTER TABLE late OWNER TO {other}"
        ))
        .await;
    let lacks = |error: &pg_bulk_ingest::Error, lacking: &str| {
        let ErrorKind::InsufficientPrivilege { missing, .. } = error.kind() else {
            panic!("{error:?}")
        };
        assert!(missing.contains(lacking), "{missing}");
    };
    let mut refuses = async |lacking: &str| {
        let error = match version() < 11 {
            true => refused(&database, &mut client).await,
            false => load(&mut client, Delete::All).await.unwrap_err(),
        };
        lacks(&error, lacking);
    };
    refuses(&format!("the ownership of its partition \"public\".\"late\", which \"{other}\" has"))
        .await;
    database.execute(&format!("GRANT {other} TO {role}")).await;
    refuses(&format!("CREATE on schema \"public\" of \"{other}\", who owns \"public\".\"late\""))
        .await;
    database.execute(&format!("GRANT CREATE, USAGE ON SCHEMA public TO {other}")).await;
    database.execute(&format!("CREATE SCHEMA far; GRANT USAGE ON SCHEMA far TO {role}; ALTER TABLE late SET SCHEMA far")).await;
    refuses("CREATE on schema \"far\"").await;
    database.execute(&format!("GRANT CREATE ON SCHEMA far TO {role}, {other}")).await;
    let before = snapshot(&database).await;
    load(&mut client, Delete::All).await.unwrap();
    assert_same(&before, &snapshot(&database).await, "replaced");
}
