//! A view or materialized view, with all that is needed to make it again.

use super::Grant;
use crate::ident::QualifiedName;
use serde::Deserialize;

/// A view or materialized view.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct View {
    pub(crate) oid: u32,
    schema: String,
    name: String,
    pub(crate) materialized: bool,
    /// Whether it is a temporary view of this session.
    pub(crate) temporary: bool,
    /// The session whose temporary view it is, if it is one of another's: nobody else can make it.
    pub(crate) other_session: Option<String>,
    pub(crate) owner: String,
    /// Whether the role has the owner's privileges.
    pub(crate) is_owner: bool,
    /// Whether the role can make the owner that of a new view.
    pub(crate) can_give: bool,
    /// Whether the role may create in the schema.
    pub(crate) schema_create: bool,
    /// Whether the owner may, who cannot be given a new view otherwise.
    pub(crate) owner_create: bool,
    /// The query, all names qualified.
    pub(crate) definition: String,
    /// Whether a materialized view holds data.
    pub(crate) populated: bool,
    /// `name=value`.
    pub(crate) options: Vec<String>,
    pub(crate) toast_options: Vec<String>,
    pub(crate) tablespace: Option<String>,
    pub(crate) access_method: Option<String>,
    pub(crate) replica_identity: Option<String>,
    pub(crate) columns: Vec<ViewColumn>,
    pub(crate) indexes: Vec<ViewIndex>,
    pub(crate) rules: Vec<Part>,
    pub(crate) triggers: Vec<Part>,
    /// Whether the grants are those that a new view of the role has.
    pub(crate) has_default_grants: bool,
    pub(crate) grants: Vec<Grant>,
    /// To whom default privileges give something on what the role creates.
    pub(crate) default_grantees: Vec<String>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) labels: Vec<Label>,
    /// The tables and views of the same answer that it needs.
    pub(crate) needs: Vec<Need>,
}

impl View {
    pub(crate) fn name(&self) -> QualifiedName {
        QualifiedName::new(&self.schema, &self.name)
    }

    /// Whether it is a materialized view that holds data.
    pub(crate) fn holds_data(&self) -> bool {
        self.materialized && self.populated
    }
}

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ViewColumn {
    pub(crate) name: String,
    /// As `format_type` prints it.
    #[serde(rename = "type")]
    pub(crate) sql_type: String,
    /// If it is not that of the type.
    pub(crate) collation: Option<String>,
    pub(crate) default: Option<String>,
    pub(crate) statistics: Option<i32>,
    pub(crate) storage: Option<String>,
    pub(crate) compression: Option<String>,
    pub(crate) options: Vec<String>,
}

/// An index of a materialized view.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ViewIndex {
    pub(crate) name: String,
    /// The whole `CREATE INDEX`, but for its tablespace.
    pub(crate) definition: String,
    pub(crate) tablespace: Option<String>,
    pub(crate) clustered: bool,
    pub(crate) replica_identity: bool,
    /// Statistics targets by the numbers of columns.
    pub(crate) statistics: Vec<(i16, i32)>,
}

/// A rule or trigger of a view. PostgreSQL cannot disable one of a view.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// The whole statement that creates it.
    pub(crate) definition: String,
}

/// A comment on a view or something of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Comment {
    pub(crate) on: Commented,
    pub(crate) name: Option<String>,
    pub(crate) text: String,
}

/// What a comment is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Commented {
    Relation,
    Column,
    /// The row type.
    Type,
    Index,
    Rule,
    Trigger,
}

/// A security label on a view or a column of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Label {
    pub(crate) provider: String,
    pub(crate) column: Option<String>,
    pub(crate) label: String,
}

/// A table or view that a view needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Need {
    pub(crate) oid: u32,
    /// The column, where it is one that is needed.
    pub(crate) column: Option<String>,
    /// Whether its query needs it; otherwise a rule does.
    pub(crate) reads: bool,
}
