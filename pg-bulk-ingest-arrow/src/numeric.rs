//! `numeric`, exactly.

use crate::write::{Write, primitive};
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType};
use arrow_buffer::i256;
use arrow_schema::DataType;
use pg_bulk_ingest::__columnar::{numeric, numeric_of_digits};
use pg_bulk_ingest::{Cell, IngestColumn, ValueError, Written};

pub(crate) fn writer(array: &ArrayRef) -> Option<Write> {
    Some(match *array.data_type() {
        DataType::Int8 => decimal::<Int8Type>(array, 0),
        DataType::Int16 => decimal::<Int16Type>(array, 0),
        DataType::Int32 => decimal::<Int32Type>(array, 0),
        DataType::Int64 => decimal::<Int64Type>(array, 0),
        DataType::UInt8 => decimal::<UInt8Type>(array, 0),
        DataType::UInt16 => decimal::<UInt16Type>(array, 0),
        DataType::UInt32 => decimal::<UInt32Type>(array, 0),
        DataType::UInt64 => decimal::<UInt64Type>(array, 0),
        DataType::Decimal32(_, scale) => decimal::<Decimal32Type>(array, scale),
        DataType::Decimal64(_, scale) => decimal::<Decimal64Type>(array, scale),
        DataType::Decimal128(_, scale) => decimal::<Decimal128Type>(array, scale),
        DataType::Decimal256(_, scale) => {
            primitive::<Decimal256Type>(array, move |value, cell| long(value, scale, cell))
        }
        _ => return None,
    })
}

fn decimal<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &ArrayRef, scale: i8) -> Write {
    primitive::<T>(array, move |value, cell| exact(value.into(), scale, cell))
}

/// Writes `value * 10^-scale`.
fn exact(value: i128, scale: i8, cell: Cell<'_>) -> Result<Written, ValueError> {
    // The column of a `u64` that is a bigint.
    if cell.target().is_bigint() {
        return match i64::try_from(value) {
            Ok(value) if scale == 0 => value.encode(cell),
            _ => Err(no_bigint(&format!("{value}e{}", -i16::from(scale)))),
        };
    }
    numeric(value < 0, value.unsigned_abs(), scale.into(), cell)
}

fn long(value: i256, scale: i8, cell: Cell<'_>) -> Result<Written, ValueError> {
    if let Some(short) = value.to_i128() {
        return exact(short, scale, cell);
    }
    let digits = value.to_string();
    if cell.target().is_bigint() {
        return Err(no_bigint(&digits));
    }
    match digits.strip_prefix('-') {
        Some(digits) => numeric_of_digits(true, digits, scale.into(), cell),
        None => numeric_of_digits(false, &digits, scale.into(), cell),
    }
}

#[cold]
fn no_bigint(value: &str) -> ValueError {
    ValueError::new("is not an integer that bigint can hold").with_value(&value)
}
