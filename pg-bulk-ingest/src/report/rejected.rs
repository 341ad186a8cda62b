//! A row that was set aside.

use crate::ident::QualifiedName;
use std::fmt;

/// A row that was set aside: see [`Ingest::set_aside`](crate::Ingest::set_aside). Displays as its place and
/// the message.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Rejected {
    /// The table. For an error that the source of a set of tables returned instead of a row: the first
    /// table.
    pub table: QualifiedName,
    /// The batch, counted from 1 in this ingest.
    pub batch: u64,
    /// The row, counted from 1 among the rows of its table in the batch, those set aside included. For an
    /// error that the source returned: among all rows of the batch.
    pub row: u64,
    /// The column.
    pub column: Option<String>,
    /// PostgreSQL's SQLSTATE, if it was PostgreSQL that refused the row.
    pub sqlstate: Option<String>,
    /// Why it was set aside. It shows values only with [`show_values`](crate::Ingest::show_values), except
    /// that an error of the source is displayed as it is.
    pub message: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "batch {}, table {}, row {}", self.batch, self.table, self.row)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column:?}")?;
        }
        write!(f, ": {}", self.message)
    }
}
