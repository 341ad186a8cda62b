//! Columns whose values come from somewhere else.

use super::{Row, execute, load, loaded, refused, rows};
use pg_bulk_ingest::{Batch, Delete, ErrorKind, Upsert};
use tests::ingest;

#[tokio::test]
async fn an_identity_goes_on_where_it_was() {
    let database = loaded().await;
    execute(
        &database,
        "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY (START 10);
        INSERT INTO t (value, number) VALUES ('x', 10)",
    )
    .await;
    let mut client = database.connect().await;
    load(&mut client, Delete::All).await.unwrap();
    execute(&database, "INSERT INTO t (value, number) VALUES ('y', 11)").await;
    assert_eq!(database.rows("SELECT id FROM t ORDER BY id").await, ["1", "2", "11"]);
}

#[tokio::test]
async fn an_identity_that_is_the_key_is_upserted() {
    let database = loaded().await;
    execute(&database, "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY").await;
    let mut client = database.connect().await;
    let mut changed = rows();
    changed[0].value = None;
    let new = Row { id: 3, value: None, number: 3 };
    let batch = changed.iter().chain([&new]);
    let report = ingest::<Row>(&mut client).batches(|_| [Batch::new(batch)]).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (1, 1, 1));
    // Through staging without a merge: row security applies to the role.
    let role = database.role("r");
    let mut client = database.connect_as("r").await;
    execute(
        &database,
        &format!(
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON t USING (true); GRANT ALL ON t TO {role}"
        ),
    )
    .await;
    let rows = [Row { id: 4, value: None, number: 4 }];
    let ingest = ingest::<Row>(&mut client).upsert(Upsert::Off);
    ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(database.row("SELECT count(*) FROM t").await, "4");
}

#[tokio::test]
async fn an_identity_beside_the_key_cannot_be_upserted() {
    let database = loaded().await;
    execute(&database, "ALTER TABLE t ALTER number ADD GENERATED ALWAYS AS IDENTITY").await;
    let mut client = database.connect().await;
    let error = refused(&database, &mut client).await;
    assert_eq!(
        error.to_string(),
        r#"cannot start the ingest: "public"."t": column "number" is GENERATED ALWAYS AS IDENTITY and not in the primary key, so the rows that are there cannot be updated"#
    );
    let rows = [Row { id: 3, value: None, number: 3 }];
    let appended = ingest::<Row>(&mut client).upsert(Upsert::Off);
    appended.batches(|_| [Batch::new(&rows)]).await.unwrap();
}

#[tokio::test]
async fn a_column_generated_from_others_is_refused() {
    if tests::version() < 12 {
        return;
    }
    let database = loaded().await;
    execute(
        &database,
        "ALTER TABLE t DROP number;
        ALTER TABLE t ADD number int GENERATED ALWAYS AS (id) STORED",
    )
    .await;
    let mut client = database.connect().await;
    let error = refused(&database, &mut client).await;
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        r#"cannot start the ingest: "public"."t": column "number" is generated from other columns, so it cannot be written: leave it out of the struct, or let its field be `Filled` and `generated`"#
    );
}

#[derive(pg_bulk_ingest::IngestTable)]
#[ingest(table = "t")]
struct Id {
    id: i32,
}

#[tokio::test]
async fn a_generated_column_that_is_kept_is_generated_as_it_was() {
    let version = tests::version();
    for (since, how, kind) in [(12, "STORED", "s"), (18, "VIRTUAL", "v"), (18, "", "v")] {
        if version < since {
            continue;
        }
        let database = tests::Database::new().await;
        let columns = "id int NOT NULL, twice int GENERATED ALWAYS AS (id * 2)";
        execute(&database, &format!("CREATE TABLE t ({columns} {how})")).await;
        let mut client = database.connect().await;
        for delete in [Delete::All, Delete::Off] {
            let ingest = ingest::<Id>(&mut client).delete(delete);
            let additive = ingest.migration(pg_bulk_ingest::Migration::AdditiveOnly);
            additive.batches(|_| [Batch::new([Id { id: 3 }])]).await.unwrap();
        }
        let stored = "SELECT attgenerated FROM pg_attribute
            WHERE attrelid = 't'::regclass AND attname = 'twice'";
        assert_eq!(database.row(stored).await, kind, "{how}");
        assert_eq!(database.rows("SELECT twice FROM t").await, ["6", "6"], "{how}");
    }
}
