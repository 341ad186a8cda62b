//! The entrance.

mod callbacks;
mod delete;
mod inserter;
mod on_create;
mod rows;
mod running;
mod set_aside;
mod settings;
mod timeout;
mod version;
mod watermarks;

pub use inserter::{Durable, Feed, Inserter, Writer, Writing, inserter};
pub use rows::Rows;
pub use running::Running;

use version::Filling;

use crate::batch::{Batch, IntoBatch, NoWatermark};
use crate::connections::Connections;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::hook::{Hook, NoHook, OnCreate};
use crate::ident::QualifiedName;
use crate::options::{HighWatermark, OnRejected};
use crate::report::Plan;
use crate::session::{self, Asked, OnProgress, Session, Settings};
use crate::source::RowSource;
use crate::table::IngestTables;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::marker::PhantomData;
use tokio_postgres::Client;

/// Begins the settings of an ingest into the table, or the tables, `S`.
///
/// The client must not be in a transaction ([`ErrorKind::InTransaction`]). Its connection has to be
/// driven by its task, as always.
///
/// ```no_run
/// # use pg_bulk_ingest::{Batch, Error, IngestTable, ingest};
/// # #[derive(IngestTable)]
/// # #[ingest(table = "event")]
/// # struct Event { #[ingest(primary_key)] id: i64 }
/// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
/// let report = ingest::<Event>(client)
///     .batches(|_: Option<i64>| Batch::new([Event { id: 1 }, Event { id: 2 }]).high_watermark(2))
///     .await?;
/// assert_eq!(report.rows, 2);
/// # Ok(())
/// # }
/// ```
pub fn ingest<S: IngestTables + ?Sized>(client: &mut Client) -> Ingest<'_, S> {
    Ingest {
        client,
        into_table: None,
        high_watermark: HighWatermark::default(),
        settings: Settings { small_merges: true, ..Settings::default() },
        on_progress: None,
        connections: None,
        on_rejected: None,
        on_create: None,
        version: None,
        hook: NoHook,
        tables: PhantomData,
    }
}

/// An ingest that is being set up.
///
/// It ends with one of [`rows`](Self::rows), [`batches`](Self::batches), [`stream`](Self::stream),
/// [`inserter`](Self::inserter), [`start`](Self::start), [`migrate`](Self::migrate), [`plan`](Self::plan) and
/// [`stored`](Self::stored).
#[must_use = "an ingest does nothing before `rows`, `batches`, `stream`, `start`, `migrate`, `plan` or \
              `stored`"]
pub struct Ingest<'c, S: ?Sized, H = NoHook> {
    client: &'c mut Client,
    into_table: Option<QualifiedName>,
    high_watermark: HighWatermark,
    settings: Settings,
    on_progress: Option<OnProgress<'c>>,
    connections: Option<Connections<'c>>,
    on_rejected: Option<OnRejected<'c>>,
    on_create: Option<OnCreate<'c>>,
    version: Option<Asked>,
    hook: H,
    tables: PhantomData<fn(&S)>,
}

impl<'c, S: IngestTables + ?Sized, H> Ingest<'c, S, H> {
    /// Begins the ingest in its push form, with high watermarks of type `W`
    /// ([`NoWatermark`](crate::NoWatermark) for none).
    ///
    /// The catalog is read, the tables are compared with their definitions, and what cannot be
    /// done is refused. Labels that enum types lack are added, and tables are changed that can be
    /// changed in place ([`migration`](Self::migration)).
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let mut session = ingest::<Event>(client).start::<i64>().await?;
    /// let after = session.high_watermark().copied().unwrap_or(0);
    /// let mut batch = session.batch().await?;
    /// for id in after + 1..=after + 1_000 {
    ///     batch.write(Event { id }).await?;
    /// }
    /// batch.commit(after + 1_000).await?;
    /// println!("{}", session.finish().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InTransaction`]; [`ErrorKind::SchemaMismatch`], [`ErrorKind::CannotMigrate`],
    /// [`ErrorKind::DependentObjects`], [`ErrorKind::View`], [`ErrorKind::InsufficientPrivilege`], [`ErrorKind::Locked`],
    /// [`ErrorKind::Unsupported`], [`ErrorKind::Definition`], [`ErrorKind::Watermark`],
    /// [`ErrorKind::UnreadableComment`], [`ErrorKind::WatermarkTable`], [`ErrorKind::Overlap`]; any error of
    /// the server.
    pub async fn start<W: DeserializeOwned>(self) -> Result<Session<'c, S, W, H>, Error> {
        let tables = self.tables();
        let Self { client, high_watermark, settings, on_progress, connections, hook, .. } = self;
        let (version, mut on_create) = (self.version, self.on_create);
        let filling = version::prepare(client, tables, settings, version, &mut on_create).await?;
        let Filling { tables, settings, migrated } = filling;
        let on_create = on_create.filter(|_| settings.has_on_create);
        let started = Session::start(
            client,
            tables,
            settings,
            on_progress,
            connections,
            high_watermark,
            hook,
        );
        let mut session = started.await?;
        session.was_migrated(migrated);
        session.call_on_rejected(self.on_rejected);
        session.call_on_create(on_create);
        Ok(session)
    }

    /// Makes the tables as they are defined, without a batch: they exist afterwards, and are
    /// migrated. Returns what was done. With [`Delete::All`](crate::Delete::All) they are emptied.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let done = ingest::<Event>(client).migrate().await?;
    /// println!("{done}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start); any error of the server.
    pub async fn migrate(self) -> Result<Plan, Error> {
        let ingest = Self { high_watermark: HighWatermark::Earliest, ..self };
        let session = ingest.start::<NoWatermark>().await?;
        Ok(session.finish().await?.migrated)
    }

    /// What the next ingest would do for the tables to be as they are defined: its statements, what
    /// each locks, how much of the table it goes through, and why. Nothing is changed.
    ///
    /// For a table that is going to be rebuilt an empty one is made, and rolled back: which names it
    /// gets from PostgreSQL, and so which have to be changed, and what default privileges grant on it.
    /// No lock is taken on the live table. While another ingest of the tables is in a batch, or where
    /// PostgreSQL refuses that table, as the ingest will say, these statements are left out.
    ///
    /// With a [`Delete`](crate::Delete), a table that does not match its definition is replaced without its rows; what
    /// the deletion alone does is no part of the plan.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let plan = ingest::<Event>(client).plan().await?;
    /// for statement in plan.statements() {
    ///     println!("{} ({})", statement.sql(), statement.lock());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start): what would be refused is refused.
    pub async fn plan(self) -> Result<Plan, Error> {
        let tables = self.tables();
        session::plan(self.client, tables, self.settings).await
    }

    fn tables(&self) -> Vec<(QualifiedName, &'static Table)> {
        let name = |table: &Table| QualifiedName::new(table.schema(), table.name());
        let named =
            |table: &'static Table| (self.into_table.clone().unwrap_or_else(|| name(table)), table);
        S::TABLES.iter().copied().map(named).collect()
    }
}

impl<S: ?Sized, W, H> Session<'_, S, W, H> {
    /// Ingests a batch.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let mut session = ingest::<Event>(client).start::<i64>().await?;
    /// for batch in [Batch::new([Event { id: 1 }]).high_watermark(1), Batch::new([Event { id: 2 }]).high_watermark(2)] {
    ///     session.ingest(batch).await?;
    /// }
    /// session.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`]; the batch is then rolled back.
    pub async fn ingest<B>(&mut self, batch: B) -> Result<(), Error>
    where
        B: IntoBatch<Watermark = W, Rows: RowSource<S, W>>,
        W: Serialize + Send,
        H: Hook<B::Metadata>,
    {
        let next = self.next_batch();
        let batch = batch.into_batch().map_err(|source| {
            let error = Error::new(ErrorKind::Source, "cannot get the next batch from its source");
            error.in_batch(next).caused_by(source)
        })?;
        let Batch { rows, high_watermark, metadata } = batch;
        let mut writer = self.batch().await?;
        if high_watermark.is_some() || B::Rows::computes_high_watermark() {
            writer.open_batch().check_may_store()?;
        }
        let after = rows.write_into(writer.open_batch()).await?;
        writer.commit_with(after.or(high_watermark), metadata).await
    }
}

impl<S: ?Sized, H> fmt::Debug for Ingest<'_, S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingest")
            .field("into_table", &self.into_table)
            .field("high_watermark", &self.high_watermark)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
