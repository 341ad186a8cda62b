//! The writers of an inserter.

use super::shared::{Fate, Shared, run_ended};
use crate::batch::NoWatermark;
use crate::change::Change;
use crate::encode::Keyed;
use crate::error::Error;
use crate::table::RowOf;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Writes rows into the batches of an [inserter](crate::Ingest::inserter).
///
/// It can be cloned, and shared between tasks and threads. When all clones are dropped, the run writes what is
/// left and ends.
pub struct Writer<S: ?Sized, W = NoWatermark> {
    handle: Arc<Handle<W>>,
    tables: PhantomData<fn(&S)>,
}

/// When it is dropped, all writers are gone.
struct Handle<W>(Arc<Shared<W>>);

impl<W> Drop for Handle<W> {
    fn drop(&mut self) {
        self.0.complete();
    }
}

impl<S: ?Sized, W> Writer<S, W> {
    pub(super) fn new(shared: Arc<Shared<W>>) -> Self {
        Self { handle: Arc::new(Handle(shared)), tables: PhantomData }
    }

    /// Writes a row, or a [`Change`](crate::Change), into the next batch.
    ///
    /// What is returned waits until there is room, then encodes the row, and returns what waits for it to be
    /// committed. There is room when the run has begun its session, and while less than
    /// [`Linger`](crate::Linger) says is collected. Of rows with equal keys the one that was taken last stays;
    /// a row that is dropped while it waits is not written.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, Writer};
    /// # #[derive(IngestTable)]
    /// # struct Event { id: i64 }
    /// # async fn run(events: Writer<Event>) -> Result<(), Error> {
    /// let durable = events.write(&Event { id: 7 }).await?;
    /// durable.await?;
    /// // Now it is in the table.
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) for a value that its column cannot hold, and
    /// [`ErrorKind::Source`](crate::ErrorKind::Source) for a `Result` that is an error: the batch goes on
    /// without the row. The error of the run once that has failed,
    /// [`ErrorKind::RunEnded`](crate::ErrorKind::RunEnded) once it has ended otherwise.
    pub fn write<R: RowOf<S>>(&self, row: R) -> Writing<'_, S, W, R> {
        self.writing(row, None, poll_row)
    }

    /// Writes a row, and with its batch a high watermark is stored: that of the row which was taken last of
    /// those with one.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, Writer};
    /// # #[derive(IngestTable)]
    /// # struct Event { offset: i64 }
    /// # async fn run(events: Writer<Event, i64>, received: Vec<Event>) -> Result<(), Error> {
    /// for event in &received {
    ///     events.write_after(event, event.offset).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub fn write_after<R: RowOf<S>>(&self, row: R, high_watermark: W) -> Writing<'_, S, W, R> {
        self.writing(row, Some(high_watermark), poll_row)
    }

    /// Deletes the row with this key, if there is one: [`Change::Delete`](crate::Change::Delete).
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, Writer};
    /// # #[derive(IngestTable)]
    /// # struct Account { #[ingest(primary_key)] id: i64 }
    /// # async fn run(accounts: Writer<Account>) -> Result<(), Error> {
    /// accounts.delete(7).await?.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write); [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) and
    /// [`ErrorKind::InsufficientPrivilege`](crate::ErrorKind::InsufficientPrivilege) where rows cannot be
    /// deleted by key.
    pub fn delete<'k>(&self, key: S::Key<'k>) -> Writing<'_, S, W, S::Key<'k>>
    where
        S: Keyed + RowOf<S> + Sized,
    {
        self.writing(key, None, poll_key)
    }

    fn writing<R>(
        &self,
        row: R,
        high_watermark: Option<W>,
        poll: Poller<S, W, R>,
    ) -> Writing<'_, S, W, R> {
        Writing { writer: self, row: Some(row), high_watermark, ticket: None, poll }
    }
}

impl<S: ?Sized, W> Clone for Writer<S, W> {
    fn clone(&self) -> Self {
        Self { handle: Arc::clone(&self.handle), tables: PhantomData }
    }
}

impl<S: ?Sized, W> fmt::Debug for Writer<S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// Polls a row that is being written.
type Poller<S, W, R> = fn(&mut Writing<'_, S, W, R>, &Context<'_>) -> Poll<Result<Durable, Error>>;

fn poll_row<S: ?Sized, W, R: RowOf<S>>(
    writing: &mut Writing<'_, S, W, R>,
    cx: &Context<'_>,
) -> Poll<Result<Durable, Error>> {
    let Writing { writer, row, high_watermark, ticket, .. } = writing;
    writer.handle.0.poll_write::<S, R>(row, high_watermark, ticket, cx)
}

fn poll_key<'k, S: Keyed + RowOf<S>, W>(
    writing: &mut Writing<'_, S, W, S::Key<'k>>,
    cx: &Context<'_>,
) -> Poll<Result<Durable, Error>> {
    let Writing { writer, row: key, high_watermark, ticket, .. } = writing;
    let mut row = key.take().map(Change::<S>::Delete);
    let polled =
        writer.handle.0.poll_write::<S, Change<'k, S>>(&mut row, high_watermark, ticket, cx);
    // It waits for room.
    if let Some(Change::Delete(waiting)) = row {
        *key = Some(waiting);
    }
    polled
}

/// A row, or a key to delete, that is being written: see [`Writer::write`].
#[must_use = "a row is not written unless this is awaited"]
pub struct Writing<'w, S: ?Sized, W, R> {
    writer: &'w Writer<S, W>,
    row: Option<R>,
    high_watermark: Option<W>,
    /// Its place among those who wait, if it ever did.
    ticket: Option<u64>,
    /// Known where it is made: what is no row is an error there, and not once more where it is awaited.
    poll: Poller<S, W, R>,
}

/// Nothing in it is pinned.
impl<S: ?Sized, W, R> Unpin for Writing<'_, S, W, R> {}

impl<S: ?Sized, W, R> Future for Writing<'_, S, W, R> {
    type Output = Result<Durable, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        (self.poll)(&mut self, cx)
    }
}

impl<S: ?Sized, W, R> Drop for Writing<'_, S, W, R> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.writer.handle.0.leave(ticket);
        }
    }
}

impl<S: ?Sized, W, R> fmt::Debug for Writing<'_, S, W, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writing").field("ticket", &self.ticket).finish_non_exhaustive()
    }
}

/// A row that is in a batch: ready when that is committed, or has failed. It can be dropped by who need not
/// know; the run returns the error then.
///
/// An error is the one that ended the run: the batch was rolled back, unless it is
/// [`ErrorKind::CommitUnknown`](crate::ErrorKind::CommitUnknown), or
/// [`ErrorKind::RunEnded`](crate::ErrorKind::RunEnded) because the run was dropped during COMMIT. A row that is
/// [set aside](crate::Ingest::set_aside) because the server refuses it is no error: the report of the run
/// names it.
#[derive(Clone)]
pub struct Durable(pub(super) Fate);

impl Future for Durable {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let decided = Pin::new(&mut self.0).poll(cx);
        decided.map(|decided| decided.unwrap_or_else(|_| Err(run_ended())))
    }
}

impl fmt::Debug for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Durable").finish_non_exhaustive()
    }
}
