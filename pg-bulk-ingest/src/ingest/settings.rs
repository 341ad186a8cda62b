//! Settings that are values.

use super::Ingest;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::ident::QualifiedName;
use crate::options::{ColumnOrder, Locks, Migration, Upsert, Visibility};
use crate::table::{IngestTable, IngestTables};

impl<S: IngestTables + ?Sized, H> Ingest<'_, S, H> {
    /// When rows become visible. Default: [`Visibility::AfterEachBatch`].
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, Visibility, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .visibility(Visibility::AfterLastBatch)
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, Migration, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .migration(Migration::AdditiveOnly)
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn migration(mut self, migration: Migration) -> Self {
        self.settings.migration = migration;
        self
    }

    /// Whether the order of the columns has to be that of the fields. Default:
    /// [`ColumnOrder::Exact`].
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, ColumnOrder, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .column_order(ColumnOrder::Any)
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn column_order(mut self, column_order: ColumnOrder) -> Self {
        self.settings.column_order = column_order;
        self
    }

    /// How locks are waited for. Default: [`Locks::default`].
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, Locks, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// use std::time::Duration;
    ///
    /// let locks = Locks { comment_lock_timeout: Duration::from_secs(60), ..Locks::default() };
    /// ingest::<Event>(client)
    ///     .locks(locks)
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .allow_partial_commit(true)
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .small_merges(false)
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn small_merges(mut self, small_merges: bool) -> Self {
        self.settings.small_merges = small_merges;
        self
    }

    /// Whether errors show values of rows: those that their columns cannot hold, cut short, and what
    /// the server says of data that it refuses. Default: they do not, and where the server's message
    /// may hold values its condition is displayed in its stead.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .show_values(true)
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .index_memory(2 << 30) // 2 GiB
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn index_memory(mut self, bytes: u64) -> Self {
        self.settings.index_memory = Some(bytes);
        self
    }
}

impl<S: IngestTable + ?Sized, H> Ingest<'_, S, H> {
    /// Into this table instead of the struct's own.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .into_table("archive", "event_2025")
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_table(mut self, schema: impl Into<String>, name: impl Into<String>) -> Self {
        self.into_table = Some(QualifiedName::new(schema, name));
        self
    }
}
