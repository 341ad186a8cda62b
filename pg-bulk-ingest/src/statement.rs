//! SQL that is going to be executed, with what it locks and what it is for.

use crate::ident::QualifiedName;
use std::fmt;

/// The strongest lock that a statement takes on an existing table (PostgreSQL documentation,
/// chapter "Explicit Locking").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LockLevel {
    /// No lock that another session could notice.
    None,
    /// Held by INSERT, UPDATE, DELETE and COPY FROM.
    RowExclusive,
    /// Keeps VACUUM, ANALYZE and other schema changes away; no reader and no writer waits.
    ShareUpdateExclusive,
    /// Writers wait, readers do not.
    ShareRowExclusive,
    /// Readers and writers wait.
    AccessExclusive,
}

impl fmt::Display for LockLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no lock",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

/// A statement of a [`Plan`](crate::Plan).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    sql: String,
    lock: LockLevel,
    purpose: &'static str,
    view: Option<QualifiedName>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>, lock: LockLevel, purpose: &'static str) -> Self {
        Self { sql: sql.into(), lock, purpose, view: None }
    }

    /// The same for a view, which an error then names.
    pub(crate) fn of_view(self, view: QualifiedName) -> Self {
        Self { view: Some(view), ..self }
    }

    /// The view that it is for.
    pub(crate) fn view(&self) -> Option<&QualifiedName> {
        self.view.as_ref()
    }

    /// The SQL.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The strongest lock that it takes on a table that exists before.
    #[must_use]
    pub fn lock(&self) -> LockLevel {
        self.lock
    }

    /// What it is for, in words.
    #[must_use]
    pub fn purpose(&self) -> &str {
        self.purpose
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};  -- {} ({})", self.sql, self.purpose, self.lock)
    }
}

/// Statements in one message.
pub(crate) fn script(statements: &[Statement]) -> String {
    statements.iter().map(Statement::sql).collect::<Vec<_>>().join(";\n")
}

/// Statements that can be taken back alone.
pub(crate) fn savepoint(name: &str, sql: &str) -> String {
    format!("{};\n{sql};\n{}", begin_savepoint(name), release(name))
}

/// What follows can be taken back alone.
pub(crate) fn begin_savepoint(name: &str) -> String {
    format!("SAVEPOINT {name}")
}

/// What was done since the savepoint is part of the transaction.
pub(crate) fn release(name: &str) -> String {
    format!("RELEASE SAVEPOINT {name}")
}

/// Takes back what was done since the savepoint.
pub(crate) fn rollback_to(name: &str) -> String {
    format!("ROLLBACK TO SAVEPOINT {name}")
}
