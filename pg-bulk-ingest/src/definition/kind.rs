//! The binary forms in which values are written.

/// The binary form in which a Rust type writes its values, named after the PostgreSQL type that has
/// this form.
///
/// A column may be of another type than its kind's own as long as that type reads the same form:
/// [`Kind::Text`] is also read by `varchar`, `citext` and every enum, [`Kind::Json`] by `json` and
/// `jsonb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `boolean`
    Bool,
    /// `smallint`
    Int2,
    /// `integer`
    Int4,
    /// `bigint`
    Int8,
    /// `real`
    Float4,
    /// `double precision`
    Float8,
    /// `numeric`
    Numeric,
    /// `text`, and every type that is read from text
    Text,
    /// `bytea`
    Bytea,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `timestamp`
    Timestamp,
    /// `timestamptz`
    Timestamptz,
    /// `interval`
    Interval,
    /// `uuid`
    Uuid,
    /// `jsonb` and `json`
    Json,
    /// `inet`
    Inet,
    /// `cidr` and `inet`
    Cidr,
    /// `macaddr`
    Macaddr,
    /// `int4range`
    Int4Range,
    /// `int8range`
    Int8Range,
    /// `numrange`
    NumRange,
    /// `daterange`
    DateRange,
    /// `tsrange`
    TsRange,
    /// `tstzrange`
    TstzRange,
    /// `hstore`, of the extension of that name
    Hstore,
    /// `vector`, of the extension pgvector
    Vector,
    /// `halfvec`, of the extension pgvector
    Halfvec,
    /// `sparsevec`, of the extension pgvector
    Sparsevec,
    /// Whatever [`postgres_types::ToSql`](tokio_postgres::types::ToSql) writes: the column says its
    /// type itself, and whether it is accepted is asked when the ingest starts
    ToSql,
}

impl Kind {
    /// The name of the PostgreSQL type that a column of this kind has unless it says otherwise.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "boolean",
            Self::Int2 => "smallint",
            Self::Int4 => "integer",
            Self::Int8 => "bigint",
            Self::Float4 => "real",
            Self::Float8 => "double precision",
            Self::Numeric => "numeric",
            Self::Text => "text",
            Self::Bytea => "bytea",
            Self::Date => "date",
            Self::Time => "time without time zone",
            Self::Timestamp => "timestamp without time zone",
            Self::Timestamptz => "timestamp with time zone",
            Self::Interval => "interval",
            Self::Uuid => "uuid",
            Self::Json => "jsonb",
            Self::Inet => "inet",
            Self::Cidr => "cidr",
            Self::Macaddr => "macaddr",
            Self::Int4Range => "int4range",
            Self::Int8Range => "int8range",
            Self::NumRange => "numrange",
            Self::DateRange => "daterange",
            Self::TsRange => "tsrange",
            Self::TstzRange => "tstzrange",
            Self::Hstore => "hstore",
            Self::Vector => "vector",
            Self::Halfvec => "halfvec",
            Self::Sparsevec => "sparsevec",
            Self::ToSql => "",
        }
    }

    /// Whether a column of the built-in type with this OID reads this form.
    ///
    /// The OIDs are those of `pg_type.dat`, the same in every version of PostgreSQL.
    #[must_use]
    pub(crate) const fn is_read_by(self, oid: u32) -> bool {
        match self {
            Self::Bool => oid == 16,
            Self::Int2 => oid == 21,
            Self::Int4 => oid == 23,
            Self::Int8 => oid == 20,
            Self::Float4 => oid == 700,
            Self::Float8 => oid == 701,
            Self::Numeric => oid == 1700,
            // text, varchar, char(n), name, xml
            Self::Text => matches!(oid, 25 | 1043 | 1042 | 19 | 142),
            Self::Bytea => oid == 17,
            Self::Date => oid == 1082,
            Self::Time => oid == 1083,
            Self::Timestamp => oid == 1114,
            Self::Timestamptz => oid == 1184,
            Self::Interval => oid == 1186,
            Self::Uuid => oid == 2950,
            Self::Json => matches!(oid, 3802 | 114),
            Self::Inet => oid == 869,
            Self::Cidr => matches!(oid, 650 | 869),
            Self::Macaddr => oid == 829,
            Self::Int4Range => oid == 3904,
            Self::Int8Range => oid == 3926,
            Self::NumRange => oid == 3906,
            Self::DateRange => oid == 3912,
            Self::TsRange => oid == 3908,
            Self::TstzRange => oid == 3910,
            // Types of extensions have another OID in every database.
            Self::Hstore | Self::Vector | Self::Halfvec | Self::Sparsevec => false,
            Self::ToSql => true,
        }
    }

    /// Whether a column of the base type of this name, which is not built in, reads this form.
    #[must_use]
    pub(crate) fn is_read_by_extension(self, name: &str) -> bool {
        match self {
            Self::Text => name == "citext",
            Self::Hstore | Self::Vector | Self::Halfvec | Self::Sparsevec => name == self.name(),
            _ => false,
        }
    }
}
