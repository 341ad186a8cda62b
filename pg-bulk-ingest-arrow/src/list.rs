//! Lists, as arrays of up to six dimensions.

use crate::pair;
use crate::write::{Write, nulls, write};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListLikeArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use pg_bulk_ingest::__columnar::{MAX_DIMENSIONS, array, null_array, ragged};
use pg_bulk_ingest::{Cell, Column, ValueEncoder, ValueError, Written};
use std::sync::Arc;

/// Lists of one level.
struct Lists {
    lists: Arc<dyn ListLikeArray>,
    items: Items,
}

/// What is in lists.
enum Items {
    /// Lists, and which are NULL.
    Lists(Box<Lists>, Option<NullBuffer>),
    /// The elements of the array.
    Elements(Elements),
}

struct Elements {
    write: Write,
    nulls: Option<NullBuffer>,
}

pub(crate) fn writer(of: &ArrayRef, column: &Column) -> Option<Write> {
    let mut nullable = false;
    let lists = Lists::of(of, column, &mut nullable)?;
    let depth = lists.depth();
    let write_one = move |at: usize, cell: Cell<'_>| {
        let mut lengths = [0; MAX_DIMENSIONS];
        let lengths = &mut lengths[..depth];
        lists.measure(at, lengths);
        let lengths = &*lengths;
        array(lengths, nullable, cell, |value| lists.write(at, &lengths[1..], value))
    };
    (depth <= MAX_DIMENSIONS).then(|| write(write_one))
}

/// The array as one of lists, and whether their items may be NULL.
fn lists(array: &ArrayRef) -> Option<(Arc<dyn ListLikeArray>, bool)> {
    Some(match array.data_type() {
        DataType::List(item) => (Arc::new(array.as_list::<i32>().clone()), item.is_nullable()),
        DataType::LargeList(item) => (Arc::new(array.as_list::<i64>().clone()), item.is_nullable()),
        DataType::ListView(item) => {
            (Arc::new(array.as_list_view::<i32>().clone()), item.is_nullable())
        }
        DataType::LargeListView(item) => {
            (Arc::new(array.as_list_view::<i64>().clone()), item.is_nullable())
        }
        DataType::FixedSizeList(item, _) => {
            (Arc::new(array.as_fixed_size_list().clone()), item.is_nullable())
        }
        _ => return None,
    })
}

impl Lists {
    fn of(array: &ArrayRef, column: &Column, nullable: &mut bool) -> Option<Self> {
        let (lists, has_nulls) = lists(array)?;
        let values = lists.values();
        let nulls = nulls(values);
        let items = match Self::of(values, column, nullable) {
            Some(inner) => Items::Lists(Box::new(inner), nulls),
            None => {
                *nullable = has_nulls;
                Items::Elements(Elements { write: pair::scalar(values, column)?, nulls })
            }
        };
        Some(Self { lists, items })
    }

    fn depth(&self) -> usize {
        match &self.items {
            Items::Lists(inner, _) => 1 + inner.depth(),
            Items::Elements(_) => 1,
        }
    }

    /// The lengths of a list, of the first list in it, and so on.
    fn measure(&self, at: usize, lengths: &mut [usize]) {
        let range = self.lists.element_range(at);
        if let [length, inner_lengths @ ..] = lengths {
            *length = range.len();
            if let Items::Lists(inner, _) = &self.items
                && !range.is_empty()
            {
                inner.measure(range.start, inner_lengths);
            }
        }
    }

    /// Writes the items of a list, in which lists have these lengths.
    fn write(
        &self,
        at: usize,
        lengths: &[usize],
        value: &mut ValueEncoder<'_>,
    ) -> Result<(), ValueError> {
        let mut range = self.lists.element_range(at);
        match &self.items {
            Items::Elements(elements) => {
                range.try_for_each(|at| elements.write(at, value.cell()).map(|_written| ()))
            }
            Items::Lists(inner, nulls) => range.try_for_each(|at| {
                if nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) {
                    return Err(null_array());
                }
                let (expected, lengths) = lengths.split_first().unwrap_or((&0, &[]));
                let length = inner.lists.element_range(at).len();
                if length != *expected {
                    return Err(ragged(length, *expected));
                }
                inner.write(at, lengths, value)
            }),
        }
    }
}

impl Elements {
    #[inline]
    fn write(&self, at: usize, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) {
            return Ok(cell.null());
        }
        (self.write)(at, cell)
    }
}
