//! Periods, numbered from one that contains, or begins with, the origin of their type.

use super::calendar::{self, MICROS_PER_DAY, MICROS_PER_HOUR};
use crate::definition::Period;

/// In which unit a column's values are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// An integer of so many bits.
    Number {
        bits: u32,
    },
    Day,
    /// Of a column with a time zone or without.
    Micros {
        has_zone: bool,
    },
}

/// 2000-01-03, a Monday: from it days are counted.
const MONDAY: i64 = 2;

/// The bounds that are no value.
pub(super) const LEAST: &str = "MINVALUE";
pub(super) const MOST: &str = "MAXVALUE";

impl Unit {
    /// The period of a value; `None` of one that is in none: infinity, a year before 1 or after 9999.
    pub(super) fn period_of(self, value: i64, period: Period) -> Option<i64> {
        match (self, period) {
            (Self::Number { .. }, Period::Numbers(size)) => {
                Some(value.div_euclid(i64::try_from(size).ok()?))
            }
            (Self::Micros { .. }, Period::Hours(size)) => {
                calendar::date(value.div_euclid(MICROS_PER_DAY))?;
                Some(value.div_euclid(i64::from(size) * MICROS_PER_HOUR))
            }
            (Self::Micros { .. }, _) => {
                Self::Day.period_of(value.div_euclid(MICROS_PER_DAY), period)
            }
            (Self::Day, Period::Days(size)) => {
                calendar::date(value)?;
                Some((value - MONDAY).div_euclid(i64::from(size)))
            }
            (Self::Day, Period::Months(size)) => {
                Some(calendar::months(calendar::date(value)?).div_euclid(i64::from(size)))
            }
            (Self::Number { .. }, _) | (Self::Day, Period::Hours(_) | Period::Numbers(_)) => None,
        }
    }

    /// The value that the period of this number begins with.
    pub(super) fn start(self, number: i64, period: Period) -> Option<i64> {
        match (self, period) {
            (Self::Number { .. }, Period::Numbers(size)) => {
                number.checked_mul(i64::try_from(size).ok()?)
            }
            (Self::Micros { .. }, Period::Hours(size)) => {
                number.checked_mul(i64::from(size) * MICROS_PER_HOUR)
            }
            (Self::Micros { .. }, _) => {
                Self::Day.start(number, period)?.checked_mul(MICROS_PER_DAY)
            }
            (Self::Day, Period::Days(size)) => {
                number.checked_mul(i64::from(size))?.checked_add(MONDAY)
            }
            (Self::Day, Period::Months(size)) => {
                calendar::month(number.checked_mul(i64::from(size))?)
            }
            (Self::Number { .. }, _) | (Self::Day, Period::Hours(_) | Period::Numbers(_)) => None,
        }
    }

    /// A value as SQL reads it; `MINVALUE` and `MAXVALUE` for what has no value.
    pub(super) fn literal(self, value: i64) -> Option<String> {
        let most = match self {
            Self::Number { bits } => i64::MAX >> (64 - bits),
            Self::Day | Self::Micros { .. } => i64::MAX,
        };
        if value == i64::MIN || value < -most - 1 {
            return Some(LEAST.to_owned());
        }
        if value == i64::MAX || value > most {
            return Some(MOST.to_owned());
        }
        Some(match self {
            Self::Number { .. } => format!("'{value}'"),
            Self::Day => format!("'{}'", calendar::date(value)?.format("%Y-%m-%d")),
            Self::Micros { has_zone } => {
                let zone = if has_zone { "+00" } else { "" };
                let instant = calendar::instant(value)?;
                format!("'{}{zone}'", instant.format("%Y-%m-%d %H:%M:%S%.f"))
            }
        })
    }

    /// Reads a value as PostgreSQL prints a bound of it.
    pub(super) fn read(self, text: &str) -> Option<i64> {
        match text {
            LEAST | "-infinity" => return Some(i64::MIN),
            MOST | "infinity" => return Some(i64::MAX),
            _ => {}
        }
        match self {
            Self::Number { .. } => text.parse().ok(),
            Self::Day => calendar::read_date(text),
            Self::Micros { .. } => calendar::read_instant(text),
        }
    }

    /// What the name of the partition of a period ends with.
    pub(super) fn suffix(self, number: i64, period: Period) -> Option<String> {
        let start = self.start(number, period)?;
        let days = match self {
            Self::Number { .. } if start < 0 => {
                return Some(format!("minus_{}", start.unsigned_abs()));
            }
            Self::Number { .. } => return Some(start.to_string()),
            Self::Day => start,
            Self::Micros { .. } => start.div_euclid(MICROS_PER_DAY),
        };
        let form = match period {
            Period::Months(months) if months.is_multiple_of(12) => "%Y",
            Period::Months(_) => "%Y_%m",
            _ => "%Y_%m_%d",
        };
        let date = calendar::date(days)?.format(form).to_string();
        match period {
            Period::Hours(_) => {
                let hour = start.rem_euclid(MICROS_PER_DAY) / MICROS_PER_HOUR;
                Some(format!("{date}_{hour:02}"))
            }
            _ => Some(date),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Unit;
    use crate::definition::Period;

    const INSTANT: Unit = Unit::Micros { has_zone: true };

    /// The bounds of the period of a value, and what its name ends with.
    fn around(unit: Unit, value: &str, period: Period) -> (String, String, String) {
        let number = unit.period_of(unit.read(value).unwrap(), period).unwrap();
        let bound = |number| unit.literal(unit.start(number, period).unwrap()).unwrap();
        (bound(number), bound(number + 1), unit.suffix(number, period).unwrap())
    }

    fn owned((from, to, suffix): (&str, &str, &str)) -> (String, String, String) {
        (from.to_owned(), to.to_owned(), suffix.to_owned())
    }

    #[test]
    fn a_value_is_in_the_period_that_begins_with_it_or_before() {
        let day = Unit::Day;
        for (unit, value, period, expected) in [
            (day, "2026-02-28", Period::Months(1), ("'2026-02-01'", "'2026-03-01'", "2026_02")),
            (day, "2026-03-01", Period::Months(1), ("'2026-03-01'", "'2026-04-01'", "2026_03")),
            (day, "1999-12-31", Period::Months(3), ("'1999-10-01'", "'2000-01-01'", "1999_10")),
            (day, "2026-11-29", Period::Months(12), ("'2026-01-01'", "'2027-01-01'", "2026")),
            (day, "2026-11-29", Period::Days(7), ("'2026-11-23'", "'2026-11-30'", "2026_11_23")),
            (day, "2026-11-29", Period::Days(1), ("'2026-11-29'", "'2026-11-30'", "2026_11_29")),
            (Unit::Number { bits: 64 }, "-1", Period::Numbers(100), ("'-100'", "'0'", "minus_100")),
            (Unit::Number { bits: 64 }, "250", Period::Numbers(100), ("'200'", "'300'", "200")),
        ] {
            assert_eq!(around(unit, value, period), owned(expected), "{value}");
        }
        let (from, to) = ("'2026-11-29 18:00:00+00'", "'2026-11-30 00:00:00+00'");
        let found = around(INSTANT, "2026-11-29 23:59:59.5+00", Period::Hours(6));
        assert_eq!(found, owned((from, to, "2026_11_29_18")));
        let (from, to) = ("'1969-12-01 00:00:00+00'", "'1970-01-01 00:00:00+00'");
        let found = around(INSTANT, "1969-12-31 23:00:00+00", Period::Months(1));
        assert_eq!(found, owned((from, to, "1969_12")));
    }

    #[test]
    fn what_has_no_day_is_in_no_period() {
        for value in [i64::MIN, i64::MAX] {
            assert_eq!(INSTANT.period_of(value, Period::Days(1)), None);
            assert_eq!(INSTANT.period_of(value, Period::Hours(1)), None);
        }
        assert_eq!(Unit::Day.period_of(i64::from(i32::MAX), Period::Months(1)), None);
        assert_eq!(Unit::Number { bits: 64 }.start(i64::MAX / 2, Period::Numbers(10)), None);
    }

    #[test]
    fn what_a_type_cannot_hold_is_no_bound() {
        let literal = |bits, value| Unit::Number { bits }.literal(value).unwrap();
        assert_eq!(literal(16, 32_767), "'32767'");
        assert_eq!(literal(16, 32_768), "MAXVALUE");
        assert_eq!(literal(32, -2_147_483_648), "'-2147483648'");
        assert_eq!(literal(32, -2_147_483_649), "MINVALUE");
        assert_eq!((&*literal(64, i64::MAX), &*literal(64, i64::MIN)), ("MAXVALUE", "MINVALUE"));
    }
}
