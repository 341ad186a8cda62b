//! Days and microseconds from 2000-01-01, as PostgreSQL counts them, and how they are written.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta};

pub(super) const MICROS_PER_DAY: i64 = 86_400_000_000;
pub(super) const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// Seconds from 1970 to 2000.
const EPOCH: i64 = 946_684_800;

/// The years whose days are put into partitions.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// The day of this number.
pub(super) fn date(days: i64) -> Option<NaiveDate> {
    let date = first()?.checked_add_signed(TimeDelta::try_days(days)?)?;
    YEARS.contains(&date.year()).then_some(date)
}

/// The number of a day.
fn days(date: NaiveDate) -> Option<i64> {
    Some(date.signed_duration_since(first()?).num_days())
}

fn first() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2000, 1, 1)
}

/// The number of the first day of the month that is so many months after 2000-01.
pub(super) fn month(months: i64) -> Option<i64> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    let date = match months < 0 {
        true => first()?.checked_sub_months(count),
        false => first()?.checked_add_months(count),
    };
    days(date?)
}

/// How many months a day's month is after 2000-01.
pub(super) fn months(date: NaiveDate) -> i64 {
    (i64::from(date.year()) - 2000) * 12 + i64::from(date.month0())
}

/// An instant, of so many microseconds from 2000.
pub(super) fn instant(micros: i64) -> Option<NaiveDateTime> {
    let seconds = micros.div_euclid(1_000_000).checked_add(EPOCH)?;
    let nanos = u32::try_from(micros.rem_euclid(1_000_000)).ok()? * 1000;
    Some(DateTime::from_timestamp(seconds, nanos)?.naive_utc())
}

/// Reads a day as PostgreSQL writes it in the ISO style.
pub(super) fn read_date(text: &str) -> Option<i64> {
    let (text, is_bc) = era(text);
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year = year.parse::<i32>().ok()?;
    let year = if is_bc { 1 - year } else { year };
    days(NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)?)
}

/// Reads an instant as PostgreSQL writes it in the ISO style; one with a time zone in that of UTC.
pub(super) fn read_instant(text: &str) -> Option<i64> {
    let (text, is_bc) = era(text);
    let (day, time) = text.split_once(' ')?;
    let day = if is_bc { read_date(&format!("{day} BC")) } else { read_date(day) }?;
    let time = time.strip_suffix("+00").unwrap_or(time);
    let time = chrono::NaiveTime::parse_from_str(time, "%H:%M:%S%.f").ok()?;
    let micros = time.signed_duration_since(chrono::NaiveTime::MIN).num_microseconds()?;
    day.checked_mul(MICROS_PER_DAY)?.checked_add(micros)
}

fn era(text: &str) -> (&str, bool) {
    match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::{MICROS_PER_DAY, date, instant, month, months, read_date, read_instant};

    #[test]
    fn days_are_those_of_postgresql() {
        assert_eq!(read_date("2000-01-01"), Some(0));
        assert_eq!(read_date("1999-12-31"), Some(-1));
        assert_eq!(read_date("0001-01-01 BC"), Some(-730_485));
        assert_eq!(read_date("infinity"), None);
        assert_eq!(date(0).map(|date| date.to_string()).as_deref(), Some("2000-01-01"));
        assert_eq!(date(-730_120), None, "the last day of 1 BC");
        assert_eq!(date(i64::MAX), None);
        assert_eq!((month(-1), month(0), month(2)), (Some(-31), Some(0), Some(60)));
        assert_eq!(date(-1).map(months), Some(-1));
    }

    #[test]
    fn instants_are_those_of_postgresql() {
        assert_eq!(read_instant("2000-01-02 00:00:00"), Some(MICROS_PER_DAY));
        assert_eq!(read_instant("1999-12-31 23:59:59.999999+00"), Some(-1));
        assert_eq!(read_instant("2000-01-01"), None);
        let read = instant(-1).map(|instant| instant.to_string());
        assert_eq!(read.as_deref(), Some("1999-12-31 23:59:59.999999"));
        assert_eq!(instant(i64::MAX), None);
    }
}
