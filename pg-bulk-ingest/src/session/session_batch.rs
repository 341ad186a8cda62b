//! A batch whose rows are written one by one.

use super::batch::OpenBatch;
use super::core::Pending;
use crate::deadline::within;
use crate::error::{Error, ErrorKind};
use crate::hook::{Hook, NoHook};
use crate::table::RowOf;
use crate::watermark;
use serde::Serialize;
use std::fmt;
use std::marker::PhantomData;

/// A batch of a [`Session`](crate::Session).
///
/// Its rows become visible, all at once, with [`commit`](Self::commit). Dropped without it, the
/// batch is rolled back, and the session can go on with another.
#[must_use = "dropped without commit, a batch is rolled back"]
pub struct SessionBatch<'s, 'c, S: ?Sized, W, H = NoHook> {
    pub(super) open: OpenBatch<'s, 'c>,
    pub(super) high_watermark: &'s mut Option<W>,
    /// A high watermark that is stored has to read back as it is.
    pub(super) read: fn(&str) -> serde_json::Result<W>,
    pub(super) hook: &'s mut H,
    pub(super) tables: PhantomData<fn(&S)>,
}

impl<'s, 'c, S: ?Sized, W, H> SessionBatch<'s, 'c, S, W, H> {
    /// The batch itself, for sources of rows.
    pub(crate) fn open_batch(&mut self) -> &mut OpenBatch<'s, 'c> {
        &mut self.open
    }

    /// Writes a row.
    ///
    /// It is encoded at once, and sent when enough are there. A row that cannot be encoded leaves
    /// nothing behind: the batch can go on without it. With [`set_aside`](crate::Ingest::set_aside) it is set
    /// aside, and no error.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let mut session = ingest::<Event>(client).start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// for id in 1..=3 {
    ///     batch.write(Event { id }).await?;
    /// }
    /// batch.commit(3).await?;
    /// session.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] for a value that its column cannot hold, [`ErrorKind::Source`] for a `Result`
    /// that is an error. After any other error the batch is lost.
    pub async fn write<R: RowOf<S>>(&mut self, row: R) -> Result<(), Error> {
        let full = self.open.push::<S, R>(row)?;
        if full { self.open.send().await } else { Ok(()) }
    }

    /// Writes rows.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let mut session = ingest::<Event>(client).start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// batch.write_all((1..=3).map(|id| Event { id })).await?;
    /// batch.commit(3).await?;
    /// session.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub async fn write_all<I>(&mut self, rows: I) -> Result<(), Error>
    where
        I: IntoIterator<Item: RowOf<S>>,
    {
        let mut rows = rows.into_iter();
        while self.open.push_all::<S, _>(&mut rows)? {
            self.open.send().await?;
        }
        Ok(())
    }

    /// Makes the batch visible, and stores its high watermark, in one transaction.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let mut session = ingest::<Event>(client).start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// batch.write(Event { id: 7 }).await?;
    /// batch.commit(7).await?;
    /// session.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any error of the server, of the hook, of a row that was sent; the batch is then rolled back.
    /// Only [`ErrorKind::CommitUnknown`] leaves it unknown.
    pub async fn commit(self, high_watermark: W) -> Result<(), Error>
    where
        W: Serialize,
        H: Hook<()>,
    {
        self.commit_with(Some(high_watermark), ()).await
    }

    /// Makes the batch visible; the stored high watermark stays as it is.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let mut session = ingest::<Event>(client).start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// batch.write(Event { id: 7 }).await?;
    /// batch.commit_without_high_watermark().await?;
    /// session.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub async fn commit_without_high_watermark(self) -> Result<(), Error>
    where
        W: Serialize,
        H: Hook<()>,
    {
        self.commit_with(None, ()).await
    }

    /// Makes the batch visible, with metadata for the hook, and stores its high watermark if it has
    /// one.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let ingest = ingest::<Event>(client).on_before_visible(|batch| {
    ///     Box::pin(async move { Ok(println!("rows of {}", batch.metadata)) })
    /// });
    /// let mut session = ingest.start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// batch.write(Event { id: 7 }).await?;
    /// batch.commit_with(Some(7), "events.csv").await?;
    /// session.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub async fn commit_with<M>(self, high_watermark: Option<W>, metadata: M) -> Result<(), Error>
    where
        W: Serialize,
        H: Hook<M>,
    {
        let Self { open, high_watermark: latest, read, hook, .. } = self;
        if high_watermark.is_some() {
            open.check_may_store()?;
        }
        let json = high_watermark.as_ref().map(|w| watermark::write(w, read)).transpose();
        let json = json.map_err(|source| {
            let action = "cannot store the high watermark";
            open.locate(Error::new(ErrorKind::WatermarkSerialize, action).caused_by(source))
        })?;
        let (deadline, waits) = (open.deadline(), open.waits());
        let committed = open.commit(json.map(Pending::Set), hook, metadata);
        let cleared = within(deadline, waits, committed).await?;
        if cleared || high_watermark.is_some() {
            *latest = high_watermark;
        }
        Ok(())
    }
}

impl<S: ?Sized, W, H> fmt::Debug for SessionBatch<'_, '_, S, W, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBatch").field("open", &self.open).finish_non_exhaustive()
    }
}
