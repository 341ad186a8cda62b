//! The Rust types of columns.

use crate::arguments::{Choices, Dates, Decimals};
use crate::catalog::{BaseType, LiveColumn};

/// How a field holds the values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RustType {
    pub(crate) name: String,
    /// The column's type where the field says none, as `format_type` prints it.
    pub(crate) stored_as: Option<&'static str>,
    /// The crate that it is of.
    pub(crate) of_crate: Option<&'static str>,
    /// `text` or `to_sql`, where values are sent in that way.
    pub(crate) sent_by: Option<&'static str>,
}

impl RustType {
    pub(crate) fn new(name: &str, stored_as: &'static str) -> Self {
        let of_crate = None;
        Self { name: name.to_owned(), stored_as: Some(stored_as), of_crate, sent_by: None }
    }

    fn of(krate: &'static str, name: &str, stored_as: &'static str) -> Self {
        Self { of_crate: Some(krate), ..Self::new(&format!("{krate}::{name}"), stored_as) }
    }

    fn range(self, stored_as: &'static str) -> Self {
        let bound = format!("std::ops::Bound<{}>", self.name);
        Self { name: format!("({bound}, {bound})"), stored_as: Some(stored_as), ..self }
    }

    /// Text, in a column of a type of its own.
    fn text() -> Self {
        Self { stored_as: None, ..Self::new("String", "text") }
    }

    /// Text that PostgreSQL reads.
    pub(crate) fn read_by_server() -> Self {
        Self { sent_by: Some("text"), ..Self::text() }
    }
}

/// That of the values of a column, of an array of its elements; `None` for one that has no type in Rust.
pub(crate) fn of(column: &LiveColumn, choices: Choices) -> Option<RustType> {
    let base = &column.base;
    if base.kind == 'e' {
        return Some(RustType::text());
    }
    if !base.builtin {
        return of_extension(base);
    }
    let plain = RustType::new;
    Some(match base.name.as_str() {
        "bool" => plain("bool", "boolean"),
        "int2" => plain("i16", "smallint"),
        "int4" => plain("i32", "integer"),
        "int8" => plain("i64", "bigint"),
        "float4" => plain("f32", "real"),
        "float8" => plain("f64", "double precision"),
        "numeric" => decimal(precision(base.modifier), choices.decimals),
        "text" => plain("String", "text"),
        "varchar" | "bpchar" | "name" | "xml" => RustType::text(),
        "bytea" => plain("Vec<u8>", "bytea"),
        "date" => date(choices.dates),
        "time" => time(choices.dates),
        "timestamp" => timestamp(choices.dates),
        "timestamptz" => timestamptz(choices.dates),
        "interval" => interval(choices.dates),
        "uuid" => RustType::of("uuid", "Uuid", "uuid"),
        "jsonb" => RustType::of("serde_json", "Value", "jsonb"),
        "json" => RustType { stored_as: None, ..RustType::of("serde_json", "Value", "jsonb") },
        "inet" => plain("std::net::IpAddr", "inet"),
        "cidr" => RustType::of("ipnet", "IpNet", "cidr"),
        "macaddr" => RustType::of("eui48", "MacAddress", "macaddr"),
        "int4range" => plain("i32", "").range("int4range"),
        "int8range" => plain("i64", "").range("int8range"),
        "numrange" => decimal(None, choices.decimals).range("numrange"),
        "daterange" => date(choices.dates).range("daterange"),
        "tsrange" => timestamp(choices.dates).range("tsrange"),
        "tstzrange" => timestamptz(choices.dates).range("tstzrange"),
        "oid" if !base.is_domain && column.dimensions == 0 => {
            RustType { sent_by: Some("to_sql"), stored_as: None, ..plain("u32", "") }
        }
        _ => return None,
    })
}

fn of_extension(base: &BaseType) -> Option<RustType> {
    if base.kind != 'b' {
        return None;
    }
    let text_map = "std::collections::BTreeMap<String, Option<String>>";
    Some(match base.name.as_str() {
        "citext" => RustType::text(),
        "hstore" => RustType { of_crate: Some("hstore"), ..RustType::new(text_map, "hstore") },
        "vector" => RustType::of("pgvector", "Vector", "vector"),
        "halfvec" => RustType::of("pgvector", "HalfVector", "halfvec"),
        "sparsevec" => RustType::of("pgvector", "SparseVector", "sparsevec"),
        _ => return None,
    })
}

pub(crate) fn decimal(precision: Option<i32>, choice: Decimals) -> RustType {
    // rust_decimal's mantissa has 96 bits: 28 digits.
    match choice {
        Decimals::RustDecimal if precision.is_none_or(|precision| precision <= 28) => {
            RustType::of("rust_decimal", "Decimal", "numeric")
        }
        _ => RustType::of("bigdecimal", "BigDecimal", "numeric"),
    }
}

/// Of a `numeric` that has one (`numeric_typmod_precision`, in numeric.c).
fn precision(modifier: i32) -> Option<i32> {
    (modifier >= 4).then(|| ((modifier - 4) >> 16) & 0xffff)
}

pub(crate) fn date(choice: Dates) -> RustType {
    match choice {
        Dates::Chrono => RustType::of("chrono", "NaiveDate", "date"),
        Dates::Time => RustType::of("time", "Date", "date"),
        Dates::Jiff => RustType::of("jiff", "civil::Date", "date"),
    }
}

pub(crate) fn time(choice: Dates) -> RustType {
    let stored_as = "time without time zone";
    match choice {
        Dates::Chrono => RustType::of("chrono", "NaiveTime", stored_as),
        Dates::Time => RustType::of("time", "Time", stored_as),
        Dates::Jiff => RustType::of("jiff", "civil::Time", stored_as),
    }
}

pub(crate) fn timestamp(choice: Dates) -> RustType {
    let stored_as = "timestamp without time zone";
    match choice {
        Dates::Chrono => RustType::of("chrono", "NaiveDateTime", stored_as),
        Dates::Time => RustType::of("time", "PrimitiveDateTime", stored_as),
        Dates::Jiff => RustType::of("jiff", "civil::DateTime", stored_as),
    }
}

pub(crate) fn timestamptz(choice: Dates) -> RustType {
    let stored_as = "timestamp with time zone";
    match choice {
        Dates::Chrono => RustType::of("chrono", "DateTime<chrono::Utc>", stored_as),
        Dates::Time => RustType::of("time", "OffsetDateTime", stored_as),
        Dates::Jiff => RustType::of("jiff", "Timestamp", stored_as),
    }
}

fn interval(choice: Dates) -> RustType {
    match choice {
        Dates::Chrono => RustType::of("chrono", "TimeDelta", "interval"),
        Dates::Time => RustType::of("time", "Duration", "interval"),
        Dates::Jiff => RustType::of("jiff", "Span", "interval"),
    }
}

/// A built-in type as people write it: `timestamp(3) with time zone` is `timestamptz(3)`.
pub(crate) fn short(sql_type: &str) -> String {
    let (name, brackets) = match sql_type.strip_suffix("[]") {
        Some(name) => (name, "[]"),
        None => (sql_type, ""),
    };
    let split = |name: &str| match name.split_once('(') {
        Some((head, rest)) => match rest.split_once(')') {
            Some((modifier, tail)) => (head.to_owned(), format!("({modifier})"), tail.to_owned()),
            None => (name.to_owned(), String::new(), String::new()),
        },
        None => match name.split_once(' ') {
            Some((head, tail)) => (head.to_owned(), String::new(), format!(" {tail}")),
            None => (name.to_owned(), String::new(), String::new()),
        },
    };
    let name = name.replace("character varying", "varchar");
    let (head, modifier, tail) = split(&name);
    let short = match (head.as_str(), tail.as_str()) {
        ("time" | "timestamp", " without time zone") => format!("{head}{modifier}"),
        ("time" | "timestamp", " with time zone") => format!("{head}tz{modifier}"),
        ("character", "") => format!("char{modifier}"),
        _ => name,
    };
    format!("{short}{brackets}")
}

/// A built-in type that text has no binary form of, by a name that the derive does not know, and so does
/// not compare with the type of the field: no value is written into its column.
pub(crate) fn unchecked(sql_type: &str) -> String {
    let known = ["money", "point", "macaddr8", "tsvector", "oid", "timetz"];
    let short = short(sql_type);
    let name = short.split(['(', '[']).next().unwrap_or_default();
    if known.contains(&name) { format!("pg_catalog.{short}") } else { short }
}

#[cfg(test)]
mod tests {
    use super::{short, unchecked};

    #[test]
    fn types_are_spelled_as_people_write_them() {
        for (printed, written) in [
            ("character varying(16)", "varchar(16)"),
            ("character varying[]", "varchar[]"),
            ("character(3)", "char(3)"),
            ("timestamp(3) with time zone", "timestamptz(3)"),
            ("timestamp without time zone[]", "timestamp[]"),
            ("time(0) without time zone", "time(0)"),
            ("time with time zone", "timetz"),
            ("interval day to second(3)", "interval day to second(3)"),
            ("numeric(10,2)", "numeric(10,2)"),
            ("double precision", "double precision"),
            ("\"char\"", "\"char\""),
            ("bit varying(3)", "bit varying(3)"),
        ] {
            assert_eq!(short(printed), written, "{printed}");
        }
        assert_eq!(unchecked("time with time zone"), "pg_catalog.timetz");
        assert_eq!(unchecked("tsvector"), "pg_catalog.tsvector");
        assert_eq!(unchecked("bit(3)"), "bit(3)");
    }
}
