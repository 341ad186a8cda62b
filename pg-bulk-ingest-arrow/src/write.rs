//! What writes the values of one array as the cells of one column.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType};
use arrow_buffer::NullBuffer;
use pg_bulk_ingest::{Cell, ValueError, Written};

/// Writes the value at a position of its array, which is not NULL.
pub(crate) type Write =
    Box<dyn Fn(usize, Cell<'_>) -> Result<Written, ValueError> + Send + Sync + 'static>;

/// Makes a [`Write`] of a closure, whose types it tells the compiler.
pub(crate) fn write(
    write: impl Fn(usize, Cell<'_>) -> Result<Written, ValueError> + Send + Sync + 'static,
) -> Write {
    Box::new(write)
}

/// Writes the numbers of an array.
pub(crate) fn primitive<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    each: impl Fn(T::Native, Cell<'_>) -> Result<Written, ValueError> + Send + Sync + 'static,
) -> Write {
    let values = array.as_primitive::<T>().values().clone();
    write(move |at, cell| each(values[at], cell))
}

/// The positions of an array that are NULL; `None` if none is.
pub(crate) fn nulls(array: &ArrayRef) -> Option<NullBuffer> {
    array.logical_nulls().filter(|nulls| nulls.null_count() > 0)
}
