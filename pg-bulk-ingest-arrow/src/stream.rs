//! Rows of record batches that come as a stream.

use crate::error::Error;
use crate::row::ArrowRow;
use crate::source::{IntoRecordBatch, Source};
use arrow_array::RecordBatch;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use pg_bulk_ingest::{BoxError, IngestTable};
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Returns the rows of a stream of record batches as rows of the table `T`, as [`arrow_rows`](crate::arrow_rows)
/// does those of an iterator: for [`Batch::stream`](pg_bulk_ingest::Batch::stream) and
/// [`row_stream`](pg_bulk_ingest::Ingest::row_stream).
///
/// ```no_run
/// use arrow_array::RecordBatch;
/// use futures_util::stream;
/// use pg_bulk_ingest::{Batch, IngestTable, ingest};
/// use pg_bulk_ingest_arrow::arrow_row_stream;
///
/// #[derive(IngestTable)]
/// struct Reading {
///     #[ingest(primary_key)]
///     id: i64,
///     value: f64,
/// }
///
/// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let record_batches = stream::empty::<RecordBatch>(); // of a Parquet file in an object store, say
/// ingest::<Reading>(client)
///     .batches(|_| [Batch::stream(arrow_row_stream::<Reading>(record_batches))])
///     .await?;
/// # Ok(())
/// # }
/// ```
pub fn arrow_row_stream<'b, T: IngestTable + ?Sized>(
    record_batches: impl Stream<Item: IntoRecordBatch> + Send + 'b,
) -> ArrowRowStream<'b, T> {
    let batches = record_batches.map(IntoRecordBatch::into_record_batch).boxed();
    ArrowRowStream { batches, source: Source::default(), table: PhantomData }
}

/// The rows of a stream of record batches: see [`arrow_row_stream`].
#[must_use = "rows do nothing unless an ingest gets them"]
pub struct ArrowRowStream<'b, T: ?Sized> {
    batches: BoxStream<'b, Result<RecordBatch, BoxError>>,
    source: Source,
    table: PhantomData<fn(&T)>,
}

impl<T: ?Sized> ArrowRowStream<'_, T> {
    /// Leaves out columns that are no columns of the table, or that the server fills: see
    /// [`ArrowRows::ignore_extra_columns`](crate::ArrowRows::ignore_extra_columns).
    pub fn ignore_extra_columns(mut self) -> Self {
        self.source.matching.ignores_extra = true;
        self
    }

    /// Makes columns NULL that are missing: see [`ArrowRows::missing_as_null`](crate::ArrowRows::missing_as_null).
    pub fn missing_as_null(mut self) -> Self {
        self.source.matching.missing_are_null = true;
        self
    }
}

impl<T: IngestTable + ?Sized> Stream for ArrowRowStream<'_, T> {
    type Item = Result<ArrowRow<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(row) = this.source.row() {
                return Poll::Ready(Some(Ok(row)));
            }
            if this.source.ended {
                return Poll::Ready(None);
            }
            match ready!(this.batches.poll_next_unpin(context)) {
                Some(batch) => {
                    if let Err(error) = this.source.enter::<T>(batch) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                None => {
                    this.source.ended = true;
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl<T: ?Sized> fmt::Debug for ArrowRowStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowRowStream").field("source", &self.source).finish_non_exhaustive()
    }
}
