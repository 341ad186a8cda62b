//! Rows of record batches that come from an iterator.

use crate::error::Error;
use crate::row::ArrowRow;
use crate::source::{IntoRecordBatch, Source};
use arrow_array::RecordBatch;
use pg_bulk_ingest::{BoxError, IngestTable};
use std::fmt;
use std::marker::PhantomData;

/// Returns the rows of record batches as rows of the table `T`, one after the other.
///
/// Columns are matched by name: the record batches have one for each column of the table, in any order, but for
/// those that the server fills ([`Filled`](pg_bulk_ingest::Filled)). Types are checked once for each record batch,
/// before its first row, and no value is converted: what a column does not hold is an error.
///
/// ```no_run
/// use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
/// use pg_bulk_ingest::{Batch, IngestTable, ingest};
/// use pg_bulk_ingest_arrow::arrow_rows;
///
/// #[derive(IngestTable)]
/// struct Reading {
///     #[ingest(primary_key)]
///     id: i64,
///     value: f64,
/// }
///
/// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let file = std::fs::File::open("readings.parquet")?;
/// let record_batches = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
/// ingest::<Reading>(client).batches(|_| [Batch::new(arrow_rows::<Reading>(record_batches))]).await?;
/// # Ok(())
/// # }
/// ```
///
/// A record batch that cannot be read, or does not match, is an [`Error`] instead of a row, after which there are
/// no rows.
pub fn arrow_rows<'b, T: IngestTable + ?Sized>(
    record_batches: impl IntoIterator<Item: IntoRecordBatch + 'b, IntoIter: Send + 'b>,
) -> ArrowRows<'b, T> {
    let batches = record_batches.into_iter().map(IntoRecordBatch::into_record_batch);
    ArrowRows { batches: Box::new(batches), source: Source::default(), table: PhantomData }
}

/// The rows of record batches: see [`arrow_rows`].
#[must_use = "rows do nothing unless an ingest gets them"]
pub struct ArrowRows<'b, T: ?Sized> {
    batches: Box<dyn Iterator<Item = Result<RecordBatch, BoxError>> + Send + 'b>,
    source: Source,
    table: PhantomData<fn(&T)>,
}

impl<T: ?Sized> ArrowRows<'_, T> {
    /// Leaves out columns of the record batches that are no columns of the table, or that the server fills. By
    /// default they are an error, as their values would be lost.
    ///
    /// ```
    /// use pg_bulk_ingest_arrow::arrow_rows;
    /// # use arrow_array::RecordBatch;
    /// # #[derive(pg_bulk_ingest::IngestTable)]
    /// # struct Reading { id: i64 }
    /// # let record_batches: Vec<RecordBatch> = Vec::new();
    ///
    /// let rows = arrow_rows::<Reading>(record_batches).ignore_extra_columns();
    /// # let _ = rows;
    /// ```
    pub fn ignore_extra_columns(mut self) -> Self {
        self.source.matching.ignores_extra = true;
        self
    }

    /// Makes columns NULL that the record batches lack, where the field of the table is an `Option`. By default
    /// they are an error.
    ///
    /// ```
    /// use pg_bulk_ingest_arrow::arrow_rows;
    /// # use arrow_array::RecordBatch;
    /// # #[derive(pg_bulk_ingest::IngestTable)]
    /// # struct Reading { id: i64, unit: Option<String> }
    /// # let record_batches: Vec<RecordBatch> = Vec::new();
    ///
    /// let rows = arrow_rows::<Reading>(record_batches).missing_as_null();
    /// # let _ = rows;
    /// ```
    pub fn missing_as_null(mut self) -> Self {
        self.source.matching.missing_are_null = true;
        self
    }
}

impl<T: IngestTable + ?Sized> ArrowRows<'_, T> {
    #[cold]
    fn next_of_next_batch(&mut self) -> Option<Result<ArrowRow<T>, Error>> {
        while !self.source.ended {
            if let Err(error) = self.source.enter::<T>(self.batches.next()?) {
                return Some(Err(error));
            }
            if let Some(row) = self.source.row() {
                return Some(Ok(row));
            }
        }
        None
    }
}

impl<T: IngestTable + ?Sized> Iterator for ArrowRows<'_, T> {
    type Item = Result<ArrowRow<T>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.source.row() {
            Some(row) => Some(Ok(row)),
            None => self.next_of_next_batch(),
        }
    }
}

impl<T: ?Sized> fmt::Debug for ArrowRows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowRows").field("source", &self.source).finish_non_exhaustive()
    }
}
