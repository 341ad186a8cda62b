//! Indexes of partitioned tables: built partition by partition, while readers and writers go on.
//!
//! The table gets its index first, invalid and of it alone, so that partitions that are created from then
//! on get theirs with it; then one partition after another gets its own, concurrently, and it is attached.
//! PostgreSQL makes the table's valid with the last one. What is left to be done is told from the tree.

mod building;
mod refused;
mod replaced;

use super::in_place::{Steps, drop_index};
use super::migrate::Subject;
use super::step::Step;
use crate::catalog::{Branch, BranchIndex, IndexShape, Tree};
use crate::compare::Change;
use building::{Building, leftovers};
use std::collections::BTreeSet;

impl Subject<'_> {
    /// An index of the table that is of this form, and of which partitions lack theirs.
    pub(super) fn unfinished(&self, wanted: &IndexShape) -> Option<&IndexShape> {
        let is_such = |live: &&IndexShape| {
            !live.valid
                && (&live.form, live.unique, live.primary)
                    == (&wanted.form, wanted.unique, wanted.primary)
                && live.immediate
                && live.constraint.is_some() == wanted.unique
        };
        self.live.shape.indexes.iter().find(is_such).filter(|_| self.live.kind == 'p')
    }
}

/// Whether an index of a partition can be attached to one of the table that is of this shape.
fn serves(one: &BranchIndex, branch: &Branch, index: &IndexShape) -> bool {
    let is_alike = (&one.form, one.unique) == (&index.form, index.unique) && one.immediate;
    let is_constraint = match &one.constraint {
        Some(_) => index.unique && one.primary == index.primary,
        // It becomes one, but not where it has parts of its own.
        None => !index.unique || !branch.is_partitioned(),
    };
    is_alike && is_constraint && one.part_of.is_none() && (one.valid || branch.is_partitioned())
}

/// Adds the steps of changes of the indexes of a partitioned table. Returns the other changes.
pub(super) fn add_to_tree<'c>(
    subject: &Subject<'_>,
    changes: &'c [Change],
    steps: &mut Steps,
) -> Vec<&'c Change> {
    let mut building = Building::new(subject);
    let mut others = Vec::new();
    for change in changes {
        let purpose = change.to_string();
        match change {
            Change::PrimaryKey { live: Some(live), defined: Some(index) }
                if subject.unfinished(index).is_none() =>
            {
                let old = live.constraint.as_ref().unwrap_or(&live.name);
                let (statements, begun) = building.replace_key(old, index, &purpose);
                steps.keys.extend(statements);
                steps.made_last.indexes.push((old.clone(), true));
                steps.made_last.indexes.extend(begun.map(|begun| (begun, false)));
            }
            Change::AddIndex { index } | Change::PrimaryKey { defined: Some(index), .. } => {
                let built = building.build(index, &purpose);
                // Nothing is left to be done with which PostgreSQL would make it valid.
                if let Some(live) = subject.unfinished(index).filter(|_| built == 0) {
                    steps.first.push(drop_index(subject, live, change));
                    steps.made.indexes.push((live.name.clone(), false));
                }
            }
            Change::DropIndex { index } if is_completed(subject, index, changes) => {}
            Change::DropIndex { index } => {
                steps.keys.push(drop_index(subject, index, change));
                steps.made_last.indexes.push((index.name.clone(), false));
            }
            _ => others.push(change),
        }
    }
    steps.builds.extend(building.steps());
    others
}

/// Whether an index of which partitions lack theirs is one that changes ask for.
fn is_completed(subject: &Subject<'_>, index: &IndexShape, changes: &[Change]) -> bool {
    changes.iter().any(|change| match change {
        Change::AddIndex { index: wanted } => {
            subject.unfinished(wanted).is_some_and(|live| live.name == index.name)
        }
        _ => false,
    })
}

/// Drops what was built for partitions and is not attached, where nothing is to be built.
pub(crate) fn drop_unattached(tree: &Tree) -> Vec<Step> {
    leftovers(tree, &BTreeSet::new())
}
