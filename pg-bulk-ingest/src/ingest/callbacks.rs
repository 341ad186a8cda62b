//! What an ingest calls: for its progress, for further connections, and before rows are visible.

use super::Ingest;
use crate::connections::{Connection, Connections};
use crate::error::BoxError;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::hook::{BeforeVisible, OnBeforeVisible};
use crate::report::Progress;
use crate::table::IngestTables;
use futures_util::future::BoxFuture;
use std::future::Future;

impl<'c, S: IngestTables + ?Sized, H> Ingest<'c, S, H> {
    /// Calls a function as the ingest goes on: when a phase begins, and as rows are sent. It is
    /// called between messages to the server and holds them up while it runs.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .on_progress(|progress| println!("{:?}: {} rows", progress.phase, progress.rows))
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_progress(mut self, f: impl FnMut(&Progress) + Send + 'c) -> Self {
        self.on_progress = Some(Box::new(f));
        self
    }

    /// Copies the rows of large batches over up to `count` connections at once, the client's own
    /// among them. Default: over the client's own alone.
    ///
    /// The others are made by `connect`, which returns a [`Client`](tokio_postgres::Client), or a
    /// connection pool's object that derefs to one: of the same role and database. It is called when the
    /// first megabyte of a batch is there (two, for a new table with a key), so that small batches do not
    /// pay; what it made is used for all batches, and dropped with the ingest.
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
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// let url = "postgres://loader@db.example.com/warehouse";
    /// ingest::<Event>(client)
    ///     .connections(2, || async move {
    ///         let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    ///         tokio::spawn(connection);
    ///         Ok::<_, tokio_postgres::Error>(client)
    ///     })
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .on_before_visible(|batch| {
    ///         Box::pin(async move {
    ///             let sql = format!("SELECT count(*) FROM {}", batch.tables[0].loaded_as);
    ///             let rows: i64 = batch.transaction.query_one(&sql, &[]).await?.get(0);
    ///             if rows == 0 { Err("there are no rows".into()) } else { Ok(()) }
    ///         })
    ///     })
    ///     .batches(|_: Option<NoWatermark>| Batch::new(events))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
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
}
