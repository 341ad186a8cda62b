//! A column that says that a row was deleted: a row that comes again is no longer.

use chrono::{DateTime, Utc};
use pg_bulk_ingest::{Batch, ErrorKind, Filled, Ingest, IngestTable, RowOf, Upsert, ingest};
use tests::{Database, version};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
    #[ingest(soft_delete)]
    deleted_at: Filled<Option<DateTime<Utc>>>,
    #[ingest(load_id)]
    load: Filled<i64>,
}

fn row(id: i32, value: &str) -> Row {
    Row { id, value: value.to_owned(), deleted_at: Filled, load: Filled }
}

/// Loads a batch, and returns how many rows it inserted, updated, and left alone.
async fn load<S: IngestTable + RowOf<S> + Sync>(
    client: &mut Client,
    set: impl Fn(Ingest<'_, S>) -> Ingest<'_, S>,
    rows: &[S],
) -> [u64; 3] {
    let report = set(ingest::<S>(client)).batches(|_| [Batch::new(rows)]).await.unwrap();
    let table = &report.tables[0];
    [table.inserted, table.updated, table.unchanged + table.existing + table.stale]
}

async fn delete(database: &Database, which: &str) {
    database.execute(&format!("UPDATE t SET deleted_at = '2020-01-01' WHERE {which}")).await;
}

/// However rows are merged, those that come are there, those that do not stay deleted, and those that were
/// there alike are not written.
async fn bring_back_all_ways(database: &Database, client: &mut Client) {
    type Set = fn(Ingest<'_, Row>) -> Ingest<'_, Row>;
    let all = |from, to| (from..to).map(|id| row(id, "a")).collect::<Vec<_>>();
    let (small, copied): (Set, Set) = (|ingest| ingest, |ingest| ingest.small_merges(false));
    assert_eq!(load(client, small, &all(0, 12_000)).await, [12_000, 0, 0]);
    assert_eq!(database.row("SELECT count(deleted_at) FROM t").await, "0");
    let deleted = "SELECT count(*), min(id) FROM t WHERE deleted_at IS NOT NULL";
    for (set, deletes, rows, counts, left) in [
        (small, "id < 4", all(2, 6), [0, 2, 2], "2|0"),
        (copied, "id < 4", all(2, 6), [0, 2, 2], "2|0"),
        // Some, none, and all of a large batch.
        (small, "id % 3 = 0", all(1, 12_000), [0, 4_000, 7_999], "1|0"),
        (small, "id = 0", all(1, 12_000), [0, 0, 11_999], "1|0"),
        (small, "true", all(1, 12_000), [0, 11_999, 0], "1|0"),
        (small, "id = 0", vec![row(0, "b"), row(0, "a"), row(1, "c")], [0, 2, 0], "0|∅"),
    ] {
        delete(database, deletes).await;
        let version = "SELECT id, tableoid, ctid, xmin, load FROM t WHERE deleted_at IS NULL";
        let before = database.rows(version).await;
        let context = format!("{deletes}: {} rows", rows.len());
        assert_eq!(load(client, set, &rows).await, counts, "{context}");
        assert_eq!(database.row(deleted).await, left, "{context}");
        let same = database.rows(version).await.iter().filter(|row| before.contains(row)).count();
        let changed = usize::from(rows.iter().any(|row| row.value == "c"));
        if before.len() < 100 {
            assert_eq!(same, before.len() - changed, "{context}");
        }
        let written = "SELECT count(*) FROM t WHERE load = (SELECT max(load) FROM t)";
        if counts[1] > 0 {
            assert_eq!(database.row(written).await, counts[1].to_string(), "{context}");
        }
    }
    delete(database, "id = 5").await;
    let existing = load(client, |ingest| ingest.upsert(Upsert::KeepExisting), &all(4, 7)).await;
    assert_eq!((existing, database.row(deleted).await), ([0, 0, 3], "1|5".to_owned()));
    assert!(ingest::<Row>(client).plan().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_row_that_comes_again_is_there() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    bring_back_all_ways(&database, &mut client).await;
}

#[tokio::test]
async fn so_is_one_in_a_partition() {
    if version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL, deleted_at timestamptz,
                load bigint NOT NULL DEFAULT txid_current()) PARTITION BY HASH (id);
            CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        )
        .await;
    bring_back_all_ways(&database, &mut client).await;
}

/// Where nothing else is updated; where an older row comes; and where values are computed, also of several
/// rows with one key, from those of the row that was deleted.
#[tokio::test]
async fn so_is_one_by_whatever_rule_it_is_merged() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct KeyOnly {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(soft_delete)]
        deleted_at: Filled<Option<DateTime<Utc>>>,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t", newest_by(value))]
    struct Versioned {
        #[ingest(primary_key)]
        id: i32,
        value: i32,
        #[ingest(soft_delete)]
        deleted_at: Filled<Option<DateTime<Utc>>>,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t", merge_on(id))]
    struct Counted {
        #[ingest(primary_key, identity)]
        number: Filled<i64>,
        #[ingest(unique)]
        id: i32,
        #[ingest(on_update = "old.value + new.value")]
        value: i32,
        #[ingest(unique)]
        code: Option<i32>,
        #[ingest(soft_delete)]
        deleted_at: Filled<Option<DateTime<Utc>>>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = "SELECT array_agg(id ORDER BY id) FILTER (WHERE deleted_at IS NOT NULL) FROM t";
    let key = |id| KeyOnly { id, deleted_at: Filled };
    load(&mut client, |ingest| ingest, &[key(1), key(2)]).await;
    for small in [true, false] {
        delete(&database, "true").await;
        assert_eq!(
            load(
                &mut client,
                |ingest| ingest.small_merges(small),
                &[key(1), key(3 + i32::from(small))]
            )
            .await,
            [1, 1, 0]
        );
        assert_eq!(
            load(&mut client, |ingest| ingest.small_merges(small), &[key(1)]).await,
            [0, 0, 1]
        );
    }
    assert_eq!(database.row(rows).await, "{2,4}");
    database.execute("DROP TABLE t").await;
    let of = |id, value| Versioned { id, value, deleted_at: Filled };
    load(&mut client, |ingest| ingest, &[of(1, 2), of(2, 2), of(3, 2)]).await;
    for small in [true, false] {
        delete(&database, "true").await;
        assert_eq!(
            load(&mut client, |ingest| ingest.small_merges(small), &[of(1, 1), of(2, 2), of(3, 3)])
                .await,
            [0, 2, 1]
        );
        assert_eq!(database.row(rows).await, "{1}");
    }
    database.execute("DROP TABLE t").await;
    let of = |id, value, code| Counted {
        number: Filled,
        id,
        value,
        code: Some(code),
        deleted_at: Filled,
    };
    load(&mut client, |ingest| ingest, &[of(1, 1, 1), of(2, 1, 2), of(3, 1, 3)]).await;
    delete(&database, "true").await;
    // Unique values are swapped; then several rows have one key.
    assert_eq!(load(&mut client, |ingest| ingest, &[of(1, 0, 2), of(2, 0, 1)]).await, [0, 2, 0]);
    assert_eq!(database.row(rows).await, "{3}");
    delete(&database, "true").await;
    let twice = [of(1, 1, 2), of(1, -1, 2), of(2, 1, 1), of(2, 1, 1)];
    assert_eq!(load(&mut client, |ingest| ingest, &twice).await, [0, 2, 0]);
    assert_eq!(database.row(rows).await, "{3}");
    let values = "SELECT array_agg(value ORDER BY id) FROM t";
    assert_eq!(database.row(values).await, "{1,3,1}");
}

#[tokio::test]
async fn a_table_of_rows_gets_the_column_in_place() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL, load bigint NOT NULL DEFAULT
                txid_current()); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
        )
        .await;
    let file = "SELECT pg_relation_filenode('t')";
    let before = database.row(file).await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    assert_eq!(database.row(file).await, before);
    assert_eq!(database.row("SELECT count(deleted_at) FROM t").await, "0");
    assert!(ingest::<Row>(&mut client).plan().await.unwrap().is_empty());
    let role = database.role("writer");
    database
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT (id, value), INSERT (id, value),
            UPDATE (value, load) ON t TO {role}"
        ))
        .await;
    delete(&database, "id = 1").await;
    let mut client = database.connect_as("writer").await;
    for privilege in ["SELECT", "UPDATE"] {
        let batch = |_| [Batch::new([row(1, "a")])];
        let error = ingest::<Row>(&mut client).batches(batch).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error}");
        assert!(error.to_string().contains(privilege), "{error}");
        database.execute(&format!("GRANT {privilege} (deleted_at) ON t TO {role}")).await;
    }
    assert_eq!(load(&mut client, |ingest| ingest, &[row(1, "a"), row(2, "b")]).await, [0, 1, 1]);
}

#[tokio::test]
async fn rows_without_a_key_are_not_deleted() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Event {
        #[ingest(primary_key, identity = "always")]
        id: Filled<i64>,
        what: i32,
        #[ingest(soft_delete)]
        deleted_at: Filled<Option<DateTime<Utc>>>,
    }
    let _ = |event: Event| (event.id, event.what, event.deleted_at);
    let database = Database::new().await;
    let mut client = database.connect().await;
    let error = ingest::<Event>(&mut client).plan().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error}");
    assert!(error.to_string().contains("`soft_delete`"), "{error}");
}

/// Rows that are inserted would be deleted at once.
#[tokio::test]
async fn a_column_of_theirs_loses_its_default() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL, deleted_at timestamptz DEFAULT
                now(), load bigint NOT NULL DEFAULT txid_current())",
        )
        .await;
    assert_eq!(load(&mut client, |ingest| ingest, &[row(1, "a")]).await, [1, 0, 0]);
    assert_eq!(database.row("SELECT count(deleted_at) FROM t").await, "0");
    assert!(ingest::<Row>(&mut client).plan().await.unwrap().is_empty());
}
