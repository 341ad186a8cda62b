//! Rows in a sequence, which the library cuts into batches.

mod cut;
mod failing;
mod forms;
mod order;
mod settings;
mod stream;

use pg_bulk_ingest::IngestTable;
use tests::Database;

/// A row of a log: a table without a key, so that rows which are ingested twice are there twice.
#[derive(IngestTable, Debug, Clone, Copy, PartialEq)]
#[ingest(table = "t")]
struct Entry {
    day: i32,
    id: i32,
}

/// The rows of these days, numbered from 1.
fn entries(days: &[i32]) -> Vec<Entry> {
    days.iter().zip(1..).map(|(&day, id)| Entry { day, id }).collect()
}

/// The days of the rows of each batch, in the order in which they were ingested.
const BATCHES: &str = "SELECT string_agg(t.day::text, ' ' ORDER BY t.id) FROM t
                       GROUP BY t.xmin::text ORDER BY min(t.id)";

async fn batches(database: &Database) -> Vec<String> {
    database.rows(BATCHES).await
}

/// The numbers of all rows.
async fn ids(database: &Database) -> Vec<String> {
    database.rows("SELECT t.id::text FROM t ORDER BY t.id").await
}
