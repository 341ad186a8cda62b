//! How rows in a sequence get out of what the closure given to `rows` or `row_stream`
//! returns.

use super::forms::{by, lists, streams};
use crate::error::BoxError;
use futures_util::stream::Stream;
use std::collections::{LinkedList, VecDeque};
use std::future::Future;

/// What the closure given to [`rows`](crate::Ingest::rows) may return: an iterator of rows, a collection
/// of them, a reference to a collection, or a `Result` of any of these, whose error ends the ingest with
/// [`ErrorKind::Source`](crate::ErrorKind::Source).
///
/// The rows may be references, and `Result`s as well ([`RowOf`](crate::RowOf)). Of other collections give
/// the iterator, by `iter()` or `into_iter()`.
///
/// `By` is inferred: it tells the forms apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of rows",
    label = "no list of rows",
    note = "the closure given to `rows` returns an iterator; a `Vec`, an array or an `Option`; a reference \
            to one of these; or a `Result` of one; all `Send`",
    note = "of another collection return its iterator: `.iter()`, `.into_iter()`"
)]
pub trait IntoRows<By>: Send {
    /// A row, a reference to one, or a `Result` of one.
    type Item;
    /// The rows one by one.
    type Iter: Iterator<Item = Self::Item> + Send;

    /// Returns the rows.
    ///
    /// # Errors
    ///
    /// There is an error instead of rows.
    fn into_rows(self) -> Result<Self::Iter, BoxError>;
}

/// What the closure given to [`row_stream`](crate::Ingest::row_stream) may return: a stream of rows, a
/// `Result` of one, or a future of either (an `async` closure). An error ends the ingest with
/// [`ErrorKind::Source`](crate::ErrorKind::Source).
///
/// The rows may be references, and `Result`s as well ([`RowOf`](crate::RowOf)).
///
/// `By` is inferred: it tells the forms apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no stream of rows",
    label = "no stream of rows",
    note = "the closure given to `row_stream` returns a stream, a `Result` of one, or a future of either, which \
            is `Send`",
    note = "give a closure that returns an iterator or a collection of rows to `rows`"
)]
pub trait IntoRowStream<By>: Send {
    /// A row, a reference to one, or a `Result` of one.
    type Item;
    /// The rows one by one.
    type Stream: Stream<Item = Self::Item> + Send;

    /// Returns the rows.
    ///
    /// # Errors
    ///
    /// There is an error instead of rows.
    fn into_row_stream(self) -> impl Future<Output = Result<Self::Stream, BoxError>> + Send;
}

lists! {
    IntoRows::into_rows;
    {R: Send} R, Vec<R>;
    {R: Send, const N: usize} R, [R; N];
    {R: Send} R, Box<[R]>;
    {R: Send} R, Option<R>;
    {R: Send} R, VecDeque<R>;
    {R: Send} R, LinkedList<R>;
    {'r, R: Sync} &'r R, &'r Vec<R>;
    {'r, R: Sync} &'r R, &'r [R];
    {'r, R: Sync, const N: usize} &'r R, &'r [R; N];
    {'r, R: Sync} &'r R, &'r Box<[R]>;
    {'r, R: Sync} &'r R, &'r Option<R>;
    {'r, R: Sync} &'r R, &'r VecDeque<R>;
    {'r, R: Sync} &'r R, &'r LinkedList<R>;
}

streams!(IntoRowStream::into_row_stream);

impl<By, St, E> IntoRowStream<by::Fallible<By>> for Result<St, E>
where
    St: IntoRowStream<By>,
    E: Into<BoxError> + Send,
{
    type Item = St::Item;
    type Stream = St::Stream;

    async fn into_row_stream(self) -> Result<St::Stream, BoxError> {
        self.map_err(Into::into)?.into_row_stream().await
    }
}
