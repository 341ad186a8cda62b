//! Rows of a batch that come in parts.

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, IngestTable, Upsert};
use std::panic::AssertUnwindSafe;
use std::sync::Barrier;
use tests::{Database, ingest};
use tokio_postgres::error::SqlState;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    part: i32,
    #[ingest(sql_type = "short_text")]
    value: &'a str,
}

fn row(id: i32, part: i32) -> Row<'static> {
    Row { id, part, value: "x" }
}

/// A table that is there, and a client.
async fn with_table() -> (Database, tokio_postgres::Client) {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new([row(-1, 0)])]).await.unwrap();
    (database, client)
}

#[tokio::test]
async fn the_last_of_the_last_part_stays() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // Into a new table, into a live one, over two connections.
    for connections in [1, 1, 2] {
        // The first part is the longest, and the last to be sent.
        let part = |part: i32| {
            let rows = (5 - part) * 20_000;
            (0..rows).map(move |n| row(n % 10_000, part * 100 + n / 10_000))
        };
        let report = ingest::<Row<'_>>(&mut client)
            .connections(connections, async || {
                Ok::<_, std::convert::Infallible>(database.connect().await)
            })
            .batches(|_| [Batch::parts((0..5).map(part))])
            .await
            .unwrap();
        assert_eq!((report.rows, report.tables[0].received), (300_000, 300_000));
        let stored = "SELECT part, count(*) FROM t GROUP BY part";
        assert_eq!(database.rows(stored).await, ["401|10000"]);
        database.execute("UPDATE t SET part = 0").await;
    }
}

#[tokio::test]
async fn parts_are_encoded_at_the_same_time() {
    let (database, mut client) = with_table().await;
    if std::thread::available_parallelism().unwrap().get() < 2 {
        return;
    }
    let barrier = Barrier::new(2);
    let part = |part: i32| {
        let barrier = &barrier;
        (0..100).map(move |n| {
            barrier.wait();
            row(part * 100 + n, part)
        })
    };
    for (upsert, count) in [(Upsert::Off, 201), (Upsert::IfPrimaryKey, 201)] {
        let ingest = ingest::<Row<'_>>(&mut client).upsert(upsert);
        ingest.batches(|_| [Batch::parts([part(0), part(1)])]).await.unwrap();
        assert_eq!(database.row("SELECT count(*) FROM t").await, count.to_string());
    }
}

#[tokio::test]
async fn an_error_says_the_part_the_row_and_the_column() {
    let (database, mut client) = with_table().await;
    for (value, code) in [("a\0", None), ("far too long", Some("22001"))] {
        for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
            let part = |part: i32| {
                (0..20_000).map(move |n| Row {
                    id: part * 20_000 + n,
                    part,
                    value: if (part, n) == (1, 14_999) { value } else { "x" },
                })
            };
            let ingest = ingest::<Row<'_>>(&mut client).upsert(upsert);
            let error = ingest.batches(|_| [Batch::parts((0..3).map(part))]).await.unwrap_err();
            let place = r#"batch 1, part 2, row 15000, column "value""#;
            let expected = format!(r#"cannot write a row: "public"."t", {place}"#);
            assert!(error.to_string().starts_with(&expected), "{error}");
            assert_eq!((error.part(), error.row()), (Some(2), Some(15_000)));
            assert_eq!(error.code().map(SqlState::code), code);
            assert_eq!(database.row("SELECT count(*) FROM t").await, "1");
        }
    }
}

#[tokio::test]
async fn a_panic_in_a_part_rolls_the_batch_back() {
    let (_database, mut client) = with_table().await;
    let part = |part: i32| {
        (0..20_000).map(move |n| {
            assert!((part, n) != (1, 15_000), "a panic");
            row(part * 20_000 + n, part)
        })
    };
    let ingested = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::parts([part(0), part(1)])]);
    assert!(AssertUnwindSafe(ingested).catch_unwind().await.is_err());
    assert_eq!(tests::rows(&client, "SELECT count(*) FROM t").await, ["1"]);
}
