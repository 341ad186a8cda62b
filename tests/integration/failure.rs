//! A batch that fails, whatever the reason, leaves nothing behind, and the client can be used again.

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Visibility};
use std::panic::AssertUnwindSafe;
use tests::{Database, ingest, poll_up_to};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    value: &'a str,
}

/// Each way of loading, over a table with two rows.
const WAYS: [(Delete, Visibility); 4] = [
    (Delete::Off, Visibility::AfterEachBatch),
    (Delete::Off, Visibility::AfterLastBatch),
    (Delete::BeforeFirstBatch, Visibility::AfterEachBatch),
    (Delete::All, Visibility::AfterLastBatch),
];

async fn with_rows() -> (Database, Client) {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [Row { id: 1, value: "a" }, Row { id: 2, value: "b" }];
    let batches = |_| [Batch::new(&rows).high_watermark(1)];
    ingest::<Row<'_>>(&mut client).batches(batches).await.unwrap();
    (database, client)
}

/// What is to be there after a failure: the rows, the high watermark, and nothing else.
async fn is_as_before(database: &Database, client: &Client) {
    let own = tests::rows(client, "SELECT count(*) FROM t WHERE id <= 2").await;
    assert_eq!(own, ["2"], "the client is usable");
    let rows = "SELECT id, value FROM t ORDER BY id";
    assert_eq!(database.rows(rows).await, ["1|a", "2|b"]);
    let comment = "SELECT harness.high_watermark('t'::regclass)";
    assert_eq!(database.row(comment).await, "1");
    let left = "
        SELECT relname FROM pg_class WHERE relname LIKE '%bulk_ingest%' AND relkind = 'r'
        UNION ALL SELECT mode FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database
            WHERE datname = current_database())";
    assert_eq!(database.rows(left).await, [""; 0]);
}

/// Rows enough for several chunks to be sent before the end.
fn many() -> impl Iterator<Item = Row<'static>> {
    (10..20_000).map(|id| Row { id, value: "x" })
}

#[tokio::test]
async fn an_error_of_the_rows() {
    let (database, mut client) = with_rows().await;
    for (delete, visibility) in WAYS {
        for failing in [0, 1, 15_000] {
            let ingest = ingest::<Row<'_>>(&mut client).delete(delete).visibility(visibility);
            let rows = many().enumerate().map(move |(i, row)| {
                if i == failing { Err(format!("no row {i}")) } else { Ok(row) }
            });
            let error =
                ingest.batches(|_| [Batch::try_new(rows).high_watermark(2)]).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Source));
            assert_eq!(
                error.to_string(),
                format!("cannot get the next row from its source: batch 1, row {}", failing + 1)
            );
            let source = std::error::Error::source(&error).unwrap().to_string();
            assert_eq!(source, format!("no row {failing}"));
            is_as_before(&database, &client).await;
        }
    }
}

#[tokio::test]
async fn an_error_of_the_batches() {
    let (database, mut client) = with_rows().await;
    let batches = [Err("no more batches")].map(|batch: Result<i32, _>| {
        batch.map(|id| Batch::new([Row { id, value: "" }]).high_watermark(id))
    });
    let error = ingest::<Row<'_>>(&mut client).batches(|_| batches).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot get the next batch from its source: batch 1");
    is_as_before(&database, &client).await;
}

#[tokio::test]
async fn a_panic_of_the_rows() {
    let (database, mut client) = with_rows().await;
    for (delete, visibility) in WAYS {
        for failing in [10, 15_000] {
            let ingest = ingest::<Row<'_>>(&mut client).delete(delete).visibility(visibility);
            let rows = many().inspect(move |row| assert_ne!(row.id, failing, "a panic"));
            let ingested = ingest.batches(|_| [Batch::new(rows).high_watermark(2)]);
            let panicked = AssertUnwindSafe(ingested).catch_unwind().await;
            assert!(panicked.is_err());
            is_as_before(&database, &client).await;
        }
    }
}

#[tokio::test]
async fn a_future_dropped_at_any_await() {
    let (database, mut client) = with_rows().await;
    for (delete, visibility) in WAYS {
        let mut polls = 0;
        loop {
            polls += 1;
            let ingest = ingest::<Row<'_>>(&mut client).delete(delete).visibility(visibility);
            let rows = many().take(8_000);
            let ingested = ingest.batches(|_| [Batch::new(rows).high_watermark(2)]);
            let finished = poll_up_to(polls, ingested).await;
            // The connection has done with it when it answers the next query.
            let state = "SELECT count(*), harness.high_watermark('t'::regclass) FROM t";
            let state = tests::rows(&client, state).await.remove(0);
            if state.ends_with("|2") {
                // It was committed, whether or not the future was polled to its end.
                let kept = if delete == Delete::Off { 8_002 } else { 8_000 };
                assert!(state.starts_with(&format!("{kept}|")), "{state}");
                break;
            }
            assert!(finished.is_none());
            is_as_before(&database, &client).await;
        }
        assert!(polls > 5, "{polls}");
        database
            .execute(
                r#"TRUNCATE t; INSERT INTO t VALUES (1, 'a'), (2, 'b');
                SELECT harness.set_high_watermark('t', '1')"#,
            )
            .await;
    }
}

#[tokio::test]
async fn a_value_that_the_server_refuses_is_reported_at_its_row_and_column() {
    let (database, mut client) = with_rows().await;
    for (delete, visibility) in WAYS {
        let ingest = ingest::<Row<'_>>(&mut client).delete(delete).visibility(visibility);
        let long = Row { id: 0, value: "far too long" };
        let rows = many().take(14_999).chain([long]).chain(many());
        let error = ingest.batches(|_| [Batch::new(rows).high_watermark(2)]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"cannot write a row: "public"."t", batch 1, row 15000, column "value": value too long for type character varying(8) (22001)"#
        );
        assert_eq!(error.code().unwrap().code(), "22001");
        is_as_before(&database, &client).await;
    }
}

#[tokio::test]
async fn a_value_that_is_refused_is_noticed_long_before_the_end() {
    let (database, mut client) = with_rows().await;
    let long = Row { id: 0, value: "far too long" };
    let endless = std::iter::once(long).chain((0..).map(|id| Row { id, value: "x" }));
    let ingest = ingest::<Row<'_>>(&mut client);
    let error = ingest.batches(|_| [Batch::new(endless).high_watermark(2)]).await.unwrap_err();
    assert_eq!(error.row(), Some(1));
    is_as_before(&database, &client).await;
}

#[tokio::test]
async fn a_row_that_cannot_be_encoded_leaves_nothing_of_itself() {
    let (database, mut client) = with_rows().await;
    let mut session = ingest::<Row<'_>>(&mut client).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 3, value: "c" }).await.unwrap();
    let error = batch.write(Row { id: 4, value: "d\0" }).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write a row: "public"."t", batch 1, row 2, column "value": the value contains a NUL character, which PostgreSQL's text cannot hold"#
    );
    batch.write(Row { id: 5, value: "e" }).await.unwrap();
    batch.commit(2).await.unwrap();
    session.finish().await.unwrap();
    let rows = "SELECT id, value FROM t ORDER BY id";
    assert_eq!(database.rows(rows).await, ["1|a", "2|b", "3|c", "5|e"]);
}

#[tokio::test]
async fn values_are_shown_if_asked_for() {
    let (_database, mut client) = with_rows().await;
    let rows = [Row { id: 4, value: "d\0" }];
    let ingest = ingest::<Row<'_>>(&mut client).show_values(true);
    let error = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write a row: "public"."t", batch 1, row 1, column "value": the value "d\0" contains a NUL character, which PostgreSQL's text cannot hold"#
    );
}

#[tokio::test]
async fn a_unique_violation_of_a_merge_names_its_row() {
    #[derive(IngestTable)]
    #[ingest(table = "u")]
    struct Unique {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(unique)]
        code: Option<i32>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let unique = |id, code| Unique { id, code };
    let first = [unique(1, None), unique(2, None), unique(3, Some(3)), unique(4, Some(3))];
    let error = ingest::<Unique>(&mut client).batches(|_| [Batch::new(&first)]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot build the indexes: "public"."u", batch 1, row 4: could not create unique index "u_code_key" (23505)"#
    );
    assert_eq!(error.code().unwrap().code(), "23505");
    ingest::<Unique>(&mut client).batches(|_| [Batch::new(&first[..3])]).await.unwrap();
    let second = [unique(5, Some(5)), unique(3, Some(3)), unique(6, Some(3))];
    let error = ingest::<Unique>(&mut client).batches(|_| [Batch::new(&second)]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot merge the rows: "public"."u", batch 1, row 3: duplicate key value violates unique constraint "u_code_key" (23505)"#
    );
    assert_eq!(database.row("SELECT count(*) FROM u").await, "3");
}

#[tokio::test]
async fn a_constraint_checked_at_commit_is_an_error() {
    let (database, mut client) = with_rows().await;
    database
        .execute(
            "CREATE TABLE parent (id int PRIMARY KEY);
             INSERT INTO parent VALUES (1), (2);
             ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES parent DEFERRABLE INITIALLY DEFERRED",
        )
        .await;
    let rows = [Row { id: 3, value: "c" }];
    let error = ingest::<Row<'_>>(&mut client)
        .batches(|_| [Batch::new(&rows).high_watermark(2)])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot commit the batch: batch 1: insert or update on table "t" violates foreign key constraint "t_id_fkey" (23503)"#
    );
    assert_eq!(error.code().unwrap().code(), "23503");
    is_as_before(&database, &client).await;
}

#[tokio::test]
async fn a_lost_connection_is_an_error() {
    let (database, mut client) = with_rows().await;
    let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
    let mut session = ingest::<Row<'_>>(&mut client).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(many()).await.unwrap();
    database.execute(&format!("SELECT pg_terminate_backend({process})")).await;
    let error = batch.commit(2).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connection), "{error:?}");
    assert!(error.to_string().ends_with("the connection to the server was lost"), "{error}");
    drop(session);
    is_as_before(&database, &database.connect().await).await;
}
