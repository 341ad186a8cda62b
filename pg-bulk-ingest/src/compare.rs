//! What has to change for a live table to be as it is defined.

mod describe;
mod predict;

pub(crate) use predict::predict;

use crate::catalog::{IndexShape, LiveColumn, Shape};

/// A difference between a live table and its definition, as what takes the one to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    AddColumn {
        column: LiveColumn,
    },
    DropColumn {
        column: LiveColumn,
    },
    AlterType {
        live: LiveColumn,
        defined: LiveColumn,
    },
    AlterCollation {
        live: LiveColumn,
        defined: LiveColumn,
    },
    SetNotNull {
        column: String,
    },
    DropNotNull {
        column: String,
    },
    AlterDefault {
        column: String,
        live: Option<String>,
        defined: Option<String>,
    },
    /// The order in which the columns would be if those that are missing were added at the end, and
    /// the order in which they are defined.
    Reorder {
        live: Vec<String>,
        defined: Vec<String>,
    },
    PrimaryKey {
        live: Option<IndexShape>,
        defined: Option<IndexShape>,
    },
    AddIndex {
        index: IndexShape,
    },
    DropIndex {
        index: IndexShape,
    },
}

/// The differences, columns first; none where the two are equal.
pub(crate) fn compare(live: &Shape, defined: &Shape) -> Vec<Change> {
    let mut changes = columns(&live.columns, &defined.columns);
    changes.extend(indexes(&live.indexes, &defined.indexes));
    changes
}

fn columns(live: &[LiveColumn], defined: &[LiveColumn]) -> Vec<Change> {
    let find = |columns: &[LiveColumn], name: &str| {
        columns.iter().find(|column| column.name == name).cloned()
    };
    let mut changes = Vec::new();
    for column in defined {
        match find(live, &column.name) {
            Some(live) => changes.extend(column_changes(&live, column)),
            None => changes.push(Change::AddColumn { column: column.clone() }),
        }
    }
    let dropped = live.iter().filter(|column| find(defined, &column.name).is_none());
    changes.extend(dropped.map(|column| Change::DropColumn { column: column.clone() }));
    let name = |column: &LiveColumn| column.name.clone();
    let kept = live.iter().filter(|column| find(defined, &column.name).is_some());
    let added = defined.iter().filter(|column| find(live, &column.name).is_none());
    let live = kept.chain(added).map(name).collect::<Vec<_>>();
    let defined = defined.iter().map(name).collect::<Vec<_>>();
    if live != defined {
        changes.push(Change::Reorder { live, defined });
    }
    changes
}

fn column_changes(live: &LiveColumn, defined: &LiveColumn) -> Vec<Change> {
    let column = || live.name.clone();
    let both = || (live.clone(), defined.clone());
    let mut changes = Vec::new();
    if live.sql_type != defined.sql_type {
        let (live, defined) = both();
        changes.push(Change::AlterType { live, defined });
    }
    if live.not_null != defined.not_null {
        changes.push(match defined.not_null {
            true => Change::SetNotNull { column: column() },
            false => Change::DropNotNull { column: column() },
        });
    }
    // A definition cannot say that a column is an identity.
    let is_kept_identity = live.is_identity() && defined.default.is_none();
    if live.default != defined.default && !is_kept_identity {
        changes.push(Change::AlterDefault {
            column: column(),
            live: live.default.clone(),
            defined: defined.default.clone(),
        });
    }
    if live.collation != defined.collation {
        let (live, defined) = both();
        changes.push(Change::AlterCollation { live, defined });
    }
    changes
}

fn indexes(live: &[IndexShape], defined: &[IndexShape]) -> Vec<Change> {
    let mut changes = Vec::new();
    let primary_key = |indexes: &[IndexShape]| indexes.iter().find(|index| index.primary).cloned();
    let keys = (primary_key(live), primary_key(defined));
    if keys.0 != keys.1 {
        changes.push(Change::PrimaryKey { live: keys.0, defined: keys.1 });
    }
    let mut unmatched = live.iter().filter(|index| !index.primary).collect::<Vec<_>>();
    for index in defined.iter().filter(|index| !index.primary) {
        match unmatched.iter().position(|live| *live == index) {
            Some(position) => {
                unmatched.remove(position);
            }
            None => changes.push(Change::AddIndex { index: index.clone() }),
        }
    }
    changes.extend(unmatched.into_iter().map(|index| Change::DropIndex { index: index.clone() }));
    changes
}
