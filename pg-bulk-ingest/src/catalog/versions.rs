//! The versions of a table.

use super::query::read as read_json;
use crate::ident::{Literal, QualifiedName};
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// The versions of a table, and what there is under the names that one more needs.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FoundVersions {
    /// The id of the transaction in which it was asked for.
    pub(crate) transaction: u64,
    pub(crate) partitions: Vec<FoundVersion>,
    /// Whether backslashes are doubled in bounds, as the session reads literals so.
    pub(crate) has_escapes: bool,
    /// What has the name of the version that is to be filled.
    pub(crate) draft: Option<FoundDraft>,
    /// What has the name of the view of the newest version.
    pub(crate) view: Option<LatestView>,
    /// The columns of the table, each with its type.
    pub(crate) columns: Vec<(String, String)>,
    /// Whether row level security is on.
    pub(crate) checks_rows: bool,
    /// Whether the role is that, or one of those, who own the table.
    pub(crate) is_owner: bool,
    /// Whether the role may create tables in the schema.
    pub(crate) may_create: bool,
    pub(crate) owner: String,
}

/// A partition of the table.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FoundVersion {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// As PostgreSQL prints it: `DEFAULT`, or `FOR VALUES …`.
    pub(crate) bound: String,
    pub(crate) comment: Option<String>,
}

/// A relation with the name of a version that is to be filled.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FoundDraft {
    pub(crate) oid: u32,
    pub(crate) is_partition: bool,
    /// Whether it has the constraint of a version that is being filled.
    pub(crate) is_draft: bool,
    pub(crate) comment: Option<String>,
}

/// A relation with the name of the view of the newest version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct LatestView {
    pub(crate) oid: u32,
    /// As `pg_class.relkind` has it.
    pub(crate) kind: char,
    /// Its columns, each with its type.
    pub(crate) columns: Vec<(String, String)>,
    /// Its options, as `name=value`.
    pub(crate) options: Vec<String>,
    pub(crate) owner: String,
    /// Who was granted what on it: the role, `None` for PUBLIC; the privilege; whether it may be granted on.
    pub(crate) grants: Vec<(Option<String>, String, bool)>,
    pub(crate) comment: Option<String>,
}

/// Asks for the versions of the table with this OID, and what has the names of a draft, with its
/// constraint, and of the view.
pub(crate) fn sql(oid: u32, (draft, constraint): (&str, &str), view: &str) -> String {
    include_str!("versions.sql")
        .replace(":oid", &oid.to_string())
        .replace(":constraint", &Literal(constraint).to_string())
        .replace(":draft", &Literal(draft).to_string())
        .replace(":view", &Literal(view).to_string())
}

/// Asks for the OID of the partitioned table of this name.
pub(crate) fn oid(table: &QualifiedName) -> String {
    let (schema, name) = (Literal(table.schema()), Literal(table.name()));
    format!(
        "SELECT c.oid::int8 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = {schema} AND c.relname = {name} AND c.relkind = 'p'"
    )
}

/// Asks for a label as PostgreSQL prints it as a value of this type.
pub(crate) fn label(label: &str, sql_type: &str) -> String {
    format!("SELECT ({}::{sql_type})::text", Literal(label))
}

/// Reads the answer to [`sql`], after those to other queries; `None` if it is not understood.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<FoundVersions> {
    read_json(messages)?.pop()
}
