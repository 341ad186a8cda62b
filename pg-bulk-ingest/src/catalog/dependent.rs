//! What depends on parts of a table.

use super::Tree;
use super::query::read;
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// An object that depends on a column or an index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Dependent {
    pub(crate) column: Option<String>,
    pub(crate) index: Option<String>,
    /// As PostgreSQL describes it.
    pub(crate) description: String,
    /// Whether it is a constraint of this table over this column alone, which goes with the column.
    pub(crate) own: bool,
}

/// What a change of a table in place can run into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Surroundings {
    pub(crate) dependents: Vec<Dependent>,
    /// The names of all relations of the table's schema.
    pub(crate) names: Vec<String>,
    /// The names of all constraints of the table.
    pub(crate) constraints: Vec<String>,
    pub(crate) bound: Bound,
    /// The partitions, where an index of a partitioned table is built.
    #[serde(skip)]
    pub(crate) tree: Tree,
}

/// What keeps the columns of a table as they are: what has them, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Bound {
    /// How many columns it has had, those included that were dropped; of a table from which others
    /// inherit, the most of any.
    pub(crate) attributes: usize,
    /// The composite type that it is of.
    pub(crate) of_type: Option<String>,
    /// The table that it is a partition of.
    pub(crate) partition_of: Option<String>,
    /// The columns that it inherits.
    pub(crate) inherited: Vec<String>,
    /// Those that are NOT NULL because they are in the table from which it inherits them.
    pub(crate) inherited_not_null: Vec<String>,
    /// The indexes that are parts of indexes of the table that it is a partition of.
    pub(crate) inherited_indexes: Vec<String>,
    /// The columns by which it, or one of its partitions, is partitioned.
    pub(crate) partition_keys: Vec<String>,
}

impl Surroundings {
    pub(crate) fn sql(oid: u32) -> String {
        include_str!("dependents.sql").replace(":oid", &oid.to_string())
    }

    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Self> {
        read(messages)?.pop()
    }

    /// The names that an index or constraint of the table may not have.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.names.iter().chain(&self.constraints).cloned().collect()
    }

    /// What depends on a column.
    pub(crate) fn of_column(&self, name: &str) -> impl Iterator<Item = &Dependent> {
        self.dependents.iter().filter(move |dependent| dependent.column.as_deref() == Some(name))
    }

    /// What depends on an index, or on the constraint that it belongs to.
    pub(crate) fn of_index(&self, name: &str) -> impl Iterator<Item = &Dependent> {
        self.dependents.iter().filter(move |dependent| dependent.index.as_deref() == Some(name))
    }
}
