//! The entrance.

mod delete;
mod inserter;
mod on_create;
mod rows;
mod running;
mod set_aside;
mod timeout;
mod version;
mod watermarks;

pub use inserter::{Durable, Feed, Inserter, Writer, Writing, inserter};
pub use rows::Rows;
pub use running::Running;

use version::Filling;

use crate::batch::{Batch, IntoBatch, NoWatermark};
use crate::connections::{Connection, Connections};
use crate::definition::Table;
use crate::error::{BoxError, Error, ErrorKind};
use crate::hook::{BeforeVisible, Hook, NoHook, OnBeforeVisible, OnCreate};
use crate::ident::QualifiedName;
use crate::options::{
    ColumnOrder, HighWatermark, Locks, Migration, OnRejected, Upsert, Visibility,
};
use crate::report::{Plan, Progress};
use crate::session::{self, Asked, OnProgress, Session, Settings};
use crate::source::RowSource;
use crate::table::{IngestTable, IngestTables};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use tokio_postgres::Client;

/// Begins the settings of an ingest into the table, or the tables, `S`.
///
/// The client must not be in a transaction ([`ErrorKind::InTransaction`]). Its connection has to be
/// driven by its task, as always.
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
    /// When rows become visible. Default: [`Visibility::AfterEachBatch`].
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.settings.visibility = visibility;
        self
    }

    /// What becomes of a row whose primary key is in the table already. Default:
    /// [`Upsert::IfPrimaryKey`], it is replaced.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, Upsert, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Row { #[ingest(primary_key)] id: i32 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let report = ingest::<Row>(client)
    ///     .upsert(Upsert::KeepExisting)
    ///     .batches(|_: Option<NoWatermark>| Batch::new([Row { id: 7 }]))
    ///     .await?;
    /// println!("{} were there already", report.tables[0].existing);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upsert(mut self, upsert: Upsert) -> Self {
        self.settings.upsert = upsert;
        self
    }

    /// What becomes of a table that does not match its definition. Default: [`Migration::Evolve`], it is
    /// changed until it is.
    ///
    /// What PostgreSQL can change in place is changed before the first batch, under ACCESS EXCLUSIVE
    /// that is held for an instant and asked for in short attempts ([`Locks`]). Indexes are built,
    /// and rows are looked at, while readers and writers go on. For anything else the first batch's
    /// transaction makes a new table, copies the rows into it while writers wait and readers go on,
    /// and puts it in the place of the old one. [`plan`](Self::plan) says what would be done.
    pub fn migration(mut self, migration: Migration) -> Self {
        self.settings.migration = migration;
        self
    }

    /// Whether the order of the columns has to be that of the fields. Default:
    /// [`ColumnOrder::Exact`].
    pub fn column_order(mut self, column_order: ColumnOrder) -> Self {
        self.settings.column_order = column_order;
        self
    }

    /// How locks are waited for. Default: [`Locks::default`].
    pub fn locks(mut self, locks: Locks) -> Self {
        self.settings.locks = locks;
        self
    }

    /// Whether a batch may be committed in part. Default: it may not, and a table with partitions that
    /// are foreign tables is refused ([`ErrorKind::Unsupported`]).
    ///
    /// Their servers commit one by one, before the batch itself is committed. If one fails, the rows on
    /// those before it stay, while the high watermark does not advance: the next ingest loads them
    /// again, which doubles them unless they are merged on a key.
    pub fn allow_partial_commit(mut self, allow: bool) -> Self {
        self.settings.allow_partial_commit = allow;
        self
    }

    /// Whether batches of few rows that are merged go as one statement that has the rows as a parameter,
    /// rather than by `COPY` through a temporary table. Default: they do, up to 64 KiB.
    ///
    /// Each temporary table leaves dead rows in PostgreSQL's catalog, which autovacuum has to remove. Rows
    /// with fields that are sent as text, those of partitioned tables, of tables with rows in other
    /// tables of the same ingest, and of ingests over several connections always go by `COPY`, as do
    /// those that the server refuses in the other way. What is merged is the same. A server that logs
    /// statements (`log_statement`, `log_min_duration_statement`) logs parameters too, unless its
    /// `log_parameter_max_length` says otherwise; it never logs what a `COPY` brings.
    pub fn small_merges(mut self, small_merges: bool) -> Self {
        self.settings.small_merges = small_merges;
        self
    }

    /// Whether errors show values of rows: those that their columns cannot hold, cut short, and what
    /// the server says of data that it refuses. Default: they do not, and where the server's message
    /// may hold values its condition is displayed in its stead.
    pub fn show_values(mut self, show_values: bool) -> Self {
        self.settings.show_values = show_values;
        self
    }

    /// How much memory, in bytes, the building of indexes may use: those of a new table, and of the
    /// staging table of a large batch. All workers of one parallel build share it. Default: the
    /// session's `maintenance_work_mem`, in the place of which it is used in the
    /// transactions of batches; no less than 1 MiB and no more than 2 TiB.
    ///
    /// The builds of indexes on a live table, which are outside transactions, use what the session
    /// has.
    pub fn index_memory(mut self, bytes: u64) -> Self {
        self.settings.index_memory = Some(bytes);
        self
    }

    /// Calls a function as the ingest goes on: when a phase begins, and as rows are sent. It is
    /// called between messages to the server and holds them up while it runs.
    pub fn on_progress(mut self, f: impl FnMut(&Progress) + Send + 'c) -> Self {
        self.on_progress = Some(Box::new(f));
        self
    }

    /// Copies the rows of large batches over up to `count` connections at once, the client's own
    /// among them. Default: over the client's own alone.
    ///
    /// The others are made by `connect`, which answers a [`Client`], or a connection pool's object
    /// that derefs to one: of the same role and database. It is called when the first megabyte of a
    /// batch is there (two, for a new table with a key), so that small batches do not pay; what it
    /// made is used for all batches, and dropped with the ingest.
    ///
    /// They are of use where rows do not go straight into a live table: where they are merged on the
    /// primary key, and in the first load, or the reload by [`delete`](Self::delete), of a table that
    /// has no unique constraint besides its primary key. With a key, that takes a few megabytes of
    /// memory for each connection, and of rows with equal keys that arrive close together only the
    /// last is sent; a key of columns whose equal values may be written differently (`numeric`,
    /// floating point, `citext`, a `COLLATE` of their own) leaves it at one connection.
    ///
    /// The tables that they fill are committed before the batch is, under names that begin with
    /// `pg_bulk_ingest_`; they become the batch's, or are dropped, in its own transaction. After an
    /// error they are dropped; what a killed program leaves behind, the next ingest of the table
    /// removes. Where the role may not create tables in the schema, or the schema or an enum type is
    /// new in this batch, where a reload carries over properties of the live table that its definition
    /// does not have, and for sets of several tables, all goes over one connection.
    ///
    /// Rows that went over several connections into a new table are not frozen: a REPEATABLE READ
    /// transaction that began before they were published, and has not read the table yet, sees
    /// none of them.
    ///
    /// An error of `connect` ends the ingest with [`ErrorKind::WorkerConnect`].
    pub fn connections<C, By, E, F, Fut>(mut self, count: usize, connect: F) -> Self
    where
        By: 'static,
        C: Connection<By>,
        E: Into<BoxError>,
        F: FnMut() -> Fut + Send + 'c,
        Fut: Future<Output = Result<C, E>> + Send + 'c,
    {
        let connections = Connections::new(count, connect);
        self.connections = connections.are_several().then_some(connections);
        self.settings.several_connections = self.connections.is_some();
        self
    }

    /// Calls a hook once a batch, in its transaction, just before its rows are visible. An error
    /// rolls the batch back and ends the ingest with [`ErrorKind::Hook`].
    pub fn on_before_visible<M, F>(self, hook: F) -> Ingest<'c, S, OnBeforeVisible<'c, M>>
    where
        F: for<'v> FnMut(BeforeVisible<'v, M>) -> BoxFuture<'v, Result<(), BoxError>> + Send + 'c,
    {
        Ingest {
            client: self.client,
            into_table: self.into_table,
            high_watermark: self.high_watermark,
            settings: self.settings,
            on_progress: self.on_progress,
            connections: self.connections,
            on_rejected: self.on_rejected,
            on_create: self.on_create,
            version: self.version,
            hook: OnBeforeVisible(Box::new(hook)),
            tables: self.tables,
        }
    }

    /// Begins the ingest in its push form, with high watermarks of type `W`
    /// ([`NoWatermark`](crate::NoWatermark) for none).
    ///
    /// The catalog is read, the tables are compared with their definitions, and what cannot be
    /// done is refused. Labels that enum types lack are added, and tables are changed that can be
    /// changed in place ([`migration`](Self::migration)).
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

impl<S: IngestTable + ?Sized, H> Ingest<'_, S, H> {
    /// Into this table instead of the struct's own.
    pub fn into_table(mut self, schema: impl Into<String>, name: impl Into<String>) -> Self {
        self.into_table = Some(QualifiedName::new(schema, name));
        self
    }
}

impl<S: ?Sized, W, H> Session<'_, S, W, H> {
    /// Ingests a batch.
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
