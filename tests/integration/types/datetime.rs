//! Dates and times, from PostgreSQL's first day to chrono's last.

use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::{date, time, timestamp};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use proptest::prelude::*;

shapes!(AsTime0, "time(0)", "time(0)[]");
shapes!(AsTime6, "time(6)", "time(6)[]");
shapes!(AsTimestamp3, "timestamp(3)", "timestamp(3)[]");
shapes!(AsTimestamptz3, "timestamptz(3)", "timestamptz(3)[]");

const TIMESTAMP: &str = "timestamp without time zone";
const TIMESTAMPTZ: &str = "timestamp with time zone";

#[test]
fn dates_read_back_equal() {
    ReadBack::new().every_shape::<OwnType<_>, NaiveDate>("t", "date", date());
}

#[test]
fn times_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, NaiveTime>("own", "time without time zone", time(1));
    server.every_shape::<AsTime6<_>, NaiveTime>("six", "time(6) without time zone", time(1));
    server.every_shape::<AsTime0<_>, NaiveTime>(
        "zero",
        "time(0) without time zone",
        time(1_000_000),
    );
}

#[test]
fn timestamps_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, NaiveDateTime>("own", TIMESTAMP, timestamp(1));
    let precise = "timestamp(3) without time zone";
    server.every_shape::<AsTimestamp3<_>, NaiveDateTime>("three", precise, timestamp(1_000));
}

#[test]
fn timestamps_with_time_zone_read_back_equal() {
    let server = ReadBack::new();
    let utc = |step| timestamp(step).prop_map(|timestamp| timestamp.and_utc()).boxed();
    server.every_shape::<OwnType<_>, DateTime<Utc>>("own", TIMESTAMPTZ, utc(1));
    let precise = "timestamp(3) with time zone";
    server.every_shape::<AsTimestamptz3<_>, DateTime<Utc>>("three", precise, utc(1_000));
    // What PostgreSQL reads of offsets: less than 16 hours.
    let offset = (-57_599..57_600).prop_map(|seconds| FixedOffset::east_opt(seconds).unwrap());
    let offset = prop_oneof![offset, Just(FixedOffset::east_opt(3_600).unwrap())];
    let zoned =
        (timestamp(1), offset).prop_map(|(timestamp, offset)| offset.from_utc_datetime(&timestamp));
    server.every_shape::<OwnType<_>, DateTime<FixedOffset>>("zoned", TIMESTAMPTZ, zoned.boxed());
}
