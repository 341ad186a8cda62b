//! How rows in a sequence get out of what the closure given to `rows` returns.

use super::collections;
use crate::error::BoxError;
use std::collections::{LinkedList, VecDeque};

/// What the closure given to [`rows`](crate::Ingest::rows) may return: an iterator of rows, a collection
/// of them, a reference to a collection, or a `Result` of any of these, whose error ends the ingest with
/// [`ErrorKind::Rows`](crate::ErrorKind::Rows).
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

/// Marks the forms.
mod by {
    #[derive(Debug)]
    pub struct Iterator;
    #[derive(Debug)]
    pub struct Collection;
    #[derive(Debug)]
    pub struct Fallible<By>(By);
}

#[diagnostic::do_not_recommend]
impl<I: Iterator + Send> IntoRows<by::Iterator> for I {
    type Item = I::Item;
    type Iter = I;

    fn into_rows(self) -> Result<I, BoxError> {
        Ok(self)
    }
}

collections! {
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

impl<By, I, E> IntoRows<by::Fallible<By>> for Result<I, E>
where
    I: IntoRows<By>,
    E: Into<BoxError> + Send,
{
    type Item = I::Item;
    type Iter = I::Iter;

    fn into_rows(self) -> Result<I::Iter, BoxError> {
        self.map_err(Into::into)?.into_rows()
    }
}
