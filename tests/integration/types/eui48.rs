//! `macaddr` of the crate `eui48`.

use super::pg_text::PgText;
use super::read_back::ReadBack;
use super::shape::OwnType;
use super::strategy::with_extremes;
use eui48::MacAddress;
use proptest::prelude::*;

impl PgText for MacAddress {
    fn pg_text(&self) -> Option<String> {
        Some(self.to_array().map(|byte| format!("{byte:02x}")).join(":"))
    }
}

#[test]
fn addresses_read_back_equal() {
    let bytes = with_extremes(any::<[u8; 6]>(), [[0; 6], [255; 6]]);
    let addresses = bytes.prop_map(MacAddress::new).boxed();
    ReadBack::new().every_shape::<OwnType<_>, MacAddress>("t", "macaddr", addresses);
}
