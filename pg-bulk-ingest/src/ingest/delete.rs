//! Settings of what an ingest deletes.

use super::Ingest;
use crate::options::{Delete, Fuse};

impl<S: ?Sized, H> Ingest<'_, S, H> {
    /// Whether the rows that were there are deleted. Default: [`Delete::Off`].
    ///
    /// The live table is replaced by a new one, with all objects that depend on it, or with
    /// [`Delete::Missing`] only loses the rows that did not come.
    /// If that cannot be, the ingest is refused with
    /// [`ErrorKind::DependentObjects`](crate::ErrorKind::DependentObjects).
    ///
    /// ```
    /// # use pg_bulk_ingest::{Delete, Fuse, Ingest};
    /// # fn set<S>(ingest: Ingest<'_, S>) -> Ingest<'_, S> {
    /// ingest.delete(Delete::Missing).fuse(Fuse::share(0.2))
    /// # }
    /// ```
    pub fn delete(mut self, delete: Delete) -> Self {
        self.settings.deletes_missing = delete == Delete::Missing;
        self.settings.delete = if self.settings.deletes_missing { Delete::Off } else { delete };
        self
    }

    /// How many rows an ingest may delete, as a guard against a source that lacks rows, or is empty. Default:
    /// any number.
    ///
    /// More than that are [`ErrorKind::Fuse`](crate::ErrorKind::Fuse), with how many would go and how many there
    /// are, and nothing is changed: it is checked before the transaction is committed which deletes them, for each table. It
    /// concerns every kind of delete: of [`Delete::Missing`]; by keys ([`Change::Delete`](crate::Change)),
    /// for each batch; of [`Delete::BeforeFirstBatch`] and [`Delete::All`], which replace all rows, as many as
    /// the table then has fewer, with the rows of the first batch, or of all batches with
    /// [`AfterLastBatch`](crate::Visibility::AfterLastBatch).
    ///
    /// Rows that are left are counted for it, if any were deleted: a scan of the table.
    ///
    /// ```
    /// # use pg_bulk_ingest::{Delete, Fuse, Ingest};
    /// # fn set<S>(ingest: Ingest<'_, S>) -> Ingest<'_, S> {
    /// ingest.delete(Delete::BeforeFirstBatch).fuse(Fuse::rows(10_000))
    /// # }
    /// ```
    pub fn fuse(mut self, fuse: Fuse) -> Self {
        self.settings.fuse = Some(fuse);
        self
    }
}
