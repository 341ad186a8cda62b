//! Dates and times of the crate `time`.

use super::pg_text::{PgText, interval};
use super::range;
use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::{micros, with_extremes};
use proptest::prelude::*;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

shapes!(AsTime0, "time(0)", "time(0)[]");
shapes!(AsTimestamp3, "timestamp(3)", "timestamp(3)[]");
shapes!(AsTimestamptz3, "timestamptz(3)", "timestamptz(3)[]");
shapes!(AsInterval3, "interval(3)", "interval(3)[]");

const TIMESTAMP: &str = "timestamp without time zone";
const TIMESTAMPTZ: &str = "timestamp with time zone";

/// A date without its era, and the era.
fn date_text(date: Date) -> (String, &'static str) {
    let (year, era) = if date.year() > 0 { (date.year(), "") } else { (1 - date.year(), " BC") };
    (format!("{year:04}-{:02}-{:02}", u8::from(date.month()), date.day()), era)
}

fn time_text(time: Time) -> String {
    let (hour, minute, second, micros) = time.as_hms_micro();
    format!("{hour:02}:{minute:02}:{second:02}.{micros:06}")
}

impl PgText for Date {
    fn pg_text(&self) -> Option<String> {
        let (date, era) = date_text(*self);
        Some(format!("{date}{era}"))
    }
}

impl PgText for Time {
    fn pg_text(&self) -> Option<String> {
        Some(time_text(*self))
    }
}

impl PgText for PrimitiveDateTime {
    fn pg_text(&self) -> Option<String> {
        let (date, era) = date_text(self.date());
        Some(format!("{date} {}{era}", time_text(self.time())))
    }
}

impl PgText for OffsetDateTime {
    fn pg_text(&self) -> Option<String> {
        let (date, era) = date_text(self.date());
        let (hours, minutes, seconds) = self.offset().as_hms();
        let sign = if self.offset().is_negative() { '-' } else { '+' };
        let (hours, minutes, seconds) = (hours.abs(), minutes.abs(), seconds.abs());
        let zone = format!("{sign}{hours:02}:{minutes:02}:{seconds:02}");
        Some(format!("{date} {}{zone}{era}", time_text(self.time())))
    }
}

impl PgText for Duration {
    fn pg_text(&self) -> Option<String> {
        Some(interval(self.whole_microseconds()))
    }
}

/// From so many days after PostgreSQL's first day to the crate's last.
fn date(first: i32) -> BoxedStrategy<Date> {
    let (last, day) = (Date::MAX.to_julian_day(), |day| Date::from_julian_day(day).unwrap());
    let any = prop_oneof![first..=last, 2_415_021..2_488_070];
    // 2000-01-01, the year 1 and the day before it, 1970-01-01
    let extremes = [first, 2_451_545, 2_451_544, 1_721_426, 1_721_425, 2_440_588, last];
    with_extremes(any, extremes).prop_map(day).boxed()
}

/// In whole steps of so many microseconds.
fn time(step: u64) -> BoxedStrategy<Time> {
    let last = 86_400_000_000 / step - 1;
    let time = move |steps| Time::MIDNIGHT + std::time::Duration::from_micros(steps * step);
    with_extremes(0..=last, [0, 1, last / 2, last]).prop_map(time).boxed()
}

fn timestamp(first: i32, step: u64) -> BoxedStrategy<PrimitiveDateTime> {
    (date(first), time(step)).prop_map(|(date, time)| PrimitiveDateTime::new(date, time)).boxed()
}

fn instant(step: u64) -> BoxedStrategy<OffsetDateTime> {
    let least = 15 * 3_600 + 59 * 60 + 59; // PostgreSQL's offsets
    let offset = with_extremes(-least..=least, [-least, 0, least]);
    let offset = offset.prop_map(|seconds| UtcOffset::from_whole_seconds(seconds).unwrap());
    let local = (timestamp(1, step), offset).prop_map(|(local, zone)| local.assume_offset(zone));
    prop_oneof![local, timestamp(0, step).prop_map(PrimitiveDateTime::assume_utc)].boxed()
}

#[test]
fn dates_and_times_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, Date>("dates", "date", date(0));
    server.every_shape::<OwnType<_>, Time>("times", "time without time zone", time(1));
    let zero = "time(0) without time zone";
    server.every_shape::<AsTime0<_>, Time>("zero", zero, time(1_000_000));
}

#[test]
fn timestamps_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, PrimitiveDateTime>("own", TIMESTAMP, timestamp(0, 1));
    let three = "timestamp(3) without time zone";
    server.every_shape::<AsTimestamp3<_>, PrimitiveDateTime>("three", three, timestamp(0, 1_000));
}

#[test]
fn timestamps_with_an_offset_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, OffsetDateTime>("own", TIMESTAMPTZ, instant(1));
    let three = "timestamp(3) with time zone";
    server.every_shape::<AsTimestamptz3<_>, OffsetDateTime>("three", three, instant(1_000));
}

#[test]
fn durations_read_back_equal() {
    let micros = micros();
    let server = ReadBack::new();
    let own = micros.clone().prop_map(Duration::microseconds).boxed();
    server.every_shape::<OwnType<_>, Duration>("own", "interval", own);
    let three = micros.prop_map(|micros| Duration::milliseconds(micros / 1_000)).boxed();
    server.every_shape::<AsInterval3<_>, Duration>("three", "interval(3)", three);
}

#[test]
fn ranges_read_back_equal() {
    range::reads_back::<Date>(date(0), "daterange");
    range::reads_back::<PrimitiveDateTime>(timestamp(0, 1), "tsrange");
    range::reads_back::<OffsetDateTime>(instant(1), "tstzrange");
}
