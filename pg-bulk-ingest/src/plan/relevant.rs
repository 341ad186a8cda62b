//! Which differences the settings want to be changed.

use super::widen::is_wider;
use crate::compare::Change;
use crate::options::{ColumnOrder, Migration};

/// The differences, sorted by what becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Relevant {
    /// Those that are to be made.
    pub(crate) changes: Vec<Change>,
    /// Those that are not: a table that takes the place of the live one has to have them, too.
    pub(crate) kept: Vec<Change>,
}

/// The changes that the settings ask for, or the differences that they forbid.
///
/// [`Migration::AdditiveOnly`] leaves what is there but not defined, and what is there and holds
/// more than is defined.
pub(crate) fn relevant(
    mut changes: Vec<Change>,
    migration: Migration,
    order: ColumnOrder,
) -> Result<Relevant, Vec<String>> {
    changes
        .retain(|change| order == ColumnOrder::Exact || !matches!(change, Change::Reorder { .. }));
    let refused = |changes: &[&Change]| changes.iter().map(ToString::to_string).collect();
    match migration {
        Migration::Evolve => Ok(Relevant { changes, kept: Vec::new() }),
        Migration::Freeze if changes.is_empty() => Ok(Relevant::default()),
        Migration::Freeze => Err(refused(&changes.iter().collect::<Vec<_>>())),
        Migration::AdditiveOnly => {
            let (changes, kept) = changes.into_iter().partition::<Vec<_>, _>(is_additive);
            let replaced = changes.iter().filter(|change| replaces_key(change)).collect::<Vec<_>>();
            if replaced.is_empty() {
                Ok(Relevant { changes, kept })
            } else {
                Err(refused(&replaced))
            }
        }
    }
}

fn is_additive(change: &Change) -> bool {
    match change {
        Change::AddColumn { .. }
        | Change::AlterCollation { .. }
        | Change::DropNotNull { .. }
        | Change::Reorder { .. }
        | Change::AddIndex { .. }
        | Change::AdoptIndex { .. } => true,
        Change::DropColumn { .. } | Change::SetNotNull { .. } => false,
        Change::AlterType { live, defined } => is_wider(&live.sql_type, &defined.sql_type),
        Change::AlterDefault { defined, .. } => defined.is_some(),
        Change::PrimaryKey { defined, .. } => defined.is_some(),
        // What is left of a failed build is of no use to anybody.
        Change::DropIndex { index } => !index.valid,
    }
}

/// Whether a primary key would have to be dropped for another.
fn replaces_key(change: &Change) -> bool {
    matches!(
        change,
        Change::PrimaryKey { live: Some(_), .. } | Change::AdoptIndex { replaces: Some(_), .. }
    )
}
