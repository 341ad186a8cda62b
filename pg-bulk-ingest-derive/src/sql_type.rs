//! What can be said of `sql_type = "…"` without a server.

use crate::errors::Errors;
use crate::sql;
use syn::LitStr;

/// The names that stand for a type and a default, and that type.
const SERIAL: &[(&str, &str)] = &[
    ("smallserial", "smallint"),
    ("serial2", "smallint"),
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
];

/// The Rust types that are stored as a type of PostgreSQL, by its names.
const STORED: &[(&[&str], &str)] = &[
    (&["boolean", "bool"], "`bool`"),
    (&["smallint", "int2"], "`i16`, `i8`"),
    (&["integer", "int", "int4"], "`i32`, `u16`"),
    (&["bigint", "int8"], "`i64`, `u32`"),
    (&["real", "float4"], "`f32`"),
    (&["double precision", "float8"], "`f64`"),
    (
        &["numeric", "decimal"],
        "`rust_decimal::Decimal` or `bigdecimal::BigDecimal` (features of these names)",
    ),
    (&["text", "varchar", "character varying"], "`String`, `&str`"),
    (&["bytea"], "`Vec<u8>`, `&[u8]`"),
    (&["date"], "`chrono::NaiveDate`; `time::Date`, `jiff::civil::Date` (features `time`, `jiff`)"),
    (
        &["time", "time without time zone"],
        "`chrono::NaiveTime`; `time::Time`, `jiff::civil::Time` (features `time`, `jiff`)",
    ),
    (
        &["timestamp", "timestamp without time zone"],
        "`chrono::NaiveDateTime`; `time::PrimitiveDateTime`, `jiff::civil::DateTime` (features \
         `time`, `jiff`)",
    ),
    (
        &["timestamptz", "timestamp with time zone"],
        "`chrono::DateTime<Utc>`; `time::OffsetDateTime`, `jiff::Timestamp` (features `time`, `jiff`)",
    ),
    (
        &["interval"],
        "`chrono::TimeDelta`, `std::time::Duration`; `time::Duration`, `jiff::Span` (features `time`, \
         `jiff`)",
    ),
    (&["uuid"], "`uuid::Uuid`"),
    (&["json", "jsonb"], "`serde_json::Value`, or a field marked `json`"),
    (&["inet"], "`std::net::IpAddr`; `ipnet::IpNet` (feature `ipnet`)"),
    (&["cidr"], "`ipnet::IpNet` (feature `ipnet`)"),
    (&["macaddr"], "`eui48::MacAddress` (feature `eui48`)"),
    (&["oid"], "`u32` in a field that is marked `to_sql`"),
    (
        &["point"],
        "`geo_types::Point` in a field that is marked `to_sql` (feature `with-geo-types-0_7` of \
         `postgres-types`)",
    ),
    (
        &["money", "tsvector", "timetz", "time with time zone", "macaddr8"],
        "a type of your own that implements `postgres_types::ToSql`, in a field that is marked \
         `to_sql`",
    ),
];

/// What a message goes on with that a Rust type cannot be stored as this type.
pub(crate) fn advice(sql_type: &str) -> String {
    let name = sql::type_name(sql_type);
    let stored = STORED.iter().find(|(names, _)| names.contains(&name.as_str()));
    match stored {
        Some((_, stored)) if sql_type.contains('[') => {
            format!(", which takes a list of {stored}: change one of the two")
        }
        Some((_, stored)) => format!(", which takes {stored}: change one of the two"),
        None => ": change one of the two".to_owned(),
    }
}

/// Types without an order, which no B-tree can be of.
const UNORDERED: &[&str] =
    &["json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle"];

/// Whether a column of the type can be in a primary key or another B-tree.
pub(crate) fn check_order(literal: &LitStr, errors: &mut Errors) {
    let sql_type = literal.value();
    let name = sql::type_name(&sql_type);
    if UNORDERED.contains(&name.as_str()) {
        let instead = if name == "json" { ": `jsonb` has one" } else { "" };
        errors.on(
            literal,
            format_args!(
                "PostgreSQL has no order for `{name}`, so its column cannot be in a primary key, a \
                 unique constraint or a B-tree index{instead}"
            ),
        );
    }
}

/// Whether the text is the name of a type.
pub(crate) fn check(literal: &LitStr, errors: &mut Errors) {
    let sql_type = literal.value();
    let name = sql::type_name(&sql_type);
    let brackets = if sql_type.contains('[') { "[]" } else { "" };
    if let Some((_, stored)) = SERIAL.iter().find(|(serial, _)| *serial == name) {
        errors.on(
            literal,
            format_args!(
                "`{name}` is not a type: it is `{stored}` with a default from a sequence. Each row \
                 has a value for each of its columns, so write `sql_type = \"{stored}{brackets}\"`. A \
                 column that the database is to fill is not in the struct, and left alone with \
                 `Migration::AdditiveOnly`"
            ),
        );
    }
}
