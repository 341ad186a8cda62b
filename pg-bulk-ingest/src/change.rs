//! Changes of a table: rows that are put, and keys whose rows are deleted.

use crate::encode::{Keyed, RowEncoder};
use crate::table::RowOf;
use std::fmt;

/// A row to put, or a key whose row is to be deleted. Batches take changes as they take rows; of those with one
/// key in one batch the last counts.
///
/// `Change<'k, &R>` has rows by reference.
///
/// ```
/// use pg_bulk_ingest::{Batch, Change, IngestTable};
///
/// #[derive(IngestTable)]
/// struct Account {
///     #[ingest(primary_key)]
///     id: i64,
///     email: String,
/// }
///
/// let batch = Batch::new([
///     Change::Put(Account { id: 7, email: "a@example.com".to_owned() }),
///     Change::Delete(8),
/// ]);
/// # let _ = batch;
/// ```
pub enum Change<'k, R: Keyed> {
    /// The row is inserted, or replaces the one with its key.
    Put(R),
    /// The row with this key is deleted, if there is one.
    Delete(R::Key<'k>),
    /// The row with this key is deleted, unless it is newer than this: see [`delete_at`](Self::delete_at).
    #[doc(hidden)]
    DeleteAt(R::Key<'k>, R::Version<'k>),
}

impl<'k, R: Keyed> Change<'k, R> {
    /// A delete of a table with [`newest_by`](derive@crate::IngestTable#the-newest-of-several-versions), with
    /// the version that the delete has: rows that are newer stay. A deleted row leaves no version behind, so an
    /// older row that comes in a later batch is inserted.
    ///
    /// ```
    /// use pg_bulk_ingest::{Change, IngestTable};
    ///
    /// #[derive(IngestTable)]
    /// #[ingest(newest_by(version))]
    /// struct Account {
    ///     #[ingest(primary_key)]
    ///     id: i64,
    ///     version: i64,
    /// }
    ///
    /// let change = Change::<Account>::delete_at(7, 3);
    /// # let _ = change;
    /// ```
    pub fn delete_at(key: R::Key<'k>, version: R::Version<'k>) -> Self {
        Self::DeleteAt(key, version)
    }
}

impl<'k, R> fmt::Debug for Change<'k, R>
where
    R: Keyed<Key<'k>: fmt::Debug, Version<'k>: fmt::Debug> + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(row) => f.debug_tuple("Put").field(row).finish(),
            Self::Delete(key) => f.debug_tuple("Delete").field(key).finish(),
            Self::DeleteAt(key, version) => {
                f.debug_tuple("DeleteAt").field(key).field(version).finish()
            }
        }
    }
}

impl<'k, R> Clone for Change<'k, R>
where
    R: Keyed<Key<'k>: Clone, Version<'k>: Clone> + Clone,
{
    fn clone(&self) -> Self {
        match self {
            Self::Put(row) => Self::Put(row.clone()),
            Self::Delete(key) => Self::Delete(key.clone()),
            Self::DeleteAt(key, version) => Self::DeleteAt(key.clone(), version.clone()),
        }
    }
}

/// A key whose row of the table of `R` is to be deleted.
pub(crate) struct KeyOf<'k, 'v, R: Keyed> {
    pub(crate) key: R::Key<'k>,
    pub(crate) version: Option<R::Version<'v>>,
}

impl<S: ?Sized, R: Keyed + RowOf<S>> RowOf<S> for KeyOf<'_, '_, R> {
    type Row = Self;
    const POSITION: usize = R::POSITION;
    const CHANGES: bool = true;

    #[inline]
    fn row(&self) -> Option<&Self> {
        Some(self)
    }

    #[inline]
    fn table(&self) -> usize {
        R::POSITION
    }

    #[inline]
    fn is_delete(&self) -> bool {
        true
    }

    #[inline]
    fn encode_row(&self, row: &mut RowEncoder<'_>) {
        R::encode_key(&self.key, self.version.as_ref(), row);
    }
}

impl<S: ?Sized, R: Keyed + RowOf<S>> RowOf<S> for Change<'_, R> {
    type Row = Self;
    const POSITION: usize = R::POSITION;
    const ERRORS_END: bool = R::ERRORS_END;
    const CHANGES: bool = true;

    #[inline]
    fn row(&self) -> Option<&Self> {
        Some(self)
    }

    #[inline]
    fn table(&self) -> usize {
        match self {
            Self::Put(row) => row.table(),
            Self::Delete(_) | Self::DeleteAt(..) => R::POSITION,
        }
    }

    #[inline]
    fn is_delete(&self) -> bool {
        !matches!(self, Self::Put(_))
    }

    #[inline]
    fn encode_row(&self, row: &mut RowEncoder<'_>) {
        match self {
            Self::Put(put) => put.encode_row(row),
            Self::Delete(key) => R::encode_key(key, None, row),
            Self::DeleteAt(key, version) => R::encode_key(key, Some(version), row),
        }
    }
}
