//! Values and rows in PostgreSQL's binary `COPY` format.
//!
//! Source of the format: PostgreSQL documentation, `COPY`, section "Binary Format", and each
//! type's `…recv` function.

mod array;
mod bytea;
mod cell;
mod column;
mod datetime;
mod inet;
mod json;
mod number;
mod range;
mod row;
mod smart_pointer;
mod target;
mod text;
mod to_sql;
mod value_error;

pub use cell::{Cell, Written};
pub use column::IngestColumn;
pub use json::{Json, JsonFallback, JsonField};
pub use range::RangeElement;
pub use row::RowEncoder;
pub(crate) use row::{HEADER, TRAILER};
pub use target::TargetType;
pub use to_sql::ToSqlColumn;
pub use value_error::ValueError;

pub use array::Shape;
