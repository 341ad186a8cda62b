//! One row of a record batch.

use crate::batch::Batch;
use arrow_array::RecordBatch;
use pg_bulk_ingest::{IngestTable, Keyed, RowEncoder, RowOf};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// A row of a record batch, as a row of the table `T`.
///
/// An ingest of `T`, or of a set of tables with `T` among them, takes it as it takes a `T`; so do
/// [`Change::Put`](pg_bulk_ingest::Change::Put) and [`Writer::write`](pg_bulk_ingest::Writer::write). Its values
/// stay where they are, in the arrays of the record batch.
///
/// Functions of rows, such as the one that gives the high watermark of a row, look them up there:
///
/// ```
/// use arrow_array::cast::AsArray;
/// use arrow_array::types::Int64Type;
/// use pg_bulk_ingest_arrow::ArrowRow;
/// # struct Flight;
///
/// fn high_watermark(row: &ArrowRow<Flight>) -> i64 {
///     row.batch()["id"].as_primitive::<Int64Type>().value(row.index())
/// }
/// ```
pub struct ArrowRow<T: ?Sized> {
    batch: Arc<Batch>,
    index: usize,
    table: PhantomData<fn(&T)>,
}

impl<T: ?Sized> ArrowRow<T> {
    #[inline]
    pub(crate) fn new(batch: Arc<Batch>, index: usize) -> Self {
        Self { batch, index, table: PhantomData }
    }

    /// Returns the record batch that it is a row of.
    #[must_use]
    pub fn batch(&self) -> &RecordBatch {
        self.batch.record_batch()
    }

    /// Returns its index in the record batch, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }
}

impl<S: ?Sized, T: IngestTable + RowOf<S> + ?Sized> RowOf<S> for ArrowRow<T> {
    type Row = Self;
    const POSITION: usize = T::POSITION;
    const ERRORS_END: bool = true;

    #[inline]
    fn row(&self) -> Option<&Self> {
        Some(self)
    }

    #[inline]
    fn table(&self) -> usize {
        T::POSITION
    }

    #[inline]
    fn encode_row(&self, row: &mut RowEncoder<'_>) {
        self.batch.write(self.index, row);
    }
}

impl<T: Keyed + ?Sized> Keyed for ArrowRow<T> {
    type Key<'k> = T::Key<'k>;
    type Version<'k> = T::Version<'k>;

    fn encode_key(key: &T::Key<'_>, version: Option<&T::Version<'_>>, row: &mut RowEncoder<'_>) {
        T::encode_key(key, version, row);
    }
}

impl<T: ?Sized> Clone for ArrowRow<T> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.batch), self.index)
    }
}

impl<T: ?Sized> fmt::Debug for ArrowRow<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { batch, index, .. } = self;
        f.debug_struct("ArrowRow").field("batch", batch).field("index", index).finish()
    }
}
