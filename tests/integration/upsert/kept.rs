//! Columns that keep their values when a row is updated.

use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, TableReport};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tests::{Database, Dice, ingest};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(on_update = "keep")]
    first: Option<&'a str>,
    last: &'a str,
}

const fn row<'a>(id: i32, first: &'a str, last: &'a str) -> Row<'a> {
    Row { id, first: Some(first), last }
}

const ALL: &str = "SELECT * FROM t ORDER BY id";

async fn load(client: &mut Client, rows: &[Row<'_>]) -> TableReport {
    let report = ingest::<Row<'_>>(client).batches(|_| [Batch::new(rows)]).await.unwrap();
    report.tables.into_iter().next().unwrap()
}

#[tokio::test]
async fn they_are_inserted_and_stay_and_do_not_make_a_row_changed() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client, &[row(1, "a", "a"), row(2, "a", "a")]).await;
    let versions = "SELECT array_agg((ctid, xmin) ORDER BY id) FROM t WHERE id = 2";
    let before = database.row(versions).await;
    let table = load(&mut client, &[row(1, "b", "b"), row(2, "b", "a"), row(3, "b", "b")]).await;
    assert_eq!([table.inserted, table.updated, table.unchanged], [1, 1, 1]);
    assert_eq!(database.rows(ALL).await, ["1|a|b", "2|a|a", "3|b|b"]);
    assert_eq!(database.row(versions).await, before);
}

/// As if each row had come in a batch of its own.
#[tokio::test]
async fn of_rows_of_one_batch_they_are_of_the_first() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [row(1, "a", "a"), row(2, "a", "a"), row(1, "b", "b"), row(1, "c", "c")];
    for before in ["SELECT 1", "TRUNCATE t"] {
        database.execute(before).await;
        load(&mut client, &rows).await;
        assert_eq!(database.rows(ALL).await, ["1|a|c", "2|a|a"], "{before}");
    }
    let many = (0..30_000).map(|n| row(n % 10_000, if n < 10_000 { "first" } else { "x" }, "y"));
    let many = many.collect::<Vec<_>>();
    let others = "SELECT count(*), string_agg(DISTINCT first, ',' ORDER BY first) FROM t";
    load(&mut client, &many).await;
    assert_eq!(database.row(others).await, "10000|a,first");
    let further = || async { Ok::<_, Infallible>(database.connect().await) };
    let ingest = ingest::<Row<'_>>(&mut client).delete(Delete::BeforeFirstBatch);
    let many = (0..400_000).map(|n| row(n % 200_000, if n < 200_000 { "first" } else { "x" }, "y"));
    ingest.connections(2, further).batches(|_| [Batch::new(many)]).await.unwrap();
    assert_eq!(database.row(others).await, "200000|first");
}

#[tokio::test]
async fn a_role_needs_no_privilege_to_update_them() {
    let database = Database::new().await;
    let mut client = database.connect_as("loader").await;
    let loader = database.role("loader");
    database
        .execute(&format!(
            "CREATE TABLE t (id int PRIMARY KEY, first text, last text NOT NULL);
            INSERT INTO t VALUES (1, 'a', 'a');
            GRANT SELECT, INSERT, UPDATE (last) ON t TO {loader};"
        ))
        .await;
    load(&mut client, &[row(1, "b", "b"), row(2, "b", "b")]).await;
    assert_eq!(database.rows(ALL).await, ["1|a|b", "2|b|b"]);
    database.execute(&format!("REVOKE UPDATE (last) ON t FROM {loader}")).await;
    let error = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new([row(1, "c", "c")])]).await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::InsufficientPrivilege { .. }));
}

/// Rows that exchange values of a unique column which others keep.
#[tokio::test]
async fn a_unique_value_that_is_kept_is_not_given_up() {
    #[derive(IngestTable)]
    #[ingest(table = "u")]
    struct Unique<'a> {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(unique, on_update = "keep")]
        kept: Option<&'a str>,
        #[ingest(unique)]
        code: Option<&'a str>,
    }
    let of = |id, kept, code| Unique { id, kept: Some(kept), code: Some(code) };
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [of(1, "k1", "a"), of(2, "k2", "b"), of(3, "k3", "c")];
    ingest::<Unique<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let rows = [of(1, "k2", "b"), of(2, "k1", "a"), of(3, "k3", "c")];
    ingest::<Unique<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let all = "SELECT * FROM u ORDER BY id";
    assert_eq!(database.rows(all).await, ["1|k1|b", "2|k2|a", "3|k3|c"]);
    // A new row takes what the row that is there keeps.
    let rows = [of(1, "free", "b"), of(4, "k1", "d")];
    let error = ingest::<Unique<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await;
    let error = error.unwrap_err();
    assert_eq!(error.code().map(SqlState::code), Some("23505"), "{error:?}");
    assert_eq!(database.rows(all).await, ["1|k1|b", "2|k2|a", "3|k3|c"]);
}

/// Random batches against a map, however they are cut.
#[tokio::test]
async fn any_batches_end_as_in_a_map() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut dice = Dice::new(7);
    let mut next = |bound| i32::try_from(dice.below(bound)).unwrap();
    let mut model = BTreeMap::<i32, (String, String)>::new();
    for size in [20, 3, 1, 600, 2_000, 10, 11_000, 0, 1_000] {
        let rows = (0..size).map(|n| (next(3_000), format!("{size}.{n}"), next(3).to_string()));
        let rows = rows.collect::<Vec<_>>();
        for (id, first, last) in &rows {
            let entry = model.entry(*id).or_insert_with(|| (first.clone(), String::new()));
            entry.1.clone_from(last);
        }
        let rows = rows.iter().map(|(id, first, last)| row(*id, first, last));
        load(&mut client, &rows.collect::<Vec<_>>()).await;
        let expected = model.iter().map(|(id, (first, last))| format!("{id}|{first}|{last}"));
        assert_eq!(database.rows(ALL).await, expected.collect::<Vec<_>>());
    }
}
