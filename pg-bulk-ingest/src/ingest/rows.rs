//! An ingest of rows in a sequence.

use super::{Ingest, Running};
use crate::batch::Watermark;
use crate::error::{BoxError, Error, ErrorKind};
use crate::hook::Hook;
use crate::options::Cut;
use crate::report::Report;
use crate::source::{IntoRowStream, IntoRows, Rules, Sequence};
use crate::table::{IngestTables, RowOf};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use std::fmt;
use std::future::IntoFuture;
use std::ops::ControlFlow;
use std::pin::pin;

/// What runs an ingest, when it is known how its rows are cut.
type Run<'c, W> = Box<dyn FnOnce(Rules<W>) -> BoxFuture<'c, Result<Report<W>, Error>> + Send + 'c>;

/// An ingest of rows in a sequence, made by [`Ingest::rows`] and [`Ingest::row_stream`]. It is set up by its
/// methods, and runs while it is awaited.
///
/// It is `Send`, so it can be awaited in what is given to `tokio::spawn`. Dropped before it is done, it
/// leaves the table at the last batch that was committed.
#[must_use = "nothing is ingested unless this is awaited"]
pub struct Rows<'c, W> {
    rules: Rules<W>,
    run: Run<'c, W>,
}

impl<W> Rows<'_, W> {
    /// Where batches end. Default: [`Cut::default`], where the high watermark changes once a batch has
    /// 64 MiB or 1,000,000 rows.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Cut, Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Event { id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .rows(|_: Option<i64>| events, |event| event.id)
    ///     .cut(Cut::rows(50_000))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cut(mut self, cut: Cut) -> Self {
        self.rules.cut = cut;
        self
    }

    /// Checks that the rows are in the order of their high watermarks, beginning with that after which
    /// the ingest begins: equal ones follow each other, and a change is to a greater one. Otherwise the
    /// batch is rolled back, and the ingest ends with [`ErrorKind::OutOfOrder`] in that row.
    ///
    /// Without this, rows are taken in whatever order they come. The high watermark that is stored is then
    /// that of the last row, not the greatest, and equal ones that are apart in the sequence may be in
    /// different batches.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{ErrorKind, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Event { id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) {
    /// let error = ingest::<Event>(client)
    ///     .rows(|_| [Event { id: 2 }, Event { id: 1 }], |event| event.id)
    ///     .ordered()
    ///     .await
    ///     .unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::OutOfOrder { .. }));
    /// assert_eq!(error.row(), Some(2));
    /// # }
    /// ```
    pub fn ordered(mut self) -> Self
    where
        W: PartialOrd,
    {
        self.rules.may_follow = |before, next| before < next;
        self
    }

    /// Checks that each row has a high watermark of its own, such as its position in a log: one that is equal to
    /// that of the row before it, or to that after which the ingest begins, is an error in that row,
    /// [`ErrorKind::OutOfOrder`].
    ///
    /// A batch may then end after any row. With [`row_stream`](Ingest::row_stream) it ends as soon as it has
    /// enough, while it otherwise waits for the next row, which might belong to the same batch.
    ///
    /// ```no_run
    /// # use futures_util::Stream;
    /// # use pg_bulk_ingest::{Cut, Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Event { offset: i64 }
    /// # async fn run(
    /// #     client: &mut tokio_postgres::Client,
    /// #     events: impl Stream<Item = Event> + Send,
    /// # ) -> Result<(), Error> {
    /// // Each thousandth event makes it and those before it visible.
    /// ingest::<Event>(client)
    ///     .row_stream(|_: Option<i64>| events, |event| event.offset)
    ///     .cut(Cut::rows(1_000))
    ///     .distinct()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn distinct(mut self) -> Self {
        self.rules.distinct = true;
        self
    }
}

impl<'c, W> IntoFuture for Rows<'c, W> {
    type Output = Result<Report<W>, Error>;
    type IntoFuture = Running<'c, W>;

    fn into_future(self) -> Running<'c, W> {
        Running::new((self.run)(self.rules))
    }
}

impl<W> fmt::Debug for Rows<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl<'c, S: IngestTables + ?Sized, H> Ingest<'c, S, H> {
    /// Ingests rows that come in a sequence, and cuts it into batches.
    ///
    /// The first function gets the high watermark after which to begin. It returns an iterator or a
    /// collection of rows, or a `Result` of one ([`IntoRows`]). The rows may be references, and `Result`s
    /// as well ([`RowOf`]).
    ///
    /// The second function returns the high watermark of a row. A batch ends only where that changes from
    /// one row to the next, once it has enough ([`Rows::cut`]): rows with equal high watermarks that follow
    /// each other are in one batch. So the high watermark that is stored, the one of the last row of the
    /// last batch, is one that all rows up to there have been ingested with, and a source that begins
    /// strictly after it leaves nothing out. [`Rows::ordered`] checks that the rows are in its order.
    /// With [`NoWatermark`](crate::NoWatermark) all rows are one batch.
    ///
    /// At no time are there more than two of the rows in memory that are not encoded. A batch begins when
    /// its first row has come; without any row the ingest is one without batches.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// struct Flight<'a> {
    ///     day: &'a str,
    ///     number: i32,
    /// }
    ///
    /// # async fn run(client: &mut tokio_postgres::Client, file: &str) -> Result<(), Error> {
    /// let report = ingest::<Flight>(client)
    ///     .rows(
    ///         |after: Option<String>| {
    ///             let flights = file.lines().map(|line| {
    ///                 let (day, number) = line.split_once(',').ok_or("a line without a comma")?;
    ///                 Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Flight { day, number: number.parse()? })
    ///             });
    ///             let is_new = move |day: &str| after.as_ref().is_none_or(|after| day > after.as_str());
    ///             flights.filter(move |flight| flight.as_ref().map_or(true, |f| is_new(f.day)))
    ///         },
    ///         |flight| flight.day.to_owned(),
    ///     )
    ///     .await?;
    /// println!("{} batches", report.batches);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Source`] where there is an error instead of rows, or of one: the batch that it would be in
    /// is rolled back. Any other [`ErrorKind`]. Batches committed before stay.
    pub fn rows<W, F, I, K, By>(self, open: F, high_watermark: K) -> Rows<'c, W>
    where
        S: 'c,
        F: FnOnce(Option<W>) -> I + Send + 'c,
        I: IntoRows<By, Item: RowOf<S> + Send> + 'c,
        K: FnMut(&<I::Item as RowOf<S>>::Row) -> W + Send + 'c,
        W: Watermark + PartialEq + 'c,
        H: Hook<()> + 'c,
    {
        let run = |rules: Rules<W>| -> BoxFuture<'c, _> {
            Box::pin(async move {
                let mut session = match self.start_unless_skipped::<W>().await? {
                    ControlFlow::Continue(session) => session,
                    ControlFlow::Break(report) => return Ok(report),
                };
                let after = session.high_watermark().cloned();
                let rows = open(after.clone()).into_rows().map_err(no_rows)?;
                let early = session.source_errors_at_most();
                let rows = Sequence::new(rows, high_watermark, rules, after);
                let mut rows = rows.early_errors(early);
                rows.begin::<S>()?;
                while let Some(batch) = rows.batch() {
                    session.ingest(batch).await?;
                }
                session.finish().await
            })
        };
        Rows { rules: Rules::default(), run: Box::new(run) }
    }

    /// Ingests rows that come in a sequence as a stream, which may be endless, and cuts it into batches as
    /// [`rows`](Self::rows) does.
    ///
    /// The first function returns a stream of rows, a `Result` of one, or a future of either, as an `async`
    /// closure does ([`IntoRowStream`]). No batch is open while the first row of one is waited for, and with it
    /// the second, unless the rows are [`distinct`](Rows::distinct). With [`Cut::period`] rows become visible in
    /// time also where few come.
    ///
    /// ```no_run
    /// # use futures_util::Stream;
    /// # use pg_bulk_ingest::{Cut, Error, IngestTable, ingest};
    /// # use std::time::Duration;
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// struct Event {
    ///     offset: i64,
    ///     payload: String,
    /// }
    ///
    /// # async fn subscribe(_: i64) -> std::io::Result<impl Stream<Item = std::io::Result<Event>> + Send> {
    /// #     Ok(futures_util::stream::empty())
    /// # }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .row_stream(
    ///         async |after: Option<i64>| subscribe(after.map_or(0, |after| after + 1)).await,
    ///         |event| event.offset,
    ///     )
    ///     .ordered()
    ///     .distinct()
    ///     .cut(Cut::period(Duration::from_secs(1)))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`rows`](Self::rows).
    pub fn row_stream<W, F, St, K, By>(self, open: F, high_watermark: K) -> Rows<'c, W>
    where
        S: 'c,
        F: FnOnce(Option<W>) -> St + Send + 'c,
        St: IntoRowStream<By, Item: RowOf<S> + Send> + 'c,
        K: FnMut(&<St::Item as RowOf<S>>::Row) -> W + Send + 'c,
        W: Watermark + PartialEq + 'c,
        H: Hook<()> + 'c,
    {
        let run = |rules: Rules<W>| -> BoxFuture<'c, _> {
            Box::pin(async move {
                let mut session = match self.start_unless_skipped::<W>().await? {
                    ControlFlow::Continue(session) => session,
                    ControlFlow::Break(report) => return Ok(report),
                };
                if session.source_errors_at_most() > 0 {
                    return Err(no_source_errors());
                }
                let after = session.high_watermark().cloned();
                let rows = open(after.clone()).into_row_stream().await.map_err(no_rows)?;
                let rows = pin!(rows.fuse());
                let mut rows = Sequence::new(rows, high_watermark, rules, after);
                loop {
                    rows.wait::<S>(session.next_batch()).await?;
                    let Some(batch) = rows.streamed_batch() else { break };
                    session.ingest(batch).await?;
                }
                session.finish().await
            })
        };
        Rows { rules: Rules::default(), run: Box::new(run) }
    }
}

/// The function failed instead of returning rows.
fn no_rows(source: BoxError) -> Error {
    Error::new(ErrorKind::Source, "cannot get the rows from their source").caused_by(source)
}

/// What comes of a stream is waited for outside of batches, in which alone it could be set aside.
fn no_source_errors() -> Error {
    let reason = "`row_stream` does not set errors of its source aside (`SetAside::source_errors`): filter \
                  them out of the stream, or give it to `stream` as a `Batch::stream`";
    let kind = ErrorKind::Unsupported { reason: reason.to_owned() };
    Error::new(kind, "cannot begin the ingest")
}
