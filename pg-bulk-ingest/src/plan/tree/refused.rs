//! Indexes that a partitioned table cannot have.

use super::building::Building;
use super::serves;
use crate::catalog::{BranchIndex, IndexShape};
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
        let tree = &self.surroundings.tree;
        let mut refused = Vec::new();
        for branch in tree.branches() {
            let name = branch.qualified_name();
            if branch.is_foreign() {
                refused.push(format!(
                    "{change}, and its partition {name} is a foreign table, which has no indexes: build \
                     it by hand"
                ));
            }
            if index.unique && branch.by_expression {
                refused.push(format!(
                    "{change}, and {name} is partitioned by an expression, with which PostgreSQL keeps \
                     no key"
                ));
            }
            let columns = key_columns(&index.form);
            let lacking = branch.keys.iter().filter(|key| !columns.contains(key));
            let lacking = lacking.map(|key| format!("{key:?}")).collect::<Vec<_>>();
            if index.unique && !lacking.is_empty() {
                refused.push(format!(
                    "{change}, and lacks {}, by which {name} is partitioned: add it to the key",
                    lacking.join(", ")
                ));
            }
            let of_its_own = |one: &&BranchIndex| {
                one.primary && one.part_of.is_none() && !serves(one, branch, index)
            };
            let is_below = tree.root().is_some_and(|root| root != branch);
            if let Some(own) = branch.indexes.iter().find(of_its_own).filter(|_| is_below)
                && index.primary
            {
                refused.push(format!(
                    "{change}, and its partition {name} has a primary key of its own, {}: drop it",
                    own.form
                ));
            }
        }
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
