//! Rows in a sequence from an iterator.

use super::{Held, Sequence, source_failed};
use crate::batch::{Batch, NoWatermark, Watermark};
use crate::error::Error;
use crate::session::{Fill, OpenBatch, Pushed};
use crate::source::RowSource;
use crate::table::RowOf;

/// The rows of a sequence up to the end of a batch. There is at least one.
pub(crate) struct Piece<'s, I, R, K, W>(&'s mut Sequence<I, R, K, W>);

impl<I: Iterator, K, W: Watermark + PartialEq> Sequence<I, I::Item, K, W> {
    /// Takes the first row, before there is a batch for it: without one there is none.
    pub(crate) fn begin<S>(&mut self) -> Result<(), Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>>,
        K: FnMut(&<I::Item as RowOf<S>>::Row) -> W,
    {
        let first = loop {
            match self.rows.next() {
                Some(row)
                    if row.row().is_none()
                        && !I::Item::ERRORS_END
                        && (self.early.len() as u64) < self.early_at_most =>
                {
                    self.early.push(row.into_error());
                }
                row => break row,
            }
        };
        let number = self.early.len() as u64 + 1;
        // Without a row there is no batch in which they could be set aside.
        if first.is_none()
            && let Some(error) = self.early.pop()
        {
            return Err(source_failed(error).in_batch(1).in_row(number - 1));
        }
        let first = first.map(|row| self.hold::<S>(row)).transpose();
        self.next = first.map_err(|error| error.in_batch(1).in_row(number))?;
        Ok(())
    }

    /// The next batch, if there are rows for one.
    pub(crate) fn batch(&mut self) -> Option<Batch<Piece<'_, I, I::Item, K, W>, W>> {
        self.next.is_some().then(|| Batch::of(Piece(self)))
    }

    /// Takes rows until it is time to send. Returns whether the batch may have more.
    ///
    /// It is no part of the future, for the same reasons as [`push`](crate::source::push).
    #[inline(never)]
    fn push<S>(&mut self, batch: &mut OpenBatch<'_, '_>) -> Result<bool, Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>>,
        K: FnMut(&<I::Item as RowOf<S>>::Row) -> W,
    {
        for error in std::mem::take(&mut self.early) {
            batch.refuse_source(error, false)?;
        }
        if let Some(Held { row, high_watermark, ends }) = self.next.take() {
            self.last = Some(high_watermark);
            self.ends = ends;
            if batch.push::<S, _>(row)? {
                return Ok(true);
            }
        }
        let Self { rows, high_watermark, rules, last, ends, .. } = self;
        // The high watermark of the row that is refused, and what is wrong with it, if anything is.
        let mut refused = None;
        let pushed = batch.push_while::<S, _>(rows, |row, fill: Fill<'_>| {
            let new = high_watermark(row);
            if last.as_ref() == Some(&new) && !rules.distinct {
                return true;
            }
            let checked = rules.check(last.as_ref(), &new);
            if checked.is_ok() && !rules.cut.is_reached(fill.rows, || fill.bytes(), *ends) {
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
                self.next = Some(Held { row, high_watermark, ends: self.rules.cut.ends() });
                Ok(false)
            }
            _ => Ok(false),
        }
    }
}

impl<S, I, K, W> RowSource<S, W> for Piece<'_, I, I::Item, K, W>
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
