//! The partitions of a table.

use super::query::read as read_json;
use crate::ident::{Literal, QualifiedName, list};
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// The partitions of a table, and what can be made beside them.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FoundPartitions {
    pub(crate) partitions: Vec<FoundPartition>,
    /// Whether backslashes are doubled in bounds, as the session reads literals so.
    pub(crate) has_escapes: bool,
    /// Of the names that were asked for, those that others have.
    pub(crate) taken: Vec<String>,
    /// Whether the role is that, or one of those, who own the table.
    pub(crate) is_owner: bool,
    /// Whether the role may create tables in the schema.
    pub(crate) may_create: bool,
    /// The table's owner.
    pub(crate) owner: String,
}

/// A partition.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FoundPartition {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// As PostgreSQL prints it: `DEFAULT`, or `FOR VALUES …`.
    pub(crate) bound: String,
}

/// Asks for the partitions of the table with this OID, and which of these names are free.
pub(crate) fn sql(table: &QualifiedName, oid: u32, names: &[String]) -> String {
    let names = list(names.iter().map(|name| Literal(name)));
    include_str!("partitions.sql")
        .replace(":oid", &oid.to_string())
        .replace(":schema", &Literal(table.schema()).to_string())
        .replace(":names", &names)
}

/// Reads the answer, after those to other queries; `None` if it is not understood.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<FoundPartitions> {
    read_json(messages)?.pop()
}
