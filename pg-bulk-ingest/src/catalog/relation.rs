//! A live table as the catalog describes it.

mod predicted;

use super::renamed::{Names, in_sql};
use super::types::{self, LiveType};
use crate::definition::{Column, ColumnType, Kind, Table};
use crate::encode::TargetType;
use crate::ident::{Ident, QualifiedName};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a server says of itself and of the session.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Server {
    /// `server_version_num`: 150004 of 15.4.
    pub(crate) version: u32,
    /// Whether the client was in a transaction when it was handed over.
    pub(crate) in_transaction: bool,
    /// The process that serves the session.
    pub(crate) process: i32,
    /// Whether it is a standby.
    pub(crate) in_recovery: bool,
    /// Whether Citus is in the database.
    pub(crate) has_citus: bool,
    /// Whether `TimescaleDB` is in the database.
    pub(crate) has_timescale: bool,
    /// The name of a server that is no PostgreSQL of its own, but speaks like one.
    pub(crate) engine: Option<String>,
    pub(crate) role: String,
    pub(crate) database: String,
    pub(crate) read_only: bool,
    /// As `SHOW` prints it.
    pub(crate) lock_timeout: String,
    pub(crate) client_encoding: String,
    /// That of the database.
    pub(crate) server_encoding: String,
    /// In milliseconds.
    pub(crate) deadlock_timeout: u64,
    /// Whether the role may create schemas.
    pub(crate) create: bool,
    /// Whether the role may create temporary tables.
    pub(crate) temp: bool,
}

/// What there is under a table's name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Relation {
    pub(crate) schema_exists: bool,
    pub(crate) schema_usage: bool,
    pub(crate) schema_create: bool,
    /// Whether there are tables for its rows, of an ingest that is under way or was killed.
    pub(crate) has_parts: bool,
    /// Those of the names for tables that are made for it that others have.
    pub(crate) taken: Vec<String>,
    pub(crate) table: Option<LiveTable>,
}

impl Relation {
    /// The first of these names that is free, or else the first, of which the server then says what
    /// is in the way.
    pub(crate) fn free_name(&self, mut names: impl Iterator<Item = String>) -> String {
        let first = names.next().unwrap_or_default();
        let free = |name: &String| !self.taken.contains(name);
        std::iter::once(first.clone()).chain(names).find(free).unwrap_or(first)
    }
}

/// A table (or another relation) that exists.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LiveTable {
    pub(crate) oid: u32,
    /// The type of its rows, and that of arrays of these, if there is one.
    pub(crate) row_type: u32,
    pub(crate) row_array: u32,
    /// `pg_class.relkind`.
    pub(crate) kind: char,
    pub(crate) owner: String,
    /// Whether the role has the owner's privileges.
    pub(crate) is_owner: bool,
    /// Whether the owner may create tables in the schema.
    pub(crate) owner_creates: bool,
    pub(crate) comment: Option<String>,
    /// Whether row-level security applies to the role.
    pub(crate) row_security: bool,
    /// Whether the role may lock it by `LOCK TABLE` as whoever writes to it does. Grants on columns
    /// are not enough for that.
    pub(crate) can_lock: bool,
    /// Whether the role may read all its columns, those of the system included.
    pub(crate) can_select: bool,
    /// Whether the role may delete rows.
    pub(crate) can_delete: bool,
    /// Whether triggers may give its rows values that they do not come with.
    pub(crate) is_filled: bool,
    /// The tables that its foreign keys refer to, but for those that are checked at COMMIT.
    pub(crate) referred: Vec<u32>,
    /// How many of its partitions, to any depth, are foreign tables.
    pub(crate) foreign_partitions: u64,
    /// How it is partitioned, if it is.
    pub(crate) partition_key: Option<PartitionKey>,
    /// The columns by which it, or one of its partitions, is partitioned.
    pub(crate) partitioned_by: Vec<String>,
    #[serde(flatten)]
    pub(crate) shape: Shape,
    /// Constraints left by an interrupted SET NOT NULL.
    pub(crate) leftovers: Vec<Leftover>,
    /// The types of its columns, and what these are made of, that are not built in.
    types: Vec<LiveType>,
}

/// How a table is partitioned.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PartitionKey {
    /// As `pg_partitioned_table.partstrat` has it.
    pub(crate) strategy: char,
    /// As PostgreSQL prints it: `RANGE (day)`.
    pub(crate) sql: String,
    /// Its columns; `None` of an expression.
    pub(crate) columns: Vec<Option<String>>,
}

impl LiveTable {
    /// What is written for a field into its column depends on this; `None` if the column cannot
    /// hold it.
    pub(crate) fn target(&self, live: &LiveColumn, column: &Column) -> Option<TargetType> {
        if column.column_type().is_from_text() {
            return Some(TargetType::TEXT);
        }
        match column.column_type().accepts() {
            None => live.holds(column).then(|| live.target()),
            Some(accepts) => {
                let to_sql = types::accepted(live.oid, &self.types, accepts)?;
                Some(live.target().with_to_sql(to_sql))
            }
        }
    }
}

impl LiveTable {
    /// The columns that rows come with, of those that there are.
    pub(crate) fn columns_of(&self, definition: &Table) -> Vec<&'static str> {
        let names = definition.sent().map(Column::name);
        names.filter(|name| self.shape.columns.iter().any(|live| live.name == *name)).collect()
    }

    /// The operators by which the table itself tells whether these columns of two rows are equal:
    /// those of its unique index over them. `None` if there is no such index.
    pub(crate) fn equality(&self, columns: &[&str]) -> Option<Vec<&str>> {
        let of = |index: &&IndexShape| {
            index.unique && index.plain && index.equality.len() == columns.len()
        };
        self.shape.indexes.iter().filter(of).find_map(|index| {
            let operator = |column: &&str| index.equality.get(*column).map(String::as_str);
            columns.iter().map(operator).collect()
        })
    }

    /// The rows of the table itself, to read: not those of tables that inherit from it, which the
    /// rows of a partitioned table are.
    pub(crate) fn own_rows(&self, name: &QualifiedName) -> String {
        match self.kind {
            'p' => name.to_string(),
            _ => format!("ONLY {name}"),
        }
    }
}

/// A constraint left by an interrupted SET NOT NULL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Leftover {
    pub(crate) name: String,
    /// The column that it shows to hold no NULL.
    pub(crate) column: Option<String>,
    /// Whether all rows are known to meet it.
    pub(crate) valid: bool,
}

/// What is compared of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Shape {
    pub(crate) columns: Vec<LiveColumn>,
    pub(crate) indexes: Vec<IndexShape>,
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LiveColumn {
    pub(crate) name: String,
    /// As `format_type` prints it.
    #[serde(rename = "type")]
    pub(crate) sql_type: String,
    pub(crate) not_null: bool,
    /// The name of the constraint by which it is not null, from PostgreSQL 18 on.
    pub(crate) not_null_constraint: Option<String>,
    /// The default, or how the column is generated, as `pg_get_expr` prints it.
    pub(crate) default: Option<String>,
    /// Whether its default was stored beside the rows when it was added, without a rewrite.
    pub(crate) fast_default: bool,
    /// Whether its default is the next value of a sequence of its own, as that of a `SERIAL` is.
    pub(crate) is_serial: bool,
    /// The collation, if it is not that of the type.
    pub(crate) collation: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) can_insert: bool,
    pub(crate) can_select: bool,
    pub(crate) can_update: bool,
    oid: u32,
    element: u32,
    base: u32,
    modifier: i32,
    base_kind: char,
    base_name: String,
}

/// Equal as far as the data goes: the OIDs follow from the type, comments are set as they are
/// found, and privileges are the role's.
impl PartialEq for LiveColumn {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.sql_type == other.sql_type
            && self.not_null == other.not_null
            && self.default == other.default
            && self.collation == other.collation
    }
}

impl Eq for LiveColumn {}

impl LiveColumn {
    pub(crate) fn type_oid(&self) -> u32 {
        self.oid
    }

    /// Whether the server says this type of its values: that behind a domain.
    pub(crate) fn is_of_type(&self, oid: u32) -> bool {
        oid == self.oid || self.is_domain() && oid == self.base
    }

    /// Whether its values are computed from those of other columns.
    pub(crate) fn is_generated(&self) -> bool {
        self.default.as_ref().is_some_and(|default| default.starts_with("GENERATED ALWAYS AS ("))
    }

    /// Whether it is an identity column.
    pub(crate) fn is_identity(&self) -> bool {
        !self.is_generated()
            && self.default.as_ref().is_some_and(|default| default.starts_with("GENERATED "))
    }

    /// Whether it is of a domain.
    pub(crate) fn is_domain(&self) -> bool {
        self.element == 0 && self.oid != self.base
    }

    /// Whether it is of an enum.
    pub(crate) fn is_enum(&self) -> bool {
        self.element == 0 && self.base_kind == 'e'
    }

    /// Whether it is an identity column whose values can be given only by overriding.
    pub(crate) fn is_identity_always(&self) -> bool {
        self.default.as_deref() == Some("GENERATED ALWAYS AS IDENTITY")
    }

    /// What is written for the values of this column depends on this.
    fn target(&self) -> TargetType {
        TargetType::new(self.element, self.base, self.modifier)
    }

    /// The name of its type, or of its elements', behind domains: `int4`, `timestamptz`.
    pub(crate) fn base_name(&self) -> &str {
        &self.base_name
    }

    /// The type that its domains are over, or its elements' domains, without a modifier, where it is one
    /// of PostgreSQL's own.
    pub(crate) fn unmodified(&self) -> Option<String> {
        let is_own = self.base < 16384 && !self.base_name.is_empty();
        let brackets = if self.element == 0 { "" } else { "[]" };
        is_own.then(|| format!("pg_catalog.{}{brackets}", Ident::new(&self.base_name)))
    }

    /// Whether its values are arrays.
    pub(crate) fn is_array(&self) -> bool {
        self.element != 0
    }

    /// Precision and scale of a `numeric` that has them.
    pub(crate) fn precision_and_scale(&self) -> Option<(u32, i16)> {
        let modifier = u32::try_from(self.modifier).ok()?.checked_sub(4)?;
        let scale = self.target().scale().filter(|_| self.base_name == "numeric")?;
        Some((modifier >> 16, scale))
    }

    /// Whether its values are cut off or rounded to fit a length or a precision.
    pub(crate) fn has_modifier(&self) -> bool {
        self.modifier >= 0
    }

    /// Whether it is of a type that an identity can be of.
    pub(crate) fn is_integer(&self) -> bool {
        ["smallint", "integer", "bigint"].contains(&self.sql_type.as_str())
    }

    /// Whether the values of a field can be written to this column.
    fn holds(&self, column: &Column) -> bool {
        let column_type = column.column_type();
        column_type.is_array() == (self.element != 0) && self.is_read_as(column_type)
    }

    /// Whether its values are equal if, and only if, the bytes are that they are sent as: neither
    /// spaces at the end, nor scales, nor signs of zero, nor other spellings count as equal. The
    /// default collation of a database is one by which only equal text is equal; another need not
    /// be (`deterministic = false`).
    pub(crate) fn is_equal_by_bytes(&self) -> bool {
        let is_text = matches!(self.base, 25 | 1043);
        let by_bytes = is_text
            // bool, bytea, int8, int2, int4, oid, macaddr
            || matches!(self.base, 16 | 17 | 20 | 21 | 23 | 26 | 829)
            // date, time, timestamp, timestamptz, uuid
            || matches!(self.base, 1082 | 1083 | 1114 | 1184 | 2950)
            || self.base_kind == 'e';
        let has_default_collation = self.collation.is_none() && self.oid == self.base;
        self.element == 0 && by_bytes && (has_default_collation || !is_text)
    }

    fn is_read_as(&self, column_type: ColumnType) -> bool {
        let kind = column_type.kind();
        column_type.is_read_by(self.base)
            || kind == Kind::Text && self.base_kind == 'e'
            || kind.is_read_by_extension(&self.base_name) && self.base_kind == 'b'
    }
}

/// An index, whatever its name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct IndexShape {
    pub(crate) name: String,
    /// What follows USING in its definition: `btree (a, b DESC)`.
    pub(crate) form: String,
    pub(crate) unique: bool,
    pub(crate) primary: bool,
    pub(crate) valid: bool,
    /// Whether uniqueness is checked at once: not deferrable.
    pub(crate) immediate: bool,
    /// The name of the primary key or unique constraint that it belongs to.
    pub(crate) constraint: Option<String>,
    /// The operator by which values of a column are equal, of each column of a unique index's key.
    equality: BTreeMap<String, String>,
    /// Whether it has neither expressions nor a predicate.
    pub(crate) plain: bool,
    /// The columns that it is over, in whatever way.
    pub(crate) columns: Vec<String>,
}

impl IndexShape {
    /// The index over nothing but columns that a definition gives.
    pub(crate) fn predicted(form: String, unique: bool, primary: bool) -> Self {
        Self {
            name: String::new(),
            form,
            unique,
            primary,
            valid: true,
            immediate: true,
            constraint: unique.then(String::new),
            equality: BTreeMap::new(),
            plain: true,
            columns: Vec::new(),
        }
    }
}

impl IndexShape {
    /// Gives its columns other names.
    pub(super) fn rename(&mut self, names: &Names) {
        self.form = in_sql(&self.form, names);
        let to = |name: String| names.get(&name).cloned().unwrap_or(name);
        let columns = std::mem::take(&mut self.columns);
        self.columns = columns.into_iter().map(to).collect();
        let equality = std::mem::take(&mut self.equality).into_iter();
        self.equality = equality.map(|(name, operator)| (to(name), operator)).collect();
    }
}

/// Equal as far as a definition says: names do not count.
impl PartialEq for IndexShape {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
            && self.unique == other.unique
            && self.primary == other.primary
            && self.valid == other.valid
            && self.immediate == other.immediate
    }
}

impl Eq for IndexShape {}
