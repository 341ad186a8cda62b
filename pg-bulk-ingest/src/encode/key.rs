//! Keys, by which rows are deleted.

use super::{Cell, IngestColumn, RowEncoder, ValueError, Written};
use crate::definition::{ColumnType, Kind};

/// A table whose rows have a key: the columns of `merge_on(…)`, or else those of the primary key. The derive
/// implements it.
///
/// It is not implemented where the server fills a column of the primary key and there is no `merge_on`, nor
/// where the key has a column of a flattened struct, or one that is marked `json` or `to_sql`.
///
/// ```
/// use pg_bulk_ingest::{Change, IngestTable};
///
/// #[derive(IngestTable)]
/// #[ingest(schema = "shop", primary_key(shop, code))]
/// struct Item {
///     shop: i32,
///     code: String,
///     price: i64,
/// }
///
/// let changes = [
///     Change::Put(Item { shop: 1, code: "a".to_owned(), price: 100 }),
///     Change::Delete((1, "b")),
/// ];
/// # let _ = changes;
/// ```
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` have no key",
    label = "no key to delete by",
    note = "mark fields `#[ingest(primary_key)]`, or the struct `#[ingest(merge_on(…))]`"
)]
pub trait Keyed {
    /// The key: its column in [borrowed form](IngestColumn::Key), or a tuple of several in the order of the
    /// key.
    type Key<'k>: Send + Sync + 'k;

    /// The column of `newest_by(…)` in borrowed form; [`NoVersion`] if there is none.
    type Version<'k>: Send + Sync + 'k;

    /// Writes the columns of the key, and after them the version if there is one: NULL if it is not given.
    #[doc(hidden)]
    fn encode_key(
        key: &Self::Key<'_>,
        version: Option<&Self::Version<'_>>,
        row: &mut RowEncoder<'_>,
    );
}

impl<R: Keyed> Keyed for &R {
    type Key<'k> = R::Key<'k>;
    type Version<'k> = R::Version<'k>;

    #[inline]
    fn encode_key(key: &R::Key<'_>, version: Option<&R::Version<'_>>, row: &mut RowEncoder<'_>) {
        R::encode_key(key, version, row);
    }
}

/// The version of rows that have none. It has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoVersion {}

/// The form as a key of values that are not used as one. It has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {}

impl IngestColumn for NoKey {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Bool);

    fn encode(&self, _: Cell<'_>) -> Result<Written, ValueError> {
        match *self {}
    }
}
