//! What is displayed of the driver's errors: nothing that may hold values of rows.

use super::{BoxError, condition};
use std::error::Error as StdError;
use std::fmt;
use tokio_postgres::error::{DbError, ErrorPosition};

/// An error of the driver or, behind it, of the server.
///
/// Displays as one line. Of what the server said it shows the message where no value can be in it,
/// and otherwise the name of the condition; what the server added to the message never, unless values
/// are to be shown. Neither does it hand out the error itself as its source, nor in Debug.
pub(super) struct Redacted {
    error: tokio_postgres::Error,
    /// Whether the values are to be shown.
    shown: bool,
}

impl Redacted {
    pub(super) fn new(error: tokio_postgres::Error) -> Self {
        Self { error, shown: false }
    }

    /// The error, behind which nothing that the server said can be read but by way of `Redacted`.
    pub(super) fn wrap(source: BoxError) -> BoxError {
        match source.downcast::<tokio_postgres::Error>() {
            Ok(error) => Box::new(Self::new(*error)),
            Err(source) => source,
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

/// Classes of errors whose messages are about connections, transactions, privileges, resources and
/// objects that the catalog has, never about values.
const CLASSES: &[&str] =
    &["08", "0A", "25", "26", "28", "2B", "3D", "40", "53", "54", "55", "57", "58"];

/// Errors whose messages name types, columns, constraints and other objects, and no value: of the
/// violations of constraints and views, and those of DDL that say no position.
const CODES: &[&str] = &[
    "22001", "23502", "23503", "23505", "23514", "23P01", "42501", "42701", "42710", "42804",
    "42830", "42P06", "42P07", "42P16", "42P17", "42P21", "42P22", "44000",
];

/// Classes of errors whose messages are about the text of a statement, which holds no values, where
/// they say a position in it: without one, a value may have been taken for a name (`regclass`).
const CLASSES_AT_A_POSITION: &[&str] = &["3F", "42"];

/// Errors whose detail names objects of the catalog and nothing else: what depends on an object that
/// was to be dropped.
const CODES_OF_HARMLESS_DETAIL: &[&str] = &["2BP01"];

/// Whether no value of a row can be in the message. It is the server's own only if no function of a
/// user, no further server and no statement within a function had part in it: each of these is a line
/// of the context.
fn is_harmless(said: &DbError) -> bool {
    let code = said.code().code();
    let class = code.get(..2).unwrap_or_default();
    let is_own = said.where_().unwrap_or_default().lines().all(|line| line.starts_with("COPY "));
    let at_a_position = matches!(said.position(), Some(ErrorPosition::Original(_)))
        && CLASSES_AT_A_POSITION.contains(&class);
    is_own
        && said.routine() != Some("exec_stmt_raise")
        && (CLASSES.contains(&class) || CODES.contains(&code) || at_a_position)
}

/// Writes a text in one line.
fn write_line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let mut separator = "";
    for line in text.lines() {
        write!(f, "{separator}{}", line.trim())?;
        separator = " ";
    }
    Ok(())
}

impl StdError for Redacted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if self.error.as_db_error().is_some() { None } else { self.error.source() }
    }
}

/// The condition of an SQLSTATE, and the code itself.
fn condition_of(code: &str) -> String {
    let condition = condition::name(code).unwrap_or("an error").replace('_', " ");
    format!("{condition} ({code})")
}

impl Redacted {
    /// What is displayed, without saying what is not; and the constraint of which it is.
    pub(super) fn reason(&self) -> String {
        let Some(said) = self.error.as_db_error() else { return self.to_string() };
        if self.shown || is_harmless(said) {
            return self.to_string();
        }
        let constraint = said.constraint().map(|name| format!(", constraint {name:?}"));
        format!("{}{}", condition_of(said.code().code()), constraint.unwrap_or_default())
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(said) = self.error.as_db_error() else { return fmt::Display::fmt(&self.error, f) };
        let code = said.code().code();
        let is_harmless = is_harmless(said);
        if self.shown || is_harmless {
            write_line(f, said.message())?;
            write!(f, " ({code})")?;
        } else {
            write!(
                f,
                "{}; the server's message may hold values, and is shown with `show_values(true)`",
                condition_of(code)
            )?;
        }
        let shows_detail = self.shown || is_harmless && CODES_OF_HARMLESS_DETAIL.contains(&code);
        let detail = said.detail().filter(|_| shows_detail);
        for more in detail.into_iter().chain(said.hint().filter(|_| self.shown)) {
            f.write_str("; ")?;
            write_line(f, more)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shown || self.error.as_db_error().is_none() {
            fmt::Debug::fmt(&self.error, f)
        } else {
            write!(f, "Redacted({self})")
        }
    }
}
