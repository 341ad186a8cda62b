//! The hook that runs just before a batch is visible.

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, BeforeVisible, Delete, ErrorKind, IngestTable, Visibility};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

const COPIES: &str = "SELECT batch, rows, target, actual FROM copies ORDER BY batch";

#[tokio::test]
async fn it_sees_the_new_rows_and_its_writes_commit_with_them() {
    let database = Database::new().await;
    database.execute("CREATE TABLE copies (batch text, rows int, target text, actual text)").await;
    let mut client = database.connect().await;
    for (delete, actual) in [
        (Delete::Off, r#""public"."t""#),
        (Delete::BeforeFirstBatch, r#""public"."t_pg_bulk_ingest_fresh""#),
    ] {
        for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
            database.execute("TRUNCATE copies").await;
            ingest::<Row>(&mut client)
                .delete(delete)
                .visibility(visibility)
                .on_before_visible(|before: BeforeVisible<'_, &str>| {
                    async move {
                        let table = &before.tables[0];
                        let sql = format!(
                            "INSERT INTO copies SELECT '{}', count(*), '{}', '{}' FROM {}",
                            before.metadata, table.name, table.loaded_as, table.loaded_as
                        );
                        before.transaction.batch_execute(&sql).await?;
                        Ok(())
                    }
                    .boxed()
                })
                .batches(|_| {
                    let batch = |ids: std::ops::Range<i32>| Batch::new(ids.map(|id| Row { id }));
                    [batch(0..10).metadata("first"), batch(5..20).metadata("second")]
                })
                .await
                .unwrap();
            let replaced = delete == Delete::BeforeFirstBatch;
            let second = if replaced && visibility == Visibility::AfterLastBatch {
                actual
            } else {
                r#""public"."t""#
            };
            let rows = if replaced || database.row("SELECT min(rows) FROM copies").await == "10" {
                10
            } else {
                20
            };
            assert_eq!(
                database.rows(COPIES).await,
                [
                    format!(r#"first|{rows}|"public"."t"|{actual}"#),
                    format!(r#"second|20|"public"."t"|{second}"#),
                ],
                "{delete:?} {visibility:?}"
            );
        }
    }
}

#[tokio::test]
async fn its_error_rolls_the_batch_back() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut batch = 0;
    let error = ingest::<Row>(&mut client)
        .on_before_visible(|_| {
            batch += 1;
            async move { if batch == 2 { Err("not this one".into()) } else { Ok(()) } }.boxed()
        })
        .batches(|_| (1..=3).map(|id| Batch::new([Row { id }]).high_watermark(id)))
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Hook));
    assert_eq!(error.to_string(), "cannot run the hook: batch 2");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "not this one");
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
    let comment = "SELECT harness.high_watermark('t'::regclass)";
    assert_eq!(database.row(comment).await, "1");
    assert_eq!(tests::rows(&client, "SELECT 1").await, ["1"]);
}

#[tokio::test]
async fn a_transaction_that_it_ends_or_aborts_is_an_error() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for sql in ["COMMIT", "ROLLBACK", "SELECT 1/0"] {
        let error = ingest::<Row>(&mut client)
            .on_before_visible(|before| {
                async move {
                    let _swallowed = before.transaction.batch_execute(sql).await;
                    Ok(())
                }
                .boxed()
            })
            .batches(|_| [Batch::new([Row { id: 1 }])])
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot run the hook: batch 1: the hook ended the batch's transaction or left it aborted",
            "{sql}"
        );
    }
}
