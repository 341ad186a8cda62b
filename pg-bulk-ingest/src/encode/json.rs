//! `jsonb` and `json`.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, FieldType, Kind};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::io;
use std::marker::PhantomData;

/// A value that is stored as `jsonb`, through its implementation of [`Serialize`].
///
/// What serde makes of a value is what is stored: `NaN` and the infinities become `null`, as
/// `serde_json` writes them. `Json(None)` is JSON's `null`; `None::<Json<T>>` is NULL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

impl<T: Serialize> IngestColumn for Json<T> {
    type Key<'k> = &'k Value;
    const TYPE: ColumnType = ColumnType::new(Kind::Json);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        encode(&self.0, cell)
    }
}

impl IngestColumn for Value {
    type Key<'k> = &'k Value;
    const TYPE: ColumnType = ColumnType::new(Kind::Json);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        encode(self, cell)
    }
}

/// Stored to the letter in a column of type `json`.
impl IngestColumn for RawValue {
    type Key<'k> = &'k RawValue;
    const TYPE: ColumnType = ColumnType::new(Kind::Json);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        encode_text(self.get(), cell)
    }
}

/// Writes JSON that is text already.
#[inline]
pub(super) fn encode_text(json: &str, cell: Cell<'_>) -> Result<Written, ValueError> {
    let text = json.as_bytes();
    if cell.target().is_jsonb() { cell.prefixed(JSONB_VERSION, text) } else { cell.bytes(text) }
}

/// The version of the format that `jsonb_recv` reads.
const JSONB_VERSION: u8 = 1;

fn encode<T: Serialize + ?Sized>(json: &T, cell: Cell<'_>) -> Result<Written, ValueError> {
    let jsonb = cell.target().is_jsonb();
    cell.with(|value| {
        if jsonb {
            value.put(&[JSONB_VERSION]);
        }
        serde_json::to_writer(Buffer(value.buffer()), json)
            .map_err(|error| ValueError::new(format!("cannot be written as JSON: {error}")))
    })
}

/// A `Vec<u8>` as a writer, all of whose calls are inlined.
struct Buffer<'b>(&'b mut Vec<u8>);

impl io::Write for Buffer<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    #[inline]
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A field marked `#[ingest(json)]`, of type `T`: nullable if `T` is an `Option`, whatever name it
/// is spelled by. The inherent items below are found before those of [`JsonFallback`].
#[derive(Debug)]
pub struct JsonField<T: ?Sized>(PhantomData<T>);

impl<T> JsonField<Option<Option<T>>> {
    /// Whether it is NULL in two ways.
    pub const NESTED_OPTION: bool = true;
}

impl<T> JsonField<Option<T>> {
    /// The column's type.
    pub const TYPE: ColumnType = ColumnType::new(Kind::Json);
    /// Whether the column may be NULL.
    pub const NULLABLE: bool = true;
    /// Both.
    pub const FIELD_TYPE: FieldType = FieldType::new(Self::TYPE, Self::NULLABLE);

    /// The field as a column.
    #[inline]
    #[must_use]
    pub fn column(field: &Option<T>) -> Option<Json<&T>> {
        field.as_ref().map(Json)
    }
}

/// What holds of a field marked `#[ingest(json)]` that is not an `Option`.
pub trait JsonFallback {
    /// The field's type.
    type Field: ?Sized;
    /// The column's type.
    const TYPE: ColumnType = ColumnType::new(Kind::Json);
    /// Whether the column may be NULL.
    const NULLABLE: bool = false;
    /// Whether it is NULL in two ways.
    const NESTED_OPTION: bool = false;
    /// Both.
    const FIELD_TYPE: FieldType = FieldType::new(Self::TYPE, Self::NULLABLE);

    /// The field as a column.
    fn column(field: &Self::Field) -> Json<&Self::Field>;
}

impl<T: ?Sized> JsonFallback for JsonField<T> {
    type Field = T;

    #[inline]
    fn column(field: &T) -> Json<&T> {
        Json(field)
    }
}
