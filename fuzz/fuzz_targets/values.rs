//! Rows of any values: sent as the format's documentation says, or refused at the first bad one.
#![no_main]

use arbitrary::Arbitrary;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta};
use libfuzzer_sys::fuzz_target;
use tests::Values;
use uuid::Uuid;

#[derive(Arbitrary, Debug)]
struct Row {
    truth: bool,
    small: i16,
    number: Option<i32>,
    large: i64,
    floats: (u32, u64),
    texts: (String, Option<String>),
    bytes: Vec<u8>,
    uuid: u128,
    /// Days since 1970, and of the time also seconds and nanoseconds.
    days: (i32, i32),
    seconds: u32,
    nanoseconds: u32,
    array: Vec<Option<i32>>,
    more: Vec<String>,
}

fn day(days: i32) -> NaiveDate {
    let first = DateTime::UNIX_EPOCH.date_naive();
    let days = TimeDelta::days(days.into());
    first.checked_add_signed(days).unwrap_or(NaiveDate::MAX)
}

impl Row {
    fn time(&self) -> NaiveDateTime {
        // Mostly whole microseconds: anything else is refused.
        let nanoseconds = match self.nanoseconds % 2_000_000_000 {
            odd if odd % 7 == 0 => odd,
            other => other / 1000 * 1000,
        };
        let day = day(self.days.1 % 3_000_000);
        let time = day.and_hms_nano_opt(
            self.seconds / 3600 % 24,
            self.seconds / 60 % 60,
            self.seconds % 60,
            nanoseconds,
        );
        time.unwrap_or_else(|| day.and_hms_opt(0, 0, 0).unwrap_or_default())
    }

    fn values(self) -> Values {
        Values {
            time: self.time(),
            truth: self.truth,
            small: self.small,
            number: self.number,
            large: self.large,
            single: f32::from_bits(self.floats.0),
            double: f64::from_bits(self.floats.1),
            text: self.texts.0,
            other: self.texts.1,
            bytes: self.bytes,
            uuid: Uuid::from_u128(self.uuid),
            day: day(self.days.0),
            array: self.array,
            texts: self.more,
        }
    }
}

fuzz_target!(|rows: Vec<Row>| {
    let values = rows.into_iter().map(Row::values).collect::<Vec<_>>();
    if let Err(reason) = tests::encoding(&values) {
        panic!("{reason}");
    }
});
