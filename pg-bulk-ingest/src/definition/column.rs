//! A column and its type.

use super::{EnumType, FieldType, Filling, Kind, Stamp, builtin};
use tokio_postgres::types::Type;

/// The PostgreSQL type of a column as its Rust type gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnType {
    name: &'static str,
    kind: Kind,
    /// Other kinds that the Rust type can write as well, if its column asks for them.
    also: &'static [Kind],
    array: bool,
    enum_type: Option<&'static EnumType>,
    accepts: Option<Accepts>,
    /// Whether values are sent as text, and read by the server.
    from_text: bool,
}

/// Whether a Rust type can write the values of a PostgreSQL type: `ToSql::accepts`.
#[derive(Debug, Clone, Copy)]
struct Accepts(fn(&Type) -> bool);

impl PartialEq for Accepts {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Eq for Accepts {}

impl ColumnType {
    /// The type named by its kind.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            name: kind.name(),
            kind,
            also: &[],
            array: false,
            enum_type: None,
            accepts: None,
            from_text: false,
        }
    }

    /// An enum type: it is created, and extended by labels, with the tables that have a column of
    /// it. Its values are written as the text of their labels.
    #[must_use]
    pub const fn enumeration(enum_type: &'static EnumType) -> Self {
        Self { enum_type: Some(enum_type), ..Self::new(Kind::Text) }
    }

    /// The type of a column whose values are written by way of
    /// [`ToSql`](tokio_postgres::types::ToSql), of which this is `accepts`. Its SQL has to be given
    /// by the column.
    #[must_use]
    pub const fn to_sql(accepts: fn(&Type) -> bool) -> Self {
        Self { accepts: Some(Accepts(accepts)), ..Self::new(Kind::ToSql) }
    }

    /// The type of a column whose values are sent as text and read by the server, as its type reads
    /// text: `point`, `money`, `tsvector`, any. Its SQL has to be given by the column.
    #[must_use]
    pub const fn from_text() -> Self {
        Self { from_text: true, ..Self::new(Kind::Text) }
    }

    /// Whether values are sent as text and read by the server.
    #[must_use]
    pub const fn is_from_text(self) -> bool {
        self.from_text
    }

    /// Whether values are written as text, each as one.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self.kind, Kind::Text) && !self.array
    }

    /// Gives the type another name, such as `numeric(20,0)`.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        Self { name, enum_type: None, ..self }
    }

    /// Says that the Rust type can also write these kinds.
    #[must_use]
    pub const fn also(self, also: &'static [Kind]) -> Self {
        Self { also, ..self }
    }

    /// An array of this type. An array of arrays is the same type: PostgreSQL does not tell the
    /// number of dimensions apart.
    #[must_use]
    pub const fn array(self) -> Self {
        Self { array: true, ..self }
    }

    /// The binary form in which values (of an array: its elements) are written.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// Whether this is an array.
    #[must_use]
    pub const fn is_array(self) -> bool {
        self.array
    }

    /// The enum type that this is, or an array of.
    #[must_use]
    pub const fn enum_type(self) -> Option<&'static EnumType> {
        self.enum_type
    }

    /// What tells whether values can be written as a type, if that is to be asked.
    #[must_use]
    pub(crate) fn accepts(self) -> Option<fn(&Type) -> bool> {
        self.accepts.map(|accepts| accepts.0)
    }

    /// The name as SQL, `timestamp with time zone[]` say.
    #[must_use]
    pub fn sql(self) -> String {
        let suffix = if self.array { "[]" } else { "" };
        match self.enum_type {
            Some(enum_type) => format!("{}{suffix}", enum_type.qualified_name()),
            None => format!("{}{suffix}", self.name),
        }
    }

    /// Whether a column of the built-in type with this OID (of an array: its element type) can
    /// hold the values.
    #[must_use]
    pub(crate) fn is_read_by(self, oid: u32) -> bool {
        self.kind.is_read_by(oid) || self.also.iter().any(|kind| kind.is_read_by(oid))
    }

    /// Whether a column of the type spelled so can hold the values, as far as it can be told
    /// without a server: a type that is not built in is looked up when the ingest starts.
    #[must_use]
    pub const fn may_be(self, sql_type: &str) -> bool {
        let Some(named) = builtin::parse(sql_type) else {
            return true;
        };
        if matches!(self.kind, Kind::ToSql) {
            return true;
        }
        if named.array != self.array {
            return false;
        }
        let mut fits = self.kind.is_read_by(named.oid);
        let mut i = 0;
        while i < self.also.len() {
            fits |= self.also[i].is_read_by(named.oid);
            i += 1;
        }
        fits
    }
}

/// A column of a [`Table`](super::Table).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    name: &'static str,
    field: &'static str,
    rust_type: &'static str,
    column_type: ColumnType,
    nullable: bool,
    sql_type: Option<&'static str>,
    collation: Option<&'static str>,
    default: Option<&'static str>,
    /// Whether the server fills it: its values are not sent.
    filled: bool,
    /// How, beside a default.
    filling: Option<Filling>,
    /// What it gets when an ingest writes its row.
    stamp: Option<Stamp>,
    kept_on_update: bool,
    /// What it gets when its row is updated, as SQL over `old` and `new`.
    on_update: Option<&'static str>,
    /// The name that it was given first, without the prefixes of structs that it is flattened into.
    base_name: &'static str,
    /// The names that it has had, without these prefixes.
    renamed_from: &'static [&'static str],
    comment: Option<&'static str>,
}

impl Column {
    /// The column `name`, made of the struct's field `field`, whose Rust type is spelled
    /// `rust_type`.
    #[must_use]
    pub const fn new(
        name: &'static str,
        field: &'static str,
        rust_type: &'static str,
        field_type: FieldType,
    ) -> Self {
        let FieldType { column_type, nullable, filled } = field_type;
        Self {
            name,
            field,
            rust_type,
            column_type,
            nullable,
            sql_type: None,
            collation: None,
            default: None,
            filled,
            filling: None,
            stamp: None,
            kept_on_update: false,
            on_update: None,
            base_name: name,
            renamed_from: &[],
            comment: None,
        }
    }

    /// Gives the column a type of this spelling instead of that of its Rust type.
    #[must_use]
    pub const fn with_sql_type(self, sql_type: &'static str) -> Self {
        Self { sql_type: Some(sql_type), ..self }
    }

    /// Gives the column a collation, as SQL.
    #[must_use]
    pub const fn with_collation(self, collation: &'static str) -> Self {
        Self { collation: Some(collation), ..self }
    }

    /// Gives the column a default, an SQL expression.
    #[must_use]
    pub const fn with_default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// Makes it an identity column.
    #[must_use]
    pub const fn with_identity(self, always: bool) -> Self {
        Self { filling: Some(Filling::Identity { always }), ..self }
    }

    /// Makes it a column that an SQL expression generates.
    #[must_use]
    pub const fn with_generated(self, sql: &'static str, is_virtual: bool) -> Self {
        Self { filling: Some(Filling::Generated { sql, is_virtual }), ..self }
    }

    /// Makes it a column that the server fills anew when its row changes.
    #[must_use]
    pub const fn with_stamp(self, stamp: Stamp) -> Self {
        Self { stamp: Some(stamp), default: stamp.default(), ..self }
    }

    /// Keeps the value when the row is updated.
    #[must_use]
    pub const fn kept_on_update(self) -> Self {
        Self { kept_on_update: true, ..self }
    }

    /// Computes the value when the row is updated, by an SQL expression over `old` and `new`.
    #[must_use]
    pub const fn computed_on_update(self, sql: &'static str) -> Self {
        Self { on_update: Some(sql), ..self }
    }

    /// Gives the column its former names.
    #[must_use]
    pub const fn renamed_from(self, renamed_from: &'static [&'static str]) -> Self {
        Self { renamed_from, ..self }
    }

    /// Gives the column a comment.
    #[must_use]
    pub const fn with_comment(self, comment: &'static str) -> Self {
        Self { comment: Some(comment), ..self }
    }

    /// Gives the column another name, as one made of another field.
    pub(super) const fn renamed(self, name: &'static str, field: &'static str) -> Self {
        Self { name, field, ..self }
    }

    /// The column's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The struct's field; that of a flattened struct with the path to it: `address.street`.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// The field's Rust type as it is spelled in the struct.
    #[must_use]
    pub const fn rust_type(&self) -> &'static str {
        self.rust_type
    }

    /// The type that the Rust type gives.
    #[must_use]
    pub const fn column_type(&self) -> ColumnType {
        self.column_type
    }

    /// Whether the column may be NULL.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The type as SQL: `sql_type` where the struct gives one.
    #[must_use]
    pub fn sql_type(&self) -> String {
        self.sql_type.map_or_else(|| self.column_type.sql(), str::to_owned)
    }

    /// The enum type that the column is of, or an array of; none where the struct gives another
    /// `sql_type`.
    #[must_use]
    pub const fn enum_type(&self) -> Option<&'static EnumType> {
        match self.sql_type {
            Some(_) => None,
            None => self.column_type.enum_type,
        }
    }

    /// The collation as SQL, if one is given.
    #[must_use]
    pub const fn collation(&self) -> Option<&'static str> {
        self.collation
    }

    /// Whether the server fills the column: rows come without it.
    #[must_use]
    pub const fn is_filled(&self) -> bool {
        self.filled
    }

    /// How the server fills it, beside a default.
    pub(crate) const fn filling(&self) -> Option<Filling> {
        self.filling
    }

    /// What the server puts into it when its row is written, if it says something of the load.
    pub(crate) const fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }

    /// Whether its value stays when its row is updated.
    #[must_use]
    pub const fn is_kept_on_update(&self) -> bool {
        self.kept_on_update
    }

    /// Returns the SQL expression over `old` and `new` that gives its value when its row is updated.
    #[must_use]
    pub const fn on_update(&self) -> Option<&'static str> {
        self.on_update
    }

    /// Whether it is an identity, whose values rows may come with.
    pub(crate) const fn is_identity(&self) -> bool {
        matches!(self.filling, Some(Filling::Identity { .. }))
    }

    /// Whether the server fills it from a sequence.
    pub(crate) fn takes_number(&self) -> bool {
        self.filled
            && (self.is_identity() || self.default.is_some_and(|sql| sql.contains("nextval")))
    }

    /// Returns the names that the column has had.
    #[must_use]
    pub fn former_names(&self) -> Vec<String> {
        let prefix = self.name.strip_suffix(self.base_name).unwrap_or_default();
        self.renamed_from.iter().map(|from| format!("{prefix}{from}")).collect()
    }

    /// The default as an SQL expression, if one is given.
    #[must_use]
    pub const fn default(&self) -> Option<&'static str> {
        self.default
    }
    /// The comment that the column shall have; `None`: whatever it has.
    #[must_use]
    pub const fn comment(&self) -> Option<&'static str> {
        self.comment
    }
}
