//! Rows whose key is there already are skipped.

use super::{ALL, Row, row};
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, TableReport, Upsert};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tests::{Database, Dice, ingest};
use tokio_postgres::Client;

async fn keep(client: &mut Client, rows: &[Row<'_>]) -> TableReport {
    let ingest = ingest::<Row<'_>>(client).upsert(Upsert::KeepExisting);
    ingest.batches(|_| [Batch::new(rows)]).await.unwrap().tables.remove(0)
}

fn counts(table: &TableReport) -> [u64; 5] {
    [table.received, table.inserted, table.updated, table.unchanged, table.existing]
}

#[tokio::test]
async fn they_stay_as_they_are() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let table = keep(&mut client, &[row(1, "a"), row(2, "b"), row(1, "later")]).await;
    assert_eq!(counts(&table), [3, 2, 0, 0, 1]);
    assert_eq!(database.rows(ALL).await, ["1|a", "2|b"]);
    let versions = "SELECT array_agg((ctid, xmin) ORDER BY id) FROM t WHERE id < 3";
    let before = database.row(versions).await;
    let table = keep(&mut client, &[row(3, "c"), row(2, "B"), row(1, "a"), row(3, "d")]).await;
    assert_eq!(counts(&table), [4, 1, 0, 0, 3]);
    assert_eq!(database.rows(ALL).await, ["1|a", "2|b", "3|c"]);
    assert_eq!(database.row(versions).await, before);
    let ingest = ingest::<Row<'_>>(&mut client).upsert(Upsert::KeepExisting);
    let report = ingest.batches(|_| [Batch::new([row(1, "x")])]).await.unwrap().to_string();
    assert!(report.starts_with("table       received    inserted     updated"), "{report}");
    assert!(report.contains("  existing"), "{report}");
}

#[tokio::test]
async fn of_rows_of_one_batch_the_first_to_arrive_stays() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let wide = "w".repeat(3000);
    let mut rows = (0..6_000).map(|id| row(id, "first")).collect::<Vec<_>>();
    rows.extend((0..12_000).map(|id| row(id % 6_000, if id % 3 == 0 { &wide } else { "narrow" })));
    let others = "SELECT count(*), count(*) FILTER (WHERE value <> 'first') FROM t";
    // Into a new table, into a live one that is empty, and one that has some.
    for (before, inserted) in [
        ("SELECT 1", 6_000),
        ("TRUNCATE t", 6_000),
        ("DELETE FROM t WHERE id % 6 = 0", 1_000),
        ("DELETE FROM t WHERE id % 2000 = 0; ANALYZE t", 3),
    ] {
        database.execute(before).await;
        let table = keep(&mut client, &rows).await;
        assert_eq!(counts(&table), [18_000, inserted, 0, 0, 18_000 - inserted], "{before}");
        assert_eq!(database.row(others).await, "6000|0", "{before}");
    }
    let further = || async { Ok::<_, Infallible>(database.connect().await) };
    for delete in [Delete::BeforeFirstBatch, Delete::Off] {
        let many =
            (0..400_000).map(|id| row(id % 200_000, if id < 200_000 { "first" } else { "x" }));
        let ingest = ingest::<Row<'_>>(&mut client).upsert(Upsert::KeepExisting).delete(delete);
        let ingest = ingest.connections(2, further);
        let report = ingest.batches(|_| [Batch::new(many)]).await.unwrap();
        let inserted = if delete == Delete::Off { 0 } else { 200_000 };
        assert_eq!(counts(&report.tables[0]), [400_000, inserted, 0, 0, 400_000 - inserted]);
        assert_eq!(database.row(others).await, "200000|0");
    }
}

#[tokio::test]
async fn sequences_go_on_by_the_rows_that_are_new() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL, n bigserial)").await;
    let mut client = database.connect().await;
    keep(&mut client, &[row(1, "a"), row(2, "b")]).await;
    let some = (0..200).map(|id| row(id, "c")).collect::<Vec<_>>();
    let table = keep(&mut client, &some).await;
    assert_eq!(counts(&table), [200, 198, 0, 0, 2]);
    let many = (0..20_000).map(|id| row(id, "d")).collect::<Vec<_>>();
    for inserted in [19_800, 0] {
        assert_eq!(keep(&mut client, &many).await.inserted, inserted);
        // None of a sample is there, but a few are.
        let last = "SELECT last_value, (SELECT count(*) FROM t) FROM t_n_seq";
        assert_eq!(database.row(last).await, "20000|20000");
    }
}

#[tokio::test]
async fn by_a_role_that_may_not_update_and_without_triggers_on_update() {
    let database = Database::new().await;
    let mut client = database.connect_as("adder").await;
    let adder = database.role("adder");
    database
        .execute(&format!(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL); INSERT INTO t VALUES (1, 'a');
            GRANT SELECT, INSERT ON t TO {adder};
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN RAISE 'an update'; END$$;
            CREATE TRIGGER refuse BEFORE UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE refuse();"
        ))
        .await;
    let error = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new([row(1, "b")])]).await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::InsufficientPrivilege { .. }));
    let table = keep(&mut client, &[row(1, "b"), row(2, "b")]).await;
    assert_eq!(counts(&table), [2, 1, 0, 0, 1]);
    assert_eq!(database.rows(ALL).await, ["1|a", "2|b"]);
}

#[tokio::test]
async fn in_partitions() {
    if tests::version() < 11 {
        return;
    }
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL) PARTITION BY RANGE (id);
            CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
            CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
            INSERT INTO t VALUES (1, 'a'), (11, 'a')",
        )
        .await;
    let mut client = database.connect().await;
    let table = keep(&mut client, &[row(1, "b"), row(2, "b"), row(11, "b"), row(12, "b")]).await;
    assert_eq!(counts(&table), [4, 2, 0, 0, 2]);
    assert_eq!(database.rows(ALL).await, ["1|a", "2|b", "11|a", "12|b"]);
}

#[tokio::test]
async fn without_a_key_it_is_refused() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Unkeyed {
        id: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Unkeyed>(&mut client).upsert(Upsert::KeepExisting);
    let error = ingest.batches(|_| [Batch::new([Unkeyed { id: 1 }])]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
    assert!(error.to_string().contains("no primary key"), "{error}");
}

/// A row that another unique constraint refuses is named, and is the first of its key.
#[tokio::test]
async fn what_another_constraint_refuses_is_an_error_at_its_row() {
    let database = Database::new().await;
    database
        .execute("CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL CHECK (value <> 'bad'))")
        .await;
    let mut client = database.connect().await;
    keep(&mut client, &[row(1, "a")]).await;
    let rows = [row(1, "bad"), row(2, "b"), row(3, "bad"), row(3, "good")];
    let ingest = ingest::<Row<'_>>(&mut client).upsert(Upsert::KeepExisting);
    let error = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(3), Some("value")), "{error:?}");
}

/// A row that is skipped violates nothing, whatever its values are.
#[tokio::test]
async fn what_is_skipped_is_not_named_as_refused() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Coded {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(unique)]
        code: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (codes, refused) in [(vec![(1, 1), (5, 5)], None), (vec![(1, 5), (2, 1)], Some(2))] {
        let rows = codes.into_iter().map(|(id, code)| Coded { id, code });
        let ingest = ingest::<Coded>(&mut client).upsert(Upsert::KeepExisting);
        let ingested = ingest.batches(|_| [Batch::new(rows)]).await;
        assert_eq!(ingested.err().and_then(|error| error.row()), refused);
    }
    assert_eq!(database.rows("SELECT * FROM t ORDER BY id").await, ["1|1", "5|5"]);
}

/// Random batches, small and large beside the table, against a map; keys are equal as their index sees
/// them.
#[tokio::test]
async fn any_batches_end_as_in_a_map() {
    #[derive(IngestTable)]
    #[ingest(table = "words")]
    struct Word<'a> {
        #[ingest(primary_key, sql_type = "citext")]
        word: &'a str,
        number: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut dice = Dice::new(7);
    let mut next = |bound| dice.below(bound);
    let mut model = BTreeMap::new();
    for size in [20, 3, 1, 600, 2_000, 10, 11_000, 0, 1_000] {
        let words = (0..size).map(|_| (next(3_000), next(2) == 0)).collect::<Vec<_>>();
        let words = words
            .into_iter()
            .map(|(n, lower)| if lower { format!("w{n}") } else { format!("W{n}") })
            .collect::<Vec<_>>();
        let numbered = || words.iter().zip(0..);
        let before = model.len();
        for (word, number) in numbered() {
            model.entry(word.to_lowercase()).or_insert((word.clone(), number));
        }
        let batch = Batch::new(numbered().map(|(word, number)| Word { word, number }));
        let ingest = ingest::<Word<'_>>(&mut client).upsert(Upsert::KeepExisting);
        let report = ingest.batches(|_| [batch]).await.unwrap();
        let inserted = u64::try_from(model.len() - before).unwrap();
        assert_eq!(counts(&report.tables[0]), [size, inserted, 0, 0, size - inserted]);
        let all = "SELECT word, number FROM words ORDER BY lower(word) COLLATE \"C\"";
        let expected = model.values().map(|(word, number)| format!("{word}|{number}"));
        assert_eq!(database.rows(all).await, expected.collect::<Vec<_>>());
    }
}
