//! Rows in a sequence from a stream.
//!
//! While the stream is waited for, the newest row is held back, so that the batch may end before it without
//! the next: it is of another high watermark than the rows that are in the batch, or it is not. If no two
//! rows have equal ones it need not be held back.

use super::{Held, Sequence};
use crate::batch::{Batch, NoWatermark, Watermark};
use crate::error::Error;
use crate::session::OpenBatch;
use crate::source::RowSource;
use crate::table::RowOf;
use futures_util::stream::{FusedStream, StreamExt};
use tokio::time::{Instant, timeout_at};

/// The rows of a sequence up to the end of a batch. There is at least one.
pub(crate) struct StreamedPiece<'s, St, R, K, W>(&'s mut Sequence<St, R, K, W>);

/// What was waited for.
enum Came<T> {
    Next(T),
    End,
    Time,
}

/// Waits for the next row, not beyond an instant.
async fn next<St: FusedStream + Unpin>(rows: &mut St, until: Option<Instant>) -> Came<St::Item> {
    let next = match until {
        None => Ok(rows.next().await),
        Some(until) => timeout_at(until, rows.next()).await,
    };
    match next {
        Ok(Some(row)) => Came::Next(row),
        Ok(None) => Came::End,
        Err(_) => Came::Time,
    }
}

impl<St, R, K, W> Sequence<St, R, K, W>
where
    St: FusedStream<Item = R> + Unpin,
    W: Watermark + PartialEq,
{
    /// Waits for what a batch begins with, before there is one: so that none is open in the meantime.
    /// `number` is that of the batch.
    pub(crate) async fn wait<S>(&mut self, number: u64) -> Result<(), Error>
    where
        S: ?Sized,
        R: RowOf<S>,
        K: FnMut(&R::Row) -> W,
    {
        if self.next.is_none() {
            let first = self.rows.next().await.map(|row| self.hold::<S>(row)).transpose();
            self.next = first.map_err(|error| error.in_batch(number).in_row(1))?;
        }
        if self.next.is_some() && !self.rules.distinct {
            let second = self.rows.next().await.map(|row| self.hold::<S>(row)).transpose();
            self.second = Some(second.map_err(|error| error.in_batch(number).in_row(2))?);
        }
        Ok(())
    }

    /// The next batch, if there are rows for one.
    pub(crate) fn streamed_batch(&mut self) -> Option<Batch<StreamedPiece<'_, St, R, K, W>, W>> {
        self.next.is_some().then(|| Batch::of(StreamedPiece(self)))
    }

    /// Writes the row that is held. Returns whether the batch has enough.
    async fn write_next<S>(&mut self, batch: &mut OpenBatch<'_, '_>) -> Result<bool, Error>
    where
        S: ?Sized,
        R: RowOf<S>,
    {
        if let Some(held) = self.next.take() {
            self.last = Some(held.high_watermark);
            if batch.push::<S, R>(held.row)? {
                batch.send().await?;
            }
        }
        Ok(self.rules.cut.is_reached(batch.fill().rows, || batch.fill().bytes(), self.ends))
    }

    /// Waits for the next row, or the instant at which the batch may end without it.
    async fn second<S>(&mut self, batch: &OpenBatch<'_, '_>) -> Result<Came<Held<R, W>>, Error>
    where
        S: ?Sized,
        R: RowOf<S>,
        K: FnMut(&R::Row) -> W,
    {
        let mut until = self.ends;
        loop {
            match next(&mut self.rows, until).await {
                Came::Next(row) => {
                    let place = batch.next_row() + u64::from(self.next.is_some());
                    let held = self.hold::<S>(row);
                    return held.map(Came::Next).map_err(|error| batch.locate(error.in_row(place)));
                }
                Came::End => return Ok(Came::End),
                Came::Time => {
                    let newest = self.next.as_ref().map(|held| &held.high_watermark);
                    if newest.is_none() || (batch.fill().rows > 0 && newest != self.last.as_ref()) {
                        return Ok(Came::Time);
                    }
                    // The next row decides.
                    until = None;
                }
            }
        }
    }

    /// Writes the rows of a batch, each when the next has come.
    async fn write_held<S>(&mut self, batch: &mut OpenBatch<'_, '_>) -> Result<(), Error>
    where
        S: ?Sized,
        R: RowOf<S>,
        K: FnMut(&R::Row) -> W,
    {
        loop {
            let second = match self.second.take() {
                Some(second) => second.map_or(Came::End, Came::Next),
                None => self.second::<S>(batch).await?,
            };
            match second {
                Came::Next(second) => {
                    let enough = self.write_next::<S>(batch).await?;
                    let changes = self.last.as_ref() != Some(&second.high_watermark);
                    self.next = Some(second);
                    if enough && changes {
                        return Ok(());
                    }
                }
                Came::End => return self.write_next::<S>(batch).await.map(drop),
                Came::Time => return Ok(()),
            }
        }
    }

    /// Writes the rows of a batch, each when it comes.
    async fn write_at_once<S>(&mut self, batch: &mut OpenBatch<'_, '_>) -> Result<(), Error>
    where
        S: ?Sized,
        R: RowOf<S>,
        K: FnMut(&R::Row) -> W,
    {
        while !self.write_next::<S>(batch).await? {
            match self.second::<S>(batch).await? {
                Came::Next(next) => self.next = Some(next),
                Came::End | Came::Time => break,
            }
        }
        Ok(())
    }
}

impl<S, St, R, K, W> RowSource<S, W> for StreamedPiece<'_, St, R, K, W>
where
    S: ?Sized,
    St: FusedStream<Item = R> + Unpin + Send,
    R: RowOf<S> + Send,
    K: FnMut(&R::Row) -> W + Send,
    W: Watermark + PartialEq,
{
    fn computes_high_watermark() -> bool {
        !NoWatermark::is::<W>()
    }

    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        let sequence = self.0;
        sequence.ends = sequence.next.as_ref().and_then(|held| held.ends);
        match sequence.rules.distinct {
            true => sequence.write_at_once::<S>(batch).await?,
            false => sequence.write_held::<S>(batch).await?,
        }
        // It is kept as well: the next row has to follow it.
        Ok(sequence.last.clone().filter(|_| !NoWatermark::is::<W>()))
    }
}
