//! What the server says: about itself, about tables and what hangs on them, about locks.
//!
//! Every query runs with an empty search path but for `pg_catalog`, so that names print qualified
//! and nothing planted in another schema is called. The queries work from PostgreSQL 10 on.

mod attribute;
pub(crate) mod blocked;
pub(crate) mod created;
mod dependent;
pub(crate) mod enum_type;
mod grant;
pub(crate) mod hanging;
mod lacking;
pub(crate) mod managed;
pub(crate) mod member;
pub(crate) mod own;
pub(crate) mod partitions;
pub(crate) mod probe;
mod query;
pub(crate) mod readers;
mod relation;
mod renamed;
pub(crate) mod state;
pub(crate) mod transaction;
pub(crate) mod tree;
mod types;
mod unique;
pub(crate) mod versions;
mod view;
pub(crate) mod waits;

pub(crate) use dependent::Surroundings;
pub(crate) use enum_type::{FoundEnum, HeldIn, LiveType};
pub(crate) use grant::Grant;
pub(crate) use hanging::{
    ColumnAttributes, Constraint, ForeignKey, Hanging, Identity, IndexAttributes, OfPartition,
    Policy, Rule, Statistics, Trigger,
};
pub(crate) use member::Member;
#[cfg(test)]
pub(crate) use partitions::FoundPartition;
pub(crate) use partitions::FoundPartitions;
pub(crate) use query::{
    Inspected, alone, attached, comment, deferrable, further, grants, holders, inspect,
    inspect_outside, inspect_temporary, isolated, isolated_cast, isolated_path, numbered, numbers,
    text, view_attached, views,
};
pub(crate) use relation::{
    IndexShape, Leftover, LiveColumn, LiveTable, PartitionKey, Relation, Server, Shape,
};
pub(crate) use renamed::Names;
pub(crate) use tree::{Branch, BranchIndex, Tree};
pub(crate) use unique::UniqueIndex;
#[cfg(test)]
pub(crate) use unique::UniqueKey;
#[cfg(test)]
pub(crate) use versions::FoundDraft;
pub(crate) use versions::{FoundVersion, FoundVersions, LatestView};
pub(crate) use view::{Commented, View};
