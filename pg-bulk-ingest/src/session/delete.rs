//! Deletes by key, among the rows of a batch.

use super::SessionBatch;
use crate::change::KeyOf;
use crate::encode::Keyed;
use crate::error::Error;
use crate::table::RowOf;

impl<S: ?Sized, W, H> SessionBatch<'_, '_, S, W, H> {
    /// Deletes the row with this key, given in [borrowed form](Keyed::Key): `7`, or `(shop, "a")` where the key
    /// has several columns. Of rows and deletes with one key in the batch, the last counts. A key that no row
    /// has is no error, and counted as [`missing`](crate::TableReport::missing).
    ///
    /// Nothing is deleted before the batch is committed: rows go by one statement for all keys, before the
    /// rows of the batch are merged. Rows that others refer to are deleted after these, and tables of a set
    /// after those that refer to them. The role needs DELETE and SELECT on the table.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # struct Item { #[ingest(primary_key)] id: i64, name: String }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), pg_bulk_ingest::Error> {
    /// let mut session = ingest::<Item>(client).start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// batch.write(Item { id: 7, name: "a".to_owned() }).await?;
    /// batch.delete(8).await?;
    /// batch.commit(1).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the table's rows are not merged by a key
    /// ([`Upsert`](crate::Upsert)), or in the batch that creates the table where it goes over several
    /// connections; [`ErrorKind::InsufficientPrivilege`](crate::ErrorKind::InsufficientPrivilege);
    /// [`ErrorKind::Value`](crate::ErrorKind::Value).
    pub async fn delete(&mut self, key: S::Key<'_>) -> Result<(), Error>
    where
        S: Keyed + RowOf<S> + Sized,
    {
        self.delete_from::<S>(key).await
    }

    /// Deletes the row with this key from one table of a set: as [`delete`](Self::delete).
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{IngestTable, IngestTables, ingest};
    /// # #[derive(IngestTable)]
    /// # struct Item { #[ingest(primary_key)] id: i64, name: String }
    /// # #[derive(IngestTable)]
    /// # struct Shop { #[ingest(primary_key)] code: String }
    /// # #[derive(IngestTables)]
    /// # enum Both { Item(Item), Shop(Shop) }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), pg_bulk_ingest::Error> {
    /// let mut session = ingest::<Both>(client).start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// batch.delete_from::<Shop>("a").await?;
    /// batch.commit(1).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`delete`](Self::delete).
    pub async fn delete_from<R: RowOf<S> + Keyed>(&mut self, key: R::Key<'_>) -> Result<(), Error> {
        self.write(KeyOf::<R> { key, version: None }).await
    }

    /// Deletes the row with this key unless it is newer than this version, for tables with
    /// [`newest_by`](derive@crate::IngestTable#the-newest-of-several-versions): as
    /// [`Change::delete_at`](crate::Change::delete_at). A row that is newer is counted as
    /// [`stale`](crate::TableReport::stale).
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(newest_by(version))]
    /// # struct Item { #[ingest(primary_key)] id: i64, version: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), pg_bulk_ingest::Error> {
    /// let mut session = ingest::<Item>(client).start::<i64>().await?;
    /// let mut batch = session.batch().await?;
    /// batch.delete_at(7, 3).await?;
    /// batch.commit(1).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`delete`](Self::delete).
    pub async fn delete_at(&mut self, key: S::Key<'_>, version: S::Version<'_>) -> Result<(), Error>
    where
        S: Keyed + RowOf<S> + Sized,
    {
        self.write(KeyOf::<S> { key, version: Some(version) }).await
    }
}
