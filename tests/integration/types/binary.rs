//! `bytea`, `uuid` and `inet`.

use super::read_back::ReadBack;
use super::shape::OwnType;
use super::strategy::with_extremes;
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use uuid::Uuid;

#[test]
fn bytes_read_back_equal() {
    let server = ReadBack::new();
    let every_byte = (0..=u8::MAX).collect::<Vec<_>>();
    let vecs =
        with_extremes(vec(any::<u8>(), 0..40), [vec![], vec![0], b"\\x00".into(), every_byte]);
    server.every_shape::<OwnType<_>, Vec<u8>>("vecs", "bytea", vecs.clone());
    server.every_shape::<OwnType<_>, Bytes>("bytes", "bytea", vecs.prop_map(Bytes::from).boxed());
    server.every_shape::<OwnType<_>, [u8; 4]>("fours", "bytea", any::<[u8; 4]>().boxed());
    server.every_shape::<OwnType<_>, [u8; 0]>("nones", "bytea", Just([]).boxed());
}

#[test]
fn uuids_read_back_equal() {
    let uuids = any::<u128>().prop_map(Uuid::from_u128);
    let uuids = with_extremes(uuids, [Uuid::nil(), Uuid::max()]);
    ReadBack::new().every_shape::<OwnType<_>, Uuid>("t", "uuid", uuids);
}

#[test]
fn addresses_read_back_equal() {
    let server = ReadBack::new();
    let v4s = with_extremes(
        any::<Ipv4Addr>(),
        [Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST],
    );
    let v6s = with_extremes(
        any::<Ipv6Addr>(),
        [
            Ipv6Addr::UNSPECIFIED,
            Ipv6Addr::LOCALHOST,
            Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped(),
            Ipv6Addr::from([0xff; 16]),
        ],
    );
    let any = prop_oneof![v4s.clone().prop_map(IpAddr::V4), v6s.clone().prop_map(IpAddr::V6)];
    server.every_shape::<OwnType<_>, Ipv4Addr>("v4s", "inet", v4s);
    server.every_shape::<OwnType<_>, Ipv6Addr>("v6s", "inet", v6s);
    server.every_shape::<OwnType<_>, IpAddr>("addresses", "inet", any.boxed());
}
