//! What hangs on a live table, as the statements by which it hangs on the table that takes its
//! place.
//!
//! What only concerns the new table is done while nobody sees it. ACCESS EXCLUSIVE on the live table
//! is held for entries of the catalog alone, never for a scan.

mod code;
mod column;
mod constraint;
mod foreign_key;
mod grant;
mod index;
mod publication;
mod statistics;
mod table;

pub(crate) use foreign_key::{Unreferred, unrefer};
pub(crate) use grant::carry_grants;

use crate::catalog::{Hanging, LiveColumn, Shape};
use crate::ident::{Literal, QualifiedName};
use crate::lock::Lockable;
use crate::statement::{LockLevel, Statement};

/// A table that takes the place of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replacing<'a> {
    pub(crate) hanging: &'a Hanging,
    pub(crate) names: &'a Swapped,
    pub(crate) live: &'a Shape,
    /// As far as it is known: with its indexes only once they are built.
    pub(crate) fresh: &'a Shape,
    /// All tables that are replaced together.
    pub(crate) all: &'a [Swapped],
}

/// The names of a live table, and of the table that takes its place until it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Swapped {
    pub(crate) live: QualifiedName,
    pub(crate) fresh: QualifiedName,
}

/// How what hangs on a table is carried over, and what cannot be.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    /// On the new table, when it is created: before any row.
    pub(crate) create: Vec<Statement>,
    /// After the rows of the live table are copied, if they are, and before those of the batch,
    /// which have to meet constraints that rows of old need not.
    pub(crate) copied: Vec<Statement>,
    /// After its indexes are built, and before ACCESS EXCLUSIVE: all that scans or can fail.
    pub(crate) before: Vec<Statement>,
    /// What else has to be locked in ACCESS EXCLUSIVE mode.
    pub(crate) locks: Vec<Lockable>,
    /// Under ACCESS EXCLUSIVE, before the live table is dropped.
    pub(crate) drop: Vec<Statement>,
    /// Once the new table and its indexes have the live one's names.
    pub(crate) after: Vec<Statement>,
    /// What cannot be carried over, in words.
    pub(crate) refused: Vec<String>,
    /// The privileges that the role lacks for it.
    pub(crate) missing: Vec<String>,
}

const KEPT: &str = "what hangs on the live table is kept";

/// Carries all over that hangs on a table, but for its grants and its own comment.
pub(crate) fn carry(replacing: &Replacing<'_>) -> Carried {
    let mut carried = Carried::default();
    table::carry(replacing, &mut carried);
    column::carry(replacing, &mut carried);
    constraint::carry(replacing, &mut carried);
    index::carry(replacing, &mut carried);
    statistics::carry(replacing, &mut carried);
    foreign_key::carry(replacing, &mut carried);
    code::carry(replacing, &mut carried);
    publication::carry(replacing, &mut carried);
    carried
}

impl<'a> Replacing<'a> {
    /// The column of the new table, if it has it.
    fn column(&self, name: &str) -> Option<&'a LiveColumn> {
        self.fresh.columns.iter().find(|column| column.name == name)
    }

    /// The column of the new table, if it has it as it was.
    fn is_of_same_type(&self, name: &str) -> bool {
        let live = self.live.columns.iter().find(|column| column.name == name);
        let (live, fresh) = (live, self.column(name));
        live.map(|live| &live.sql_type) == fresh.map(|fresh| &fresh.sql_type)
    }

    /// The first of these columns that the new table has not.
    fn dropped<'c>(&self, columns: &'c [String]) -> Option<&'c str> {
        columns.iter().map(String::as_str).find(|column| self.column(column).is_none())
    }

    fn live_name(&self) -> &'a QualifiedName {
        &self.names.live
    }

    fn fresh_name(&self) -> &'a QualifiedName {
        &self.names.fresh
    }
}

impl Carried {
    /// Whether an object can be carried over as far as its columns go; if not, it is refused.
    fn has_columns(&mut self, replacing: &Replacing<'_>, what: &str, columns: &[String]) -> bool {
        let Some(column) = replacing.dropped(columns) else { return true };
        self.refused.push(format!("{what} uses column {column:?}, which is dropped"));
        false
    }
}

/// A statement on a table that nobody else sees yet.
fn unseen(sql: String) -> Statement {
    Statement::new(sql, LockLevel::None, KEPT)
}

/// A statement under the lock of the swap.
fn locked(sql: String) -> Statement {
    Statement::new(sql, LockLevel::AccessExclusive, KEPT)
}

/// The comment on an object, if there is one.
fn comment_on(object: &str, comment: Option<&String>) -> Option<Statement> {
    comment.map(|comment| locked(format!("COMMENT ON {object} IS {}", Literal(comment))))
}
