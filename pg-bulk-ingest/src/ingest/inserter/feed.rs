//! The run of an inserter.

use super::again::Reconnect;
use super::shared::{Sealed, Shared, run_ended};
use super::writer::Writer;
use crate::batch::{Batch, Watermark};
use crate::error::{BoxError, Error, ErrorKind};
use crate::hook::{Hook, NoHook};
use crate::ingest::{Ingest, Running};
use crate::options::{Backoff, Delete, Linger, Visibility};
use crate::report::Report;
use crate::session::{Carried, EncodedRows, Session, Settings};
use crate::table::IngestTables;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio_postgres::Client;

/// Makes a writer, and what feeds its rows to an ingest: where tasks that write are there before the client is,
/// or the run is spawned with a client of its own. Otherwise see [`Ingest::inserter`].
///
/// ```no_run
/// # use pg_bulk_ingest::{Error, IngestTable, Linger, ingest, inserter};
/// # #[derive(IngestTable)]
/// # struct Event { id: i64, text: String }
/// # async fn run(mut client: tokio_postgres::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let (events, feed) = inserter::<Event, i64>(Linger::default());
/// let run = tokio::spawn(async move { feed.run(ingest(&mut client)).await });
/// events.write(Event { id: 7, text: "seven".to_owned() }).await?.await?;
/// drop(events);
/// println!("{} rows", run.await??.rows);
/// # Ok(())
/// # }
/// ```
pub fn inserter<S: IngestTables + ?Sized, W: Watermark>(
    linger: Linger,
) -> (Writer<S, W>, Feed<S, W>) {
    let shared = Arc::new(Shared::new(linger));
    (Writer::new(Arc::clone(&shared)), Feed { shared, tables: PhantomData })
}

/// Feeds what is written to an ingest: made by [`inserter`].
///
/// Dropped, it ends the writers with [`ErrorKind::RunEnded`](crate::ErrorKind::RunEnded).
#[must_use = "nothing is ingested before it is run"]
pub struct Feed<S: ?Sized, W> {
    shared: Arc<Shared<W>>,
    tables: PhantomData<fn(&S)>,
}

impl<S: ?Sized, W> Drop for Feed<S, W> {
    fn drop(&mut self) {
        self.shared.end(&run_ended());
    }
}

impl<S: IngestTables + ?Sized, W: Watermark> Feed<S, W> {
    /// Feeds the rows to this ingest, for which more can be set up.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Backoff, Error, Feed, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # struct Event { id: i64 }
    /// # async fn connect() -> Result<tokio_postgres::Client, tokio_postgres::Error> { unimplemented!() }
    /// # async fn run(client: &mut tokio_postgres::Client, feed: Feed<Event, i64>) -> Result<(), Error> {
    /// feed.with(ingest(client)).reconnect(connect, Backoff::default()).run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with<H>(self, ingest: Ingest<'_, S, H>) -> Inserter<'_, S, W, H> {
        Inserter { ingest, feed: self, reconnect: None }
    }

    /// Feeds the rows to this ingest: [`Inserter::run`].
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, Feed, IngestTable, Watermarks, ingest};
    /// # #[derive(IngestTable)]
    /// # struct Event { id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, feed: Feed<Event, i64>) -> Result<(), Error> {
    /// let ingest = ingest(client).watermarks(Watermarks::table("ops", "ingest_state"));
    /// feed.run(ingest.source("web")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Inserter::run`].
    pub fn run<'c, H>(self, ingest: Ingest<'c, S, H>) -> Running<'c, W>
    where
        S: 'c,
        W: 'c,
        H: Hook<()> + 'c,
    {
        self.with(ingest).run()
    }
}

impl<'c, S: IngestTables + ?Sized, H> Ingest<'c, S, H> {
    /// Collects rows that many tasks write into batches: for services that write rows as requests come, each
    /// of which would be a transaction of its own.
    ///
    /// A [`Writer`] encodes rows as they come, and tells when each is committed. [`Inserter::run`] writes what is collected as one batch, as soon as [`Linger`] says; while it lingers no
    /// transaction is open. A table that does not exist, or has to be rebuilt, is made by a batch without rows
    /// before.
    ///
    /// The first batch that fails ends the run, for its rows may be any: where single rows may be refused by the
    /// server, [set them aside](Self::set_aside). A [`Delete`](crate::Delete) and
    /// [`Visibility::AfterLastBatch`](crate::Visibility::AfterLastBatch) are refused
    /// ([`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported)). Of several programs that write into one
    /// table at the same time each is a [source](Self::source) of its own.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, Linger, NoWatermark, Writer, ingest};
    /// #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// struct Event {
    ///     id: i64,
    ///     text: String,
    /// }
    ///
    /// # async fn serve(events: Writer<Event>) {}
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let (events, inserter) = ingest::<Event>(client).inserter::<NoWatermark>(Linger::default());
    /// // What serves requests has clones of `events`, and drops them when it ends.
    /// let (report, ()) = futures_util::future::join(inserter.run(), serve(events)).await;
    /// println!("{}", report?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn inserter<W: Watermark>(self, linger: Linger) -> (Writer<S, W>, Inserter<'c, S, W, H>) {
        let (writer, feed) = inserter(linger);
        (writer, feed.with(self))
    }
}

/// Ingests what is written: made by [`Ingest::inserter`].
///
/// Dropped, it ends the writers with [`ErrorKind::RunEnded`](crate::ErrorKind::RunEnded).
#[must_use = "nothing is ingested before it is run"]
pub struct Inserter<'c, S: ?Sized, W, H = NoHook> {
    ingest: Ingest<'c, S, H>,
    feed: Feed<S, W>,
    reconnect: Option<Reconnect<'c>>,
}

impl<'c, S: IngestTables + ?Sized, W: Watermark, H> Inserter<'c, S, W, H> {
    /// Goes on over another connection after a [transient](Error::is_transient) error. Default: the run ends with
    /// the error.
    ///
    /// `connect` makes a client of the same role and database, and spawns the task that drives its connection.
    /// Of a batch that was being committed it is found out first whether it was
    /// ([`Error::resolve`]); one that was not is written again, so no row is lost and none is written twice.
    /// Meanwhile writers wait once there is no more room. Where another ingest of the same
    /// [source](Ingest::source) has stored a high watermark in the meantime, the run ends with
    /// [`ErrorKind::ConcurrentIngest`](crate::ErrorKind::ConcurrentIngest).
    ///
    /// The report counts the batches of all connections; of one that turns out to be committed it counts the rows,
    /// and not which were inserted or updated. Its phases are those of the last connection.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Backoff, Error, IngestTable, Linger, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # struct Event { id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// async fn connect() -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    ///     let (client, connection) =
    ///         tokio_postgres::connect("host=db.internal", tokio_postgres::NoTls).await?;
    ///     tokio::spawn(connection);
    ///     Ok(client)
    /// }
    ///
    /// let (events, inserter) = ingest::<Event>(client).inserter::<NoWatermark>(Linger::default());
    /// let inserter = inserter.reconnect(connect, Backoff::default());
    /// # drop((events, inserter));
    /// # Ok(())
    /// # }
    /// ```
    pub fn reconnect<E, F, Fut>(self, connect: F, backoff: Backoff) -> Self
    where
        E: Into<BoxError>,
        F: FnMut() -> Fut + Send + 'c,
        Fut: Future<Output = Result<Client, E>> + Send + 'c,
    {
        Self { reconnect: Some(Reconnect::new(connect, backoff)), ..self }
    }

    /// Ingests what is written, until all writers are dropped. Returns the report then.
    ///
    /// It needs a tokio runtime whose time driver is enabled, as `#[tokio::main]` has it.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, Inserter};
    /// # #[derive(IngestTable)]
    /// # struct Event { id: i64 }
    /// # async fn run(inserter: Inserter<'_, Event, i64>) -> Result<(), Error> {
    /// let report = inserter.run().await?;
    /// println!("{:?}", report.high_watermark);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind). Batches committed before stay; each writer, and each
    /// [`Durable`](crate::Durable) of a later batch, returns the same error.
    pub fn run(self) -> Running<'c, W>
    where
        S: 'c,
        W: 'c,
        H: Hook<()> + 'c,
    {
        Running::new(Box::pin(run(self)))
    }
}

impl<S: ?Sized, W> fmt::Debug for Feed<S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

impl<S: ?Sized, W, H> fmt::Debug for Inserter<'_, S, W, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inserter")
            .field("ingest", &self.ingest)
            .field("reconnect", &self.reconnect)
            .finish_non_exhaustive()
    }
}

/// Runs sessions until one ends well, or with an error after which there is none again.
async fn run<S, W, H>(inserter: Inserter<'_, S, W, H>) -> Result<Report<W>, Error>
where
    S: IngestTables + ?Sized,
    W: Watermark,
    H: Hook<()>,
{
    let Inserter { mut ingest, feed, mut reconnect } = inserter;
    let mut again: Option<Client> = None;
    let mut work = Work { shared: &feed.shared, sealed: None, is_begun: false, carried: None };
    refuse_settings(&ingest.settings, ingest.version.is_some())
        .map_err(|error| work.fail(error))?;
    loop {
        let before = work.batches();
        let served = work.serve(ingest.borrowed(again.as_mut())).await;
        let Err(error) = served else { return served };
        let connected = match &mut reconnect {
            Some(reconnect) => {
                if work.batches() > before {
                    reconnect.begin_anew();
                }
                reconnect.connect(error).await
            }
            None => Err(error),
        };
        match connected {
            Ok((client, is_committed)) => {
                again = Some(client);
                if is_committed {
                    work.committed();
                }
            }
            Err(error) => return Err(work.fail(error)),
        }
    }
}

/// Settings by which the tables would be others in the first batch, or rows stay invisible in all.
fn refuse_settings(settings: &Settings, fills_version: bool) -> Result<(), Error> {
    let reason = if settings.delete != Delete::Off || settings.deletes_missing {
        "an inserter adds rows to what is there: it takes no `delete`"
    } else if settings.visibility != Visibility::AfterEachBatch {
        "an inserter makes each batch visible: it takes no `Visibility::AfterLastBatch`"
    } else if fills_version {
        "an inserter makes each batch visible: it takes no `version`"
    } else {
        return Ok(());
    };
    let kind = ErrorKind::Unsupported { reason: reason.to_owned() };
    Err(Error::new(kind, "cannot start the ingest"))
}

/// What is to be done, whichever connection it is done over.
struct Work<'f, W> {
    shared: &'f Shared<W>,
    /// The batch that is not known to be committed.
    sealed: Option<Sealed<W>>,
    /// Whether the session that ended was writing it.
    is_begun: bool,
    carried: Option<Carried<W>>,
}

impl<W: Watermark> Work<'_, W> {
    /// How many batches were committed.
    fn batches(&self) -> u64 {
        self.carried.as_ref().map_or(0, Carried::batches)
    }

    /// Runs a session until all is written.
    async fn serve<S, H>(&mut self, ingest: Ingest<'_, S, H>) -> Result<Report<W>, Error>
    where
        S: IngestTables + ?Sized,
        H: Hook<()>,
    {
        let mut session = match ingest.start_unless_skipped::<W>().await? {
            ControlFlow::Continue(session) => session,
            ControlFlow::Break(report) => return Ok(report),
        };
        if let Some(carried) = self.carried.take() {
            session.carry_on(carried)?;
        }
        self.is_begun = false;
        let written = self.write(&mut session).await;
        let Err(error) = written else { return session.finish().await };
        let sealed = self.sealed.as_ref().filter(|_| self.is_begun);
        let high_watermark = sealed.and_then(|sealed| sealed.high_watermark.as_ref());
        let count = sealed.map_or(0, |sealed| sealed.count);
        self.carried = Some(session.hand_over(count, high_watermark));
        Err(error)
    }

    /// Writes batches, that which is sealed already before all others.
    async fn write<S, H>(&mut self, session: &mut Session<'_, S, W, H>) -> Result<(), Error>
    where
        S: IngestTables + ?Sized,
        H: Hook<()>,
    {
        session.settle().await?;
        let encoder = session.encoder();
        self.shared.open(session.encoder(), self.sealed.is_some())?;
        loop {
            if self.sealed.is_none() {
                self.sealed = self.shared.next().await;
            }
            let Some(Sealed { pages, high_watermark, .. }) = &self.sealed else { return Ok(()) };
            self.is_begun = true;
            let rows = EncodedRows { encoder: &encoder, pages };
            session
                .ingest(Batch { rows, high_watermark: high_watermark.clone(), metadata: () })
                .await?;
            self.sealed_is_committed();
        }
    }

    fn sealed_is_committed(&mut self) {
        if let Some(sealed) = self.sealed.take() {
            sealed.decide(Ok(()));
        }
    }

    /// The batch with which a session ended is committed although that was not answered.
    fn committed(&mut self) {
        self.carried = self.carried.take().map(Carried::with_batch);
        if self.is_begun {
            self.sealed_is_committed();
        }
    }

    /// Tells all that it failed.
    fn fail(&mut self, error: Error) -> Error {
        if let Some(sealed) = self.sealed.take() {
            sealed.decide(Err(error.clone()));
        }
        self.shared.end(&error);
        error
    }
}
