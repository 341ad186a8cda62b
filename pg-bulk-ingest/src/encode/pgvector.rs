//! `vector`, `halfvec` and `sparsevec`, of the extension pgvector.
//!
//! The formats are those of `vector_recv`, `halfvec_recv` and `sparsevec_recv`.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use pgvector::{HalfVector, SparseVector, Vector};

/// The greatest number of dimensions: pgvector's `VECTOR_MAX_DIM` and `HALFVEC_MAX_DIM`.
const MAX_DIMENSIONS: u16 = 16_000;

/// The greatest number of elements of a sparse vector that are not zero: `SPARSEVEC_MAX_NNZ`.
const MAX_NONZERO: usize = 16_000;

/// What a vector begins with: its dimensions, and two bytes that are not used.
#[inline]
fn header(dimensions: usize, kind: Kind) -> Result<[u8; 4], ValueError> {
    match u16::try_from(dimensions) {
        Ok(dimensions @ 1..=MAX_DIMENSIONS) => {
            let [high, low] = dimensions.to_be_bytes();
            Ok([high, low, 0, 0])
        }
        _ => Err(ValueError::new(format!(
            "has {dimensions} dimensions, and {} holds 1 to {MAX_DIMENSIONS}",
            kind.name()
        ))),
    }
}

#[cold]
fn not_finite(kind: Kind) -> ValueError {
    ValueError::new(format!(
        "has an element that is no finite number, which {} cannot hold",
        kind.name()
    ))
}

macro_rules! dense {
    ($($rust:ty => $kind:ident, $size:literal;)*) => {$(
        impl IngestColumn for $rust {
            type Key<'k> = &'k Self;
            const TYPE: ColumnType = ColumnType::new(Kind::$kind);

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                let elements = self.as_slice();
                let header = header(elements.len(), Kind::$kind)?;
                cell.with(|value| {
                    value.put(&header);
                    for element in elements {
                        if !element.is_finite() {
                            return Err(not_finite(Kind::$kind).with_value(self));
                        }
                        value.put(&element.to_be_bytes());
                    }
                    Ok(())
                })
            }
        }
    )*};
}

dense! {
    Vector => Vector, 4;
    HalfVector => Halfvec, 2;
}

impl IngestColumn for SparseVector {
    type Key<'k> = &'k Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Sparsevec);

    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let (indices, values) = (self.indices(), self.values());
        let count = match i32::try_from(indices.len()) {
            Ok(count) if indices.len() <= MAX_NONZERO => count,
            _ => return Err(too_many_nonzero(indices.len())),
        };
        cell.with(|value| {
            value.put(&self.dimensions().to_be_bytes());
            value.put(&count.to_be_bytes());
            value.put(&[0; 4]); // not used
            for index in indices {
                value.put(&index.to_be_bytes());
            }
            for element in values {
                if !element.is_finite() {
                    return Err(not_finite(Kind::Sparsevec).with_value(self));
                }
                value.put(&element.to_be_bytes());
            }
            Ok(())
        })
    }
}

#[cold]
fn too_many_nonzero(count: usize) -> ValueError {
    ValueError::new(format!(
        "has {count} elements that are not zero, and sparsevec holds up to {MAX_NONZERO}"
    ))
}
