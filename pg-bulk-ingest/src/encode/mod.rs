//! Values and rows in PostgreSQL's binary `COPY` format.
//!
//! Source of the format: PostgreSQL documentation, `COPY`, section "Binary Format", and each
//! type's `…recv` function.

mod array;
#[cfg(feature = "bigdecimal")]
mod bigdecimal;
mod bytea;
mod calendar;
mod cell;
mod column;
pub(crate) mod columnar;
mod datetime;
#[cfg(feature = "eui48")]
mod eui48;
pub(crate) mod filled;
#[cfg(feature = "hstore")]
mod hstore;
mod inet;
#[cfg(feature = "ipnet")]
mod ipnet;
#[cfg(feature = "jiff")]
mod jiff;
mod json;
mod key;
mod number;
mod numeric;
#[cfg(feature = "ordered-float")]
mod ordered_float;
#[cfg(feature = "pgvector")]
mod pgvector;
mod range;
mod records;
mod row;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
mod smart_pointer;
mod target;
mod text;
#[cfg(feature = "time")]
mod time;
mod to_sql;
mod value;
mod value_error;

pub use cell::{Cell, Written};
pub use column::{ColumnFallback, ColumnField, IngestColumn};
#[cfg(feature = "hstore")]
pub use hstore::HstoreValue;
pub use json::{Json, JsonFallback, JsonField};
pub use key::{Keyed, NoKey, NoVersion};
pub use range::RangeElement;
pub(crate) use records::Records;
pub use row::RowEncoder;
pub(crate) use row::{HEADER, TRAILER};
pub use target::TargetType;
pub use to_sql::ToSqlColumn;
pub use value::ValueEncoder;
pub use value_error::ValueError;

pub use array::Shape;
