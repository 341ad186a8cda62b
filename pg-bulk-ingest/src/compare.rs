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
    /// An index that is there and is to be a constraint: the primary key, in place of the one that
    /// there is, or a unique one.
    AdoptIndex {
        index: IndexShape,
        primary: bool,
        replaces: Option<IndexShape>,
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
    // A definition cannot say that a column is an identity, or has a sequence of its own.
    let is_kept_identity =
        (live.is_identity() || live.is_serial && defined.is_integer()) && defined.default.is_none();
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
    let mut unmatched = live.iter().filter(|index| !index.primary).collect::<Vec<_>>();
    // Those that are constraints already are matched first.
    unmatched.sort_by_key(|index| index.constraint.is_none());
    if keys.0 != keys.1 {
        let is_key = |index: &&IndexShape| {
            let defined = keys.1.as_ref();
            defined.is_some_and(|key| index.form == key.form)
                && index.unique
                && index.valid
                && index.constraint.is_none()
        };
        changes.push(match unmatched.iter().position(is_key) {
            Some(position) => {
                let index = unmatched.remove(position).clone();
                Change::AdoptIndex { index, primary: true, replaces: keys.0 }
            }
            None => Change::PrimaryKey { live: keys.0, defined: keys.1 },
        });
    }
    for index in defined.iter().filter(|index| !index.primary) {
        match unmatched.iter().position(|live| *live == index) {
            Some(position) => {
                let live = unmatched.remove(position);
                if index.constraint.is_some() && live.constraint.is_none() {
                    let (index, replaces) = (live.clone(), None);
                    changes.push(Change::AdoptIndex { index, primary: false, replaces });
                }
            }
            None => changes.push(Change::AddIndex { index: index.clone() }),
        }
    }
    changes.extend(unmatched.into_iter().map(|index| Change::DropIndex { index: index.clone() }));
    changes
}
