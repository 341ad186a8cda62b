//! Where an ingest begins, and where it stores how far it is.

use super::Ingest;
use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::options::{HighWatermark, Overlap, Watermarks};
use crate::session;
use crate::table::IngestTables;
use serde::de::DeserializeOwned;

impl<S: IngestTables + ?Sized, H> Ingest<'_, S, H> {
    /// Where the ingest begins. Default: [`HighWatermark::Latest`], after the stored one.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, HighWatermark, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .high_watermark(HighWatermark::Earliest)
    ///     .batches(|_: Option<i64>| Batch::new(events).high_watermark(2_000))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn high_watermark(mut self, high_watermark: HighWatermark) -> Self {
        self.high_watermark = high_watermark;
        self
    }

    /// Where high watermarks are stored. Default: [`Watermarks::Comment`], in the comment on the table.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, Watermarks, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Event { id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .watermarks(Watermarks::table("ops", "ingest_state"))
    ///     .batches(|_after: Option<i64>| Batch::new(events).high_watermark(42))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn watermarks(mut self, watermarks: Watermarks) -> Self {
        self.settings.watermarks = watermarks;
        self
    }

    /// The source that the rows come from. Default: one source, `""`.
    ///
    /// With [`Watermarks::table`] each source has a high watermark of its own, and ingests of different
    /// sources into one table run at the same time: the batches of one source come one after the other,
    /// those of several beside each other. What concerns the whole table (creating it, a rebuild, a
    /// [`Delete`](crate::Delete)) waits until no batch is under way, and keeps new ones out; a session
    /// that began before the table was replaced ends with [`ErrorKind::ConcurrentIngest`]. A `Delete`
    /// deletes the rows of all sources, and so clears the high watermark of each.
    ///
    /// Merges of two sources that update the same rows may meet in a deadlock, which PostgreSQL ends by
    /// failing one of them: its merge is done again, up to ten times.
    ///
    /// With [`Watermarks::Comment`], which holds one high watermark, any other source than `""` is
    /// [`ErrorKind::Unsupported`].
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, Watermarks, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Event { id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .watermarks(Watermarks::table("ops", "ingest_state"))
    ///     .source("orders/3")
    ///     .batches(|_after: Option<i64>| Batch::new(events).high_watermark(42))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.settings.source = source.into();
        self
    }

    /// What the ingest does if another one of the same source is in a batch when it starts. Default:
    /// [`Overlap::Error`].
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, Overlap, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Event { id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// let report = ingest::<Event>(client)
    ///     .overlap(Overlap::Skip)
    ///     .batches(|_after: Option<i64>| Batch::new(events).high_watermark(42))
    ///     .await?;
    /// if let Some(reason) = &report.skipped {
    ///     println!("nothing was done: {reason}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn overlap(mut self, overlap: Overlap) -> Self {
        self.settings.overlap = overlap;
        self
    }

    /// Reads the high watermark that is stored, as the next ingest would find it; `None` if there is
    /// none, or no such table. Of several tables it is that of the first.
    ///
    /// Nothing is created or changed, and it may be within a transaction. Where the high watermark is in
    /// the comment on the table, it is one round trip, no table is locked, and no privilege is needed;
    /// where it is in a table ([`Watermarks::table`]), that is read. Of the settings only
    /// `into_table`, `watermarks`, `source`, `timeout` and `show_values` count.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Row { #[ingest(primary_key)] id: i32 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let day = ingest::<Row>(client).stored::<String>().await?;
    /// println!("loaded up to {}", day.as_deref().unwrap_or("nothing"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Watermark`] if it is not of type `W`, [`ErrorKind::UnreadableComment`] if the comment that
    /// holds it cannot be read, [`ErrorKind::WatermarkTable`] if the table that the comment names is gone;
    /// any error of the server.
    pub async fn stored<W: DeserializeOwned>(self) -> Result<Option<W>, Error> {
        let mut tables = self.tables().into_iter();
        let Some((table, _)) = tables.next() else { return Ok(None) };
        session::stored(self.client, table, &self.settings).await
    }
}
