//! The catalog as text.

use crate::Database;

/// All relations of a database and what hangs on them, a line each, without OIDs: of two tables
/// that are alike the lines are equal.
pub async fn snapshot(database: &Database) -> Vec<String> {
    database.rows(include_str!("snapshot.sql")).await
}

/// Panics with the lines that two snapshots do not have in common.
#[track_caller]
pub fn assert_same(before: &[String], after: &[String], context: &str) {
    let lost = before.iter().filter(|line| !after.contains(line)).collect::<Vec<_>>();
    let new = after.iter().filter(|line| !before.contains(line)).collect::<Vec<_>>();
    assert!(lost.is_empty() && new.is_empty(), "{context}\nlost: {lost:#?}\nnew: {new:#?}");
    assert_eq!(before, after, "{context}");
}
