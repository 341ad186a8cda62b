//! `boolean`, integers and floating point.
//!
//! An array goes into a column that holds every value of its type: `Int32` into `bigint`, not into `smallint`.

use crate::write::{Write, primitive, write};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType};
use arrow_schema::DataType;
use pg_bulk_ingest::{IngestColumn, ValueError};
use std::fmt::Debug;

/// Writes numbers as those of a type that holds them all.
fn widened<T, W>(array: &ArrayRef) -> Write
where
    T: ArrowPrimitiveType,
    W: IngestColumn + From<T::Native>,
{
    primitive::<T>(array, |value, cell| W::from(value).encode(cell))
}

/// Writes decimals that are integers of so few digits that the type holds them all. Arrow does not see to it that
/// they have no more.
fn checked<T, W>(array: &ArrayRef) -> Write
where
    T: ArrowPrimitiveType,
    W: IngestColumn + TryFrom<T::Native>,
{
    primitive::<T>(array, |value, cell| match W::try_from(value) {
        Ok(value) => value.encode(cell),
        Err(_) => Err(too_many_digits(&value)),
    })
}

#[cold]
fn too_many_digits(value: &dyn Debug) -> ValueError {
    ValueError::new("has more digits than its Arrow type says").with_value(value)
}

pub(crate) fn boolean(array: &ArrayRef) -> Option<Write> {
    let values = array.as_boolean_opt()?.values().clone();
    Some(write(move |at, cell| values.value(at).encode(cell)))
}

pub(crate) fn int2(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Int8 => widened::<Int8Type, i16>(array),
        DataType::UInt8 => widened::<UInt8Type, i16>(array),
        DataType::Int16 => widened::<Int16Type, i16>(array),
        DataType::Decimal32(..=4, 0) => checked::<Decimal32Type, i16>(array),
        DataType::Decimal64(..=4, 0) => checked::<Decimal64Type, i16>(array),
        DataType::Decimal128(..=4, 0) => checked::<Decimal128Type, i16>(array),
        _ => return None,
    })
}

pub(crate) fn int4(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Int8 => widened::<Int8Type, i32>(array),
        DataType::UInt8 => widened::<UInt8Type, i32>(array),
        DataType::Int16 => widened::<Int16Type, i32>(array),
        DataType::UInt16 => widened::<UInt16Type, i32>(array),
        DataType::Int32 => widened::<Int32Type, i32>(array),
        DataType::Decimal32(..=9, 0) => checked::<Decimal32Type, i32>(array),
        DataType::Decimal64(..=9, 0) => checked::<Decimal64Type, i32>(array),
        DataType::Decimal128(..=9, 0) => checked::<Decimal128Type, i32>(array),
        _ => return None,
    })
}

pub(crate) fn int8(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Int8 => widened::<Int8Type, i64>(array),
        DataType::UInt8 => widened::<UInt8Type, i64>(array),
        DataType::Int16 => widened::<Int16Type, i64>(array),
        DataType::UInt16 => widened::<UInt16Type, i64>(array),
        DataType::Int32 => widened::<Int32Type, i64>(array),
        DataType::UInt32 => widened::<UInt32Type, i64>(array),
        DataType::Int64 => widened::<Int64Type, i64>(array),
        DataType::Decimal32(_, 0) => checked::<Decimal32Type, i64>(array),
        DataType::Decimal64(..=18, 0) => checked::<Decimal64Type, i64>(array),
        DataType::Decimal128(..=18, 0) => checked::<Decimal128Type, i64>(array),
        _ => return None,
    })
}

pub(crate) fn float4(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Int8 => widened::<Int8Type, f32>(array),
        DataType::UInt8 => widened::<UInt8Type, f32>(array),
        DataType::Int16 => widened::<Int16Type, f32>(array),
        DataType::UInt16 => widened::<UInt16Type, f32>(array),
        DataType::Float16 => widened::<Float16Type, f32>(array),
        DataType::Float32 => widened::<Float32Type, f32>(array),
        _ => return None,
    })
}

pub(crate) fn float8(array: &ArrayRef) -> Option<Write> {
    Some(match array.data_type() {
        DataType::Int8 => widened::<Int8Type, f64>(array),
        DataType::UInt8 => widened::<UInt8Type, f64>(array),
        DataType::Int16 => widened::<Int16Type, f64>(array),
        DataType::UInt16 => widened::<UInt16Type, f64>(array),
        DataType::Int32 => widened::<Int32Type, f64>(array),
        DataType::UInt32 => widened::<UInt32Type, f64>(array),
        DataType::Float16 => widened::<Float16Type, f64>(array),
        DataType::Float32 => widened::<Float32Type, f64>(array),
        DataType::Float64 => widened::<Float64Type, f64>(array),
        _ => return None,
    })
}
