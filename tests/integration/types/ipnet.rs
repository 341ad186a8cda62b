//! `cidr` and `inet` of the crate `ipnet`.

use super::pg_text::PgText;
use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::with_extremes;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::prelude::*;

shapes!(AsInet, "inet", "inet[]");

macro_rules! displayed {
    ($($rust:ty),*) => {$(
        impl PgText for $rust {
            fn pg_text(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}

displayed!(IpNet, Ipv4Net, Ipv6Net);

fn v4() -> BoxedStrategy<Ipv4Net> {
    let parts = (any::<u32>(), with_extremes(0..=32_u8, [0, 1, 31, 32]));
    parts.prop_map(|(address, length)| Ipv4Net::new(address.into(), length).unwrap()).boxed()
}

fn v6() -> BoxedStrategy<Ipv6Net> {
    let parts = (any::<u128>(), with_extremes(0..=128_u8, [0, 1, 64, 127, 128]));
    parts.prop_map(|(address, length)| Ipv6Net::new(address.into(), length).unwrap()).boxed()
}

fn either() -> BoxedStrategy<IpNet> {
    prop_oneof![v4().prop_map(IpNet::V4), v6().prop_map(IpNet::V6)].boxed()
}

#[test]
fn networks_read_back_equal_as_cidr() {
    let server = ReadBack::new();
    let v4 = v4().prop_map(|net| net.trunc()).boxed();
    server.every_shape::<OwnType<_>, Ipv4Net>("four", "cidr", v4);
    let v6 = v6().prop_map(|net| net.trunc()).boxed();
    server.every_shape::<OwnType<_>, Ipv6Net>("six", "cidr", v6);
    let either = either().prop_map(|net| net.trunc()).boxed();
    server.every_shape::<OwnType<_>, IpNet>("either", "cidr", either);
}

#[test]
fn addresses_with_a_mask_read_back_equal_as_inet() {
    let server = ReadBack::new();
    server.every_shape::<AsInet<_>, Ipv4Net>("four", "inet", v4());
    server.every_shape::<AsInet<_>, Ipv6Net>("six", "inet", v6());
    server.every_shape::<AsInet<_>, IpNet>("either", "inet", either());
}
