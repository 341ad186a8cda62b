//! What kinds of errors there are.

use super::First;
use crate::ident::QualifiedName;
use crate::wait::Wait;
use std::fmt;
use std::time::Duration;

/// What kind of error it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server answered with an error: see [`Error::code`](crate::Error::code) and
    /// [`Error::db_error`](crate::Error::db_error).
    Server,
    /// The connection to the server was lost.
    Connection,
    /// A further connection could not be opened; the source says why.
    WorkerConnect,
    /// The server did not answer in the time that [`timeout`](crate::Ingest::timeout) allows.
    Timeout {
        /// The time.
        after: Duration,
        /// What was waited for, if that is known: a lock, and who holds it.
        wait: Option<Box<Wait>>,
    },
    /// The connection was lost while the transaction was being committed: it may have been
    /// committed, or not. [`Error::resolve`](crate::Error::resolve) finds out.
    CommitUnknown {
        /// The transaction, as `txid_current()` calls it.
        transaction: u64,
    },
    /// The client, or a [further connection](crate::Ingest::connections), was handed over while it was in
    /// a transaction, which goes on as it was (aborted, if it was). An ingest begins and commits
    /// transactions of its own.
    InTransaction,
    /// A value that its column cannot hold.
    Value {
        /// Why not.
        reason: String,
        /// The value, cut short, if values are to be shown.
        value: Option<String>,
    },
    /// The iterator or stream of rows or batches returned an error, which is the source.
    Source,
    /// A row of a sequence that is to be [`ordered`](crate::Rows::ordered) or
    /// [`distinct`](crate::Rows::distinct) has a high watermark that does not follow that of the row before it,
    /// or, for the first row, that after which the ingest began.
    OutOfOrder {
        /// The high watermark before, as JSON.
        before: String,
        /// That of the row, as JSON.
        high_watermark: String,
    },
    /// More rows of the batch are refused than may be [set aside](crate::Ingest::set_aside). The source says
    /// why the last was, whose place the error names.
    TooManyRejected {
        /// How many may be.
        allowed: u64,
    },
    /// A hook returned an error, or [`on_create`](crate::Ingest::on_create) left a table that rows cannot be
    /// loaded into. The source says which.
    Hook,
    /// A hook ended the batch's transaction, or left it aborted.
    TransactionEnded,
    /// The live table does not match its definition.
    SchemaMismatch {
        /// Each difference.
        differences: Vec<String>,
    },
    /// The live table cannot be made as it is defined, or its rows cannot be rows of such a table.
    CannotMigrate {
        /// Each reason.
        reasons: Vec<String>,
    },
    /// Objects depend on the table that would be lost if it were replaced: they cannot be carried over.
    DependentObjects {
        /// Each object, as PostgreSQL describes it, or why it cannot be carried over.
        objects: Vec<String>,
    },
    /// A view that depends on the table cannot be made again over the table that replaces it:
    /// [`Error::db_error`](crate::Error::db_error) says why.
    View {
        /// The view.
        view: QualifiedName,
    },
    /// The role lacks a privilege.
    InsufficientPrivilege {
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
    /// A definition that PostgreSQL would not take, or did not take, as it is. Where it is the server
    /// that refused a type, a default, a key or an index,
    /// [`Error::statement`](crate::Error::statement) is the statement,
    /// [`Error::column`](crate::Error::column) the column if it is one alone, and
    /// [`Error::db_error`](crate::Error::db_error) says why.
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
    /// A high watermark that cannot be written as JSON, would not read back equal (NaN, say), or was
    /// given to begin after ([`HighWatermark::value`](crate::HighWatermark::value)) and is not of the
    /// ingest's type; the source says why.
    WatermarkSerialize,
    /// The comment on the table, which holds the high watermark, cannot be read, and has to be read or
    /// written.
    UnreadableComment {
        /// The comment.
        comment: String,
    },
    /// The table of high watermarks ([`Watermarks::table`](crate::Watermarks::table)) cannot be used.
    WatermarkTable {
        /// The table.
        table: QualifiedName,
        /// Why not.
        reason: String,
    },
    /// Another ingest that stores a high watermark of the same source, or one that may not run beside it, is
    /// in a batch, and
    /// [`Overlap::Error`](crate::Overlap::Error) was asked for, or not changed.
    Overlap {
        /// The sessions and prepared transactions that are in such a batch, as [`Wait`] describes them.
        holders: Vec<String>,
    },
    /// Another ingest of the same table has committed since this one began.
    ConcurrentIngest {
        /// What it changed.
        change: String,
    },
    /// The version ([`version`](crate::Ingest::version)) is published already.
    VersionExists {
        /// Its label, as PostgreSQL prints it.
        label: String,
    },
    /// More rows would be deleted than the [fuse](crate::Ingest::fuse) allows. Nothing was changed.
    Fuse {
        /// How many would be deleted.
        going: u64,
        /// How many the table has.
        rows: u64,
    },
    /// A lock was not granted in time.
    Locked {
        /// The sessions and prepared transactions that are in the way, as [`Wait`] describes them.
        holders: Vec<String>,
        /// Which lock on which table was waited for, or why they were not terminated.
        reason: String,
    },
    /// Rows of a batch take each other's values of unique or exclusion constraints, or unique indexes,
    /// in a circle, as two do that swap theirs. PostgreSQL checks each row as it is written, and so
    /// refuses them in any order, unless one of them gives up its value before. It can where a column
    /// of the constraint can be NULL for a moment: not where all are NOT NULL, a foreign key refers to
    /// them, NULLs are not distinct, or a CHECK or trigger refuses NULL.
    ///
    /// The row is one of the circle, and the source is what the server said. Give one of the rows a free
    /// value in a batch before; or let the struct not name the constraint, make it DEFERRABLE, and ingest
    /// with [`Migration::AdditiveOnly`](crate::Migration::AdditiveOnly), which leaves it as it is.
    UniqueCycle {
        /// The names of the constraints and indexes.
        constraints: Vec<String>,
    },
    /// The run of an [inserter](crate::Inserter) ended before the row was taken, or before it was known that it
    /// is committed: it was dropped, or it was done before the writer was. Where it failed, its own error is
    /// returned instead.
    RunEnded,
    /// It failed before, and cannot go on: a batch of which a write failed, or was dropped half-way,
    /// a session whose transaction could not be begun.
    Poisoned,
}

/// The reason, led in by `: `; nothing where what the server said or the source is the reason.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server | Self::WorkerConnect | Self::Source | Self::Hook | Self::WatermarkSerialize => {
                Ok(())
            }
            Self::TooManyRejected { allowed } => {
                write!(f, ": more rows of the batch are refused than may be set aside ({allowed})")
            }
            Self::OutOfOrder { before, high_watermark } => write!(
                f,
                ": its high watermark is {high_watermark}, which is not after {before}, as in rows that are \
                 ordered or distinct it has to be"
            ),
            Self::RunEnded => f.write_str(": the run of the inserter was ended or dropped"),
            Self::Connection => f.write_str(": the connection to the server was lost"),
            Self::Timeout { after, wait: None } => {
                write!(f, ": the server did not answer within {after:?}")
            }
            Self::Timeout { after, wait: Some(wait) } => {
                write!(f, ": timed out after {after:?} {wait}")
            }
            Self::CommitUnknown { .. } => f.write_str(
                ": the connection to the server was lost during COMMIT, so the batch may have been \
                 committed or not; the next ingest carries on from whatever was",
            ),
            Self::InTransaction => f.write_str(
                ": the connection is in a transaction, which has to be committed or rolled back before: \
                 an ingest begins and commits transactions of its own",
            ),
            Self::Value { reason, value: None } => write!(f, ": the value {reason}"),
            Self::Value { reason, value: Some(value) } => write!(f, ": the value {value} {reason}"),
            Self::TransactionEnded => {
                f.write_str(": the hook ended the batch's transaction or left it aborted")
            }
            Self::SchemaMismatch { differences } => {
                write!(f, ": the table does not match its definition: {}", First(differences, "; "))
            }
            Self::CannotMigrate { reasons } => write!(f, ": {}", First(reasons, "; ")),
            Self::DependentObjects { objects } => write!(
                f,
                ": dependent objects would be lost: {}",
                First(objects, "; ")
            ),
            Self::View { view } => write!(f, ": view {view} cannot be made again"),
            Self::InsufficientPrivilege { role, missing } => write!(f, ": role {role:?} lacks {missing}"),
            Self::Unsupported { reason } | Self::Definition { reason } => write!(f, ": {reason}"),
            Self::Watermark { stored, expected } => {
                let expected = short(expected);
                write!(
                    f,
                    ": the stored high watermark is {stored}, which is not a value of type {expected}: \
                     ingest with the type that it was stored with, or begin elsewhere by \
                     `.high_watermark(HighWatermark::value(...))` or `HighWatermark::Earliest`"
                )
            }
            Self::UnreadableComment { comment } => {
                write!(
                    f,
                    ": the comment on the table looks like a JSON object and cannot be read as one: \
                     {comment}; mend it, or remove it by COMMENT ON TABLE … IS NULL, and give the \
                     high watermark to begin after by HighWatermark::value"
                )
            }
            Self::WatermarkTable { table, reason } => {
                write!(f, ": the table of high watermarks {table} cannot be used: {reason}")
            }
            Self::Overlap { holders } => write!(
                f,
                ": another ingest of the same source is in a batch: {}",
                First(holders, ", ")
            ),
            Self::ConcurrentIngest { change } => {
                write!(f, ": another ingest of the table is under way: {change}")
            }
            Self::VersionExists { label } => write!(f, ": the version {label:?} is published already"),
            Self::Fuse { going, rows } => write!(
                f,
                ": it would delete {going} of {rows} rows, which is more than the fuse allows"
            ),
            Self::Locked { holders, reason } if holders.is_empty() => write!(f, ": {reason}"),
            Self::Locked { holders, reason } => {
                write!(f, ": {reason}; in the way: {}", First(holders, ", "))
            }
            Self::UniqueCycle { constraints } => {
                let names = constraints.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>();
                write!(
                    f,
                    ": rows of the batch take each other's values of {} in a circle, as in a swap, which \
                     PostgreSQL refuses in any order of the rows, and none of them can be NULL meanwhile; \
                     give one of the rows a free value in a batch before, or make the constraint \
                     DEFERRABLE, without naming it in the struct, under Migration::AdditiveOnly",
                    First(&names, ", ")
                )
            }
            Self::Poisoned => f.write_str(": it failed before"),
        }
    }
}

/// Returns the name of a type without the paths of modules.
fn short(name: &str) -> String {
    let mut short = String::new();
    for part in name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn the_paths_of_a_type_are_left_out() {
        for (name, expected) in [
            ("i32", "i32"),
            ("alloc::string::String", "String"),
            (
                "core::option::Option<(chrono::naive::date::NaiveDate, &my_crate::a_b::C)>",
                "Option<(NaiveDate, &C)>",
            ),
        ] {
            assert_eq!(short(name), expected);
        }
    }
}
