//! Versions of a table: each is a partition that is filled apart, and attached when it is complete.

mod around;
mod migrated;
mod readers;
mod resumed;

use pg_bulk_ingest::{
    Batch, Error, IngestTable, Iter, NoWatermark, Report, VersionOutcome, Versions, ingest,
};
use tests::{Database, version};
use tokio_postgres::Client;

/// A table with a key.
#[derive(IngestTable, Clone)]
#[ingest(table = "t", primary_key(run, id), partition_by = "list (run)")]
pub(crate) struct Row {
    run: i32,
    id: i32,
    #[ingest(index)]
    value: String,
}

/// A table without a key, also on PostgreSQL 10.
#[derive(IngestTable, Clone)]
#[ingest(table = "t", partition_by = "list (run)")]
pub(crate) struct Plain {
    run: String,
    value: i32,
}

pub(crate) fn plain(run: &str, values: impl IntoIterator<Item = i32>) -> Vec<Plain> {
    values.into_iter().map(|value| Plain { run: run.to_owned(), value }).collect()
}

pub(crate) async fn publish(
    client: &mut Client,
    run: &str,
    versions: Versions,
    values: impl IntoIterator<Item = i32>,
) -> Result<Report<NoWatermark>, Error> {
    let rows = plain(run, values);
    ingest::<Plain>(client).version(run).versions(versions).batches(|_| [Batch::new(rows)]).await
}

/// The label that the view of the newest version shows, and how many rows it has.
pub(crate) const LATEST: &str = "SELECT min(run), max(run), count(*) FROM t_latest";

/// Tables that nobody attached.
pub(crate) const APART: &str =
    "SELECT relname FROM pg_class c WHERE relkind = 'r' AND NOT relispartition
    AND relnamespace = 'public'::regnamespace";

#[tokio::test]
async fn ten_runs_of_which_two_are_equal_and_three_are_kept() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut removed = Vec::new();
    for run in 0..10 {
        let label = format!("run {run}");
        // The seventh has the rows of the sixth, in another order.
        let values = match run {
            7 => (0..6 + 20).rev().collect::<Vec<_>>(),
            run => (0..run + 20).collect(),
        };
        let report = publish(&mut client, &label, Versions::keep(3), values).await.unwrap();
        match report.version {
            Some(VersionOutcome::Published { removed: labels }) => removed.extend(labels),
            Some(VersionOutcome::Equal { to }) => {
                assert_eq!((run, &*to), (7, "run 6"));
                continue;
            }
            other => panic!("{other:?}"),
        }
        let expected = format!("{label}|{label}|{}", run + 20);
        assert_eq!(database.row(LATEST).await, expected);
    }
    assert_eq!(removed, (0..6).map(|run| format!("run {run}")).collect::<Vec<_>>());
    let kept = database.rows("SELECT run, count(*) FROM t GROUP BY run ORDER BY run").await;
    assert_eq!(kept, ["run 6|26", "run 8|28", "run 9|29"]);
    assert_eq!(database.rows(APART).await, [""; 0]);
}

#[tokio::test]
async fn a_version_that_is_published_is_not_filled_again() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    let report = ingest::<Plain>(&mut client)
        .version("a")
        .batches(|_: Option<NoWatermark>| -> [Batch<Iter<Vec<Plain>>, NoWatermark>; 1] {
            unreachable!()
        })
        .await
        .unwrap();
    assert_eq!(report.version, Some(VersionOutcome::Exists));
    assert!(report.skipped.unwrap().contains(r#"the version "a" is published already"#));
    let error = ingest::<Plain>(&mut client).version("a").start::<NoWatermark>().await.unwrap_err();
    assert!(
        matches!(error.kind(), pg_bulk_ingest::ErrorKind::VersionExists { label } if label == "a")
    );
    assert!(!error.is_transient());
    assert_eq!(database.row(LATEST).await, "a|a|3");
}

#[tokio::test]
async fn equal_contents_are_published_if_asked_for() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    let again = Versions::all().even_if_equal();
    let report = publish(&mut client, "b", again, 0..3).await.unwrap();
    assert_eq!(report.version, Some(VersionOutcome::Published { removed: Vec::new() }));
    // As often as another row is not as many rows.
    let report = publish(&mut client, "c", Versions::all(), [0, 0, 1, 2]).await.unwrap();
    assert_eq!(report.version, Some(VersionOutcome::Published { removed: Vec::new() }));
    let report = publish(&mut client, "d", Versions::all(), [0, 1, 1, 2]).await.unwrap();
    assert_eq!(report.version, Some(VersionOutcome::Published { removed: Vec::new() }));
    assert_eq!(database.row("SELECT count(*) FROM t").await, "14");
}

/// An empty version is one, too.
#[tokio::test]
async fn a_version_without_rows_is_published() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    let report = ingest::<Plain>(&mut client)
        .version("b")
        .batches(|_| -> [Batch<Iter<Vec<Plain>>, NoWatermark>; 0] { [] })
        .await
        .unwrap();
    assert_eq!(report.version, Some(VersionOutcome::Published { removed: Vec::new() }));
    assert_eq!(database.row("SELECT count(*) FROM t_latest").await, "0");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "3");
}

/// A table with a key has that, and its indexes, in each version: attached, and valid.
#[tokio::test]
async fn keys_and_indexes_are_those_of_the_table() {
    if version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for run in [7, 8] {
        let rows = (0..100).map(|id| Row { run, id: id % 50, value: format!("{run} {id}") });
        let report = ingest::<Row>(&mut client)
            .version(run)
            .batches(|_: Option<NoWatermark>| Batch::new(rows))
            .await
            .unwrap();
        assert_eq!(report.tables[0].inserted, 50);
        assert_eq!(report.version, Some(VersionOutcome::Published { removed: Vec::new() }));
    }
    let indexes = "SELECT i.indrelid::regclass, i.indisvalid, h.inhparent IS NOT NULL
        FROM pg_index i LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
        WHERE i.indrelid::regclass::text LIKE 't%' ORDER BY 1, 2, 3";
    let expected = ["t|t|f", "t|t|f", "t_7|t|t", "t_7|t|t", "t_8|t|t", "t_8|t|t"];
    assert_eq!(database.rows(indexes).await, expected);
    let plan = ingest::<Row>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let checks = "SELECT count(*) FROM pg_constraint WHERE conname LIKE 'pg_bulk_ingest%'";
    assert_eq!(database.row(checks).await, "0");
}

#[tokio::test]
async fn rows_of_another_version_are_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [plain("a", [1]), plain("b", [2])].concat();
    let error = ingest::<Plain>(&mut client)
        .version("a")
        .batches(|_: Option<NoWatermark>| Batch::new(rows))
        .await
        .unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23514", "{error}");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
    assert_eq!(database.rows(APART).await, [""; 0]);
}
