//! `inet` and `uuid`.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use uuid::Uuid;

/// PostgreSQL's `PGSQL_AF_INET` and `PGSQL_AF_INET6`.
pub(super) const INET: u8 = 2;
pub(super) const INET6: u8 = 3;

impl IngestColumn for Ipv4Addr {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Inet);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let mut value = [INET, 32, 0, 4, 0, 0, 0, 0];
        value[4..].copy_from_slice(&self.octets());
        Ok(cell.eight_bytes(value))
    }
}

impl IngestColumn for Ipv6Addr {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Inet);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let mut value = [0; 20];
        value[..4].copy_from_slice(&[INET6, 128, 0, 16]);
        value[4..].copy_from_slice(&self.octets());
        cell.bytes(&value)
    }
}

impl IngestColumn for IpAddr {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Inet);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        match self {
            Self::V4(address) => address.encode(cell),
            Self::V6(address) => address.encode(cell),
        }
    }
}

impl IngestColumn for Uuid {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Uuid);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        Ok(cell.sixteen_bytes(self.into_bytes()))
    }
}
