//! Errors: what was being done, where, and why it failed.

use crate::ident::QualifiedName;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;
use tokio_postgres::error::{DbError, SqlState};

/// Any error, as sources of rows and hooks return it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why an ingest failed, and where.
///
/// Displays as what was being done, the place, and the reason; the error that caused it is not
/// repeated but is the [`source`](StdError::source). Values of rows do not appear unless
/// [`show_values`](crate::Ingest::show_values) asks for them; what the server itself says is in the
/// source.
///
/// After an error the batch is rolled back, and the client can be used again unless the connection
/// was lost.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    action: &'static str,
    place: Place,
    source: Option<BoxError>,
}

/// Where an error happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    table: Option<QualifiedName>,
    batch: Option<u64>,
    part: Option<u64>,
    row: Option<u64>,
    column: Option<String>,
}

/// The numbers of the rows of one part of a batch: those of each part follow those of all before.
const PART: u64 = 1 << 40;

/// The number of a row of a part, which is counted from 0. The rows of a batch that is not in parts
/// are numbered as if they were before the first.
pub(crate) fn numbered_in_part(part: u64, row: u64) -> u64 {
    (part + 1) * PART + row
}

/// What kind of error it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server answered with an error: see [`Error::code`] and the source.
    Server,
    /// The connection to the server was lost.
    Connection,
    /// A further connection could not be opened; the source says why.
    Connect,
    /// The server did not answer in the time that [`timeout`](crate::Ingest::timeout) allows.
    Timeout {
        /// The time.
        after: Duration,
    },
    /// The connection was lost while the transaction was being committed: it may have been
    /// committed, or not. [`Error::resolve`] finds out.
    CommitUnknown {
        /// The transaction, as `txid_current()` calls it.
        transaction: u64,
    },
    /// A value that its column cannot hold.
    Value {
        /// Why not.
        reason: String,
        /// The value, cut short, if values are to be shown.
        value: Option<String>,
    },
    /// The iterator or stream of rows or batches returned an error, which is the source.
    Rows,
    /// The hook returned an error, which is the source.
    Hook,
    /// The hook ended the batch's transaction, or left it aborted.
    TransactionEnded,
    /// The live table is not as it is defined.
    Differs {
        /// Each difference.
        differences: Vec<String>,
    },
    /// The live table cannot be made as it is defined, or its rows cannot be rows of such a table.
    Migration {
        /// Each reason.
        reasons: Vec<String>,
    },
    /// Objects hang on the table that would be lost if it were replaced: they cannot be carried over.
    Attached {
        /// Each object, as PostgreSQL describes it, or why it cannot be carried over.
        objects: Vec<String>,
    },
    /// A view that depends on the table cannot be made again over the table that replaces it; the
    /// source says why.
    View {
        /// The view.
        view: QualifiedName,
    },
    /// The role lacks a privilege.
    Privilege {
        /// The role.
        role: String,
        /// The privilege.
        missing: String,
    },
    /// This cannot be done with such a table, server or setting.
    Unsupported {
        /// Why not.
        reason: String,
    },
    /// A definition that PostgreSQL would not take as it is.
    Definition {
        /// Why not.
        reason: String,
    },
    /// The stored high watermark is not of the type asked for.
    Watermark {
        /// The stored watermark, as JSON.
        stored: String,
        /// The Rust type asked for.
        expected: &'static str,
    },
    /// A high watermark that cannot be written as JSON; the source says why.
    WatermarkSerialize,
    /// The comment on the table, which holds the high watermark, cannot be read.
    Comment {
        /// The comment.
        comment: String,
    },
    /// Another ingest of the same table has committed since this one began.
    ConcurrentIngest {
        /// What it changed.
        change: String,
    },
    /// Other sessions hold locks that were waited for in vain.
    Locked {
        /// Who holds them.
        holders: Vec<String>,
        /// Why they were not terminated, or what was tried.
        reason: String,
    },
    /// It failed before, and cannot go on: a batch of which a write failed, or was dropped half-way,
    /// a session whose transaction could not be begun.
    Failed,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, action: &'static str) -> Self {
        Self(Box::new(Inner { kind, action, place: Place::default(), source: None }))
    }

    /// An error that the driver returned, or that it did not return in time.
    #[cold]
    pub(crate) fn server(failure: impl Into<Failure>, action: &'static str) -> Self {
        let error = match failure.into() {
            Failure::Driver(error) => error,
            Failure::Timeout(after) => return Self::new(ErrorKind::Timeout { after }, action),
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

    /// For `map_err`: an error that the driver returned while doing this.
    pub(crate) fn while_doing<E: Into<Failure>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::server(error, action)
    }

    /// The error of the server, as one of a view.
    pub(crate) fn of_view(mut self, view: &QualifiedName) -> Self {
        if matches!(self.0.kind, ErrorKind::Server) {
            self.0.kind = ErrorKind::View { view: view.clone() };
        }
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
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

    pub(crate) fn in_column(mut self, column: impl Into<String>) -> Self {
        self.0.place.column.get_or_insert_with(|| column.into());
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> Option<&QualifiedName> {
        self.0.place.table.as_ref()
    }

    /// The batch, counted from 1 in this ingest.
    #[must_use]
    pub fn batch(&self) -> Option<u64> {
        self.0.place.batch
    }

    /// The part of the batch, counted from 1, if its rows came in parts
    /// ([`Batch::parts`](crate::Batch::parts)) that were encoded at the same time.
    #[must_use]
    pub fn part(&self) -> Option<u64> {
        self.0.place.part
    }

    /// The row, counted from 1 among the rows of its table in the batch, or in the part.
    #[must_use]
    pub fn row(&self) -> Option<u64> {
        self.0.place.row
    }

    /// The column.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.0.place.column.as_deref()
    }

    /// The SQLSTATE, if the server answered with an error.
    #[must_use]
    pub fn code(&self) -> Option<&SqlState> {
        self.db_error().map(DbError::code)
    }

    /// The server's error, if it answered with one.
    #[must_use]
    pub fn db_error(&self) -> Option<&DbError> {
        find(self)
    }
}

/// Why there is no answer of the server.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The driver's error.
    Driver(tokio_postgres::Error),
    /// None came in this time.
    Timeout(Duration),
}

impl Failure {
    /// The server's error, if it answered with one.
    pub(crate) fn db_error(&self) -> Option<&DbError> {
        match self {
            Self::Driver(error) => error.as_db_error(),
            Self::Timeout(_) => None,
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
        next = error.source();
    }
    None
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| -> &(dyn StdError + 'static) { source })
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
        write!(f, "{}{}{}", self.0.action, self.0.place, self.0.kind)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table.as_ref().map(ToString::to_string);
        let batch = self.batch.map(|batch| format!("batch {batch}"));
        let part = self.part.map(|part| format!("part {part}"));
        let row = self.row.map(|row| format!("row {row}"));
        let column = self.column.as_ref().map(|column| format!("column {column:?}"));
        let parts = [table, batch, part, row, column].into_iter().flatten().collect::<Vec<_>>();
        if parts.is_empty() { Ok(()) } else { write!(f, ": {}", parts.join(", ")) }
    }
}

/// The reason, led in by `: `; nothing where the source is the reason.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server | Self::Connect | Self::Rows | Self::Hook | Self::WatermarkSerialize => {
                Ok(())
            }
            Self::Connection => f.write_str(": the connection to the server was lost"),
            Self::Timeout { after } => {
                write!(f, ": the server did not answer within {after:?}")
            }
            Self::CommitUnknown { .. } => f.write_str(
                ": the connection to the server was lost during COMMIT, so the batch may have been \
                 committed or not; the next ingest carries on from whatever was",
            ),
            Self::Value { reason, value: None } => write!(f, ": the value {reason}"),
            Self::Value { reason, value: Some(value) } => write!(f, ": the value {value} {reason}"),
            Self::TransactionEnded => {
                f.write_str(": the hook ended the batch's transaction or left it aborted")
            }
            Self::Differs { differences } => {
                write!(f, ": the table is not as it is defined: {}", differences.join("; "))
            }
            Self::Migration { reasons } => write!(f, ": {}", reasons.join("; ")),
            Self::Attached { objects } => write!(
                f,
                ": these hang on the table and would be lost with it: {}",
                objects.join("; ")
            ),
            Self::View { view } => write!(f, ": view {view} cannot be made again"),
            Self::Privilege { role, missing } => write!(f, ": role {role:?} lacks {missing}"),
            Self::Unsupported { reason } | Self::Definition { reason } => write!(f, ": {reason}"),
            Self::Watermark { stored, expected } => {
                write!(f, ": the stored high watermark is {stored}, which is no {expected}")
            }
            Self::Comment { comment } => {
                write!(f, ": the comment on the table is no valid JSON object: {comment}")
            }
            Self::ConcurrentIngest { change } => {
                write!(f, ": another ingest of the table is under way: {change}")
            }
            Self::Locked { holders, reason } => {
                write!(f, ": {reason}; locks are held by {}", holders.join(", "))
            }
            Self::Failed => f.write_str(": it failed before"),
        }
    }
}
