//! The trait of Rust types that are columns.

use super::array::null_array;
use super::{Cell, RowEncoder, Shape, ValueEncoder, ValueError, Written};
use crate::definition::{ColumnType, FieldType};
use std::marker::PhantomData;

/// A Rust type that is the type of a column.
///
/// It is implemented for the types of the table in the [crate's documentation](crate#types), for
/// `Option` of them (a column that may be NULL), for arrays and references of them.
///
/// A type of your own delegates to one that is a column already:
///
/// ```
/// use pg_bulk_ingest::{Cell, ColumnType, IngestColumn, ValueError, Written};
///
/// struct Celsius(f64);
///
/// impl IngestColumn for Celsius {
///     type Key<'k> = f64;
///
///     const TYPE: ColumnType = f64::TYPE;
///
///     fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
///         self.0.encode(cell)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of a PostgreSQL column",
    label = "no column type for this",
    note = "types of other crates are columns by feature: rust_decimal, bigdecimal, time, jiff, ipnet, \
            eui48, hstore, pgvector, ordered-float",
    note = "mark the field `#[ingest(json)]` to store it as jsonb, if it implements `serde::Serialize`",
    note = "mark it `#[ingest(skip)]` to leave it out",
    note = "if it is an enum whose variants have no fields, derive `IngestEnum` on it",
    note = "if it is a struct with one field that is a column, derive `IngestColumn` on it",
    note = "if it is a struct that derives `IngestTable`, mark the field `#[ingest(flatten)]`: its \
            fields are then columns of this table",
    note = "or mark the field `#[ingest(to_sql, sql_type = \"…\")]`, if it implements `postgres_types::ToSql`"
)]
pub trait IngestColumn {
    /// The form in which the value is given as part of a [key](crate::Keyed), borrowed where it can be:
    /// `String` → `&str`, `Vec<u8>` → `&[u8]`, `Option<String>` → `Option<&str>`, `i64` → `i64`; of a struct with
    /// `#[derive(IngestColumn)]`, a reference to it, or if it is generic the form of its field; of an enum with
    /// `#[derive(IngestEnum)]`, itself. [`NoKey`](crate::NoKey) if rows are not to be found by it.
    type Key<'k>: IngestColumn + Send + Sync + 'k;

    /// The PostgreSQL type of the column.
    const TYPE: ColumnType;

    /// Whether the column may be NULL.
    const NULLABLE: bool = false;

    #[doc(hidden)]
    const DIMENSIONS: usize = 0;

    /// Whether it is NULL in two ways, of which a column keeps one.
    #[doc(hidden)]
    const NESTED_OPTION: bool = false;

    #[doc(hidden)]
    const FIELD_TYPE: FieldType = FieldType::new(Self::TYPE, Self::NULLABLE);

    /// Writes the value into its cell.
    ///
    /// # Errors
    ///
    /// The value cannot be held by its column. What was written of the row is taken back.
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError>;

    /// Writes the value of the column at this position of its table, which is the next.
    #[doc(hidden)]
    #[inline]
    fn encode_column(&self, row: &mut RowEncoder<'_>, position: usize) {
        row.column(position, self);
    }

    /// Adds the lengths of the dimensions of an array, outermost first.
    #[doc(hidden)]
    fn shape(&self, shape: &mut Shape) {
        let _ = shape;
    }

    /// Writes the elements of an array, or the value as an element of one.
    #[doc(hidden)]
    #[inline]
    fn encode_elements(
        &self,
        shape: &Shape,
        dimension: usize,
        row: &mut ValueEncoder<'_>,
    ) -> Result<(), ValueError> {
        let _ = (shape, dimension);
        self.encode(row.cell()).map(|_written| ())
    }
}

impl<T: IngestColumn> IngestColumn for Option<T> {
    type Key<'k> = Option<T::Key<'k>>;
    const TYPE: ColumnType = T::TYPE;
    const NULLABLE: bool = true;
    const DIMENSIONS: usize = T::DIMENSIONS;
    const NESTED_OPTION: bool = T::NULLABLE || T::NESTED_OPTION;

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        match self {
            Some(value) => value.encode(cell),
            None => Ok(cell.null()),
        }
    }

    fn shape(&self, shape: &mut Shape) {
        if let Some(value) = self {
            value.shape(shape);
        }
    }

    fn encode_elements(
        &self,
        shape: &Shape,
        dimension: usize,
        row: &mut ValueEncoder<'_>,
    ) -> Result<(), ValueError> {
        match self {
            Some(value) => value.encode_elements(shape, dimension, row),
            None if T::DIMENSIONS == 0 => {
                let _ = row.cell().null();
                Ok(())
            }
            None => Err(null_array()),
        }
    }
}

/// What the derive asserts of the type of a field, if it is a column; that it is one is asked for
/// elsewhere, so that its lack is one error. The inherent items are found before those of
/// [`ColumnFallback`].
#[derive(Debug)]
pub struct ColumnField<T: ?Sized>(PhantomData<T>);

impl<T: IngestColumn + ?Sized> ColumnField<T> {
    /// Whether it is NULL in two ways.
    pub const NESTED_OPTION: bool = T::NESTED_OPTION;
    /// The number of dimensions, if it is an array.
    pub const DIMENSIONS: usize = T::DIMENSIONS;
}

/// What is taken to hold of a type that is no column.
pub trait ColumnFallback {
    /// Whether it is NULL in two ways.
    const NESTED_OPTION: bool = false;
    /// The number of dimensions, if it is an array.
    const DIMENSIONS: usize = 0;
}

impl<T: ?Sized> ColumnFallback for ColumnField<T> {}
