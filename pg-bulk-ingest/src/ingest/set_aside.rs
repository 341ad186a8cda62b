//! Rows that are set aside.

use super::Ingest;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::options::{Budget, SetAside};
use crate::table::IngestTables;

impl<'c, S: IngestTables + ?Sized, H> Ingest<'c, S, H> {
    /// Sets rows aside that are refused, rather than failing their batch: the rest goes on, and the
    /// report names each of them ([`Report::rejects`](crate::Report::rejects)). [`Rejects::table`] keeps them in a
    /// table. Default: such a row fails its batch ([`ErrorKind::Value`]).
    ///
    /// These are rows with a value that its column cannot hold, as far as the client sees it: text with a NUL
    /// character, numbers, dates and times out of range, and all else that is an [`ErrorKind::Value`]. With
    /// [`SetAside::source_errors`] also errors that an iterator, or a stream of [`Batch::stream`], returns
    /// instead of rows, but not those of [`row_stream`](Self::row_stream), which is then
    /// [`ErrorKind::Unsupported`].
    ///
    /// What the server refuses of a table that is there is set aside as well: rows that violate NOT NULL, CHECK,
    /// unique, foreign key and exclusion constraints, texts that are too long for their `varchar`, and those that
    /// a trigger refuses. When one is met, all rows that its CHECK, NOT NULL or foreign key refuses are found by one
    /// query, and the merge is done again without them. What a query over the rows cannot tell is looked for by
    /// halves, row by row, and the merge is done again without each: what a trigger, a unique or exclusion
    /// constraint refuses, and all of tables whose rows a trigger changes before they are written, or with
    /// `on_update`. Rows that are only added go through a temporary table, too, for which the role needs TEMPORARY
    /// on the database. Of rows with equal keys of which the last is refused, the one before it counts; of rows that
    /// a unique or exclusion constraint keeps apart, the first is loaded. Deletes by key are done as if the rows that
    /// are set aside had not been among the changes.
    ///
    /// These still fail the batch: a label that an enum type lacks, a value that its domain refuses, and with
    /// `on_update` a text that is too long, as `COPY` does at once; a key to delete that cannot be encoded; a row
    /// that refers to none, where the foreign key is of the table to itself; constraints that are
    /// deferred to the COMMIT; and what the server refuses of the first batch of a new table, or of one that
    /// replaces another ([`Delete`](crate::Delete)), whose rows are merged on its primary key and no column or
    /// setting says how.
    ///
    /// A batch of which more rows are refused than [`SetAside::at_most`], or [`SetAside::share`], is rolled
    /// back, and ends the ingest with [`ErrorKind::TooManyRejected`]. The high watermark of a batch is stored
    /// although rows of it were set aside: a source that begins after it does not return them again.
    ///
    /// The parts of [`Batch::parts`] go one after the other.
    ///
    /// [`Rejects::table`]: crate::Rejects::table
    /// [`Batch::parts`]: crate::Batch::parts
    /// [`Batch::stream`]: crate::Batch::stream
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, Rejects, SetAside, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Line { text: String }
    /// # async fn run(client: &mut tokio_postgres::Client, lines: Vec<std::io::Result<Line>>) -> Result<(), Error> {
    /// let report = ingest::<Line>(client)
    ///     .set_aside(SetAside {
    ///         share: 0.01,
    ///         source_errors: true,
    ///         into: Rejects::call(|rejected| eprintln!("{rejected}")),
    ///         ..SetAside::default()
    ///     })
    ///     .batches(|_: Option<NoWatermark>| Batch::new(lines))
    ///     .await?;
    /// println!("{} of {} rows were set aside", report.tables[0].rejected, report.rows);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_aside(mut self, set_aside: SetAside<'c>) -> Self {
        self.settings.set_aside = Some(Budget::of(&set_aside));
        self.on_rejected = set_aside.into.into_call();
        self
    }
}
