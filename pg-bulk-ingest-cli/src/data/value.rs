//! The narrowest type of values.

use crate::arguments::{Choices, Decimals};
use crate::rust_type::{self, RustType};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// What a value is, and with others, what holds them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    Bool,
    /// By how many bits a whole number fits, signed: 16, 32 or 64.
    Integer(u32),
    /// A number by its digits before and after the point, and whether it is only right as an
    /// approximation (with an exponent, infinite).
    Number {
        whole: usize,
        fraction: usize,
        approximate: bool,
    },
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Uuid,
    Text,
    Array(Option<Box<Seen>>),
    Json,
}

/// Digits that `f64` keeps.
const F64_DIGITS: usize = 15;

/// Digits that `rust_decimal` keeps.
const DECIMAL_DIGITS: usize = 28;

impl Seen {
    /// Of a text, as it is in a CSV file.
    pub(super) fn of_text(text: &str) -> Self {
        if let Some(number) = Self::of_number(text) {
            return number;
        }
        if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            return Self::Bool;
        }
        if ["nan", "inf", "infinity", "-inf", "-infinity"]
            .iter()
            .any(|name| text.eq_ignore_ascii_case(name))
        {
            return Self::Number { whole: 0, fraction: 0, approximate: true };
        }
        Self::of_word(text)
    }

    /// Of a text that is one in JSON as well: a number in quotes is none.
    pub(super) fn of_word(text: &str) -> Self {
        let is_long = text.len() >= 8 && text.len() <= 40;
        if text.len() == 36 && uuid::Uuid::try_parse(text).is_ok() {
            return Self::Uuid;
        }
        if text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() {
            return Self::Date;
        }
        if is_long && NaiveTime::parse_from_str(text, "%H:%M:%S%.f").is_ok() {
            return Self::Time;
        }
        let forms =
            |zone: &str| ["T", " "].map(|between| format!("%Y-%m-%d{between}%H:%M:%S%.f{zone}"));
        let is_timestamp = |form: &String| NaiveDateTime::parse_from_str(text, form).is_ok();
        if is_long && forms("").iter().any(is_timestamp) {
            return Self::Timestamp;
        }
        let is_timestamptz = |form: &String| DateTime::parse_from_str(text, form).is_ok();
        let utc = text.strip_suffix(['Z', 'z']).unwrap_or("-");
        let is_utc = |form: &String| NaiveDateTime::parse_from_str(utc, form).is_ok();
        if is_long && (forms("%#z").iter().any(is_timestamptz) || forms("").iter().any(is_utc)) {
            return Self::Timestamptz;
        }
        Self::Text
    }

    /// Of a number as people and programs write it: what has zeros before it is none (a postal code),
    /// nor what has a plus.
    pub(super) fn of_number(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (digits, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let exponent_digits = exponent.map(|exponent| exponent.trim_start_matches(['+', '-']));
        if !are_digits(whole)
            || whole.len() > 1 && whole.starts_with('0')
            || !fraction.is_none_or(are_digits)
            || !exponent_digits.is_none_or(are_digits)
        {
            return None;
        }
        if fraction.is_none() && exponent.is_none() {
            if text.parse::<i16>().is_ok() {
                return Some(Self::Integer(16));
            } else if text.parse::<i32>().is_ok() {
                return Some(Self::Integer(32));
            } else if text.parse::<i64>().is_ok() {
                return Some(Self::Integer(64));
            }
        }
        let fraction = fraction.map_or(0, str::len);
        Some(Self::Number { whole: whole.len(), fraction, approximate: exponent.is_some() })
    }

    /// What holds both.
    pub(super) fn and(self, other: Self) -> Self {
        use Seen::{Array, Integer, Json, Number, Text};
        match (self, other) {
            (one, other) if one == other => one,
            (Integer(one), Integer(other)) => Integer(one.max(other)),
            (Integer(bits), number @ Number { .. }) | (number @ Number { .. }, Integer(bits)) => {
                Self::of_integer(bits).and(number)
            }
            (
                Number { whole, fraction, approximate },
                Number { whole: other_whole, fraction: other_fraction, approximate: other },
            ) => Number {
                whole: whole.max(other_whole),
                fraction: fraction.max(other_fraction),
                approximate: approximate || other,
            },
            (Array(None), array @ Array(_)) | (array @ Array(_), Array(None)) => array,
            (Array(Some(one)), Array(Some(other))) => match one.and(*other) {
                Json => Json,
                both => Array(Some(Box::new(both))),
            },
            (Array(_) | Json, _) | (_, Array(_) | Json) => Json,
            _ => Text,
        }
    }

    fn of_integer(bits: u32) -> Self {
        let whole = match bits {
            16 => 5,
            32 => 10,
            _ => 19,
        };
        Self::Number { whole, fraction: 0, approximate: false }
    }

    /// The type in Rust.
    pub(super) fn rust_type(&self, choices: Choices) -> RustType {
        let of_server = |uuid_or_json: (&'static str, &str, &'static str)| {
            let (krate, name, stored_as) = uuid_or_json;
            RustType {
                of_crate: Some(krate),
                ..RustType::new(&format!("{krate}::{name}"), stored_as)
            }
        };
        match self {
            Self::Bool => RustType::new("bool", "boolean"),
            Self::Integer(16) => RustType::new("i16", "smallint"),
            Self::Integer(32) => RustType::new("i32", "integer"),
            Self::Integer(_) => RustType::new("i64", "bigint"),
            Self::Number { whole, fraction, approximate } => {
                if *approximate || *fraction > 0 && whole + fraction <= F64_DIGITS {
                    return RustType::new("f64", "double precision");
                }
                let is_long = whole + fraction > DECIMAL_DIGITS;
                let choice = if is_long { Decimals::BigDecimal } else { choices.decimals };
                rust_type::decimal(None, choice)
            }
            Self::Date => rust_type::date(choices.dates),
            Self::Time => rust_type::time(choices.dates),
            Self::Timestamp => rust_type::timestamp(choices.dates),
            Self::Timestamptz => rust_type::timestamptz(choices.dates),
            Self::Uuid => of_server(("uuid", "Uuid", "uuid")),
            Self::Text => RustType::new("String", "text"),
            Self::Array(Some(element)) => {
                let element = element.rust_type(choices);
                RustType { name: format!("Vec<{}>", element.name), ..element }
            }
            Self::Array(None) | Self::Json => of_server(("serde_json", "Value", "jsonb")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;
    use crate::arguments::Choices;

    fn of(values: &[&str]) -> String {
        let seen = values.iter().map(|value| Seen::of_text(value)).reduce(Seen::and);
        seen.unwrap().rust_type(Choices::default()).name
    }

    #[test]
    fn the_narrowest_type_holds_all_values() {
        for (values, expected) in [
            (&["1", "-32768"][..], "i16"),
            (&["1", "32768"], "i32"),
            (&["1", "-9223372036854775808"], "i64"),
            (&["1", "9223372036854775808"], "rust_decimal::Decimal"),
            (&["1", "123456789012345678901234567890"], "bigdecimal::BigDecimal"),
            (&["1", "1.5"], "f64"),
            (&["1.123456789012345678"], "rust_decimal::Decimal"),
            (&["1e300", "1.5"], "f64"),
            (&["NaN", "1.5"], "f64"),
            (&["9223372036854775807", "0.5"], "rust_decimal::Decimal"),
            (&["007"], "String"),
            (&["+1"], "String"),
            (&["1", "true"], "String"),
            (&["true", "FALSE"], "bool"),
            (&["2020-01-31"], "chrono::NaiveDate"),
            (&["2020-02-30"], "String"),
            (&["12:30:00", "12:30:00.25"], "chrono::NaiveTime"),
            (&["2020-01-31 12:30:00", "2020-01-31T12:30:00.25"], "chrono::NaiveDateTime"),
            (&["2020-01-31T12:30:00Z", "2020-01-31 12:30:00+02"], "chrono::DateTime<chrono::Utc>"),
            (&["2020-01-31", "2020-01-31 12:30:00"], "String"),
            (&["67e55044-10b1-426f-9247-bb680e5fe0c8"], "uuid::Uuid"),
            (&[" 1"], "String"),
        ] {
            assert_eq!(of(values), expected, "{values:?}");
        }
    }
}
