//! `macaddr` of the crate `eui48`.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use eui48::MacAddress;

impl IngestColumn for MacAddress {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Macaddr);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        cell.bytes(self.as_bytes())
    }
}
