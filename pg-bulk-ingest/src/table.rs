//! The traits that a derive implements: a table, a set of tables, a row of one of them.

use crate::definition::Table;
use crate::encode::RowEncoder;
use crate::error::BoxError;

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

/// A table with an identity, of which ids can be reserved: see
/// [`Session::reserve`](crate::Session::reserve). The derive implements it for structs with a field that is
/// marked `identity` and of type `i16`, `i32`, `i64`, or `Filled` of one of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no identity of which ids can be reserved",
    label = "no field that is an identity",
    note = "mark a field of type `i64`, `i32`, `i16`, or `Filled` of one, `#[ingest(identity)]`"
)]
pub trait Reserve: IngestTable {
    /// The type of the ids.
    type Id: TryFrom<i64> + Send;

    /// The column.
    #[doc(hidden)]
    const IDENTITY: &'static str;
}

/// A table of which an ingest may fill a version: see [`Ingest::version`](crate::Ingest::version). The derive
/// implements it for structs that are partitioned by list over one column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no versions",
    label = "not partitioned by list over one column",
    note = "say which column has the label of the version: `#[ingest(partition_by = \"list (column)\")]`"
)]
pub trait Versioned: IngestTable {
    /// The table, not partitioned: what a version is before it is attached.
    #[doc(hidden)]
    const VERSION: &'static Table;
}

/// A row of one of the tables of `S`, a reference to one, a [`Change`](crate::Change) of one, or a `Result` of
/// any of these, whose error ends the
/// ingest with [`ErrorKind::Source`](crate::ErrorKind::Source). The derives implement it for structs and
/// enums, of whatever lifetimes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of `{S}`",
    label = "not a row of `{S}`",
    note = "rows are values of, or references to, the struct given to `ingest::<…>`, or a struct \
            that is in a variant of the enum given to it; or `Result`s or `Change`s of them"
)]
pub trait RowOf<S: ?Sized> {
    /// What functions of rows get a reference to: the struct or enum itself, also where rows are
    /// references or `Result`s.
    type Row: ?Sized;

    /// Returns the row; `None` if there is an error instead.
    fn row(&self) -> Option<&Self::Row>;

    /// Returns the error that there is instead of the row, where [`row`](Self::row) returns `None`.
    fn into_error(self) -> BoxError
    where
        Self: Sized,
    {
        "an error by reference, which cannot be taken out of its `Result`: give `Result`s by value"
            .into()
    }

    /// The position of the table in [`IngestTables::TABLES`] whose rows these are; 0 where each says its own.
    #[doc(hidden)]
    const POSITION: usize = 0;

    /// The position of the row's table in [`IngestTables::TABLES`].
    fn table(&self) -> usize;

    /// Whether after an error instead of a row there are no more: it means that rows are missing, and is never
    /// set aside.
    #[doc(hidden)]
    const ERRORS_END: bool = false;

    /// Whether any may be a key whose row is to be deleted.
    #[doc(hidden)]
    const CHANGES: bool = false;

    /// Whether it is a key whose row is to be deleted, and no row.
    #[doc(hidden)]
    #[inline]
    fn is_delete(&self) -> bool {
        false
    }

    /// Writes the cells of the row.
    fn encode_row(&self, row: &mut RowEncoder<'_>);
}

impl<S: ?Sized, R: RowOf<S> + ?Sized> RowOf<S> for &R {
    type Row = R::Row;
    const POSITION: usize = R::POSITION;
    const CHANGES: bool = R::CHANGES;
    const ERRORS_END: bool = R::ERRORS_END;

    #[inline]
    fn row(&self) -> Option<&R::Row> {
        R::row(self)
    }

    #[inline]
    fn is_delete(&self) -> bool {
        R::is_delete(self)
    }

    #[inline]
    fn table(&self) -> usize {
        R::table(self)
    }

    #[inline]
    fn encode_row(&self, row: &mut RowEncoder<'_>) {
        R::encode_row(self, row);
    }
}

impl<S: ?Sized, R: RowOf<S>, E: Into<BoxError>> RowOf<S> for Result<R, E> {
    type Row = R::Row;
    const POSITION: usize = R::POSITION;
    const CHANGES: bool = R::CHANGES;
    const ERRORS_END: bool = R::ERRORS_END;

    #[inline]
    fn is_delete(&self) -> bool {
        self.as_ref().is_ok_and(R::is_delete)
    }

    #[inline]
    fn row(&self) -> Option<&R::Row> {
        self.as_ref().ok().and_then(R::row)
    }

    fn into_error(self) -> BoxError {
        self.map_or_else(Into::into, R::into_error)
    }

    #[inline]
    fn table(&self) -> usize {
        self.as_ref().map_or(0, R::table)
    }

    #[inline]
    fn encode_row(&self, row: &mut RowEncoder<'_>) {
        match self {
            Ok(this) => R::encode_row(this, row),
            Err(_) => row.refuse(),
        }
    }
}
