//! Errors: what was being done, where, and why it failed.

mod alike;
mod condition;
mod details;
mod first;
mod kind;
mod redact;
mod transient;

pub(crate) use first::First;
pub use kind::ErrorKind;

use crate::ident::QualifiedName;
use crate::wait::Wait;
use redact::Redacted;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::error::{DbError, SqlState};

/// Any error, as sources of rows and hooks return it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why an ingest failed, and where.
///
/// Displays as one line: what was being done, the place, and the reason. An error of the server is part
/// of that line, with its SQLSTATE; an error of the source of rows or of the hook is the
/// [`source`](StdError::source).
///
/// Values of rows do not appear, neither here nor below nor in Debug, unless
/// [`show_values`](crate::Ingest::show_values) asks for them. Of what the server says, the message is
/// displayed where no value can be in it, else the name of its condition (`invalid text representation
/// (22P02)`); its detail and hint never are. [`db_error`](Self::db_error) has the server's own words.
/// Errors of other types that sources and hooks return are displayed as they are.
///
/// After an error the batch is rolled back, and the client can be used again unless the connection
/// was lost.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Arc<ErrorKind>,
    action: &'static str,
    place: Place,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Where an error happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    table: Option<QualifiedName>,
    batch: Option<u64>,
    part: Option<u64>,
    row: Option<u64>,
    column: Option<String>,
    statement: Option<String>,
    /// The numbers of other rows that are refused for the same reason.
    alike: Vec<u64>,
}

/// The numbers of the rows of one part of a batch: those of each part follow those of all before.
const PART: u64 = 1 << 40;

/// The number of a row of a part, which is counted from 0. The rows of a batch that is not in parts
/// are numbered as if they were before the first.
pub(crate) fn numbered_in_part(part: u64, row: u64) -> u64 {
    (part + 1) * PART + row
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, action: &'static str) -> Self {
        let kind = Arc::new(kind);
        Self(Box::new(Inner { kind, action, place: Place::default(), source: None }))
    }

    /// An error that the driver returned, or that it did not return in time.
    #[cold]
    pub(crate) fn server(failure: impl Into<Failure>, action: &'static str) -> Self {
        let error = match failure.into() {
            Failure::Driver(error) => error,
            Failure::Timeout(after, wait) => {
                return Self::new(ErrorKind::Timeout { after, wait }, action);
            }
        };
        let lost = error.is_closed()
            || error.code().is_none() && find::<std::io::Error>(&error).is_some()
            || error.code().is_some_and(|code| {
                matches!(
                    *code,
                    SqlState::ADMIN_SHUTDOWN
                        | SqlState::CRASH_SHUTDOWN
                        | SqlState::DATABASE_DROPPED
                )
            });
        let kind = if lost { ErrorKind::Connection } else { ErrorKind::Server };
        Self::new(kind, action).caused_by(error)
    }

    /// With the values of rows that the server says.
    #[cold]
    pub(crate) fn with_values(mut self) -> Self {
        self.show_values();
        self
    }

    /// Not once the error was cloned: its clones are displayed as they were.
    fn show_values(&mut self) {
        let Some(source) = self.0.source.as_mut().and_then(Arc::get_mut) else { return };
        if let Some(redacted) = source.downcast_mut::<Redacted>() {
            redacted.show();
        } else if let Some(error) = source.downcast_mut::<Self>() {
            error.show_values();
        }
    }

    /// What the server or the driver said, where this is the reason.
    fn said(&self) -> Option<&Redacted> {
        match *self.0.kind {
            ErrorKind::Server | ErrorKind::View { .. } | ErrorKind::Definition { .. } => {
                self.0.source.as_ref()?.downcast_ref()
            }
            _ => None,
        }
    }

    /// Returns why it happened, on one line, without what was done and where.
    pub(crate) fn reason(&self) -> String {
        match (self.said(), &self.0.source) {
            (Some(said), _) => said.reason(),
            (None, Some(source)) => source.to_string(),
            (None, None) => self.0.kind.to_string().trim_start_matches(": ").to_owned(),
        }
    }

    /// For `map_err`: an error that the driver returned while doing this.
    pub(crate) fn while_doing<E: Into<Failure>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::server(error, action)
    }

    /// The error of the server, as one of a view.
    pub(crate) fn of_view(mut self, view: &QualifiedName) -> Self {
        if matches!(*self.0.kind, ErrorKind::Server) {
            self.0.kind = Arc::new(ErrorKind::View { view: view.clone() });
        }
        self
    }

    /// The error of the server, as one of the definition. What the server says of a table without rows
    /// holds no values of rows.
    #[cold]
    pub(crate) fn of_definition(mut self, reason: String) -> Self {
        self.0.kind = Arc::new(ErrorKind::Definition { reason });
        if self.db_error().is_some_and(|said| said.where_().is_none()) {
            self.show_values();
        }
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(Arc::from(Redacted::wrap(source.into())));
        self
    }

    pub(crate) fn in_table(mut self, table: &QualifiedName) -> Self {
        self.0.place.table.get_or_insert_with(|| table.clone());
        self
    }

    pub(crate) fn in_batch(mut self, batch: u64) -> Self {
        self.0.place.batch.get_or_insert(batch);
        self
    }

    /// The row of this number, which says the part if the rows came in parts.
    pub(crate) fn in_row(mut self, number: u64) -> Self {
        let place = &mut self.0.place;
        if place.row.is_none() {
            place.row = Some(number % PART);
            place.part = Some(number / PART).filter(|part| *part > 0);
        }
        self
    }

    /// Names the row of this number instead of the one that it names.
    pub(crate) fn of_row(mut self, number: u64) -> Self {
        self.0.place.row = Some(number);
        self
    }

    pub(crate) fn in_column(mut self, column: impl Into<String>) -> Self {
        self.0.place.column.get_or_insert_with(|| column.into());
        self
    }

    /// The statement that failed, where it is one of those that a plan shows.
    pub(crate) fn in_statement(mut self, sql: &str) -> Self {
        self.0.place.statement.get_or_insert_with(|| sql.to_owned());
        self
    }
}

/// Why there is no answer of the server.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The driver's error.
    Driver(tokio_postgres::Error),
    /// None came in this time; what was waited for, if it is known.
    Timeout(Duration, Option<Box<Wait>>),
}

impl Failure {
    /// The server's error, if it answered with one.
    pub(crate) fn db_error(&self) -> Option<&DbError> {
        match self {
            Self::Driver(error) => error.as_db_error(),
            Self::Timeout(..) => None,
        }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Driver(error)
    }
}

/// The first error of this type in the chain of sources.
fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = if let Some(redacted) = error.downcast_ref::<Redacted>() {
            Some(redacted.whole())
        } else if let Some(error) = error.downcast_ref::<Error>() {
            error.0.source.as_deref().map(|source| -> &(dyn StdError + 'static) { source })
        } else {
            error.source()
        };
    }
    None
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // What is displayed already is no cause of it.
        let source = self.0.source.as_deref().filter(|_| self.said().is_none())?;
        Some(source)
    }
}

/// What `main` prints of an error that it returns: the message, and the causes below it. With `#`,
/// the structure.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, action, place, source } = &*self.0;
        if f.alternate() {
            return f
                .debug_struct("Error")
                .field("kind", kind)
                .field("action", action)
                .field("place", place)
                .field("source", source)
                .finish();
        }
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\n    caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.0.action, self.0.place, self.0.kind)?;
        self.said().map_or(Ok(()), |said| write!(f, ": {said}"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table.as_ref().map(ToString::to_string);
        let batch = self.batch.map(|batch| format!("batch {batch}"));
        let part = self.part.map(|part| format!("part {part}"));
        let row = self.row.map(|row| format!("row {row}"));
        let column = self.column.as_ref().map(|column| format!("column {column:?}"));
        let statement = self.statement.as_ref().map(|sql| format!("in `{sql}`"));
        let parts = [table, batch, part, row, column, statement];
        let parts = parts.into_iter().flatten().collect::<Vec<_>>();
        if parts.is_empty() { Ok(()) } else { write!(f, ": {}", parts.join(", ")) }
    }
}
