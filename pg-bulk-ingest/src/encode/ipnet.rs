//! `cidr` and `inet` of the crate `ipnet`.

use super::inet::{INET, INET6};
use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A `cidr`, or an `inet`, which may also have bits to the right of its mask.
impl IngestColumn for Ipv4Net {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Cidr);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let cidr = cell.target().is_cidr();
        if cidr && self.addr() != self.network() {
            return Err(host_bits().with_value(self));
        }
        let mut value = [INET, self.prefix_len(), u8::from(cidr), 4, 0, 0, 0, 0];
        value[4..].copy_from_slice(&self.addr().octets());
        Ok(cell.eight_bytes(value))
    }
}

/// A `cidr`, or an `inet`, which may also have bits to the right of its mask.
impl IngestColumn for Ipv6Net {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Cidr);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        let cidr = cell.target().is_cidr();
        if cidr && self.addr() != self.network() {
            return Err(host_bits().with_value(self));
        }
        let mut value = [0; 20];
        value[..4].copy_from_slice(&[INET6, self.prefix_len(), u8::from(cidr), 16]);
        value[4..].copy_from_slice(&self.addr().octets());
        cell.bytes(&value)
    }
}

/// A `cidr`, or an `inet`, which may also have bits to the right of its mask.
impl IngestColumn for IpNet {
    type Key<'k> = Self;
    const TYPE: ColumnType = ColumnType::new(Kind::Cidr);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        match self {
            Self::V4(net) => net.encode(cell),
            Self::V6(net) => net.encode(cell),
        }
    }
}

#[cold]
fn host_bits() -> ValueError {
    ValueError::new(
        "has bits set to the right of its mask, which cidr cannot hold (ipnet's `trunc` clears \
         them, and inet holds them)",
    )
}
