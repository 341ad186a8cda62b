//! Rows of one record batch after the other, wherever these come from.

use crate::batch::Batch;
use crate::error::Error;
use crate::matching::Matching;
use crate::row::ArrowRow;
use arrow_array::RecordBatch;
use pg_bulk_ingest::{BoxError, IngestTable};
use std::sync::Arc;

/// A record batch, a reference to one, or a `Result` of one, as the readers of Parquet, CSV and Arrow files return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record batch",
    label = "not a record batch",
    note = "give `arrow_array::RecordBatch`es of the version of `arrow-array` that `pg-bulk-ingest-arrow` depends \
            on, references to them, or `Result`s of them"
)]
pub trait IntoRecordBatch {
    /// Returns the record batch.
    ///
    /// # Errors
    ///
    /// There is an error instead of it.
    fn into_record_batch(self) -> Result<RecordBatch, BoxError>;
}

impl IntoRecordBatch for RecordBatch {
    fn into_record_batch(self) -> Result<Self, BoxError> {
        Ok(self)
    }
}

impl IntoRecordBatch for &RecordBatch {
    fn into_record_batch(self) -> Result<RecordBatch, BoxError> {
        Ok(self.clone())
    }
}

impl<B: IntoRecordBatch, E: Into<BoxError>> IntoRecordBatch for Result<B, E> {
    fn into_record_batch(self) -> Result<RecordBatch, BoxError> {
        self.map_err(Into::into)?.into_record_batch()
    }
}

/// The rows of the record batches that have come.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) matching: Matching,
    batch: Option<Arc<Batch>>,
    /// The index of the next row in the batch.
    next: usize,
    /// How many record batches have come.
    number: u64,
    /// Whether one was refused: there is nothing after it.
    pub(crate) ended: bool,
}

impl Source {
    /// The next row of the record batch that has come.
    #[inline]
    pub(crate) fn row<T: ?Sized>(&mut self) -> Option<ArrowRow<T>> {
        let batch = self.batch.as_ref()?;
        let index = self.next;
        if index >= batch.rows() {
            return None;
        }
        self.next += 1;
        Some(ArrowRow::new(Arc::clone(batch), index))
    }

    /// Goes on to the next record batch.
    pub(crate) fn enter<T: IngestTable + ?Sized>(
        &mut self,
        batch: Result<RecordBatch, BoxError>,
    ) -> Result<(), Error> {
        self.number += 1;
        self.batch = None;
        let number = self.number;
        let batch = batch.map_err(|source| Error::read(number, source));
        let entered = batch.and_then(|batch| self.matching.cells(batch, number, T::TABLE));
        self.ended = entered.is_err();
        self.batch = Some(Arc::new(entered?));
        self.next = 0;
        Ok(())
    }
}
