//! A record batch, ready to be written row by row.

use crate::write::Write;
use arrow_array::RecordBatch;
use arrow_buffer::NullBuffer;
use pg_bulk_ingest::{Cell, RowEncoder, ValueError, Written};
use std::fmt;

/// A record batch whose columns were found to be those of a table.
pub(crate) struct Batch {
    batch: RecordBatch,
    number: u64,
    columns: Vec<Cells>,
}

/// The cells of one column.
pub(crate) struct Cells {
    /// The position of the column in its table.
    pub(crate) position: usize,
    pub(crate) write: Write,
    pub(crate) nulls: Option<NullBuffer>,
    /// Whether the column may be NULL.
    pub(crate) nullable: bool,
}

impl Batch {
    pub(crate) fn new(batch: RecordBatch, number: u64, columns: Vec<Cells>) -> Self {
        Self { batch, number, columns }
    }

    pub(crate) fn record_batch(&self) -> &RecordBatch {
        &self.batch
    }

    #[inline]
    pub(crate) fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// Writes the cells of a row, in the order of the table's columns.
    #[inline]
    pub(crate) fn write(&self, at: usize, row: &mut RowEncoder<'_>) {
        for column in &self.columns {
            row.write(column.position, |cell| {
                column.write(at, cell).map_err(|error| self.noted(error, at))
            });
        }
    }

    #[cold]
    fn noted(&self, error: ValueError, at: usize) -> ValueError {
        error.noted(&format!("row {} of record batch {}", at + 1, self.number))
    }
}

impl Cells {
    #[inline]
    fn write(&self, at: usize, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) {
            return if self.nullable { Ok(cell.null()) } else { Err(null()) };
        }
        (self.write)(at, cell)
    }
}

#[cold]
fn null() -> ValueError {
    ValueError::new("is NULL, and its column is NOT NULL")
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("number", &self.number).finish_non_exhaustive()
    }
}
