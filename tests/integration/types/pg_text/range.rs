//! Ranges: PostgreSQL documentation, "Range Types", section "Range Input/Output".

use super::PgText;
use super::array::quoted;
use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

fn range<T: PgText>(range: &impl RangeBounds<T>) -> String {
    let bound = |value: &T| quoted(&value.pg_text().unwrap());
    let lower = match range.start_bound() {
        Bound::Included(value) => format!("[{}", bound(value)),
        Bound::Excluded(value) => format!("({}", bound(value)),
        Bound::Unbounded => "(".to_owned(),
    };
    let upper = match range.end_bound() {
        Bound::Included(value) => format!("{}]", bound(value)),
        Bound::Excluded(value) => format!("{})", bound(value)),
        Bound::Unbounded => ")".to_owned(),
    };
    format!("{lower},{upper}")
}

macro_rules! ranges {
    ($($range:ty),*) => {$(
        impl<T: PgText> PgText for $range {
            fn pg_text(&self) -> Option<String> {
                Some(range(self))
            }
        }
    )*};
}

ranges!(Range<T>, RangeInclusive<T>, RangeFrom<T>, RangeTo<T>, RangeToInclusive<T>);
ranges!((Bound<T>, Bound<T>));
