//! Rows over several connections at once.

mod cut;
mod kill;
mod new_keyed;

use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Upsert, Visibility};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tests::{Database, ingest};
use tokio_postgres::Client;

/// A row of a table with a key.
#[derive(IngestTable, Clone)]
#[ingest(table = "keyed")]
struct Keyed<'a> {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(3000)")]
    value: &'a str,
}

/// The same without a key.
#[derive(IngestTable, Clone)]
#[ingest(table = "plain")]
struct Plain<'a> {
    #[ingest(index)]
    id: i32,
    #[ingest(sql_type = "varchar(3000)")]
    value: &'a str,
}

impl<'a> Keyed<'a> {
    fn plain(self) -> Plain<'a> {
        Plain { id: self.id, value: self.value }
    }
}

/// Text for rows of mixed width.
fn text() -> String {
    "x".repeat(2_000)
}

/// Rows of mixed width, of some megabytes in all.
fn rows(text: &str) -> impl Iterator<Item = Keyed<'_>> + Clone {
    (0..6_000).map(|id: i32| {
        let length = usize::try_from(id * 37 % 2_000).unwrap();
        Keyed { id, value: &text[..length] }
    })
}

/// The tables that are there for the time of a load.
const PARTS: &str = "SELECT relname FROM pg_class WHERE relname LIKE 'pg\\_bulk\\_ingest\\_%'";

/// A further connection to the database.
async fn further(database: &Database) -> Result<Client, Infallible> {
    Ok(database.connect().await)
}

/// Waits until the tables of the load are gone, which after an error are dropped as soon as nobody
/// holds them.
async fn parts_are_gone(database: &Database) {
    let client = database.connect().await;
    while !tests::rows(&client, PARTS).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_rows_are_those_of_one_connection() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = text();
    for delete in [Delete::Off, Delete::Off, Delete::BeforeFirstBatch] {
        for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
            let reports = [
                ingest::<Keyed<'_>>(&mut client)
                    .into_table("public", "one")
                    .delete(delete)
                    .batches(|_| [Batch::new(rows(&text))])
                    .await
                    .unwrap(),
                ingest::<Keyed<'_>>(&mut client)
                    .connections(3, || further(&database))
                    .into_table("public", "several")
                    .delete(delete)
                    .visibility(visibility)
                    .batches(|_| [Batch::new(rows(&text))])
                    .await
                    .unwrap(),
            ];
            let [one, several] = reports.map(|report| {
                let table = &report.tables[0];
                (report.bytes, table.received, table.inserted, table.updated, table.unchanged)
            });
            assert_eq!(one, several);
            let differences = "SELECT count(*) FROM (
                (TABLE one EXCEPT ALL TABLE several) UNION ALL
                (TABLE several EXCEPT ALL TABLE one)) AS differences";
            assert_eq!(database.row(differences).await, "0");
            assert_eq!(database.row("SELECT count(*) FROM several").await, "6000");
            assert_eq!(database.rows(PARTS).await, [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_new_table_is_filled_by_all_and_looks_like_any_other() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = text();
    for (round, delete) in [Delete::Off, Delete::All].into_iter().enumerate() {
        let batches =
            [Batch::new(rows(&text).map(Keyed::plain)).high_watermark(round).metadata(())];
        let report = ingest::<Plain<'_>>(&mut client)
            .connections(2, || further(&database))
            .delete(delete)
            .batches(|_: Option<usize>| batches)
            .await
            .unwrap();
        assert_eq!(report.rows, 6_000);
        let transactions = "SELECT count(DISTINCT xmin::text) FROM plain";
        assert_eq!(database.row(transactions).await, "2");
        let table = "SELECT count(*), sum(id), sum(length(value)),
            harness.high_watermark('plain'),
            (SELECT relpersistence FROM pg_class WHERE oid = 'plain'::regclass),
            (SELECT string_agg(indexrelid::regclass::text, ',') FROM pg_index
                WHERE indrelid = 'plain'::regclass)
            FROM plain";
        let lengths = rows(&text).map(|row| row.value.len()).sum::<usize>();
        assert_eq!(
            database.row(table).await,
            format!("6000|17997000|{lengths}|{round}|p|plain_id_idx")
        );
        assert_eq!(database.rows(PARTS).await, [""; 0]);
    }
    // Nothing of it differs from the definition.
    let report = ingest::<Plain<'_>>(&mut client).batches(|_: Option<usize>| NONE).await.unwrap();
    assert_eq!(report.migrated.to_string(), "");
}

const NONE: [Batch<pg_bulk_ingest::Iter<[Plain<'static>; 0]>, usize>; 0] = [];

#[tokio::test]
async fn of_rows_with_equal_keys_the_last_to_arrive_stays() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = text();
    for round in 0..3 {
        // Each key is there many times, far apart.
        let rows = || {
            rows(&text).map(|row| {
                let key = row.id % 100;
                Keyed {
                    id: key,
                    value: &text[..usize::try_from((row.id + round) % 1_999).unwrap()],
                }
            })
        };
        ingest::<Keyed<'_>>(&mut client)
            .connections(3, || further(&database))
            .batches(|_| [Batch::new(rows())])
            .await
            .unwrap();
        let last = rows().map(|row| (row.id, row.value.len())).collect::<BTreeMap<_, _>>();
        let last = last.iter().map(|(id, length)| format!("{id}|{length}")).collect::<Vec<_>>();
        let stored = database.rows("SELECT id, length(value) FROM keyed ORDER BY id").await;
        assert_eq!(stored, last);
    }
}

#[tokio::test]
async fn small_batches_and_appends_do_without() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = text();
    let connected = AtomicUsize::new(0);
    let connect = || {
        connected.fetch_add(1, Ordering::Relaxed);
        further(&database)
    };
    for count in [400, 400] {
        let ingest = ingest::<Keyed<'_>>(&mut client).connections(2, connect);
        ingest.batches(|_| [Batch::new(rows(&text).take(count))]).await.unwrap();
    }
    ingest::<Keyed<'_>>(&mut client)
        .upsert(Upsert::Off)
        .connections(2, connect)
        .batches(|_| [Batch::new(rows(&text).skip(400))])
        .await
        .unwrap();
    assert_eq!(connected.load(Ordering::Relaxed), 0);
    ingest::<Keyed<'_>>(&mut client)
        .connections(2, connect)
        .batches(|_| [Batch::new(rows(&text)), Batch::new(rows(&text))])
        .await
        .unwrap();
    assert_eq!(connected.load(Ordering::Relaxed), 1);
    assert_eq!(database.row("SELECT count(*) FROM keyed").await, "6000");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_all_of_a_batch_or_nothing() {
    let database = Arc::new(Database::new().await);
    let done = Arc::new(AtomicBool::new(false));
    let watching = {
        let (database, done) = (Arc::clone(&database), Arc::clone(&done));
        tokio::spawn(async move {
            let client = database.connect().await;
            let mut seen = BTreeMap::new();
            while !done.load(Ordering::Relaxed) {
                for table in ["keyed", "plain"] {
                    let exists = format!("SELECT to_regclass('{table}') IS NOT NULL");
                    if tests::rows(&client, &exists).await == ["t"] {
                        let state = format!("SELECT count(*), min(length(value)) FROM {table}");
                        let state = tests::rows(&client, &state).await.remove(0);
                        *seen.entry(format!("{table} {state}")).or_insert(0) += 1;
                    }
                }
            }
            seen.into_keys().collect::<Vec<_>>()
        })
    };
    let mut client = database.connect().await;
    let (short, long) = ("x".repeat(300), "x".repeat(600));
    for value in [&short, &long] {
        let rows = || (0..6_000).map(|id| Keyed { id, value });
        ingest::<Plain<'_>>(&mut client)
            .delete(Delete::BeforeFirstBatch)
            .connections(2, || further(&database))
            .batches(|_| [Batch::new(rows().map(Keyed::plain))])
            .await
            .unwrap();
        ingest::<Keyed<'_>>(&mut client)
            .connections(2, || further(&database))
            .batches(|_| [Batch::new(rows())])
            .await
            .unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let seen = watching.await.unwrap();
    let allowed =
        ["keyed 6000|300", "keyed 6000|600", "plain 6000|300", "plain 6000|600"].map(str::to_owned);
    assert!(!seen.is_empty());
    assert!(seen.iter().all(|state| allowed.contains(state)), "{seen:?}");
}

/// A row of a table that takes only what the server's domain lets through.
#[derive(IngestTable)]
#[ingest(table = "checked")]
struct Checked<'a> {
    id: i32,
    #[ingest(sql_type = "small")]
    number: i32,
    value: &'a str,
}

#[derive(IngestTable)]
#[ingest(table = "checked_keyed")]
struct CheckedKeyed<'a> {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "small")]
    number: i32,
    value: &'a str,
}

#[tokio::test]
async fn an_error_of_the_server_is_at_its_row_and_column() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database.execute("CREATE DOMAIN small AS integer CHECK (VALUE < 10)").await;
    let text = text();
    let first = [CheckedKeyed { id: 0, number: 0, value: "" }];
    ingest::<CheckedKeyed<'_>>(&mut client).batches(|_| [Batch::new(first)]).await.unwrap();
    for guilty in [300, 3_000, 5_999] {
        let number = |id| if id == guilty { 10 } else { 1 };
        let error = ingest::<Checked<'_>>(&mut client)
            .connections(2, || further(&database))
            .batches(|_| {
                let rows = rows(&text).map(|Keyed { id, value }| {
                    let number = number(id);
                    Checked { id, number, value }
                });
                [Batch::new(rows)]
            })
            .await
            .unwrap_err();
        let place = format!(r#"batch 1, row {}, column "number""#, guilty + 1);
        let expected = format!(r#"cannot write a row: "public"."checked", {place}: "#);
        assert!(error.to_string().starts_with(&expected), "{error}");
        let error = ingest::<CheckedKeyed<'_>>(&mut client)
            .connections(2, || further(&database))
            .batches(|_| {
                let rows = rows(&text).map(|Keyed { id, value }| {
                    let number = number(id);
                    CheckedKeyed { id, number, value }
                });
                [Batch::new(rows)]
            })
            .await
            .unwrap_err();
        let expected = format!(r#"cannot write a row: "public"."checked_keyed", {place}: "#);
        assert!(error.to_string().starts_with(&expected), "{error}");
        parts_are_gone(&database).await;
    }
    assert_eq!(database.row("SELECT count(*) FROM checked_keyed").await, "1");
    assert_eq!(database.row("SELECT to_regclass('checked')").await, "∅");
}

/// A connection as a pool gives it, and one that is wrapped once more.
struct Pooled<T>(T);

impl<T> Deref for Pooled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[tokio::test]
async fn objects_of_pools_serve_as_connections() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = text();
    let ingest_one = ingest::<Keyed<'_>>(&mut client)
        .connections(2, async || Ok::<_, Infallible>(Pooled(database.connect().await)));
    ingest_one.batches(|_| [Batch::new(rows(&text))]).await.unwrap();
    ingest::<Keyed<'_>>(&mut client)
        .connections(2, async || Ok::<_, Infallible>(Pooled(Pooled(database.connect().await))))
        .batches(|_| [Batch::new(rows(&text))])
        .await
        .unwrap();
    assert_eq!(database.row("SELECT count(*) FROM keyed").await, "6000");
}

#[tokio::test]
async fn what_does_not_come_or_is_another_is_an_error() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = text();
    let ingest_one = ingest::<Plain<'_>>(&mut client)
        .connections(2, async || Err::<Client, _>("the pool is empty"));
    let batches = || [Batch::new(rows(&text).map(Keyed::plain))];
    let error = ingest_one.batches(|_| batches()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WorkerConnect), "{error:?}");
    assert_eq!(error.to_string(), "cannot open a further connection: batch 1");
    let error = ingest::<Plain<'_>>(&mut client)
        .connections(2, async || Ok::<_, Infallible>(database.connect_as("another").await))
        .batches(|_| batches())
        .await
        .unwrap_err();
    let role = database.role("another");
    let reason = format!("its role is {role:?}, and that of the first \"postgres\"");
    assert_eq!(error.to_string(), format!("cannot use a further connection: batch 1: {reason}"));
    assert_eq!(database.row("SELECT to_regclass('plain')").await, "∅");
    parts_are_gone(&database).await;
}

#[tokio::test]
async fn where_tables_cannot_be_made_for_it_one_connection_has_to_do() {
    let database = Database::new().await;
    let text = text();
    // A schema that is new in the batch.
    let mut client = database.connect().await;
    ingest::<Plain<'_>>(&mut client)
        .into_table("new", "plain")
        .connections(2, || further(&database))
        .batches(|_| [Batch::new(rows(&text).map(Keyed::plain))])
        .await
        .unwrap();
    assert_eq!(database.row("SELECT count(*) FROM new.plain").await, "6000");
    // No privilege to create tables.
    let mut client = database.connect_as("loader").await;
    let role = database.role("loader");
    database
        .execute(&format!(
            "CREATE TABLE keyed (id integer PRIMARY KEY, value varchar(3000) NOT NULL);
            ALTER TABLE keyed OWNER TO {role};
            REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        ))
        .await;
    ingest::<Keyed<'_>>(&mut client)
        .connections(2, async || Ok::<_, Infallible>(database.connect_as("loader").await))
        .batches(|_| [Batch::new(rows(&text))])
        .await
        .unwrap();
    assert_eq!(database.row("SELECT count(*) FROM keyed").await, "6000");
}
