//! Dictionaries, and arrays of runs: their values are written from where they are.

use crate::write::{Write, write};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, RunEndIndexType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, RunArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

/// Writes values by their keys, as `write` makes it of the array of them.
pub(crate) fn dictionary(
    array: &ArrayRef,
    of_values: impl FnOnce(&ArrayRef) -> Option<Write>,
) -> Option<Write> {
    let DataType::Dictionary(keys, _) = array.data_type() else { return None };
    match **keys {
        DataType::Int8 => by_key::<Int8Type>(array, of_values),
        DataType::Int16 => by_key::<Int16Type>(array, of_values),
        DataType::Int32 => by_key::<Int32Type>(array, of_values),
        DataType::Int64 => by_key::<Int64Type>(array, of_values),
        DataType::UInt8 => by_key::<UInt8Type>(array, of_values),
        DataType::UInt16 => by_key::<UInt16Type>(array, of_values),
        DataType::UInt32 => by_key::<UInt32Type>(array, of_values),
        DataType::UInt64 => by_key::<UInt64Type>(array, of_values),
        _ => None,
    }
}

fn by_key<K: ArrowDictionaryKeyType>(
    array: &ArrayRef,
    of_values: impl FnOnce(&ArrayRef) -> Option<Write>,
) -> Option<Write> {
    let dictionary = array.as_dictionary_opt::<K>()?;
    let write_value = of_values(dictionary.values())?;
    let keys = dictionary.keys().values().clone();
    Some(write(move |at, cell| write_value(keys[at].as_usize(), cell)))
}

/// Writes values by the runs that they are of, as `write` makes it of the array of them.
pub(crate) fn runs(
    array: &ArrayRef,
    of_values: impl FnOnce(&ArrayRef) -> Option<Write>,
) -> Option<Write> {
    let DataType::RunEndEncoded(ends, _) = array.data_type() else { return None };
    match ends.data_type() {
        DataType::Int16 => by_run::<Int16Type>(array, of_values),
        DataType::Int32 => by_run::<Int32Type>(array, of_values),
        DataType::Int64 => by_run::<Int64Type>(array, of_values),
        _ => None,
    }
}

fn by_run<R: RunEndIndexType>(
    array: &ArrayRef,
    of_values: impl FnOnce(&ArrayRef) -> Option<Write>,
) -> Option<Write> {
    let runs: RunArray<R> = array.as_run_opt::<R>()?.clone();
    let write_value = of_values(runs.values())?;
    Some(write(move |at, cell| write_value(runs.get_physical_index(at), cell)))
}
