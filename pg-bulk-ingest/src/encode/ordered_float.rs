//! Floating point of the crate `ordered-float`: the columns are those of what it wraps.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::ColumnType;
use ordered_float::{NotNan, OrderedFloat};

macro_rules! wrappers {
    ($($wrapper:ty => $float:ty;)*) => {$(
        impl IngestColumn for $wrapper {
            type Key<'k> = Self;
            const TYPE: ColumnType = <$float>::TYPE;

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                <$float>::encode(self, cell)
            }
        }
    )*};
}

wrappers! {
    OrderedFloat<f32> => f32;
    OrderedFloat<f64> => f64;
    NotNan<f32> => f32;
    NotNan<f64> => f64;
}
