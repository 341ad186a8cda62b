//! Record batches that are no rows of a table.

use pg_bulk_ingest::{BoxError, QualifiedName, Table};
use std::{error, fmt};

/// Why a record batch has no rows of the table. No rows come after it, and it is never set aside.
///
/// An ingest returns it as the [source](std::error::Error::source) of a [`pg_bulk_ingest::Error`] of
/// [`ErrorKind::Source`](pg_bulk_ingest::ErrorKind::Source). A value that its column cannot hold is an
/// [`ErrorKind::Value`](pg_bulk_ingest::ErrorKind::Value) instead.
#[derive(Debug)]
// It is small, as it comes with each row.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    record_batch: u64,
    kind: ErrorKind,
}

/// What is wrong with a record batch.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The reader returned this error instead of the record batch.
    Read(BoxError),
    /// Its columns are not those of the table.
    #[non_exhaustive]
    Mismatch {
        /// The table, quoted and with its schema.
        table: String,
        /// What is wrong with each column.
        columns: Vec<String>,
    },
}

impl Error {
    #[cold]
    pub(crate) fn read(record_batch: u64, source: BoxError) -> Self {
        Self(Box::new(Inner { record_batch, kind: ErrorKind::Read(source) }))
    }

    #[cold]
    pub(crate) fn mismatch(record_batch: u64, table: &Table, columns: Vec<String>) -> Self {
        let table = QualifiedName::new(table.schema(), table.name()).to_string();
        Self(Box::new(Inner { record_batch, kind: ErrorKind::Mismatch { table, columns } }))
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Returns the number of the record batch, from 1.
    #[must_use]
    pub fn record_batch(&self) -> u64 {
        self.0.record_batch
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { record_batch, kind } = &*self.0;
        match kind {
            ErrorKind::Read(_) => write!(f, "cannot read record batch {record_batch}"),
            ErrorKind::Mismatch { table, columns } => {
                let columns = columns.join("; ");
                write!(f, "record batch {record_batch} has no rows of {table}: {columns}")
            }
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Read(source) => Some(&**source),
            ErrorKind::Mismatch { .. } => None,
        }
    }
}
