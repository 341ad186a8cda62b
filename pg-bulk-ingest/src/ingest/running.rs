//! An ingest of batches, from the first to the last.

use super::Ingest;
use crate::batch::{IntoBatch, Watermark};
use crate::error::{BoxError, Error, ErrorKind};
use crate::hook::Hook;
use crate::options::Overlap;
use crate::report::{Report, VersionOutcome};
use crate::session::Session;
use crate::source::{IntoBatchStream, IntoBatches, RowSource};
use crate::table::IngestTables;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// An ingest that runs while it is awaited: of batches, made by [`Ingest::batches`] and
/// [`Ingest::stream`], or of [`Rows`](crate::Rows).
///
/// It is `Send`, so it can be given to `tokio::spawn`. Dropped before it is done, it leaves the table
/// at the last batch that was committed.
#[must_use = "nothing is ingested unless this is awaited"]
pub struct Running<'c, W>(BoxFuture<'c, Result<Report<W>, Error>>);

impl<'c, W> Running<'c, W> {
    pub(super) fn new(future: BoxFuture<'c, Result<Report<W>, Error>>) -> Self {
        Self(future)
    }
}

impl<W> Future for Running<'_, W> {
    type Output = Result<Report<W>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<W> fmt::Debug for Running<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

impl<'c, S: IngestTables + ?Sized, H> Ingest<'c, S, H> {
    /// Ingests the batches that a function returns.
    ///
    /// The function gets the high watermark after which to begin. It returns an iterator or a
    /// collection of batches, one [`Batch`](crate::Batch), or a `Result` of any of these
    /// ([`IntoBatches`]). An iterator's batches are asked for one by one: what runs between two sees
    /// the first one committed.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let report = ingest::<Event>(client)
    ///     .batches(|after: Option<i64>| {
    ///         let after = after.unwrap_or(0);
    ///         let rows = (after + 1..=after + 10).map(|id| Event { id });
    ///         Batch::new(rows).high_watermark(after + 10)
    ///     })
    ///     .await?;
    /// println!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`]. Batches committed before stay.
    pub fn batches<W, F, I, By>(self, f: F) -> Running<'c, W>
    where
        S: 'c,
        F: FnOnce(Option<W>) -> I + Send + 'c,
        I: IntoBatches<By, Item: IntoBatch<Watermark = W, Rows: RowSource<S, W>>> + 'c,
        W: Watermark + 'c,
        H: Hook<<I::Item as IntoBatch>::Metadata> + 'c,
    {
        Running(Box::pin(async move {
            let mut session = match self.start_unless_skipped::<W>().await? {
                ControlFlow::Continue(session) => session,
                ControlFlow::Break(report) => return Ok(report),
            };
            let batches = f(session.high_watermark().cloned()).into_batches();
            for batch in batches.map_err(no_batches)? {
                session.ingest(batch).await?;
            }
            session.finish().await
        }))
    }

    /// Ingests the batches of a stream that a function returns.
    ///
    /// The function gets the high watermark after which to begin. It returns a stream of batches, one
    /// [`Batch`](crate::Batch), a `Result` of either, or a future of any of these, as an `async`
    /// closure does ([`IntoBatchStream`]). The stream is asked for the next batch when the one before
    /// is committed.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// use futures_util::stream;
    ///
    /// ingest::<Event>(client)
    ///     .stream(|_: Option<i64>| {
    ///         stream::iter((1..=3).map(|id| Batch::new([Event { id }]).high_watermark(id)))
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`]. Batches committed before stay.
    pub fn stream<W, F, St, By>(self, f: F) -> Running<'c, W>
    where
        S: 'c,
        F: FnOnce(Option<W>) -> St + Send + 'c,
        St: IntoBatchStream<By, Item: IntoBatch<Watermark = W, Rows: RowSource<S, W>>> + 'c,
        W: Watermark + 'c,
        H: Hook<<St::Item as IntoBatch>::Metadata> + 'c,
    {
        Running(Box::pin(async move {
            let mut session = match self.start_unless_skipped::<W>().await? {
                ControlFlow::Continue(session) => session,
                ControlFlow::Break(report) => return Ok(report),
            };
            let batches = f(session.high_watermark().cloned()).into_batch_stream().await;
            let mut batches = pin!(batches.map_err(no_batches)?);
            while let Some(batch) = batches.next().await {
                session.ingest(batch).await?;
            }
            session.finish().await
        }))
    }
}

impl<'c, S: IngestTables + ?Sized, H> Ingest<'c, S, H> {
    /// Begins the ingest, or returns its report if another one of the same source is in a batch and this
    /// one does nothing then.
    pub(super) async fn start_unless_skipped<W: DeserializeOwned>(
        self,
    ) -> Result<ControlFlow<Report<W>, Session<'c, S, W, H>>, Error> {
        let skips = self.settings.overlap == Overlap::Skip;
        let names = self.tables().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        match self.start::<W>().await {
            Err(error) if skips && matches!(error.kind(), ErrorKind::Overlap { .. }) => {
                tracing::info!(%error, "the ingest is skipped");
                Ok(ControlFlow::Break(Report::of_skipped(names, error.to_string())))
            }
            Err(error) if matches!(error.kind(), ErrorKind::VersionExists { .. }) => {
                tracing::info!(%error, "the ingest is skipped");
                let report = Report::of_skipped(names, error.to_string());
                Ok(ControlFlow::Break(Report { version: Some(VersionOutcome::Exists), ..report }))
            }
            started => started.map(ControlFlow::Continue),
        }
    }
}

/// The function failed instead of returning batches.
fn no_batches(source: BoxError) -> Error {
    Error::new(ErrorKind::Source, "cannot get the batches from their source").caused_by(source)
}
