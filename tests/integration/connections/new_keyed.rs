//! A new table with a key, filled over several connections: the last of rows with equal keys stays,
//! whichever connection it went over.

use super::{CheckedKeyed, PARTS, further, parts_are_gone};
use pg_bulk_ingest::{Batch, Delete, IngestTable};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tests::{Database, ingest};
use tokio_postgres::Client;

/// A row whose key is not where its fields begin.
#[derive(IngestTable, Clone)]
#[ingest(table = "readings")]
struct Reading<'a> {
    value: &'a str,
    #[ingest(primary_key)]
    sensor: String,
    number: Option<i32>,
    #[ingest(primary_key)]
    at: i64,
}

const ROWS: i64 = 6_000;

fn reading(text: &str, number: i64, key: i64) -> Reading<'_> {
    Reading {
        value: &text[..usize::try_from(number * 37 % 2_000).unwrap()],
        sensor: format!("sensor {}", key % 7),
        number: i32::try_from(number).ok(),
        at: key,
    }
}

#[tokio::test]
async fn the_last_of_rows_with_equal_keys_stays() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = "x".repeat(2_000);
    // Equal keys side by side, in one chunk, in different ones, in all, and nowhere.
    let keys: [fn(i64) -> i64; 5] =
        [|row| row / 2, |row| row * 31 % 100, |row| row % 3_000, |_| 1, |row| -row];
    for key in keys {
        for delete in [Delete::Off, Delete::BeforeFirstBatch] {
            if delete == Delete::Off {
                database.execute("DROP TABLE IF EXISTS readings").await;
            }
            let rows = (0..ROWS).map(|number| reading(&text, number, key(number)));
            let report = ingest::<Reading<'_>>(&mut client)
                .connections(3, || further(&database))
                .delete(delete)
                .batches(|_| [Batch::new(rows)])
                .await
                .unwrap();
            let last = (0..ROWS).map(|number| (key(number), number)).collect::<BTreeMap<_, _>>();
            let table = &report.tables[0];
            assert_eq!((table.received, table.inserted), (6_000, last.len() as u64));
            let stored = "SELECT at, number FROM readings ORDER BY at";
            let last = last.iter().map(|(at, number)| format!("{at}|{number}"));
            assert_eq!(database.rows(stored).await, last.collect::<Vec<_>>());
            if table.inserted > 100 {
                let transactions = "SELECT count(DISTINCT xmin::text) FROM readings";
                assert_ne!(database.row(transactions).await, "1");
            }
            let key = "SELECT pg_get_constraintdef(oid) FROM pg_constraint
                WHERE conrelid = 'readings'::regclass AND contype = 'p'";
            assert_eq!(database.row(key).await, "PRIMARY KEY (sensor, at)");
            assert_eq!(database.rows(PARTS).await, [""; 0]);
        }
    }
}

/// `-0.0` and `0.0` are equal, and not the same bytes.
#[derive(IngestTable)]
#[ingest(table = "by_number")]
struct ByNumber<'a> {
    #[ingest(primary_key)]
    id: f64,
    value: &'a str,
}

/// A table with a further unique constraint.
#[derive(IngestTable)]
#[ingest(table = "constrained")]
struct Constrained<'a> {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(unique)]
    number: i32,
    value: &'a str,
}

#[tokio::test]
async fn keys_that_bytes_do_not_tell_and_constraints_stay_on_one_connection() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = "x".repeat(1_000);
    let connect = || async { panic!("one connection has to do") };
    let rows = [-0.0, 0.0].into_iter().chain((1..4_000).map(f64::from));
    let rows = rows.map(|id| ByNumber { id, value: &text[..if id == 0.0 { 1 } else { 1_000 }] });
    ingest::<ByNumber<'_>>(&mut client)
        .connections::<Client, _, Infallible, _, _>(2, connect)
        .batches(|_| [Batch::new(rows)])
        .await
        .unwrap();
    assert_eq!(database.row("SELECT count(*), min(id) FROM by_number").await, "4000|0");
    let rows = (0..4_000).map(|id| Constrained { id, number: -id, value: &text });
    ingest::<Constrained<'_>>(&mut client)
        .connections::<Client, _, Infallible, _, _>(2, connect)
        .batches(|_| [Batch::new(rows)])
        .await
        .unwrap();
    assert_eq!(database.row("SELECT count(*) FROM constrained").await, "4000");
}

#[tokio::test]
async fn an_error_is_at_its_row_though_rows_before_it_were_replaced() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database.execute("CREATE DOMAIN small AS integer CHECK (VALUE < 10)").await;
    let text = "x".repeat(1_000);
    for guilty in [301, 3_001, 5_999] {
        let rows = (0..6_000).map(|row| CheckedKeyed {
            id: row / 2,
            number: if row == guilty { 10 } else { 1 },
            value: &text,
        });
        let error = ingest::<CheckedKeyed<'_>>(&mut client)
            .connections(2, || further(&database))
            .batches(|_| [Batch::new(rows)])
            .await
            .unwrap_err();
        let place = format!(r#"batch 1, row {}, column "number""#, guilty + 1);
        let expected = format!(r#"cannot write a row: "public"."checked_keyed", {place}: "#);
        assert!(error.to_string().starts_with(&expected), "{error}");
        parts_are_gone(&database).await;
    }
}
