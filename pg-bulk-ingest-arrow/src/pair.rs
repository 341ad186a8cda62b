//! Which arrays go into which columns: those whose every value the column holds, or says at the value that it
//! cannot.

use crate::write::{Write, write};
use crate::{encoded, list, number, numeric, text, time};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use pg_bulk_ingest::{Column, Kind};

/// Returns what writes the values of an array into a column; `None` if their types do not fit.
pub(crate) fn writer(array: &ArrayRef, column: &Column) -> Option<Write> {
    match array.data_type() {
        DataType::Null => Some(all_null()),
        DataType::Dictionary(..) => encoded::dictionary(array, |values| writer(values, column)),
        DataType::RunEndEncoded(..) => encoded::runs(array, |values| writer(values, column)),
        _ if column.column_type().is_array() => list::writer(array, column),
        _ => scalar(array, column),
    }
}

/// Writes an array of what the column, or an element of it, is.
pub(crate) fn scalar(array: &ArrayRef, column: &Column) -> Option<Write> {
    match array.data_type() {
        DataType::Null => return Some(all_null()),
        DataType::Dictionary(..) => {
            return encoded::dictionary(array, |values| scalar(values, column));
        }
        DataType::RunEndEncoded(..) => {
            return encoded::runs(array, |values| scalar(values, column));
        }
        _ => {}
    }
    let kind = column.column_type().kind();
    match kind {
        Kind::Bool => number::boolean(array),
        Kind::Int2 => number::int2(array),
        Kind::Int4 => number::int4(array),
        Kind::Int8 => number::int8(array),
        Kind::Float4 => number::float4(array),
        Kind::Float8 => number::float8(array),
        Kind::Numeric => numeric::writer(array),
        Kind::Text => match column.enum_type() {
            Some(enum_type) => text::label(array, enum_type),
            None => text::text(array),
        },
        Kind::Bytea => text::bytea(array),
        Kind::Date => time::date(array),
        Kind::Time => time::time(array),
        Kind::Timestamp | Kind::Timestamptz => time::timestamp(array, kind),
        Kind::Interval => time::interval(array),
        Kind::Uuid => text::uuid(array),
        Kind::Json => text::json(array),
        _ => None,
    }
}

/// Of an array each of whose values is NULL.
pub(crate) fn all_null() -> Write {
    write(|_, cell| Ok(cell.null()))
}
