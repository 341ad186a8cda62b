//! Arrays.

use super::{Cell, IngestColumn, ValueEncoder, ValueError, Written};
use crate::definition::ColumnType;

/// The greatest number of dimensions of an array: PostgreSQL's `MAXDIM`.
pub const MAX_DIMENSIONS: usize = 6;

/// The lengths of the dimensions of an array, outermost first.
#[derive(Debug, Default)]
pub struct Shape {
    lengths: [usize; MAX_DIMENSIONS],
    dimensions: usize,
}

impl Shape {
    fn push(&mut self, length: usize) {
        self.lengths[self.dimensions] = length;
        self.dimensions += 1;
    }

    fn lengths(&self) -> &[usize] {
        &self.lengths[..self.dimensions]
    }

    fn is_empty(&self) -> bool {
        self.lengths().contains(&0)
    }
}

impl<T: IngestColumn> IngestColumn for [T] {
    type Key<'k> = &'k [T::Key<'k>];
    const TYPE: ColumnType = T::TYPE.array();
    const DIMENSIONS: usize = 1 + T::DIMENSIONS;
    const NESTED_OPTION: bool = T::NESTED_OPTION;

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        const {
            assert!(Self::DIMENSIONS <= MAX_DIMENSIONS, "an array has up to 6 dimensions");
        }
        if T::DIMENSIONS == 0 {
            return flat(self, cell);
        }
        let element = cell.target().element();
        let mut shape = Shape::default();
        self.shape(&mut shape);
        cell.with(|value| {
            let dimensions = if shape.is_empty() { &[] } else { shape.lengths() };
            header(dimensions, T::NULLABLE, element, value)?;
            self.encode_elements(&shape, 0, value)
        })
    }

    fn shape(&self, shape: &mut Shape) {
        shape.push(self.len());
        if let Some(first) = self.first() {
            first.shape(shape);
        }
    }

    #[inline]
    fn encode_elements(
        &self,
        shape: &Shape,
        dimension: usize,
        row: &mut ValueEncoder<'_>,
    ) -> Result<(), ValueError> {
        let expected = shape.lengths().get(dimension).copied();
        if expected != Some(self.len()) {
            return Err(ragged(self.len(), expected.unwrap_or_default()));
        }
        self.iter().try_for_each(|element| element.encode_elements(shape, dimension + 1, row))
    }
}

/// Writes what an array begins with: the lengths of its dimensions, outermost first, none of them 0.
pub(super) fn header(
    dimensions: &[usize],
    nullable: bool,
    element: u32,
    value: &mut ValueEncoder<'_>,
) -> Result<(), ValueError> {
    value.put(&[0, 0, 0, u8::try_from(dimensions.len()).unwrap_or(u8::MAX)]);
    value.put(&[0, 0, 0, u8::from(nullable)]);
    value.put(&element.to_be_bytes());
    for length in dimensions {
        let Ok(length) = i32::try_from(*length) else {
            return Err(too_many());
        };
        value.put(&length.to_be_bytes());
        value.put(&[0, 0, 0, 1]); // the lower bound
    }
    Ok(())
}

/// Writes an array of one dimension, as most are.
#[inline]
fn flat<T: IngestColumn>(elements: &[T], cell: Cell<'_>) -> Result<Written, ValueError> {
    let element = cell.target().element();
    let length = i32::try_from(elements.len()).map_err(|_| too_many())?;
    let mut header = [0; 20];
    header[3] = u8::from(length > 0); // the dimensions
    header[7] = u8::from(T::NULLABLE);
    header[8..12].copy_from_slice(&element.to_be_bytes());
    header[12..16].copy_from_slice(&length.to_be_bytes());
    header[19] = 1; // the lower bound
    cell.with(|value| {
        value.put(if length > 0 { &header } else { &header[..12] });
        elements.iter().try_for_each(|element| element.encode(value.cell()).map(|_written| ()))
    })
}

#[cold]
fn too_many() -> ValueError {
    ValueError::new("has more elements than an array can hold")
}

/// The error of a sub-array of another length than that of one before it.
#[cold]
#[must_use]
pub fn ragged(length: usize, expected: usize) -> ValueError {
    ValueError::new(format!(
        "is ragged: it has a sub-array of length {length} beside one of length {expected}, and the \
         sub-arrays of a PostgreSQL array are of one length"
    ))
}

/// The error of NULL for a sub-array.
#[cold]
#[must_use]
pub fn null_array() -> ValueError {
    ValueError::new(
        "has NULL in the place of a whole sub-array, which a PostgreSQL array cannot hold",
    )
}

macro_rules! delegate {
    ($({$($parameters:tt)*} $rust:ty;)*) => {$(
        impl<$($parameters)*> IngestColumn for $rust {
            type Key<'k> = &'k [T::Key<'k>];
            const TYPE: ColumnType = <[T]>::TYPE;
            const DIMENSIONS: usize = <[T]>::DIMENSIONS;
            const NESTED_OPTION: bool = <[T]>::NESTED_OPTION;

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                self.as_slice().encode(cell)
            }

            fn shape(&self, shape: &mut Shape) {
                self.as_slice().shape(shape);
            }

            #[inline]
            fn encode_elements(
                &self,
                shape: &Shape,
                dimension: usize,
                row: &mut ValueEncoder<'_>,
            ) -> Result<(), ValueError> {
                self.as_slice().encode_elements(shape, dimension, row)
            }
        }
    )*};
}

delegate! {
    {T: IngestColumn} Vec<T>;
    {T: IngestColumn, const N: usize} [T; N];
}
