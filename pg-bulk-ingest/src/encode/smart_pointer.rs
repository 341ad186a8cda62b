//! References and owners of columns: whatever `T` is a column, so are `&T`, `Box<T>`, `Rc<T>`,
//! `Arc<T>` and `Cow<T>`.

use super::{Cell, IngestColumn, Shape, ValueEncoder, ValueError, Written};
use crate::definition::ColumnType;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

macro_rules! delegate {
    ($({$($parameters:tt)*} $pointer:ty => $pointee:ty;)*) => {$(
        impl<$($parameters)*> IngestColumn for $pointer {
            type Key<'k> = <$pointee>::Key<'k>;
            const TYPE: ColumnType = <$pointee>::TYPE;
            const NULLABLE: bool = <$pointee>::NULLABLE;
            const DIMENSIONS: usize = <$pointee>::DIMENSIONS;
            const NESTED_OPTION: bool = <$pointee>::NESTED_OPTION;

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                <$pointee>::encode(self, cell)
            }

            fn shape(&self, shape: &mut Shape) {
                <$pointee>::shape(self, shape);
            }

            #[inline]
            fn encode_elements(
                &self,
                shape: &Shape,
                dimension: usize,
                row: &mut ValueEncoder<'_>,
            ) -> Result<(), ValueError> {
                <$pointee>::encode_elements(self, shape, dimension, row)
            }
        }
    )*};
}

delegate! {
    {T: IngestColumn + ?Sized} &T => T;
    {T: IngestColumn + ?Sized} Box<T> => T;
    {T: IngestColumn + ?Sized} Rc<T> => T;
    {T: IngestColumn + ?Sized} Arc<T> => T;
    {T: IngestColumn + ToOwned + ?Sized} Cow<'_, T> => T;
}
