//! Generated values.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Debug;

/// One in four is one of the extremes.
pub(super) fn with_extremes<T: Debug + Clone + 'static>(
    any: impl Strategy<Value = T> + 'static,
    extremes: impl IntoIterator<Item = T>,
) -> BoxedStrategy<T> {
    let extremes = extremes.into_iter().collect::<Vec<_>>();
    prop_oneof![3 => any, 1 => select(extremes)].boxed()
}

/// Two dimensions of lengths that may be 0.
pub(super) fn grid<T: Debug + 'static>(value: BoxedStrategy<T>) -> BoxedStrategy<Vec<Vec<T>>> {
    let lengths = (0..4_usize, 0..4_usize);
    lengths.prop_flat_map(move |(a, b)| vec(vec(value.clone(), b), a)).boxed()
}

/// Texts of up to so many characters, those among them that mean something to a format.
pub(super) fn text(longest: usize) -> BoxedStrategy<String> {
    let telling = r#"ab01 "'\,{}[]()%$:;.-_/<>&#~`|	"#.chars().collect::<Vec<_>>();
    let character = prop_oneof![
        2 => select(telling),
        1 => any::<char>().prop_filter("no NUL", |character| *character != '\0'),
    ];
    let extremes = [
        "",
        " ",
        "  a  ",
        "NULL",
        "null",
        "{}",
        "{NULL}",
        "\\N",
        "\\.",
        "\"",
        "\\",
        "\r\n",
        "\u{1}",
        "\u{7f}",
        "e\u{301}",
        "\u{feff}",
        "\u{ffff}",
        "\u{10ffff}",
        "🦀🦀",
    ];
    let extremes = extremes.into_iter().filter(|text| text.chars().count() <= longest);
    let any = vec(character, 0..=longest).prop_map(String::from_iter);
    with_extremes(
        any,
        extremes.map(str::to_owned).chain(["\u{10ffff}".repeat(longest), "z".repeat(longest)]),
    )
}

/// The first day of PostgreSQL's calendar, 4714-11-24 BC.
pub(super) fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(-4713, 11, 24).unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Dates from PostgreSQL's first to chrono's last.
pub(super) fn date() -> BoxedStrategy<NaiveDate> {
    let days = |first: NaiveDate, last: NaiveDate| {
        let count = (last - first).num_days();
        (0..=count).prop_map(move |days| first + chrono::TimeDelta::days(days))
    };
    let any = prop_oneof![
        days(first_day(), NaiveDate::MAX),
        days(day(-4713, 11, 24), day(3, 12, 31)),
        days(day(1900, 1, 1), day(2100, 1, 1)),
    ];
    with_extremes(
        any,
        [
            first_day(),
            day(-4712, 1, 1),
            day(-43, 3, 15),
            day(0, 2, 29),
            day(0, 12, 31),
            day(1, 1, 1),
            day(1582, 10, 15),
            day(1970, 1, 1),
            day(1999, 12, 31),
            day(2000, 1, 1),
            day(2024, 2, 29),
            day(9999, 12, 31),
            day(10_000, 1, 1),
            NaiveDate::MAX,
        ],
    )
}

/// Times of day in whole steps of so many microseconds, a divisor of a second.
pub(super) fn time(step: u32) -> BoxedStrategy<NaiveTime> {
    let time = move |seconds: u32, steps: u32| {
        NaiveTime::from_num_seconds_from_midnight_opt(seconds, steps * step * 1_000).unwrap()
    };
    let last = 1_000_000 / step - 1;
    let any = (0..86_400_u32, 0..=last).prop_map(move |(seconds, steps)| time(seconds, steps));
    with_extremes(any, [time(0, 0), time(0, last.min(1)), time(43_200, 0), time(86_399, last)])
}

/// Timestamps in whole steps of so many microseconds.
pub(super) fn timestamp(step: u32) -> BoxedStrategy<NaiveDateTime> {
    (date(), time(step)).prop_map(|(date, time)| date.and_time(time)).boxed()
}

/// Lengths of time, in microseconds, that the server can print.
pub(super) fn micros() -> BoxedStrategy<i64> {
    // Before 15 hours have 32 bits wherever an interval is read as text or printed, though more are
    // stored.
    let limits = [-i32::MAX, i32::MAX].map(|hours| i64::from(hours) * 3_600_000_000);
    let [shortest, longest] = if tests::version() < 15 { limits } else { [i64::MIN, i64::MAX] };
    let any = prop_oneof![any::<i64>(), -100_000_000_000..100_000_000_000_i64];
    let extremes = [i64::MIN, i64::MIN + 1, -1_000_000, -1, 0, 1, 86_400_000_000, i64::MAX];
    let micros = with_extremes(any, extremes);
    micros.prop_map(move |micros| micros.clamp(shortest, longest)).boxed()
}
