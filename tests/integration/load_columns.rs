//! Columns that say when a row was loaded and by which load: of the last one that changed it.

mod live;
mod ways;

use chrono::{DateTime, Utc};
use pg_bulk_ingest::{Batch, Filled, Ingest, IngestTable, RowOf, ingest};
use std::collections::BTreeMap;
use tests::Database;
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
    #[ingest(loaded_at, index)]
    at: Filled<DateTime<Utc>>,
    #[ingest(load_id)]
    load: Filled<i64>,
}

fn row(id: i32, value: &str) -> Row {
    Row { id, value: value.to_owned(), at: Filled, load: Filled }
}

/// A row as it is there.
#[derive(Debug, Clone, PartialEq)]
struct There {
    value: String,
    load: i64,
    at: String,
    /// Which version of the row it is.
    version: String,
}

type Rows = BTreeMap<i32, There>;

/// The rows of a table with the columns `id`, `value`, `at` and `load`.
async fn look(database: &Database) -> Rows {
    let sql = "SELECT id, value, load, at, concat(tableoid, ctid, xmin) FROM t";
    let rows = database.rows(sql).await.into_iter().map(|row| {
        let mut cells = row.split('|').map(str::to_owned);
        let mut next = || cells.next().unwrap();
        let id = next().parse().unwrap();
        let (value, load) = (next(), next().parse().unwrap());
        (id, There { value, load, at: next(), version: next() })
    });
    rows.collect()
}

/// Rows that have the value that they had are those that were there, not written; the others are of one
/// load, later than all before. Returns how many those are.
#[track_caller]
fn check(before: &Rows, after: &Rows, context: &str) -> usize {
    let is_changed =
        |id: &i32, row: &There| before.get(id).is_none_or(|old| old.value != row.value);
    let (changed, same): (Vec<_>, Vec<_>) = after.iter().partition(|(id, row)| is_changed(id, row));
    for (id, row) in same {
        assert_eq!(before.get(id), Some(row), "{context}");
    }
    let last = before.values().map(|row| row.load).max().unwrap_or_default();
    if let Some((_, first)) = changed.first() {
        assert!(first.load > last, "{context}: {first:?}");
        assert!(before.values().all(|old| old.at != first.at), "{context}: {first:?}");
        for (id, row) in &changed {
            assert_eq!((row.load, &row.at), (first.load, &first.at), "{context}: {id}");
        }
    }
    changed.len()
}

async fn check_again<S: IngestTable>(client: &mut Client) {
    let plan = ingest::<S>(client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

/// Loads a batch, and checks which rows it wrote: so many, those that the report counts.
async fn load<S: IngestTable + RowOf<S> + Clone + Sync>(
    database: &Database,
    client: &mut Client,
    set: impl Fn(Ingest<'_, S>) -> Ingest<'_, S>,
    rows: &[S],
    written: usize,
) {
    let before = look(database).await;
    let report = set(ingest::<S>(client)).batches(|_| [Batch::new(rows)]).await.unwrap();
    let table = &report.tables[0];
    let after = look(database).await;
    let context = format!("{} rows of which {written} are written", rows.len());
    assert_eq!(check(&before, &after, &context), written, "{context}");
    assert_eq!(table.inserted + table.updated, u64::try_from(written).unwrap(), "{context}");
}
