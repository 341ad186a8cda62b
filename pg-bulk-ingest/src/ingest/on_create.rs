//! The hook that runs once a table is created.

use super::Ingest;
use crate::error::BoxError;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::hook::{Created, OnCreate};
use futures_util::future::BoxFuture;

impl<'c, S: ?Sized, H> Ingest<'c, S, H> {
    /// Calls a hook once for each table that the ingest creates, in the transaction that creates it,
    /// before its rows: for what a struct does not say, such as distribution, triggers and policies.
    /// Default: none.
    ///
    /// The table has its columns, its key and its indexes, and no rows. The hook is called for a table
    /// that did not exist, and for one that [replaces](Created::replaces) another: with
    /// [`Delete::All`](crate::Delete::All) and [`Delete::BeforeFirstBatch`](crate::Delete::BeforeFirstBatch),
    /// and where [a change](Self::migration) needs a new table. It is also called where
    /// [`migrate`](Self::migrate) or an ingest without a batch creates a table; not by
    /// [`plan`](Self::plan), nor where `Delete::All` without a batch empties a table that stays.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event", primary_key(tenant, id))]
    /// # struct Event { tenant: i32, id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .on_create(|created| Box::pin(async move {
    ///         let name = &created.table.loaded_as;
    ///         created.execute(&format!("ALTER TABLE {name} SET (fillfactor = 70)")).await?;
    ///         created.execute("SELECT create_distributed_table($1, 'tenant')").await
    ///     }))
    ///     .batches(|_: Option<NoWatermark>| Batch::new([Event { tenant: 1, id: 7 }]))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What the hook makes stays. Of what the replaced table had and the new one would get, that is
    /// left out which the hook has made: constraints, triggers, rules and policies of the same name,
    /// constraints, indexes and statistics objects of the same definition, memberships of
    /// publications, and settings of the table and its columns. An index or statistics object that the
    /// hook makes should not be named: its name is free only once the live table is gone, and it then
    /// gets the name of the live one's.
    ///
    /// With a hook, rows of a new table meet its key and indexes as they come, which takes longer than
    /// building these afterwards; they go over [several connections](Self::connections) only where
    /// they are merged; and they are not frozen: a REPEATABLE READ transaction that began before
    /// they were committed, and has not read the table yet, sees none of them in a table that replaced
    /// another.
    ///
    /// # Errors
    ///
    /// An error of the hook, or a table that rows cannot be loaded into once the hook is done, rolls
    /// the batch back and ends the ingest with [`ErrorKind::Hook`]; a hook that ends the transaction
    /// does so with [`ErrorKind::TransactionEnded`].
    pub fn on_create<F>(mut self, hook: F) -> Self
    where
        F: for<'v> FnMut(Created<'v>) -> BoxFuture<'v, Result<(), BoxError>> + Send + 'c,
    {
        self.on_create = Some(OnCreate::new(hook));
        self.settings.has_on_create = true;
        self
    }
}
