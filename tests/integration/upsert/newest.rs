//! Of rows with equal keys the newest stays.

use pg_bulk_ingest::{Batch, IngestTable, TableReport};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tests::{Database, Dice, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t", newest_by(version))]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    version: i64,
    value: &'a str,
}

const fn row(id: i32, version: i64, value: &str) -> Row<'_> {
    Row { id, version, value }
}

const ALL: &str = "SELECT * FROM t ORDER BY id";

async fn load(client: &mut Client, rows: &[Row<'_>]) -> TableReport {
    let report = ingest::<Row<'_>>(client).batches(|_| [Batch::new(rows)]).await.unwrap();
    report.tables.into_iter().next().unwrap()
}

const fn counts(table: &TableReport) -> [u64; 5] {
    [table.received, table.inserted, table.updated, table.unchanged, table.stale]
}

#[tokio::test]
async fn older_ones_change_nothing() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // Into a new table: of equal versions the later to arrive.
    let rows = [row(1, 5, "new"), row(1, 3, "old"), row(2, 5, "a"), row(2, 5, "b")];
    assert_eq!(counts(&load(&mut client, &rows).await), [4, 2, 0, 0, 0]);
    assert_eq!(database.rows(ALL).await, ["1|5|new", "2|5|b"]);
    let rows = [
        row(1, 4, "older than there"),
        row(2, 5, "equal"),
        row(3, 1, "first"),
        row(3, 0, "older in the batch"),
    ];
    assert_eq!(counts(&load(&mut client, &rows).await), [4, 1, 1, 0, 1]);
    assert_eq!(database.rows(ALL).await, ["1|5|new", "2|5|equal", "3|1|first"]);
    let rows = [row(1, 5, "new"), row(2, 6, "newer"), row(3, -7, "old")];
    let report = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(counts(&report.tables[0]), [3, 0, 1, 1, 1]);
    assert!(report.to_string().contains("     stale"), "{report}");
    assert_eq!(database.rows(ALL).await, ["1|5|new", "2|6|newer", "3|1|first"]);
}

#[tokio::test]
async fn what_is_there_without_a_version_is_older_than_any() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, version bigint, value text NOT NULL);
            INSERT INTO t VALUES (1, NULL, 'a')",
        )
        .await;
    let mut client = database.connect().await;
    assert_eq!(counts(&load(&mut client, &[row(1, i64::MIN, "b")]).await), [1, 0, 1, 0, 0]);
    assert_eq!(database.rows(ALL).await, [format!("1|{}|b", i64::MIN)]);
}

/// Versions of a type that is compared in its own way, in partitions, beside a column that is kept.
#[tokio::test]
async fn in_partitions_and_by_the_order_of_the_type() {
    #[derive(IngestTable)]
    #[ingest(table = "t", newest_by(version))]
    struct Word<'a> {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(sql_type = "citext")]
        version: &'a str,
        #[ingest(on_update = "keep")]
        first: i32,
    }
    let database = Database::new().await;
    if tests::version() >= 11 {
        database
            .execute(
                "CREATE TABLE t (id int PRIMARY KEY, version citext NOT NULL, first int NOT NULL)
                PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9)",
            )
            .await;
    }
    let mut client = database.connect().await;
    for (version, first, expected, stale) in [
        ("b", 1, "1|b|1", 0),
        ("A", 2, "1|b|1", 1),
        ("C", 3, "1|C|1", 0),
        ("a", 4, "1|C|1", 1),
        ("c", 5, "1|c|1", 0),
    ] {
        let ingest = ingest::<Word<'_>>(&mut client);
        let report =
            ingest.batches(|_| [Batch::new([Word { id: 1, version, first }])]).await.unwrap();
        assert_eq!(database.row(ALL).await, expected);
        assert_eq!(report.tables[0].stale, stale);
    }
}

/// A row that is too old does not give up its unique value, nor take another's.
#[tokio::test]
async fn an_older_row_hands_nothing_over() {
    #[derive(IngestTable)]
    #[ingest(table = "u", newest_by(version))]
    struct Unique<'a> {
        #[ingest(primary_key)]
        id: i32,
        version: i32,
        #[ingest(unique)]
        code: Option<&'a str>,
    }
    let of = |id, version, code| Unique { id, version, code: Some(code) };
    let database = Database::new().await;
    let mut client = database.connect().await;
    let all = "SELECT * FROM u ORDER BY id";
    for (rows, expected) in [
        (vec![of(1, 5, "a"), of(2, 5, "b"), of(3, 5, "c")], ["1|5|a", "2|5|b", "3|5|c"]),
        // The second row is too old to take the value of the third.
        (vec![of(1, 6, "b"), of(2, 6, "a"), of(3, 4, "a")], ["1|6|b", "2|6|a", "3|5|c"]),
    ] {
        ingest::<Unique<'_>>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
        assert_eq!(database.rows(all).await, expected);
    }
    // Of two versions in the batch the newest takes part, though the older one came later.
    let rows = vec![of(1, 8, "a"), of(2, 8, "b"), of(1, 7, "c"), of(3, 8, "d")];
    ingest::<Unique<'_>>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    assert_eq!(database.rows(all).await, ["1|8|a", "2|8|b", "3|8|d"]);
    let rows = vec![of(1, 9, "b"), of(2, 9, "a"), of(3, 9, "c")];
    ingest::<Unique<'_>>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    assert_eq!(database.rows(all).await, ["1|9|b", "2|9|a", "3|9|c"]);
    let rows = [of(1, 2, "free"), of(3, 10, "b")];
    let refused = ingest::<Unique<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await;
    assert_eq!(refused.unwrap_err().row(), Some(2));
    assert_eq!(database.rows(all).await, ["1|9|b", "2|9|a", "3|9|c"]);
}

/// Any versions, in any order, cut into any batches, over sessions and connections, end as the newest of
/// each key.
#[tokio::test]
async fn any_order_ends_as_the_newest_of_each() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut dice = Dice::new(7);
    let mut next = |bound| i32::try_from(dice.below(bound)).unwrap();
    let mut model = BTreeMap::<i32, (i64, String)>::new();
    for size in [20, 3, 1, 600, 2_000, 10, 15_000, 0, 1_000] {
        let rows = (0..size).map(|_| (next(3_000), i64::from(next(1_000))));
        // A version says what the row is: the same comes again, or another order of the same.
        let rows = rows.map(|(id, version)| (id, version, format!("{id} of {version}")));
        let rows = rows.collect::<Vec<_>>();
        let mut newest = BTreeMap::new();
        for (id, version, _) in &rows {
            let newest = newest.entry(*id).or_insert(*version);
            *newest = (*version).max(*newest);
        }
        let is_stale =
            |id: &i32, version: &i64| model.get(id).is_some_and(|(there, _)| there > version);
        let stale = newest.iter().filter(|(id, version)| is_stale(id, version)).count();
        let inserted = newest.keys().filter(|id| !model.contains_key(id)).count();
        for (id, version, value) in &rows {
            let newest = model.entry(*id).or_insert_with(|| (*version, value.clone()));
            if newest.0 <= *version {
                *newest = (*version, value.clone());
            }
        }
        let rows = rows.iter().map(|(id, version, value)| row(*id, *version, value));
        let rows = rows.collect::<Vec<_>>();
        let further = || async { Ok::<_, Infallible>(database.connect().await) };
        let ingest = ingest::<Row<'_>>(&mut client).connections(2, further);
        let report = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
        let counted = &report.tables[0];
        let expected = [inserted, stale].map(|count| u64::try_from(count).unwrap());
        assert_eq!([counted.inserted, counted.stale], expected, "{size}");
        let expected = model.iter().map(|(id, (version, value))| format!("{id}|{version}|{value}"));
        assert_eq!(database.rows(ALL).await, expected.collect::<Vec<_>>());
        database.execute("ANALYZE t").await;
    }
}
