//! How a value of one type becomes one of another, and whether that loses anything.

use super::widen::is_wider;
use crate::catalog::LiveColumn;

/// A change of a column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cast {
    from: Side,
    to: Side,
    /// Whether every value is one of the new type.
    is_safe: bool,
}

/// What a cast is from or to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    /// As it is written in a cast.
    sql_type: String,
    /// `sql_type` without its modifier, the length or precision that values are made to fit; `None`
    /// if it has no modifier.
    unmodified: Option<String>,
    family: Family,
    is_array: bool,
    precision_and_scale: Option<(u32, i16)>,
}

/// Types that are cast alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    /// With the least and the greatest value.
    Integer(&'static str, &'static str),
    Numeric,
    Real,
    Double,
    Date,
    Time,
    TimeWithZone,
    Timestamp,
    TimestampWithZone,
    Interval,
    Json,
    Jsonb,
    Other,
}

impl Family {
    fn of(base_name: &str) -> Self {
        match base_name {
            "text" | "varchar" | "bpchar" | "citext" | "name" => Self::Text,
            "int2" => Self::Integer("-32768", "32767"),
            "int4" => Self::Integer("-2147483648", "2147483647"),
            "int8" => Self::Integer("-9223372036854775808", "9223372036854775807"),
            "numeric" => Self::Numeric,
            "float4" => Self::Real,
            "float8" => Self::Double,
            "date" => Self::Date,
            "time" => Self::Time,
            "timetz" => Self::TimeWithZone,
            "timestamp" => Self::Timestamp,
            "timestamptz" => Self::TimestampWithZone,
            "interval" => Self::Interval,
            "json" => Self::Json,
            "jsonb" => Self::Jsonb,
            _ => Self::Other,
        }
    }

    fn is_float(self) -> bool {
        matches!(self, Self::Real | Self::Double)
    }

    fn is_number(self) -> bool {
        self.is_float() || matches!(self, Self::Numeric | Self::Integer(..))
    }
}

impl Side {
    fn new(column: &LiveColumn) -> Self {
        let sql_type = column.sql_type.clone();
        Self {
            unmodified: column.unmodified().filter(|_| column.has_modifier()),
            family: Family::of(column.base_name()),
            is_array: column.is_array(),
            precision_and_scale: column.precision_and_scale(),
            sql_type,
        }
    }

    /// The type of the elements; `None` if its name does not say that it is an array (a domain).
    fn element(&self) -> Option<Self> {
        let without = |name: &String| name.strip_suffix("[]").map(str::to_owned);
        let sql_type = without(&self.sql_type).filter(|_| self.is_array)?;
        let unmodified = self.unmodified.as_ref().and_then(without);
        Some(Self { sql_type, unmodified, is_array: false, ..self.clone() })
    }

    /// An array is of no family of its own.
    fn family(&self) -> Family {
        if self.is_array { Family::Other } else { self.family }
    }
}

/// A pattern of text that PostgreSQL would round: more than microseconds.
const BELOW_MICROSECONDS: &str = r"'[.][0-9]{6}[0-9]*[1-9]'";
/// Patterns of text that is a time: with neither a date nor a zone, and with no date.
const TIME: &str = "'^[[:space:]]*[Tt]?[0-9]{1,2}(:[0-9]{2}){0,2}([.][0-9]+)?[[:space:]]*([AaPp][Mm])?[[:space:]]*$'";
const BEGINS_AS_TIME: &str = "'^[[:space:]]*[Tt]?[0-9]{1,2}:[0-9]{2}'";

impl Cast {
    pub(super) fn new(live: &LiveColumn, defined: &LiveColumn) -> Self {
        let is_safe = is_wider(&live.sql_type, &defined.sql_type);
        Self { from: Side::new(live), to: Side::new(defined), is_safe }
    }

    /// The old type.
    pub(super) fn from(&self) -> &str {
        &self.from.sql_type
    }

    /// The new type.
    pub(super) fn to(&self) -> &str {
        &self.to.sql_type
    }

    /// Whether every value is one of the new type.
    pub(super) fn is_safe(&self) -> bool {
        self.is_safe
    }

    /// Whether what becomes of a value may depend on the session's settings. Between these types of
    /// numbers and texts it does not.
    pub(super) fn depends_on_settings(&self) -> bool {
        let is_of_none = |side: &Side| {
            matches!(
                side.family(),
                Family::Text | Family::Integer(..) | Family::Numeric | Family::Json | Family::Jsonb
            )
        };
        !(is_of_none(&self.from) && is_of_none(&self.to))
    }

    /// A value as one of the new type.
    pub(super) fn value(&self, value: &str) -> String {
        let to = &self.to.sql_type;
        match self.from.family.is_float() && self.to.family == Family::Numeric {
            // PostgreSQL's own cast keeps 15 digits of a double, and 6 of a real.
            true => format!("CAST({} AS {to})", self.as_text(value)),
            false => format!("CAST({value} AS {to})"),
        }
    }

    /// The text of a value of the old type; of an array, that of its elements.
    fn as_text(&self, value: &str) -> String {
        let brackets = if self.from.is_array { "[]" } else { "" };
        format!("CAST({value} AS pg_catalog.text{brackets})")
    }

    /// A condition: whether a value is not the same as one of the new type. Where the types have an
    /// element each, it is looked at element by element. It may fail for values that cannot be cast.
    pub(super) fn loses(&self, value: &str) -> String {
        match (self.from.element(), self.to.element()) {
            (Some(from), Some(to)) => {
                let loses = Self { from, to, is_safe: self.is_safe }.loses("element.value");
                format!(
                    "EXISTS (SELECT FROM pg_catalog.unnest({value}) AS element (value) \
                     WHERE {loses})"
                )
            }
            _ => self.scalar_loses(value),
        }
    }

    fn scalar_loses(&self, value: &str) -> String {
        let (from, to) = (self.from.family(), self.to.family());
        match (from, to) {
            (_, Family::Text) => text_differs(&self.value(value), value),
            (Family::Text, _) => self.read_from_text(value),
            (from, to) if from.is_number() && to.is_number() => self.number_loses(value),
            (Family::Json, Family::Jsonb) => loses_members(value, &self.value(value)),
            (Family::Numeric, _) => format!("{} {NE} {value}", self.back(value)),
            _ => text_differs(&self.back(value), value),
        }
    }

    /// A value as one of the new type, and again as one of the old.
    fn back(&self, value: &str) -> String {
        format!("CAST({} AS {})", self.value(value), self.from.sql_type)
    }

    /// What is read from text is what the type makes of it; it loses what it is made to fit.
    fn read_from_text(&self, value: &str) -> String {
        let read = self.value(value);
        let plain = |sql_type: &str| format!("CAST({value} AS pg_catalog.{sql_type})");
        let fits = match &self.to.unmodified {
            Some(unmodified) => {
                let unmodified = format!("CAST({value} AS {unmodified})");
                match self.to.family {
                    // The scale is no part of the value.
                    Family::Numeric => format!("{read} {NE} {unmodified}"),
                    _ => text_differs(&read, &unmodified),
                }
            }
            // It is read, so that it fails for what is none.
            None => format!("({read} IS NULL) {NE} ({value} IS NULL)"),
        };
        let fraction = format!("{} OPERATOR(pg_catalog.~) {BELOW_MICROSECONDS}", plain("text"));
        let lacks = |pattern| format!("NOT ({} OPERATOR(pg_catalog.~) {pattern})", plain("text"));
        // A zone other than UTC is passed over by what has none.
        let zone = format!(
            "{} {NE} pg_catalog.timezone('UTC', {})",
            plain("timestamptz"),
            plain("timestamp")
        );
        match self.to.family() {
            Family::Real | Family::Double => self.decimal_differs(&plain("numeric"), value),
            Family::Date => {
                let date = format!("CAST({read} AS pg_catalog.timestamp)");
                format!("{date} {NE} {} OR {zone}", plain("timestamp"))
            }
            Family::Timestamp => format!("{fits} OR {fraction} OR {zone}"),
            Family::TimestampWithZone | Family::Interval => format!("{fits} OR {fraction}"),
            Family::Time => format!("{fits} OR {fraction} OR {}", lacks(TIME)),
            Family::TimeWithZone => format!("{fits} OR {fraction} OR {}", lacks(BEGINS_AS_TIME)),
            Family::Jsonb => loses_members(value, &read),
            _ => fits,
        }
    }

    fn number_loses(&self, value: &str) -> String {
        let converted = self.value(value);
        let back = self.back(value);
        match (self.from.family, self.to.family) {
            (Family::Integer(..), Family::Integer(least, greatest)) => {
                format!("{value} NOT BETWEEN {least} AND {greatest}")
            }
            (Family::Integer(..), Family::Real | Family::Double) => {
                integer_differs(&converted, value)
            }
            (from, Family::Integer(least, greatest)) => {
                // The greatest is not to be had as a double: one more is.
                let (least, past) = match from {
                    Family::Numeric => (least.to_owned(), format!("{greatest} + 1::numeric")),
                    _ => (
                        format!("'{least}'::pg_catalog.float8"),
                        format!("('{greatest}'::pg_catalog.float8 + 1::pg_catalog.float8)"),
                    ),
                };
                let past = match (from, greatest.len()) {
                    // 2^63 is what the nearest double is already.
                    (Family::Real | Family::Double, 19) => {
                        format!("'{greatest}'::pg_catalog.float8")
                    }
                    _ => past,
                };
                format!(
                    "{value} {LT} {least} OR {value} {GE} {past} \
                     OR {value} {NE} pg_catalog.trunc({value})"
                )
            }
            (from, Family::Numeric) => {
                let exact = match from.is_float() {
                    true => format!("CAST({} AS pg_catalog.numeric)", self.as_text(value)),
                    false => format!("CAST({value} AS pg_catalog.numeric)"),
                };
                match self.to.precision_and_scale {
                    None => format!("{converted} {NE} {exact}"),
                    Some((precision, scale)) => numeric_loses(&exact, precision, scale),
                }
            }
            (Family::Double, Family::Real) => format!(
                "CASE WHEN {value} IN ('NaN', 'Infinity', '-Infinity') THEN false \
                 WHEN pg_catalog.abs({value}) {GT} 3.4028234663852886e38::pg_catalog.float8 \
                 OR {value} {NE} 0::pg_catalog.float8 \
                 AND pg_catalog.abs({value}) {LT} 1.401298464324817e-45::pg_catalog.float8 \
                 THEN true ELSE {back} {NE} {value} END"
            ),
            (_, Family::Real | Family::Double) => self.decimal_differs(value, value),
            _ => format!("{back} {NE} {value}"),
        }
    }

    /// Whether a decimal differs from the float that it is cast to: it is neither the same integer, nor
    /// equal to the float rounded to as many digits as the decimal has.
    fn decimal_differs(&self, decimal: &str, value: &str) -> String {
        let float = self.value(value);
        let digits = format!("CAST(CAST({float} AS pg_catalog.text) AS pg_catalog.numeric)");
        format!(
            "CASE WHEN {float} IN ('NaN', 'Infinity', '-Infinity') THEN false \
             WHEN {decimal} {EQ} pg_catalog.trunc({decimal}) \
             AND pg_catalog.abs({decimal}) {LT} 9e18::pg_catalog.numeric \
             AND CAST(CAST({float} AS pg_catalog.float8) AS pg_catalog.int8) {EQ} {decimal} \
             THEN false \
             ELSE pg_catalog.round({digits}, pg_catalog.scale({decimal})) {NE} {decimal} END"
        )
    }
}

const EQ: &str = "OPERATOR(pg_catalog.=)";
const NE: &str = "OPERATOR(pg_catalog.<>)";
const LT: &str = "OPERATOR(pg_catalog.<)";
const GT: &str = "OPERATOR(pg_catalog.>)";
const GE: &str = "OPERATOR(pg_catalog.>=)";

fn text_differs(a: &str, b: &str) -> String {
    format!("CAST({a} AS pg_catalog.text) IS DISTINCT FROM CAST({b} AS pg_catalog.text)")
}

/// Whether a float is another than the integer that it is made of.
fn integer_differs(float: &str, integer: &str) -> String {
    let double = format!("CAST({float} AS pg_catalog.float8)");
    format!(
        "CASE WHEN {double} {GE} 9223372036854775807::pg_catalog.float8 THEN true \
         ELSE CAST({double} AS pg_catalog.int8) {NE} {integer} END"
    )
}

/// Whether a `numeric` does not fit into one of this precision and scale.
fn numeric_loses(exact: &str, precision: u32, scale: i16) -> String {
    let digits = i64::from(precision) - i64::from(scale);
    format!(
        "CASE WHEN CAST({exact} AS pg_catalog.text) OPERATOR(pg_catalog.=) 'NaN' THEN false \
         WHEN CAST({exact} AS pg_catalog.text) IN ('Infinity', '-Infinity') THEN true \
         ELSE pg_catalog.round({exact}, {scale}) {NE} {exact} \
         OR pg_catalog.abs({exact}) {GE} '1e{digits}'::pg_catalog.numeric END"
    )
}

/// Whether an object of a JSON text has a key twice, of which `jsonb` keeps the last alone: fewer colons
/// are outside its strings. White space and the order of keys are no part of the value.
fn loses_members(text: &str, jsonb: &str) -> String {
    let members = |json: &str| {
        format!(
            "pg_catalog.length(pg_catalog.regexp_replace(CAST({json} AS pg_catalog.text), \
             E'\"([^\"\\\\\\\\]|\\\\\\\\.)*\"|[^:\"]', '', 'g'))"
        )
    };
    format!("{} {NE} {}", members(text), members(jsonb))
}
