//! Floating point of the crate `ordered-float`.

use super::pg_text::PgText;
use super::read_back::ReadBack;
use super::shape::OwnType;
use ordered_float::{NotNan, OrderedFloat};
use proptest::num;
use proptest::prelude::*;

macro_rules! wrappers {
    ($($rust:ty),*) => {$(
        impl PgText for $rust {
            fn pg_text(&self) -> Option<String> {
                self.into_inner().pg_text()
            }
        }
    )*};
}

wrappers!(OrderedFloat<f32>, OrderedFloat<f64>, NotNan<f32>, NotNan<f64>);

#[test]
fn ordered_floats_read_back_equal() {
    let server = ReadBack::new();
    let f32s = num::f32::ANY.prop_map(OrderedFloat).boxed();
    server.every_shape::<OwnType<_>, OrderedFloat<f32>>("f32s", "real", f32s);
    let f64s = num::f64::ANY.prop_map(OrderedFloat).boxed();
    server.every_shape::<OwnType<_>, OrderedFloat<f64>>("f64s", "double precision", f64s);
}

#[test]
fn floats_that_are_not_nan_read_back_equal() {
    let server = ReadBack::new();
    let f32s = num::f32::ANY.prop_map(|float| NotNan::new(float).unwrap_or_default()).boxed();
    server.every_shape::<OwnType<_>, NotNan<f32>>("f32s", "real", f32s);
    let f64s = num::f64::ANY.prop_map(|float| NotNan::new(float).unwrap_or_default()).boxed();
    server.every_shape::<OwnType<_>, NotNan<f64>>("f64s", "double precision", f64s);
}
