//! How the batches of an ingest get out of what its closure returns.
//!
//! The traits tell the forms apart and say nothing of what a batch is: the methods ask that of
//! `Item`. So a wrong row is an error about the row, not about everything around it.

use super::forms::{by, lists, streams};
use crate::batch::Batch;
use crate::error::BoxError;
use futures_util::future::{Ready, ready};
use futures_util::stream::{self, Stream};
use std::collections::{LinkedList, VecDeque};
use std::future::Future;
use std::iter;

/// What the closure given to [`batches`](crate::Ingest::batches) may return: an iterator of batches, a
/// collection of them, one [`Batch`], or a `Result` of any of these, whose error ends the ingest with
/// [`ErrorKind::Source`](crate::ErrorKind::Source).
///
/// The batches of an iterator or a collection may be `Result`s as well ([`IntoBatch`](crate::IntoBatch)).
/// Of other collections give the iterator, by `into_iter()`.
///
/// `By` is inferred: it tells the forms apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a batch nor a list of batches",
    label = "neither a batch nor a list of batches",
    note = "the closure given to `batches` returns a `Batch`, such as `Batch::new(rows)`; an iterator, \
            a `Vec`, an array or an `Option` of batches; or a `Result` of one of these; all `Send`",
    note = "of another collection return its iterator: `.into_iter()`",
    note = "give an `async` closure, or one that returns a stream of batches, to `stream`"
)]
pub trait IntoBatches<By>: Send {
    /// A batch, or a `Result` of one.
    type Item;
    /// The batches one by one.
    type Iter: Iterator<Item = Self::Item> + Send;

    /// Returns the batches.
    ///
    /// # Errors
    ///
    /// There is an error instead of batches.
    fn into_batches(self) -> Result<Self::Iter, BoxError>;
}

/// What the closure given to [`stream`](crate::Ingest::stream) may return: a stream of batches, one
/// [`Batch`], a `Result` of either, or a future of any of these (an `async` closure). An error ends the
/// ingest with [`ErrorKind::Source`](crate::ErrorKind::Source).
///
/// The batches of a stream may be `Result`s as well ([`IntoBatch`](crate::IntoBatch)).
///
/// `By` is inferred: it tells the forms apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a batch nor a stream of batches",
    label = "neither a batch nor a stream of batches",
    note = "the closure given to `stream` returns a stream of batches; a `Batch`, such as \
            `Batch::stream(rows)`; a `Result` of one of these; or a future of that, which is `Send`",
    note = "give a closure that returns an iterator or a collection of batches to `batches`"
)]
pub trait IntoBatchStream<By>: Send {
    /// A batch, or a `Result` of one.
    type Item;
    /// The batches one by one.
    type Stream: Stream<Item = Self::Item> + Send;

    /// Returns the batches.
    ///
    /// # Errors
    ///
    /// There is an error instead of batches.
    fn into_batch_stream(self) -> impl Future<Output = Result<Self::Stream, BoxError>> + Send;
}

impl<Rows: Send, W: Send, M: Send> IntoBatches<by::One> for Batch<Rows, W, M> {
    type Item = Self;
    type Iter = iter::Once<Self>;

    fn into_batches(self) -> Result<Self::Iter, BoxError> {
        Ok(iter::once(self))
    }
}

lists! {
    IntoBatches::into_batches;
    {B: Send} B, Vec<B>;
    {B: Send, const N: usize} B, [B; N];
    {B: Send} B, Box<[B]>;
    {B: Send} B, Option<B>;
    {B: Send} B, VecDeque<B>;
    {B: Send} B, LinkedList<B>;
}

impl<Rows: Send, W: Send, M: Send> IntoBatchStream<by::One> for Batch<Rows, W, M> {
    type Item = Self;
    type Stream = stream::Once<Ready<Self>>;

    async fn into_batch_stream(self) -> Result<Self::Stream, BoxError> {
        Ok(stream::once(ready(self)))
    }
}

streams!(IntoBatchStream::into_batch_stream);

impl<By, St, E> IntoBatchStream<by::Fallible<By>> for Result<St, E>
where
    St: IntoBatchStream<By>,
    E: Into<BoxError> + Send,
{
    type Item = St::Item;
    type Stream = St::Stream;

    async fn into_batch_stream(self) -> Result<St::Stream, BoxError> {
        self.map_err(Into::into)?.into_batch_stream().await
    }
}
