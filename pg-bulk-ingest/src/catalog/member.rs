//! The partitions of a table that is going to be replaced, to any depth.

use super::query::read as read_json;
use crate::ident::QualifiedName;
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// A partition of a table, or of one of its partitions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Member {
    pub(crate) oid: u32,
    /// The table that it is a partition of.
    pub(crate) above: u32,
    schema: String,
    name: String,
    /// `pg_class.relkind`.
    kind: char,
    /// As PostgreSQL prints it: `DEFAULT`, or `FOR VALUES …`.
    pub(crate) bound: String,
    /// How it is partitioned itself, as PostgreSQL prints it: `RANGE (day)`.
    pub(crate) key: Option<String>,
    /// Whether it is being detached.
    pub(crate) leaves: bool,
    /// The names of those of its indexes that are parts of indexes of the table above.
    pub(crate) parts: Vec<String>,
    /// The names of relations of its schema, where that is another than the table's.
    pub(crate) taken: Vec<String>,
}

impl Member {
    pub(crate) fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }

    /// The name of the one that is to replace it, until it does.
    pub(crate) fn fresh_name(&self) -> QualifiedName {
        let name = format!("pg_bulk_ingest_partition_{}", self.oid);
        QualifiedName::new(self.schema.clone(), name)
    }

    /// Whether it is a foreign table.
    pub(crate) fn is_foreign(&self) -> bool {
        self.kind == 'f'
    }
}

/// Asks for the partitions of the table with this OID.
pub(crate) fn sql(oid: u32) -> String {
    include_str!("member.sql").replace(":oid", &oid.to_string())
}

/// Reads the answer; `None` if it is not understood.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Vec<Member>> {
    read_json(messages)
}
