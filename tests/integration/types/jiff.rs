//! Dates and times of the crate `jiff`.

use super::pg_text::{PgText, interval};
use super::range;
use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::{micros, with_extremes};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned, civil};
use proptest::prelude::*;

shapes!(AsTime0, "time(0)", "time(0)[]");
shapes!(AsTimestamp3, "timestamp(3)", "timestamp(3)[]");
shapes!(AsTimestamptz3, "timestamptz(3)", "timestamptz(3)[]");
shapes!(AsInterval3, "interval(3)", "interval(3)[]");

const TIMESTAMP: &str = "timestamp without time zone";
const TIMESTAMPTZ: &str = "timestamp with time zone";

/// A date without its era, and the era.
fn date_text(date: Date) -> (String, &'static str) {
    let (year, era) = if date.year() > 0 { (date.year(), "") } else { (1 - date.year(), " BC") };
    (format!("{year:04}-{:02}-{:02}", date.month(), date.day()), era)
}

fn time_text(time: Time) -> String {
    let micros = time.subsec_nanosecond() / 1_000;
    format!("{:02}:{:02}:{:02}.{micros:06}", time.hour(), time.minute(), time.second())
}

fn timestamp_text(value: DateTime, zone: &str) -> String {
    let (date, era) = date_text(value.date());
    format!("{date} {}{zone}{era}", time_text(value.time()))
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

impl PgText for DateTime {
    fn pg_text(&self) -> Option<String> {
        Some(timestamp_text(*self, ""))
    }
}

impl PgText for Timestamp {
    fn pg_text(&self) -> Option<String> {
        Some(timestamp_text(Offset::UTC.to_datetime(*self), "+00"))
    }
}

impl PgText for Zoned {
    fn pg_text(&self) -> Option<String> {
        let seconds = self.offset().seconds();
        let (sign, seconds) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let zone = format!("{sign}{hours:02}:{minutes:02}:{seconds:02}");
        Some(timestamp_text(self.datetime(), &zone))
    }
}

impl PgText for SignedDuration {
    fn pg_text(&self) -> Option<String> {
        Some(interval(self.as_micros()))
    }
}

impl PgText for Span {
    fn pg_text(&self) -> Option<String> {
        let nanos = [
            (i128::from(self.get_hours()), 3_600_000_000_000),
            (i128::from(self.get_minutes()), 60_000_000_000),
            (i128::from(self.get_seconds()), 1_000_000_000),
            (i128::from(self.get_milliseconds()), 1_000_000),
            (i128::from(self.get_microseconds()), 1_000),
            (i128::from(self.get_nanoseconds()), 1),
        ];
        let micros = nanos.iter().map(|(count, unit)| count * unit).sum::<i128>() / 1_000;
        Some(format!(
            "{} years {} months {} weeks {} days {}",
            self.get_years(),
            self.get_months(),
            self.get_weeks(),
            self.get_days(),
            interval(micros)
        ))
    }
}

/// PostgreSQL's first day.
fn first_day() -> Date {
    civil::date(-4713, 11, 24)
}

/// From so many days after PostgreSQL's first day to the crate's last.
fn date(first: i32) -> BoxedStrategy<Date> {
    let day = |days: i32| first_day().checked_add(days.days()).unwrap();
    let last = (Date::MAX - first_day()).get_days();
    let any = prop_oneof![first..=last, 2_415_021..2_488_070];
    // 2000-01-01, the year 1 and the day before it, 1970-01-01, and the days around a leap day
    let extremes = [first, 2_451_545, 2_451_544, 1_721_426, 1_721_425, 2_440_588, last];
    let leap = 2_451_603..=2_451_606;
    with_extremes(any, extremes.into_iter().chain(leap)).prop_map(day).boxed()
}

/// In whole steps of so many microseconds.
fn time(step: i64) -> BoxedStrategy<Time> {
    let last = 86_400_000_000 / step - 1;
    let time = move |steps| Time::midnight() + SignedDuration::from_micros(steps * step);
    with_extremes(0..=last, [0, 1, last / 2, last]).prop_map(time).boxed()
}

fn timestamp(first: i32, step: i64) -> BoxedStrategy<DateTime> {
    (date(first), time(step)).prop_map(|(date, time)| date.to_datetime(time)).boxed()
}

/// Within the crate's instants, which end a day before its dates.
fn zoned(step: i64) -> BoxedStrategy<Zoned> {
    let least = 15 * 3_600 + 59 * 60 + 59; // PostgreSQL's offsets
    let offset = with_extremes(-least..=least, [-least, 0, least]);
    (timestamp(1, step), offset)
        .prop_map(|(local, seconds)| {
            let local = local.min(civil::date(9999, 12, 29).at(23, 59, 59, 0));
            local.to_zoned(TimeZone::fixed(Offset::from_seconds(seconds).unwrap())).unwrap()
        })
        .boxed()
}

fn instant(step: i64) -> BoxedStrategy<Timestamp> {
    let first = Offset::UTC.to_timestamp(first_day().at(0, 0, 0, 0)).unwrap();
    with_extremes(zoned(step).prop_map(|zoned| zoned.timestamp()), [first])
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
    server.every_shape::<OwnType<_>, DateTime>("own", TIMESTAMP, timestamp(0, 1));
    let three = "timestamp(3) without time zone";
    server.every_shape::<AsTimestamp3<_>, DateTime>("three", three, timestamp(0, 1_000));
}

#[test]
fn timestamps_with_time_zone_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, Timestamp>("own", TIMESTAMPTZ, instant(1));
    server.every_shape::<OwnType<_>, Zoned>("zoned", TIMESTAMPTZ, zoned(1));
    let three = "timestamp(3) with time zone";
    server.every_shape::<AsTimestamptz3<_>, Timestamp>("three", three, instant(1_000));
}

#[test]
fn durations_read_back_equal() {
    let micros = micros();
    let server = ReadBack::new();
    let own = micros.clone().prop_map(SignedDuration::from_micros).boxed();
    server.every_shape::<OwnType<_>, SignedDuration>("own", "interval", own);
    let three = micros.prop_map(|micros| SignedDuration::from_millis(micros / 1_000)).boxed();
    server.every_shape::<AsInterval3<_>, SignedDuration>("three", "interval(3)", three);
}

#[test]
fn spans_read_back_equal_with_months_and_days_kept_apart() {
    let calendar = (0..=19_998_i64, 0..=239_976_i64, 0..=1_043_497_i64, 0..=7_304_484_i64);
    let clock = (
        0..=175_307_616_i64,
        0..=10_518_456_960_i64,
        0..=631_107_417_600_i64,
        0..=631_107_417_600_000_i64,
        0..=631_107_417_600_000_000_i64,
        0..=9_223_372_036_854_775_i64,
    );
    let units = (calendar, clock, any::<bool>(), any::<[bool; 10]>());
    let span = units.prop_map(|(calendar, clock, negative, present)| {
        let (years, months, weeks, days) = calendar;
        let (hours, minutes, seconds, millis, micros, nanos) = clock;
        let [a, b, c, d, e, f, g, h, i, j] = present.map(i64::from);
        let span = Span::new().years(years * a).months(months * b).weeks(weeks * c).days(days * d);
        let span = span.hours(hours * e).minutes(minutes * f).seconds(seconds * g);
        let span = span.milliseconds(millis * h).microseconds(micros * i);
        let span = span.nanoseconds(nanos * 1_000 * j);
        if negative { -span } else { span }
    });
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, Span>("t", "interval", span.boxed());
}

#[test]
fn ranges_read_back_equal() {
    range::reads_back::<Date>(date(0), "daterange");
    range::reads_back::<DateTime>(timestamp(0, 1), "tsrange");
    range::reads_back::<Timestamp>(instant(1), "tstzrange");
    range::reads_back::<Zoned>(zoned(1), "tstzrange");
}
