//! How the rows of a batch get from their source into the batch.

mod batches;
mod forms;
mod rows;
mod sequence;

pub use batches::{IntoBatchStream, IntoBatches};
pub use rows::{IntoRowStream, IntoRows};
pub(crate) use sequence::{Rules, Sequence};

use crate::batch::{After, Deletes, Iter, Parts, Query, Streamed, TryIter};
use crate::change::KeyOf;
use crate::encode::Keyed;
use crate::error::{BoxError, Error};
use crate::session::OpenBatch;
use crate::table::{IngestTable, RowOf};
use futures_util::StreamExt;
use std::future::Future;
use std::pin::pin;

/// Rows of the tables of `S`, and the high watermark that comes of consuming them.
///
/// This trait is sealed: it is implemented for what [`Batch`](crate::Batch) makes of iterators and
/// streams of rows.
#[diagnostic::on_unimplemented(
    message = "these are not rows of `{S}`",
    label = "not rows of `{S}`",
    note = "a batch for `ingest::<S>` takes values of, or references to, `S`, or a struct that is \
            in one of its variants, or `Result`s of them, from an iterator that is `Send`",
    note = "give a stream of them to `Batch::stream`"
)]
pub trait RowSource<S: ?Sized, W>: sealed::Sealed + Send {
    /// Whether a high watermark comes of consuming them.
    #[doc(hidden)]
    #[must_use]
    fn computes_high_watermark() -> bool {
        false
    }

    #[doc(hidden)]
    fn write_into(
        self,
        batch: &mut OpenBatch<'_, '_>,
    ) -> impl Future<Output = Result<Option<W>, Error>> + Send;
}

impl<S, W, I> RowSource<S, W> for Iter<I>
where
    S: ?Sized,
    W: Send,
    I: IntoIterator<Item: RowOf<S>, IntoIter: Send> + Send,
{
    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        let mut rows = self.0.into_iter();
        while push(&mut rows, batch)? {
            batch.send().await?;
        }
        Ok(None)
    }
}

impl<S, W, I> RowSource<S, W> for Parts<I>
where
    S: ?Sized,
    W: Send,
    I: IntoIterator<Item: RowOf<S>, IntoIter: Send> + Send,
{
    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        let parts = self.0.into_iter().map(IntoIterator::into_iter);
        batch.write_parts::<S, _>(parts.collect()).await?;
        Ok(None)
    }
}

impl<'k, S, W, I> RowSource<S, W> for Deletes<'k, I>
where
    S: Keyed + RowOf<S>,
    W: Send,
    I: IntoIterator<Item = S::Key<'k>, IntoIter: Send> + Send,
{
    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        let mut keys = self.0.into_iter().map(|key| KeyOf::<'k, 'k, S> { key, version: None });
        while push::<S, _>(&mut keys, batch)? {
            batch.send().await?;
        }
        Ok(None)
    }
}

impl<S: IngestTable + ?Sized, W: Send> RowSource<S, W> for Query<'_> {
    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        batch.write_query(&self.sql, self.parameters).await?;
        Ok(None)
    }
}

/// Takes rows until it is time to send. Returns whether there may be more.
///
/// It is no part of the future, so that rows need not be `Send`, and what is done for each is one
/// plain loop, which the optimiser sees without the state of the future around it.
#[inline(never)]
fn push<S: ?Sized, I: Iterator<Item: RowOf<S>>>(
    rows: &mut I,
    batch: &mut OpenBatch<'_, '_>,
) -> Result<bool, Error> {
    batch.push_all::<S, I>(rows)
}

impl<S, W, I, R, E> RowSource<S, W> for TryIter<I>
where
    S: ?Sized,
    W: Send,
    I: IntoIterator<Item = Result<R, E>, IntoIter: Send> + Send,
    R: RowOf<S>,
    E: Into<BoxError>,
{
    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        let mut rows = self.0.into_iter();
        while push::<S, _>(&mut rows, batch)? {
            batch.send().await?;
        }
        Ok(None)
    }
}

impl<S, W, St> RowSource<S, W> for Streamed<St>
where
    S: ?Sized,
    W: Send,
    St: futures_util::Stream<Item: RowOf<S> + Send> + Send,
{
    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        let mut rows = pin!(self.0);
        while let Some(row) = rows.next().await {
            if batch.push::<S, _>(row)? {
                batch.send().await?;
            }
        }
        Ok(None)
    }
}

impl<S, W, Rows, F> RowSource<S, W> for After<Rows, F>
where
    S: ?Sized,
    W: Send,
    Rows: RowSource<S, W>,
    F: FnOnce() -> W + Send,
{
    fn computes_high_watermark() -> bool {
        true
    }

    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        self.rows.write_into(batch).await?;
        Ok(Some((self.high_watermark)()))
    }
}

mod sealed {
    use super::sequence::{Piece, StreamedPiece};
    use crate::batch::{After, Deletes, Iter, Parts, Query, Streamed, TryIter};
    use crate::session::EncodedRows;

    pub trait Sealed {}
    impl Sealed for EncodedRows<'_> {}
    impl<I> Sealed for Iter<I> {}
    impl Sealed for Query<'_> {}
    impl<I> Sealed for Deletes<'_, I> {}
    impl<I> Sealed for Parts<I> {}
    impl<I> Sealed for TryIter<I> {}
    impl<I, R, K, W> Sealed for Piece<'_, I, R, K, W> {}
    impl<St, R, K, W> Sealed for StreamedPiece<'_, St, R, K, W> {}
    impl<St> Sealed for Streamed<St> {}
    impl<Rows, F> Sealed for After<Rows, F> {}
}
