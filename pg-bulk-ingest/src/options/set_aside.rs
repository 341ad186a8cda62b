//! Rows that are set aside rather than failing their batch.

use crate::report::Rejected;
use std::fmt;

/// What is called with each row that is set aside.
pub(crate) type OnRejected<'c> = Box<dyn FnMut(&Rejected) + Send + 'c>;

/// Which rows are set aside, how many, and who is told: see [`Ingest::set_aside`](crate::Ingest::set_aside).
#[derive(Debug)]
pub struct SetAside<'c> {
    /// How many rows of one batch may be set aside: 1,000.
    pub at_most: u64,
    /// Which share of the rows of one batch may be set aside, between 0 and 1, rounded up to a whole row:
    /// 0.001. With it, one row of any batch may. For no bound but `at_most`: 1.
    pub share: f64,
    /// Whether the errors that a source returns instead of rows are set aside too: they are not.
    pub source_errors: bool,
    /// Where rows that are set aside go besides the report: nowhere.
    pub into: Rejects<'c>,
}

impl Default for SetAside<'_> {
    fn default() -> Self {
        Self { at_most: 1_000, share: 0.001, source_errors: false, into: Rejects::report() }
    }
}

/// Where rows that are set aside go.
#[must_use]
pub struct Rejects<'c>(Option<OnRejected<'c>>);

impl<'c> Rejects<'c> {
    /// Into the report alone ([`Report::rejects`](crate::Report::rejects)).
    pub fn report() -> Self {
        Self(None)
    }

    /// Into the report, and to a function, which is called with each row that a batch sets aside, just
    /// before the batch is committed.
    ///
    /// If the COMMIT fails, the rows were told of all the same: the ingest that is run again tells of them
    /// once more. With [`AfterLastBatch`](crate::Visibility::AfterLastBatch) it is called when each batch is
    /// complete. A panic of the function rolls the batch back.
    pub fn call(f: impl FnMut(&Rejected) + Send + 'c) -> Self {
        Self(Some(Box::new(f)))
    }

    pub(crate) fn into_call(self) -> Option<OnRejected<'c>> {
        self.0
    }
}

impl fmt::Debug for Rejects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Rejects::call" } else { "Rejects::report" })
    }
}

/// How many rows of a batch may be set aside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) at_most: u64,
    share: f64,
    pub(crate) source_errors: bool,
}

impl Budget {
    pub(crate) fn of(set_aside: &SetAside<'_>) -> Self {
        let SetAside { at_most, share, source_errors, .. } = *set_aside;
        Self { at_most, share, source_errors }
    }

    /// How many of so many rows may be set aside.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of rows is far below 2^53, and casts saturate; NaN is 0"
    )]
    pub(crate) fn allows(&self, rows: u64) -> u64 {
        self.at_most.min((rows as f64 * self.share).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, SetAside};

    #[test]
    fn a_share_is_rounded_up_and_has_a_bound() {
        let allows = |share, rows| {
            Budget::of(&SetAside { share, at_most: 10, ..SetAside::default() }).allows(rows)
        };
        let expected = [(0.001, 0, 0), (0.001, 1, 1), (0.001, 1_000, 1), (0.001, 1_001, 2)];
        let odd =
            [(1.0, 11, 10), (0.0, 9, 0), (-1.0, 9, 0), (f64::NAN, 9, 0), (f64::INFINITY, 9, 10)];
        for (share, rows, allowed) in expected.into_iter().chain(odd) {
            assert_eq!(allows(share, rows), allowed, "{share} of {rows}");
        }
    }
}
