//! Columns that another session changes while rows are encoded for what they were.

use pg_bulk_ingest::{Delete, ErrorKind, IngestTable, NoWatermark, Upsert};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t", primary_key(id))]
struct Row<'a> {
    id: i32,
    amount: i64,
    at: chrono::NaiveDate,
    #[ingest(sql_type = "varchar(8)")]
    name: &'a str,
}

fn row(id: i32) -> Row<'static> {
    Row { id, amount: 1_000_000, at: chrono::NaiveDate::default(), name: "n" }
}

const CONTENTS: &str = "SELECT id, amount, name FROM t ORDER BY id";

/// What has the same bytes, or as many, and another meaning; what cuts or rounds; another table.
const CHANGES: &[(&str, &str)] = &[
    (
        "ALTER TABLE t ALTER amount TYPE double precision",
        r#"it changed the type of column "amount" from bigint to double precision"#,
    ),
    (
        "ALTER TABLE t ALTER amount TYPE timestamp USING 'epoch'",
        r#"it changed the type of column "amount" from bigint to timestamp without time zone"#,
    ),
    (
        "ALTER TABLE t ALTER at TYPE integer USING 0",
        r#"it changed the type of column "at" from date to integer"#,
    ),
    (
        "ALTER TABLE t ALTER name TYPE varchar(1)",
        r#"it changed the type of column "name" from character varying(8) to character varying(1)"#,
    ),
    (
        "ALTER TABLE t DROP amount; ALTER TABLE t ADD amount float8",
        r#"it changed the type of column "amount" from bigint to double precision"#,
    ),
    ("ALTER TABLE t RENAME amount TO sum", r#"it dropped or renamed column "amount""#),
    (
        "CREATE TABLE other (LIKE t INCLUDING ALL); ALTER TABLE t RENAME TO gone; \
         ALTER TABLE other RENAME TO t",
        "it replaced the table",
    ),
];

#[tokio::test]
async fn rows_are_never_read_as_of_another_type() {
    for (change, told) in CHANGES {
        for (upsert, delete) in [
            (Upsert::Off, Delete::Off),
            (Upsert::IfPrimaryKey, Delete::Off),
            (Upsert::IfPrimaryKey, Delete::BeforeFirstBatch),
        ] {
            for is_first in [true, false] {
                let database = Database::new().await;
                let mut client = database.connect().await;
                ingest::<Row<'_>>(&mut client).migrate().await.unwrap();
                let ingest = ingest::<Row<'_>>(&mut client).upsert(upsert).delete(delete);
                let mut session = ingest.start::<NoWatermark>().await.unwrap();
                if !is_first {
                    let mut batch = session.batch().await.unwrap();
                    batch.write(row(1)).await.unwrap();
                    batch.commit(NoWatermark).await.unwrap();
                }
                database.execute(change).await;
                let error = session.batch().await.err().unwrap_or_else(|| panic!("{change}"));
                assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error}");
                assert!(error.to_string().ends_with(told), "{error}");
                drop(session);
                // The next run reads the table as it is, and makes it what it is to be.
                assert_eq!(client.query("SELECT 1", &[]).await.unwrap().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_column_that_rows_do_not_have_may_come_and_go() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row<'_>>(&mut client).migrate().await.unwrap();
    let mut session = ingest::<Row<'_>>(&mut client).start::<NoWatermark>().await.unwrap();
    for (id, change) in [(1, "ADD more integer"), (2, "ALTER more TYPE text"), (3, "DROP more")] {
        database.execute(&format!("ALTER TABLE t {change}")).await;
        let mut batch = session.batch().await.unwrap();
        batch.write(row(id)).await.unwrap();
        batch.commit(NoWatermark).await.unwrap();
    }
    session.finish().await.unwrap();
    let rows = ["1|1000000|n", "2|1000000|n", "3|1000000|n"];
    assert_eq!(database.rows(CONTENTS).await, rows);
}

#[tokio::test]
async fn columns_stay_as_they_are_while_a_batch_is_open() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row<'_>>(&mut client).migrate().await.unwrap();
    for (id, upsert) in [(1, Upsert::Off), (2, Upsert::IfPrimaryKey)] {
        let ingest = ingest::<Row<'_>>(&mut client).upsert(upsert);
        let mut session = ingest.start::<NoWatermark>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        let other = database.connect().await;
        other.batch_execute("SET lock_timeout = '50ms'").await.unwrap();
        let change = "ALTER TABLE t ALTER amount TYPE double precision";
        let error = other.batch_execute(change).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "55P03");
        batch.write(row(id)).await.unwrap();
        batch.commit(NoWatermark).await.unwrap();
        session.finish().await.unwrap();
    }
    assert_eq!(database.rows(CONTENTS).await, ["1|1000000|n", "2|1000000|n"]);
}
