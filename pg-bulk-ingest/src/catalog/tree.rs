//! The partitions of a table, to any depth, and their indexes.
//!
//! It is asked for only where an index of a partitioned table is built: there may be thousands.

use super::query::read;
use super::renamed::{Names, in_sql};
use crate::ident::{Literal, QualifiedName};
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// A partitioned table and its partitions, each above those below it; empty where it was not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    branches: Vec<Branch>,
}

/// The table itself, or a partition of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Branch {
    oid: u32,
    /// The table that it is a partition of; 0 of the first.
    above: u32,
    schema: String,
    name: String,
    /// `pg_class.relkind`.
    kind: char,
    pub(crate) owner: String,
    /// Whether the role has the owner's privileges.
    pub(crate) is_owner: bool,
    /// Whether the role may create indexes in the schema.
    pub(crate) may_create: bool,
    /// The columns by which it is partitioned itself.
    pub(crate) keys: Vec<String>,
    /// Whether it is partitioned by an expression.
    pub(crate) by_expression: bool,
    /// The names of relations of its schema, with the first of each schema.
    taken: Vec<String>,
    pub(crate) constraints: Vec<String>,
    pub(crate) indexes: Vec<BranchIndex>,
}

/// An index of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct BranchIndex {
    pub(crate) name: String,
    /// What follows USING in its definition.
    pub(crate) form: String,
    pub(crate) unique: bool,
    pub(crate) primary: bool,
    pub(crate) valid: bool,
    pub(crate) immediate: bool,
    /// The name of the primary key or unique constraint that it belongs to.
    pub(crate) constraint: Option<String>,
    /// The index, of the table that the partition is one of, that it is attached to.
    pub(crate) part_of: Option<String>,
}

impl Branch {
    pub(crate) fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }

    /// Whether it has partitions of its own, and so no rows.
    pub(crate) fn is_partitioned(&self) -> bool {
        self.kind == 'p'
    }

    /// Whether it is a foreign table, which has no indexes.
    pub(crate) fn is_foreign(&self) -> bool {
        self.kind == 'f'
    }
}

impl Tree {
    pub(crate) fn sql(oid: u32) -> String {
        include_str!("tree.sql").replace(":oid", &oid.to_string())
    }

    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Self> {
        read(messages).map(|branches| Self { branches })
    }

    /// All of them, the table itself first.
    pub(crate) fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The table itself.
    pub(crate) fn root(&self) -> Option<&Branch> {
        self.branches.first()
    }

    /// Whether a partition without partitions has an index that is being built, or could not be.
    pub(crate) fn has_invalid(&self) -> bool {
        let leaves = self.branches.iter().filter(|branch| !branch.is_partitioned());
        leaves.flat_map(|branch| &branch.indexes).any(|index| !index.valid)
    }

    /// The partitions that are right below one.
    pub(crate) fn below(&self, branch: &Branch) -> impl Iterator<Item = &Branch> {
        self.branches.iter().filter(move |one| one.above == branch.oid)
    }

    /// The names of relations, each with its schema.
    pub(crate) fn taken(&self) -> impl Iterator<Item = QualifiedName> {
        self.branches.iter().flat_map(|branch| {
            branch.taken.iter().map(|name| branch.qualified_name().sibling(name.clone()))
        })
    }

    /// Renames columns in it, as they are going to be renamed in the table.
    pub(super) fn rename(&mut self, names: &Names) {
        for branch in &mut self.branches {
            for key in &mut branch.keys {
                if let Some(to) = names.get(key) {
                    key.clone_from(to);
                }
            }
            for index in &mut branch.indexes {
                index.form = in_sql(&index.form, names);
            }
        }
    }
}

/// The OIDs of relations, as numbers; 0 of one that there is not.
pub(crate) fn oids(names: &[QualifiedName]) -> String {
    let one = |name: &QualifiedName| {
        let name = name.to_string();
        format!(
            "SELECT coalesce(CAST(CAST(pg_catalog.to_regclass({}) AS pg_catalog.oid) AS \
             pg_catalog.int8), 0)",
            Literal(&name)
        )
    };
    names.iter().map(one).collect::<Vec<_>>().join(";\n")
}
