//! The unique indexes and exclusion constraints of a table, as far as they tell which rows can stand beside
//! each other.

use super::query;
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// A unique index or that of an exclusion constraint, not of the primary key, that is checked for each row
/// when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct UniqueIndex {
    /// Its name, or that of its constraint.
    pub(crate) name: String,
    pub(crate) keys: Vec<UniqueKey>,
    /// What the rows meet that are in it; `None` if all are.
    pub(crate) predicate: Option<String>,
    /// Whether two NULLs differ.
    pub(crate) nulls_distinct: bool,
    /// The columns that it is over, those of expressions and the predicate included.
    pub(crate) columns: Vec<String>,
    /// Those of them that can be NULL for a moment, without rows of other tables being changed by that.
    pub(crate) nullable: Vec<String>,
}

/// A column or expression of its key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct UniqueKey {
    /// As SQL, over columns without the name of the table.
    pub(crate) sql: String,
    pub(crate) collation: Option<String>,
    /// The operator by which two values collide: of a unique index, that by which they are equal.
    pub(crate) operator: String,
    /// Whether rows can be joined by the operator without each being compared with each.
    pub(crate) is_equality: bool,
}

impl UniqueIndex {
    /// Asks for those of a table.
    pub(crate) fn sql(oid: u32) -> String {
        include_str!("unique.sql").replace(":oid", &oid.to_string())
    }

    /// Reads the answer; `None` if it is not understood.
    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Vec<Self>> {
        query::read(messages)
    }
}
