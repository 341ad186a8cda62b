//! Lengths of time.

use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::with_extremes;
use chrono::TimeDelta;
use proptest::prelude::*;
use std::time::Duration;

shapes!(AsInterval3, "interval(3)", "interval(3)[]");

fn micros() -> BoxedStrategy<i64> {
    let small = -100_000_000_000..100_000_000_000_i64;
    let any = prop_oneof![any::<i64>(), small];
    with_extremes(any, [i64::MIN, i64::MIN + 1, -1_000_000, -1, 0, 1, 86_400_000_000, i64::MAX])
}

#[test]
fn time_deltas_read_back_equal() {
    let server = ReadBack::new();
    let own = micros().prop_map(TimeDelta::microseconds).boxed();
    server.every_shape::<OwnType<_>, TimeDelta>("own", "interval", own);
    let precise = micros().prop_map(|micros| TimeDelta::milliseconds(micros / 1_000)).boxed();
    server.every_shape::<AsInterval3<_>, TimeDelta>("three", "interval(3)", precise);
}

#[test]
fn durations_read_back_equal() {
    let durations = micros().prop_map(|micros| {
        Duration::from_micros(micros.checked_abs().unwrap_or(i64::MAX).unsigned_abs())
    });
    ReadBack::new().every_shape::<OwnType<_>, Duration>("t", "interval", durations.boxed());
}
