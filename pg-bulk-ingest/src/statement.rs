//! SQL that is going to be executed, with what it locks and what it is for.

use crate::ident::QualifiedName;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// The strongest lock that a statement takes on an existing table (PostgreSQL documentation,
/// chapter "Explicit Locking").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LockMode {
    /// No lock that another session could notice.
    None,
    /// Held by INSERT, UPDATE, DELETE and COPY FROM.
    RowExclusive,
    /// Keeps VACUUM, ANALYZE and other schema changes away; no reader and no writer waits.
    ShareUpdateExclusive,
    /// Writers wait, readers do not; nor does another who takes it.
    Share,
    /// Writers wait, readers do not.
    ShareRowExclusive,
    /// Readers and writers wait.
    AccessExclusive,
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no lock",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

/// How much of a table a statement goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cost {
    /// Only the catalog is changed: it takes an instant, whatever the size of the table.
    CatalogOnly,
    /// The table is read once.
    Scan,
    /// All rows are written again, into another table.
    Rewrite,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CatalogOnly => "catalog only",
            Self::Scan => "scans the table",
            Self::Rewrite => "rewrites the table",
        })
    }
}

/// A statement of a [`Plan`](crate::Plan).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    sql: String,
    lock: LockMode,
    cost: Cost,
    #[serde(rename = "outside_transaction")]
    is_outside_transaction: bool,
    drops_data: bool,
    purpose: Cow<'static, str>,
    #[serde(skip)]
    view: Option<QualifiedName>,
}

impl Statement {
    pub(crate) fn new(
        sql: impl Into<String>,
        lock: LockMode,
        purpose: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            sql: sql.into(),
            lock,
            cost: Cost::CatalogOnly,
            is_outside_transaction: false,
            drops_data: false,
            purpose: purpose.into(),
            view: None,
        }
    }

    pub(crate) fn costing(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }

    pub(crate) fn outside_transaction(self) -> Self {
        Self { is_outside_transaction: true, ..self }
    }

    pub(crate) fn dropping_data(self) -> Self {
        Self { drops_data: true, ..self }
    }

    /// Says that the statement is for a view, which an error then names.
    pub(crate) fn of_view(self, view: QualifiedName) -> Self {
        Self { view: Some(view), ..self }
    }

    /// The view that it is for.
    pub(crate) fn view(&self) -> Option<&QualifiedName> {
        self.view.as_ref()
    }

    /// The SQL.
    ///
    /// ```
    /// # use pg_bulk_ingest::Statement;
    /// fn look(statement: &Statement) {
    ///     println!("{};", statement.sql());
    /// }
    /// ```
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The strongest lock that it takes on a table that exists before.
    ///
    /// ```
    /// # use pg_bulk_ingest::{LockMode, Statement};
    /// fn look(statement: &Statement) {
    ///     if statement.lock() == LockMode::AccessExclusive {
    ///         println!("readers wait for an instant: {statement}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn lock(&self) -> LockMode {
        self.lock
    }

    /// How much of the table it goes through.
    ///
    /// ```
    /// # use pg_bulk_ingest::{Cost, Statement};
    /// fn look(statement: &Statement) {
    ///     if statement.cost() == Cost::Rewrite {
    ///         println!("all rows are written again: {statement}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Whether it runs outside a transaction, as `CREATE INDEX CONCURRENTLY` has to.
    ///
    /// ```
    /// # use pg_bulk_ingest::Statement;
    /// fn look(statement: &Statement) {
    ///     if statement.is_outside_transaction() {
    ///         println!("cannot be rolled back: {statement}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_outside_transaction(&self) -> bool {
        self.is_outside_transaction
    }

    /// Whether it drops columns with their data. It is then logged at WARN when it is run.
    ///
    /// ```
    /// # use pg_bulk_ingest::Statement;
    /// fn look(statement: &Statement) {
    ///     if statement.drops_data() {
    ///         println!("data are lost: {statement}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn drops_data(&self) -> bool {
        self.drops_data
    }

    /// What it is for, in words.
    ///
    /// ```
    /// # use pg_bulk_ingest::Statement;
    /// fn look(statement: &Statement) {
    ///     println!("{}: {}", statement.purpose(), statement.sql());
    /// }
    /// ```
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }
}

/// A comment that says what it is for, what it locks, and how much it goes through; then the SQL.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sql, lock, cost, is_outside_transaction, purpose, .. } = self;
        let outside = if *is_outside_transaction { ", outside a transaction" } else { "" };
        write!(f, "-- {purpose}: {lock}, {cost}{outside}\n{sql};")
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
