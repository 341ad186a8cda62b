//! What the server says of data that it refuses, without the data.

use super::BoxError;
use std::error::Error as StdError;
use std::fmt;
use tokio_postgres::error::DbError;

/// A driver's error whose detail shows values of rows: `Key (id)=(5) already exists`, `Failing row
/// contains (5, …)`.
pub(super) struct Said {
    error: tokio_postgres::Error,
    /// Whether the values are to be shown.
    shown: bool,
}

/// The classes of errors that are about data: data exceptions, violations of constraints, of a view's
/// check, and what triggers raise.
const ABOUT_DATA: [&str; 4] = ["22", "23", "44", "P0"];

impl Said {
    /// The error itself, unless it has values to hide.
    #[allow(clippy::new_ret_no_self, reason = "most errors stay what they are")]
    pub(super) fn new(error: tokio_postgres::Error) -> BoxError {
        let hides = |said: &DbError| {
            let code = said.code().code();
            said.detail().is_some() && ABOUT_DATA.iter().any(|class| code.starts_with(class))
        };
        if error.as_db_error().is_some_and(hides) {
            Box::new(Self { error, shown: false })
        } else {
            Box::new(error)
        }
    }

    pub(super) fn show(&mut self) {
        self.shown = true;
    }

    /// The error with all that it says.
    pub(super) fn whole(&self) -> &(dyn StdError + 'static) {
        &self.error
    }
}

impl StdError for Said {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if self.shown { self.error.source() } else { None }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error.as_db_error() {
            Some(said) if !self.shown => {
                write!(
                    f,
                    "db error: {}: {} (its detail is not shown, as it may hold values of rows)",
                    said.severity(),
                    said.message()
                )
            }
            _ => self.error.fmt(f),
        }
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shown { fmt::Debug::fmt(&self.error, f) } else { write!(f, "Said({self})") }
    }
}
