//! Text, JSON, bytes and UUIDs.

use crate::write::{Write, write};
use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, FixedSizeBinaryArray, GenericBinaryArray, GenericStringArray,
    OffsetSizeTrait, StringViewArray,
};
use arrow_schema::DataType;
use pg_bulk_ingest::__columnar::json as write_json;
use pg_bulk_ingest::{Cell, EnumType, IngestColumn, ValueError, Written};

/// Values that are slices.
trait Slices: Array + 'static {
    type Slice: ?Sized;

    fn get(&self, at: usize) -> &Self::Slice;
}

macro_rules! slices {
    ($({$($parameters:tt)*} $array:ty => $slice:ty;)*) => {$(
        impl<$($parameters)*> Slices for $array {
            type Slice = $slice;

            #[inline]
            fn get(&self, at: usize) -> &$slice {
                self.value(at)
            }
        }
    )*};
}

slices! {
    {O: OffsetSizeTrait} GenericStringArray<O> => str;
    {} StringViewArray => str;
    {O: OffsetSizeTrait} GenericBinaryArray<O> => [u8];
    {} BinaryViewArray => [u8];
    {} FixedSizeBinaryArray => [u8];
}

fn each<A: Slices>(
    array: A,
    each: impl Fn(&A::Slice, Cell<'_>) -> Result<Written, ValueError> + Send + Sync + 'static,
) -> Write {
    write(move |at, cell| each(array.get(at), cell))
}

/// Writes texts in whatever form the array has them.
fn texts(
    array: &ArrayRef,
    write: impl Fn(&str, Cell<'_>) -> Result<Written, ValueError> + Send + Sync + 'static,
) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Utf8 => each(array.as_string::<i32>().clone(), write),
        DataType::LargeUtf8 => each(array.as_string::<i64>().clone(), write),
        DataType::Utf8View => each(array.as_string_view().clone(), write),
        _ => return None,
    })
}

pub(crate) fn text(array: &ArrayRef) -> Option<Write> {
    texts(array, IngestColumn::encode)
}

/// Writes the labels of an enum type.
pub(crate) fn label(array: &ArrayRef, enum_type: &'static EnumType) -> Option<Write> {
    texts(array, move |text, cell| {
        if enum_type.labels().contains(&text) {
            return text.encode(cell);
        }
        Err(no_label(text, enum_type))
    })
}

#[cold]
fn no_label(text: &str, enum_type: &EnumType) -> ValueError {
    ValueError::new(format!("is no label of {}", enum_type.qualified_name())).with_value(&text)
}

pub(crate) fn json(array: &ArrayRef) -> Option<Write> {
    texts(array, write_json)
}

pub(crate) fn bytea(array: &ArrayRef) -> Option<Write> {
    let write = |bytes: &[u8], cell: Cell<'_>| cell.bytes(bytes);
    Some(match array.data_type() {
        DataType::Binary => each(array.as_binary::<i32>().clone(), write),
        DataType::LargeBinary => each(array.as_binary::<i64>().clone(), write),
        DataType::BinaryView => each(array.as_binary_view().clone(), write),
        DataType::FixedSizeBinary(_) => each(array.as_fixed_size_binary().clone(), write),
        _ => return None,
    })
}

pub(crate) fn uuid(array: &ArrayRef) -> Option<Write> {
    match array.data_type() {
        DataType::FixedSizeBinary(16) => bytea(array),
        _ => None,
    }
}
