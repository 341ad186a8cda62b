//! How the batches of an ingest get out of what its closure returns.
//!
//! The traits tell the forms apart and say nothing of what a batch is: the methods ask that of
//! `Item`. So a wrong row is an error about the row, not about everything around it.

use super::collections;
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

/// Marks the forms.
mod by {
    #[derive(Debug)]
    pub struct One;
    #[derive(Debug)]
    pub struct Iterator;
    #[derive(Debug)]
    pub struct Collection;
    #[derive(Debug)]
    pub struct Stream;
    #[derive(Debug)]
    pub struct Fallible<By>(By);
    #[derive(Debug)]
    pub struct Future<By>(By);
}

impl<Rows: Send, W: Send, M: Send> IntoBatches<by::One> for Batch<Rows, W, M> {
    type Item = Self;
    type Iter = iter::Once<Self>;

    fn into_batches(self) -> Result<Self::Iter, BoxError> {
        Ok(iter::once(self))
    }
}

#[diagnostic::do_not_recommend]
impl<I: Iterator + Send> IntoBatches<by::Iterator> for I {
    type Item = I::Item;
    type Iter = I;

    fn into_batches(self) -> Result<I, BoxError> {
        Ok(self)
    }
}

collections! {
    IntoBatches::into_batches;
    {B: Send} B, Vec<B>;
    {B: Send, const N: usize} B, [B; N];
    {B: Send} B, Box<[B]>;
    {B: Send} B, Option<B>;
    {B: Send} B, VecDeque<B>;
    {B: Send} B, LinkedList<B>;
}

impl<By, I, E> IntoBatches<by::Fallible<By>> for Result<I, E>
where
    I: IntoBatches<By>,
    E: Into<BoxError> + Send,
{
    type Item = I::Item;
    type Iter = I::Iter;

    fn into_batches(self) -> Result<I::Iter, BoxError> {
        self.map_err(Into::into)?.into_batches()
    }
}

impl<Rows: Send, W: Send, M: Send> IntoBatchStream<by::One> for Batch<Rows, W, M> {
    type Item = Self;
    type Stream = stream::Once<Ready<Self>>;

    async fn into_batch_stream(self) -> Result<Self::Stream, BoxError> {
        Ok(stream::once(ready(self)))
    }
}

#[diagnostic::do_not_recommend]
impl<St: Stream + Send> IntoBatchStream<by::Stream> for St {
    type Item = St::Item;
    type Stream = St;

    async fn into_batch_stream(self) -> Result<St, BoxError> {
        Ok(self)
    }
}

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

#[diagnostic::do_not_recommend]
impl<By, F: Future<Output: IntoBatchStream<By>> + Send> IntoBatchStream<by::Future<By>> for F {
    type Item = <F::Output as IntoBatchStream<By>>::Item;
    type Stream = <F::Output as IntoBatchStream<By>>::Stream;

    async fn into_batch_stream(self) -> Result<Self::Stream, BoxError> {
        self.await.into_batch_stream().await
    }
}
