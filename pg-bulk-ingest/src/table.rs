//! The traits that a derive implements: a table, a set of tables, a row of one of them.

use crate::definition::Table;
use crate::encode::RowEncoder;

/// A struct that is a table. Derive it: [`macro@crate::IngestTable`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "not a table",
    note = "derive it: `#[derive(IngestTable)]` on the struct"
)]
pub trait IngestTable: IngestTables {
    /// The table.
    const TABLE: &'static Table;

    /// Writes the cells of a row, in the order of the table's columns.
    fn encode(&self, row: &mut RowEncoder<'_>);
}

/// [`IngestTable`], as flattened fields are asked for it: so that its lack is said in these words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be flattened: it is not a struct that derives `IngestTable`",
    label = "not a struct that derives `IngestTable`",
    note = "if it is a struct, derive it: `#[derive(IngestTable)]` on the struct",
    note = "if it is an `Option` of a struct, flatten the struct, with fields that are `Option`s",
    note = "if it is a map, a list or a JSON value, which is one column, mark the field \
            `#[ingest(json)]` in place of `flatten`"
)]
pub trait FlattenedTable {
    /// [`IngestTable::TABLE`]
    const TABLE: &'static Table;

    /// [`IngestTable::encode`]
    fn encode(&self, row: &mut RowEncoder<'_>);
}

#[diagnostic::do_not_recommend]
impl<T: IngestTable> FlattenedTable for T {
    const TABLE: &'static Table = T::TABLE;

    #[inline]
    fn encode(&self, row: &mut RowEncoder<'_>) {
        IngestTable::encode(self, row);
    }
}

/// What [`ingest`](crate::ingest) fills: a struct that is a table, or an enum with a table in each
/// variant. Derive it: [`macro@crate::IngestTable`], [`macro@crate::IngestTables`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a table nor a set of tables",
    label = "neither a table nor a set of tables",
    note = "derive it: `#[derive(IngestTable)]` on a struct, or `#[derive(IngestTables)]` on an \
            enum each of whose variants holds a struct that is a table"
)]
pub trait IngestTables {
    /// The tables. The high watermark is stored on the first.
    const TABLES: &'static [&'static Table];
}

/// A row of one of the tables of `S`. It is implemented by the derives for `Self` and `&Self`, of
/// whatever lifetimes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of `{S}`",
    label = "not a row of `{S}`",
    note = "rows are values of, or references to, the struct given to `ingest::<…>`, or a struct \
            that is in a variant of the enum given to it",
    note = "if these are `Result`s, give them to `Batch::try_new`"
)]
pub trait RowOf<S: ?Sized> {
    /// The position of the row's table in [`IngestTables::TABLES`].
    fn table(&self) -> usize;

    /// Writes the cells of the row.
    fn encode_row(&self, row: &mut RowEncoder<'_>);
}

impl<S: ?Sized, R: RowOf<S> + ?Sized> RowOf<S> for &R {
    #[inline]
    fn table(&self) -> usize {
        R::table(self)
    }

    #[inline]
    fn encode_row(&self, row: &mut RowEncoder<'_>) {
        R::encode_row(self, row);
    }
}
