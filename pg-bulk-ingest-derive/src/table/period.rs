//! The periods of partitions: `every = "1 month"`, `every = 100_000`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitInt, LitStr, parse2};

/// How a period is written.
pub(super) const FORMS: &str = "\"1 hour\", \"1 day\", \"1 week\", \"3 months\" or \"1 year\", and of \
                                integers a number";

/// The most of a unit that a period may have.
const MOST: u32 = 10_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Period {
    Hours(u32),
    Days(u32),
    Months(u32),
    Numbers(u64),
}

/// Reads a period; or says what is wrong with it.
pub(super) fn read(tokens: &TokenStream) -> Result<Period, String> {
    if let Ok(number) = parse2::<LitInt>(tokens.clone()) {
        let numbers = number.base10_parse::<u64>().ok();
        let numbers = numbers.filter(|numbers| (1..=i64::MAX.unsigned_abs()).contains(numbers));
        return numbers.map(Period::Numbers).ok_or_else(wrong);
    }
    let text = parse2::<LitStr>(tokens.clone()).map_err(|_| wrong())?;
    of_text(&text.value()).ok_or_else(wrong)
}

fn wrong() -> String {
    format!("`every` is a period: {FORMS}")
}

fn of_text(text: &str) -> Option<Period> {
    let mut words = text.split_whitespace();
    let (number, unit) = (words.next()?, words.next()?);
    let number = number.parse::<u32>().ok().filter(|number| (1..=MOST).contains(number))?;
    if words.next().is_some() {
        return None;
    }
    match unit.strip_suffix('s').unwrap_or(unit) {
        "hour" => Some(Period::Hours(number)),
        "day" => Some(Period::Days(number)),
        "week" => Some(Period::Days(number * 7)),
        "month" => Some(Period::Months(number)),
        "year" => Some(Period::Months(number * 12)),
        _ => None,
    }
}

impl Period {
    /// The types that a column may have.
    pub(super) fn types(self) -> &'static str {
        match self {
            Self::Hours(_) => "`timestamptz` or `timestamp`",
            Self::Days(_) | Self::Months(_) => "`date`, `timestamptz` or `timestamp`",
            Self::Numbers(_) => "`smallint`, `integer` or `bigint`",
        }
    }

    pub(super) fn to_tokens(self, private: &TokenStream) -> TokenStream {
        match self {
            Self::Hours(number) => quote!(#private::Period::Hours(#number)),
            Self::Days(number) => quote!(#private::Period::Days(#number)),
            Self::Months(number) => quote!(#private::Period::Months(#number)),
            Self::Numbers(number) => quote!(#private::Period::Numbers(#number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Period, of_text};

    #[test]
    fn a_period_is_a_number_and_a_unit() {
        assert_eq!(of_text("1 month"), Some(Period::Months(1)));
        assert_eq!(of_text(" 2  weeks"), Some(Period::Days(14)));
        assert_eq!(of_text("1 year"), Some(Period::Months(12)));
        assert_eq!(of_text("6 hours"), Some(Period::Hours(6)));
        for wrong in ["month", "0 days", "1 fortnight", "1 day 2 hours", "-1 day", "1.5 days", ""] {
            assert_eq!(of_text(wrong), None, "{wrong}");
        }
    }
}
