//! An ingest, batch by batch.

mod alike;
mod aside;
mod batch;
mod carry;
mod close;
mod computed;
mod core;
mod created;
mod define;
mod delete;
mod deleting;
mod encoder;
mod enum_type;
mod examine;
mod filled;
mod finish;
mod folding;
mod from_text;
mod handover;
mod load;
mod members;
mod merging;
mod meter;
mod migrate;
mod missing;
mod open;
mod overlap;
mod own;
mod parallel;
mod partition;
mod parts;
mod preview;
mod refusal;
mod refused;
mod rejects;
mod rename;
mod reserve;
mod retry;
mod scope;
mod session_batch;
mod spans;
mod start;
mod store;
mod stored;
mod supported;
mod target;
mod trial;
mod uncommitted;
mod version;
mod views;
mod visible;
mod whole;

pub(crate) use self::core::Settings;
pub(crate) use batch::{Fill, OpenBatch, Pushed};
pub(crate) use encoder::{Carried, EncodedRows, Encoder};
pub(crate) use meter::OnProgress;
pub use session_batch::SessionBatch;
pub(crate) use stored::stored;
pub(crate) use version::{Asked, Prepared, prepare};

use self::core::Core;
use crate::connections::Connections;
use crate::deadline::within;
use crate::definition::Table;
use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::hook::{NoHook, OnCreate};
use crate::ident::{QualifiedName, list};
use crate::options::{HighWatermark, OnRejected, Visibility};
use crate::report::{Phase, Plan, Report};
use crate::watermark;
use meter::Meter;
use scope::Scope;
use serde::de::DeserializeOwned;
use std::fmt;
use std::marker::PhantomData;
use tokio_postgres::Client;

/// An ingest in the push form: batches are begun, written and committed one by one.
///
/// Made by [`Ingest::start`](crate::Ingest::start).
#[must_use = "an ingest is complete when it is finished"]
pub struct Session<'c, S: ?Sized, W, H = NoHook> {
    scope: Scope<'c>,
    core: Core,
    meter: Meter<'c>,
    connections: Option<Connections<'c>>,
    high_watermark: Option<W>,
    read: fn(&str) -> serde_json::Result<W>,
    on_create: Option<OnCreate<'c>>,
    hook: H,
    tables: PhantomData<fn(&S)>,
}

impl<'c, S: ?Sized, W: DeserializeOwned, H> Session<'c, S, W, H> {
    pub(crate) async fn start(
        client: &'c mut Client,
        tables: Vec<(QualifiedName, &'static Table)>,
        settings: Settings,
        on_progress: Option<OnProgress<'c>>,
        connections: Option<Connections<'c>>,
        high_watermark: HighWatermark,
        hook: H,
    ) -> Result<Self, Error> {
        let names = list(tables.iter().map(|(name, _)| name));
        let lookout = connections.as_ref().map(Connections::lookout);
        let table = match tables.as_slice() {
            [(table, _)] => Some(table.clone()),
            _ => None,
        };
        let mut meter = Meter::new(&names, table, on_progress, lookout);
        let reads = stored::is_read::<W>(&high_watermark);
        let visibility = match settings.deletes_missing {
            true => Visibility::AfterLastBatch,
            false => settings.visibility,
        };
        let settings = Settings { begins_after_stored: reads, visibility, ..settings };
        // These futures are large, and a caller's would be, that holds them.
        let inspect = Box::pin(whole::inspect(client, tables, settings, &mut meter));
        let mut core = inspect.await?;
        stored::check_readable(&core)?;
        let high_watermark = stored::begin_after(high_watermark, core.store.watermark());
        let high_watermark = high_watermark.map_err(|error| match core.targets.first() {
            Some(first) => error.in_table(&first.name),
            None => error,
        })?;
        Box::pin(whole::migrate(client, &mut core, &mut meter)).await?;
        let scope = Scope::new(client, core.settings.visibility);
        let (read, tables) = (watermark::read, PhantomData);
        let on_create = None;
        Ok(Self { scope, core, meter, connections, high_watermark, read, on_create, hook, tables })
    }
}

/// The statements that an ingest would run for its tables to be as they are defined.
pub(crate) async fn plan(
    client: &mut Client,
    tables: Vec<(QualifiedName, &'static Table)>,
    settings: Settings,
) -> Result<Plan, Error> {
    let deadline = settings.deadline(client)?;
    let shown = settings.show_values;
    let previewed = Box::pin(async {
        let started = start::start(client, tables, settings).await?;
        preview::preview(client, &started).await
    });
    let previewed = within(deadline, (), previewed).await;
    previewed.map_err(|error| if shown { error.with_values() } else { error })
}

impl<'c, S: ?Sized, W, H> Session<'c, S, W, H> {
    /// The high watermark: that of the batch that was committed last; before the first, that after
    /// which the ingest begins.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let session = ingest::<Event>(client).start::<i64>().await?;
    /// match session.high_watermark() {
    ///     Some(id) => println!("going on after {id}"),
    ///     None => println!("beginning at the first"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn high_watermark(&self) -> Option<&W> {
        self.high_watermark.as_ref()
    }

    /// Begins a batch: a transaction, in which no other ingest of the same tables can be.
    ///
    /// A table that does not exist is created in the first batch's transaction. With
    /// [`Delete`](crate::Delete), the first batch goes into a new table, and until it is committed
    /// writers of the live one wait (SHARE ROW EXCLUSIVE); readers go on.
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
    /// [`ErrorKind::ConcurrentIngest`] if another ingest has committed since; any error of the
    /// server.
    pub async fn batch(&mut self) -> Result<SessionBatch<'_, 'c, S, W, H>, Error> {
        let Self { scope, core, meter, connections, high_watermark, read, .. } = self;
        let (read, on_create) = (*read, &mut self.on_create);
        meter.enter(&core.progress(Phase::Begin));
        meter.served_by(0);
        let deadline = core.deadline.clone();
        within(deadline.clone(), meter.waits(), partition::make_later(scope, core)).await;
        let transaction = within(deadline.clone(), meter.waits(), scope.begin()).await;
        let transaction = transaction.map_err(|error| core.locate(error))?;
        let waits = meter.waits();
        let begun = OpenBatch::begin(transaction, core, meter, connections.as_mut(), on_create);
        let open = within(deadline, waits, Box::pin(begun)).await?;
        Ok(SessionBatch { open, high_watermark, read, hook: &mut self.hook, tables: self.tables })
    }

    /// This was done before it began.
    pub(crate) fn was_migrated(&mut self, migrated: Plan) {
        let statements = std::mem::take(&mut self.core.totals.migrated).into_statements();
        self.core.totals.migrated.extend(migrated.into_statements().into_iter().chain(statements));
    }

    /// Rows that are set aside are told to this function.
    pub(crate) fn call_on_rejected(&mut self, on_rejected: Option<OnRejected<'c>>) {
        self.meter.call_on_rejected(on_rejected);
    }

    /// The hook is called for each table that is created.
    pub(crate) fn call_on_create(&mut self, on_create: Option<OnCreate<'c>>) {
        self.on_create = on_create;
    }

    /// How many errors of its source a batch may set aside.
    pub(crate) fn source_errors_at_most(&self) -> u64 {
        let budget = self.core.settings.set_aside.filter(|budget| budget.source_errors);
        budget.map_or(0, |budget| budget.at_most)
    }

    /// The number of the batch that comes next, from 1.
    pub(crate) fn next_batch(&self) -> u64 {
        self.core.totals.batches + 1
    }

    /// Ends the ingest.
    ///
    /// Without a batch, tables that do not exist are created now, and with
    /// [`Delete::All`](crate::Delete::All) the others are emptied, under ACCESS EXCLUSIVE, which
    /// is waited for in short attempts. With
    /// [`AfterLastBatch`](crate::Visibility::AfterLastBatch) this commits all batches.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let session = ingest::<Event>(client).start::<i64>().await?;
    /// let report = session.finish().await?;
    /// println!("{} rows in {} batches", report.rows, report.batches);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any error of the server; what was committed before stays.
    pub async fn finish(self) -> Result<Report<W>, Error> {
        let Self { scope, mut core, mut meter, high_watermark, mut on_create, .. } = self;
        let finish = Box::pin(whole::finish(scope, &mut core, &mut meter, &mut on_create));
        let phases = finish.await?;
        let kept = whole::kept(&core);
        let core::Totals { batches, rows, bytes, tables, migrated, rejects, version } = core.totals;
        let skipped = None;
        Ok(Report {
            batches,
            rows,
            bytes,
            tables,
            migrated,
            kept,
            high_watermark,
            skipped,
            phases,
            version,
            rejects,
        })
    }
}

impl<S: ?Sized, W, H> fmt::Debug for Session<'_, S, W, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("core", &self.core).finish_non_exhaustive()
    }
}
