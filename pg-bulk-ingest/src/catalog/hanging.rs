//! What hangs on a table itself, and has to hang on the one that takes its place.

use super::query::texts;
use crate::ident::{QualifiedName, list};
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// All that hangs on a table, but for its grants and its own comment.
#[derive(Debug, Clone)]
pub(crate) struct Hanging {
    pub(crate) table: TableAttributes,
    pub(crate) columns: Vec<ColumnAttributes>,
    pub(crate) indexes: Vec<IndexAttributes>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) code: Code,
    pub(crate) statistics: Vec<Statistics>,
    pub(crate) publications: Vec<Publication>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TableAttributes {
    pub(crate) partitioned: bool,
    pub(crate) row_security: bool,
    pub(crate) force_row_security: bool,
    pub(crate) unlogged: bool,
    /// As `pg_class.reloptions` has them: `name=value`.
    pub(crate) options: Vec<String>,
    pub(crate) toast_options: Vec<String>,
    /// `None`: where a new table would be.
    pub(crate) tablespace: Option<Tablespace>,
    /// `None`: that of a new table.
    pub(crate) access_method: Option<String>,
    pub(crate) can_set_access_method: bool,
    /// `pg_class.relreplident`.
    pub(crate) replica_identity: char,
    pub(crate) type_comment: Option<String>,
    pub(crate) labels: Vec<Label>,
    pub(crate) grantors: Vec<Grantor>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Tablespace {
    pub(crate) name: String,
    pub(crate) may_create: bool,
}

/// A security label.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Label {
    pub(crate) provider: String,
    /// `None`: of the table.
    pub(crate) column: Option<String>,
    pub(crate) label: String,
}

/// A role that granted something, and is not the owner.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Grantor {
    pub(crate) role: String,
    pub(crate) is_member: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ColumnAttributes {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    /// As SQL; `None`: that of its type.
    pub(crate) storage: Option<String>,
    pub(crate) compression: Option<String>,
    pub(crate) statistics: Option<i32>,
    pub(crate) options: Vec<String>,
    pub(crate) not_null: Option<NotNull>,
    pub(crate) identity: Option<Identity>,
    /// Those that are owned by it, but for that of its identity.
    pub(crate) sequences: Vec<OwnedSequence>,
}

/// A constraint that is not a plain NOT NULL.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NotNull {
    pub(crate) name: String,
    pub(crate) inherit: bool,
}

/// How a column is generated from a sequence.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Identity {
    pub(crate) always: bool,
    pub(crate) oid: u32,
    schema: String,
    name: String,
    pub(crate) start: String,
    pub(crate) increment: String,
    pub(crate) minimum: String,
    pub(crate) maximum: String,
    pub(crate) cache: String,
    pub(crate) cycles: bool,
    pub(crate) comment: Option<String>,
}

impl Identity {
    pub(crate) fn sequence(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OwnedSequence {
    schema: String,
    name: String,
    /// What uses it beside the table, as PostgreSQL describes it.
    pub(crate) users: Vec<String>,
}

impl OwnedSequence {
    pub(crate) fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct IndexAttributes {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    pub(crate) clustered: bool,
    pub(crate) replica_identity: bool,
    pub(crate) tablespace: Option<Tablespace>,
    /// The numbers of columns, and their targets.
    pub(crate) statistics: Vec<(i16, i32)>,
}

/// A constraint that is no foreign key.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Constraint {
    pub(crate) oid: u32,
    pub(crate) name: String,
    /// `pg_constraint.contype`.
    pub(crate) kind: char,
    pub(crate) definition: String,
    pub(crate) valid: bool,
    /// Whether it is that of the table that this one is a partition of.
    pub(crate) inherited: bool,
    pub(crate) comment: Option<String>,
    /// The index that it stands on.
    pub(crate) index: Option<String>,
    /// Whether an expression has the row as a whole.
    pub(crate) whole_row: bool,
    pub(crate) columns: Vec<String>,
}

/// A foreign key from the table, to it, or both.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ForeignKey {
    pub(crate) oid: u32,
    pub(crate) name: String,
    pub(crate) is_from: bool,
    pub(crate) is_to: bool,
    pub(crate) referencing: Referring,
    pub(crate) referenced: Referring,
    /// Of the referencing table, where the role has not its privileges.
    pub(crate) referencing_owner: Option<String>,
    pub(crate) may_refer: bool,
    /// What is before the name of the table that is referred to, and what is after it.
    pub(crate) key: String,
    pub(crate) rest: String,
    pub(crate) comment: Option<String>,
    /// Those that the partitions of the referencing table have for it.
    pub(crate) partitions: Vec<OfPartition>,
    /// The index that it refers to.
    pub(crate) index: Option<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) referenced_columns: Vec<String>,
}

/// The constraint that a partition has for a foreign key.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OfPartition {
    schema: String,
    table: String,
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
}

impl OfPartition {
    pub(crate) fn table(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.table.clone())
    }
}

/// One of the tables of a foreign key.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Referring {
    schema: String,
    name: String,
    pub(crate) oid: u32,
}

impl Referring {
    pub(crate) fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }
}

/// What runs when the table is read or written.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Code {
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) policies: Vec<Policy>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Trigger {
    pub(crate) name: String,
    pub(crate) definition: String,
    /// `pg_trigger.tgenabled`.
    pub(crate) enabled: char,
    /// That of the trigger of the table above, of which it is a part.
    pub(crate) above: Option<char>,
    pub(crate) comment: Option<String>,
    pub(crate) may_execute: bool,
    pub(crate) function: String,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) definition: String,
    /// `pg_rewrite.ev_enabled`.
    pub(crate) enabled: char,
    pub(crate) comment: Option<String>,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Policy {
    pub(crate) name: String,
    /// As SQL.
    pub(crate) command: String,
    pub(crate) permissive: bool,
    /// `None`: PUBLIC.
    pub(crate) roles: Vec<Option<String>>,
    pub(crate) using: Option<String>,
    pub(crate) check: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) columns: Vec<String>,
}

/// Extended statistics.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Statistics {
    pub(crate) oid: u32,
    schema: String,
    name: String,
    /// If it is not the table's.
    pub(crate) owner: Option<String>,
    pub(crate) is_owner: bool,
    pub(crate) may_create: bool,
    /// What is between the name and FROM in the definition.
    pub(crate) middle: String,
    pub(crate) target: Option<i32>,
    pub(crate) comment: Option<String>,
    pub(crate) whole_row: bool,
    pub(crate) columns: Vec<String>,
}

impl Statistics {
    pub(crate) fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }
}

/// A publication of which the table is a member.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Publication {
    pub(crate) name: String,
    /// Where the role has not its privileges.
    pub(crate) owner: Option<String>,
    /// `None`: all.
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) filter: Option<String>,
    /// The columns that are named.
    pub(crate) used: Vec<String>,
}

/// Returns the queries for the dependent objects of a table, each of which returns one row.
const QUERIES: [&str; 8] = [
    include_str!("hanging/table.sql"),
    include_str!("hanging/columns.sql"),
    include_str!("hanging/indexes.sql"),
    include_str!("hanging/constraints.sql"),
    include_str!("hanging/foreign_keys.sql"),
    include_str!("hanging/code.sql"),
    include_str!("hanging/statistics.sql"),
    include_str!("hanging/publications.sql"),
];

pub(crate) fn sql(oid: u32) -> String {
    QUERIES.join(";\n").replace(":oid", &oid.to_string())
}

/// The answer; `None` if it is not understood, or there is no such table.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Hanging> {
    let rows = texts(messages).collect::<Vec<_>>();
    rows.try_into().ok().and_then(read_one)
}

/// Returns the queries for the dependent objects of several tables: each is planned once for all of them.
pub(crate) fn sql_of_all(oids: &[u32]) -> String {
    let oids = list(oids);
    let of_all = |query: &&str| {
        let query = query.replace(":oid", "wanted.oid");
        format!(
            "SELECT found.text FROM unnest(ARRAY[{oids}]::oid[]) WITH ORDINALITY AS wanted(oid, at) \
             CROSS JOIN LATERAL (\n{query}) AS found(text) ORDER BY wanted.at"
        )
    };
    QUERIES.iter().map(of_all).collect::<Vec<_>>().join(";\n")
}

/// The answer for so many tables.
pub(crate) fn read_all(messages: &[SimpleQueryMessage], count: usize) -> Option<Vec<Hanging>> {
    let rows = texts(messages).collect::<Vec<_>>();
    let is_whole = rows.len() == count * QUERIES.len();
    let of_one = |at: usize| {
        let rows = rows.iter().skip(at).step_by(count).copied().collect::<Vec<_>>();
        rows.try_into().ok().and_then(read_one)
    };
    (0..count).filter(|_| is_whole).map(of_one).collect::<Option<Vec<_>>>().filter(|_| is_whole)
}

fn read_one(rows: [&str; QUERIES.len()]) -> Option<Hanging> {
    let [table, columns, indexes, constraints, foreign_keys, code, statistics, publications] = rows;
    Some(Hanging {
        table: serde_json::from_str(table).ok()?,
        columns: serde_json::from_str(columns).ok()?,
        indexes: serde_json::from_str(indexes).ok()?,
        constraints: serde_json::from_str(constraints).ok()?,
        foreign_keys: serde_json::from_str(foreign_keys).ok()?,
        code: serde_json::from_str(code).ok()?,
        statistics: serde_json::from_str(statistics).ok()?,
        publications: serde_json::from_str(publications).ok()?,
    })
}
