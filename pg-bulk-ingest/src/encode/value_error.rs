//! A value that its column cannot hold.

use std::borrow::Cow;
use std::{error, fmt};

/// A value that its column cannot hold, and why.
///
/// Displays as a clause without a subject: `contains a NUL character, which text cannot hold`.
#[derive(Debug)]
pub struct ValueError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    reason: Cow<'static, str>,
    value: Option<String>,
    column: Option<usize>,
}

/// Characters of a value that are kept to be shown.
const SHOWN: usize = 60;

impl ValueError {
    /// An error with this reason.
    #[cold]
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { reason: reason.into(), value: None, column: None }))
    }

    /// Adds the value itself, which is shown, cut short, only if the ingest is told to
    /// show values.
    #[cold]
    #[must_use]
    pub fn with_value(mut self, value: &dyn fmt::Debug) -> Self {
        let mut shown = format!("{value:?}");
        if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
            shown.truncate(end);
            shown.push('…');
        }
        self.0.value = Some(shown);
        self
    }

    /// Says more of where the value was.
    #[doc(hidden)]
    #[cold]
    #[must_use]
    pub fn noted(mut self, note: &str) -> Self {
        self.0.reason = format!("{} ({note})", self.0.reason).into();
        self
    }

    #[cold]
    pub(crate) fn at_column(mut self, column: usize) -> Self {
        self.0.column = Some(column);
        self
    }

    /// Moves the column, which was counted from this position of its table.
    #[cold]
    pub(super) fn moved_by(mut self, columns: usize) -> Self {
        self.0.column = self.0.column.map(|column| column + columns);
        self
    }

    /// The position of the column in its table.
    pub(crate) fn column(&self) -> Option<usize> {
        self.0.column
    }

    /// The value, cut short.
    pub(crate) fn value(&self) -> Option<&str> {
        self.0.value.as_deref()
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reason)
    }
}

impl error::Error for ValueError {}
