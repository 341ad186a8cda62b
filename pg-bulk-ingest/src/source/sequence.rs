//! Rows in a sequence, which is cut into batches where the high watermark changes.

use super::RowSource;
use crate::batch::{Batch, NoWatermark, Watermark};
use crate::error::{Error, ErrorKind};
use crate::options::Cut;
use crate::session::{Fill, OpenBatch, Pushed};
use crate::table::RowOf;
use serde::Serialize;
use std::fmt;

/// Where batches end, and what the rows have to be like.
pub(crate) struct Rules<W> {
    pub(crate) cut: Cut,
    /// Whether the first high watermark may come before the second, which is not equal to it.
    pub(crate) goes_on: fn(&W, &W) -> bool,
}

/// Where it does not matter which comes first.
impl<W> Default for Rules<W> {
    fn default() -> Self {
        Self { cut: Cut::default(), goes_on: |_, _| true }
    }
}

impl<W> Rules<W> {
    fn check(&self, before: Option<&W>, next: &W) -> Result<(), Error>
    where
        W: PartialEq + Serialize,
    {
        match before {
            Some(before) if before != next && !(self.goes_on)(before, next) => {
                Err(out_of_order(before, next))
            }
            _ => Ok(()),
        }
    }
}

#[cold]
fn out_of_order<W: Serialize>(before: &W, next: &W) -> Error {
    let json = |w| serde_json::to_string(w).unwrap_or_else(|error| format!("unreadable ({error})"));
    let kind = ErrorKind::OutOfOrder { before: json(before), high_watermark: json(next) };
    Error::new(kind, "cannot take the next row")
}

/// Rows of which some are in batches already.
pub(crate) struct Sequence<I: Iterator, K, W> {
    rows: I,
    high_watermark: K,
    rules: Rules<W>,
    /// The first row of the next batch.
    next: Option<(I::Item, W)>,
    /// The high watermark of the row that was taken last; before the first, that after which the ingest
    /// begins.
    last: Option<W>,
}

/// The rows of a sequence up to the end of a batch. There is at least one.
pub(crate) struct Piece<'s, I: Iterator, K, W>(&'s mut Sequence<I, K, W>);

impl<I: Iterator, K, W: Watermark + PartialEq> Sequence<I, K, W> {
    pub(crate) fn new(rows: I, high_watermark: K, rules: Rules<W>, after: Option<W>) -> Self {
        Self { rows, high_watermark, rules, next: None, last: after }
    }

    /// Takes the first row, before there is a batch for it: without one there is none.
    pub(crate) fn begin<S>(&mut self) -> Result<(), Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>>,
        K: FnMut(&<I::Item as RowOf<S>>::Row) -> W,
    {
        let Some(row) = self.rows.next() else { return Ok(()) };
        let Some(inner) = row.row() else {
            let failed = Error::new(ErrorKind::Rows, "cannot get the first row from its source");
            return Err(failed.caused_by(row.into_error()));
        };
        let high_watermark = (self.high_watermark)(inner);
        self.rules.check(self.last.as_ref(), &high_watermark)?;
        self.next = Some((row, high_watermark));
        Ok(())
    }

    /// The next batch, if there are rows for one.
    pub(crate) fn batch(&mut self) -> Option<Batch<Piece<'_, I, K, W>, W>> {
        self.next.is_some().then(|| Batch::of(Piece(self)))
    }

    /// Takes rows until it is time to send. Answers whether the batch may have more.
    ///
    /// It is no part of the future, for the same reasons as [`push`](super::push).
    #[inline(never)]
    fn push<S>(&mut self, batch: &mut OpenBatch<'_, '_>) -> Result<bool, Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>>,
        K: FnMut(&<I::Item as RowOf<S>>::Row) -> W,
    {
        if let Some((row, high_watermark)) = self.next.take() {
            self.last = Some(high_watermark);
            if batch.push::<S, _>(row)? {
                return Ok(true);
            }
        }
        let Self { rows, high_watermark, rules, next, last } = self;
        // The high watermark of the row that is refused, and what is wrong with it, if not its batch.
        let mut refused = None;
        let pushed = batch.push_while::<S, _>(rows, |row, fill: Fill<'_>| {
            let new = high_watermark(row);
            if last.as_ref() == Some(&new) {
                return true;
            }
            let checked = rules.check(last.as_ref(), &new);
            if checked.is_ok() && !rules.cut.is_reached(fill.rows, || fill.bytes()) {
                *last = Some(new);
                return true;
            }
            refused = Some((new, checked));
            false
        })?;
        match (pushed, refused) {
            (Pushed::Full, _) => Ok(true),
            (Pushed::Refused(_), Some((_, Err(error)))) => {
                Err(batch.locate(error.in_row(batch.next_row())))
            }
            (Pushed::Refused(row), Some((high_watermark, Ok(())))) => {
                *next = Some((row, high_watermark));
                Ok(false)
            }
            _ => Ok(false),
        }
    }
}

impl<S, I, K, W> RowSource<S, W> for Piece<'_, I, K, W>
where
    S: ?Sized,
    I: Iterator<Item: RowOf<S> + Send> + Send,
    K: FnMut(&<I::Item as RowOf<S>>::Row) -> W + Send,
    W: Watermark + PartialEq,
{
    fn computes_high_watermark() -> bool {
        !NoWatermark::is::<W>()
    }

    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        while self.0.push::<S>(batch)? {
            batch.send().await?;
        }
        Ok(self.0.last.take().filter(|_| !NoWatermark::is::<W>()))
    }
}

impl<W> fmt::Debug for Rules<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("cut", &self.cut).finish_non_exhaustive()
    }
}
