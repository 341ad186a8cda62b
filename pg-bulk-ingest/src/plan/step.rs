//! What is done at once of a migration in place.

use crate::ident::QualifiedName;
use crate::made::Delta;
use crate::statement::Statement;

/// What is done on its own, so that what it locks is not held for longer than it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A transaction that holds ACCESS EXCLUSIVE on the table, for an instant.
    Exclusive { statements: Vec<Statement>, made: Delta },
    /// A transaction whose locks neither readers nor writers notice. If it fails, what the step
    /// before prepared is undone.
    Shared { statements: Vec<Statement>, undo: Vec<Statement>, made: Delta },
    /// A transaction whose statements take their own locks, of a part of a partitioned table, in
    /// attempts: those of these relations are the ones that others may hold.
    Attempts { awaited: Vec<QualifiedName>, statements: Vec<Statement>, made: Delta },
    /// A statement outside a transaction. If it fails, what is left of it is removed.
    Outside { statement: Statement, undo: Statement },
}

impl Step {
    pub(crate) fn statements(&self) -> &[Statement] {
        match self {
            Self::Exclusive { statements, .. }
            | Self::Shared { statements, .. }
            | Self::Attempts { statements, .. } => statements,
            Self::Outside { statement, .. } => std::slice::from_ref(statement),
        }
    }

    /// What it makes of the table.
    pub(crate) fn made(&self) -> Option<&Delta> {
        match self {
            Self::Exclusive { made, .. }
            | Self::Shared { made, .. }
            | Self::Attempts { made, .. } => Some(made).filter(|made| !made.is_empty()),
            Self::Outside { .. } => None,
        }
    }

    /// Whether it can be done right after another of the same partitioned table: the two tell by
    /// themselves whether there is what they need.
    pub(crate) fn follows(&self, other: &Self) -> bool {
        let is_of_part = |step: &Self| matches!(step, Self::Attempts { .. } | Self::Outside { .. });
        is_of_part(self) && is_of_part(other) && self.made().is_none()
    }
}
