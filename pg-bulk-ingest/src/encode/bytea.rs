//! `bytea`.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use bytes::Bytes;

impl IngestColumn for [u8] {
    type Key<'k> = &'k [u8];
    const TYPE: ColumnType = ColumnType::new(Kind::Bytea);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        cell.bytes(self)
    }
}

macro_rules! delegate {
    ($({$($parameters:tt)*} $rust:ty;)*) => {$(
        impl<$($parameters)*> IngestColumn for $rust {
            type Key<'k> = &'k [u8];
            const TYPE: ColumnType = <[u8]>::TYPE;

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                cell.bytes(self)
            }
        }
    )*};
}

delegate! {
    {} Vec<u8>;
    {} Bytes;
    {const N: usize} [u8; N];
}
