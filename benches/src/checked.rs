//! What an encoder by hand has to look at so that no row is refused by the server, or stored as
//! something else: what ours looks at, for just these columns.

use crate::data::{N, W};
use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// The last year before the first that PostgreSQL holds whole, 4713 BC.
const YEAR_BEFORE_FIRST: i32 = -4713;

/// A row that can be looked at.
pub(crate) trait Check {
    /// Whether the table can hold it as it is.
    fn is_held(&self) -> bool;
}

fn is_text(value: &str) -> bool {
    !value.as_bytes().contains(&0) && i32::try_from(value.len()).is_ok()
}

/// No leap second, no fraction of a microsecond.
fn is_timestamp(value: DateTime<Utc>) -> bool {
    let nanos = value.timestamp_subsec_nanos();
    nanos < 1_000_000_000 && nanos.is_multiple_of(1_000) && is_date(value.date_naive())
}

fn is_date(value: NaiveDate) -> bool {
    value.year() > YEAR_BEFORE_FIRST
}

impl Check for N {
    #[inline]
    fn is_held(&self) -> bool {
        is_timestamp(self.ts)
    }
}

impl Check for W {
    #[inline]
    fn is_held(&self) -> bool {
        is_text(&self.name)
            && self.description.as_deref().is_none_or(is_text)
            && is_timestamp(self.created)
            && is_date(self.day)
            && i32::try_from(self.payload.get().len()).is_ok()
            && self.tags.iter().all(|tag| is_text(tag))
    }
}
