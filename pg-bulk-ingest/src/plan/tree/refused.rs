//! Indexes that a partitioned table cannot have.

use super::building::Building;
use super::serves;
use crate::catalog::{Branch, BranchIndex, IndexShape};
use crate::compare::Change;
use crate::plan::index_name::key_columns;
use crate::plan::migrate::Subject;

/// The version from which partitioned tables have indexes.
const INDEXES: u32 = 110_000;

impl Subject<'_> {
    /// Why an index of a partitioned table cannot be built.
    pub(in crate::plan) fn refuses_index(
        &self,
        change: &Change,
        index: &IndexShape,
    ) -> Vec<String> {
        if self.version < INDEXES {
            return vec![format!(
                "{change}, and PostgreSQL 10 has neither keys nor indexes of partitioned tables: leave \
                 it out of the struct, or give it to each partition by hand"
            )];
        }
        let branches = self.surroundings.tree.branches().iter();
        let why = branches.enumerate().flat_map(|(at, branch)| in_branch(branch, at > 0, index));
        let mut refused = why.map(|why| format!("{change}, and {why}")).collect::<Vec<_>>();
        if let Some(live) = self.unfinished(index)
            && refused.is_empty()
            && !self.made.has_index(&live.name)
            && Building::new(self).build(index, "") == 0
        {
            refused.push(format!(
                "{change}, and index {:?} is invalid, although each partition has its part: drop it",
                live.name
            ));
        }
        refused
    }
}

/// Why the table or one of its partitions cannot have an index.
fn in_branch(branch: &Branch, is_partition: bool, index: &IndexShape) -> Vec<String> {
    let name = branch.qualified_name();
    let mut why = Vec::new();
    if branch.is_foreign() {
        why.push(format!(
            "its partition {name} is a foreign table, which has no indexes: build it by hand"
        ));
    }
    if !index.unique {
        return why;
    }
    if branch.by_expression {
        why.push(format!(
            "{name} is partitioned by an expression, with which PostgreSQL keeps no key"
        ));
    }
    let columns = key_columns(&index.form);
    let lacking = branch.keys.iter().filter(|key| !columns.contains(key));
    let lacking = lacking.map(|key| format!("{key:?}")).collect::<Vec<_>>();
    if !lacking.is_empty() {
        let lacking = lacking.join(", ");
        why.push(format!("lacks {lacking}, by which {name} is partitioned: add it to the key"));
    }
    let is_its_own =
        |one: &&BranchIndex| one.primary && one.part_of.is_none() && !serves(one, branch, index);
    let own = branch.indexes.iter().find(is_its_own);
    if let Some(own) = own.filter(|_| is_partition && index.primary) {
        let form = &own.form;
        why.push(format!("its partition {name} has a primary key of its own, {form}: drop it"));
    }
    why
}
