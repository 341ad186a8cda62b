//! Types that PostgreSQL changes into others without touching the rows.

/// How a column's type is changed without touching the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Widening {
    Plain,
    /// `timestamp` to `timestamptz`: the rows stay as they are only while the time zone is UTC.
    InUtc,
}

/// The version from which `timestamp` becomes `timestamptz` without a rewrite.
const TIMESTAMP_TO_TIMESTAMPTZ: u32 = 120_000;

/// Whether every value of one type is a value of the other, stored alike. The types are spelled as
/// `format_type` prints them.
pub(crate) fn widening(live: &str, defined: &str, version: u32) -> Option<Widening> {
    let (live, defined) = (Spelled::parse(live), Spelled::parse(defined));
    if live.is_array || defined.is_array {
        return None;
    }
    let grows = grows(&live.modifier, &defined.modifier);
    let plain = |widens: bool| widens.then_some(Widening::Plain);
    match (live.name.as_str(), defined.name.as_str()) {
        ("character varying", "character varying")
        | ("bit varying", "bit varying")
        | ("time without time zone", "time without time zone")
        | ("time with time zone", "time with time zone")
        | ("timestamp without time zone", "timestamp without time zone")
        | ("timestamp with time zone", "timestamp with time zone")
        | ("interval", "interval") => plain(grows),
        ("character varying", "text") | ("cidr", "inet") => Some(Widening::Plain),
        ("text", "character varying") => plain(defined.modifier.is_empty()),
        ("numeric", "numeric") => plain(match (&live.modifier[..], &defined.modifier[..]) {
            (_, []) => true,
            ([precision, scale], [wider, same]) => precision <= wider && scale == same,
            _ => false,
        }),
        ("timestamp without time zone", "timestamp with time zone") => {
            (grows && version >= TIMESTAMP_TO_TIMESTAMPTZ).then_some(Widening::InUtc)
        }
        _ => None,
    }
}

/// Whether every value of one type is a value of the other, if stored differently: on any version.
pub(crate) fn is_wider(live: &str, defined: &str) -> bool {
    const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];
    if widening(live, defined, u32::MAX).is_some() {
        return true;
    }
    let (live, defined) = (Spelled::parse(live), Spelled::parse(defined));
    if live.is_array != defined.is_array {
        return false;
    }
    let integer = |name: &str| INTEGERS.iter().position(|integer| *integer == name);
    match (integer(&live.name), integer(&defined.name)) {
        (Some(live), Some(defined)) => return live < defined,
        (Some(_), None) => return defined.name == "numeric" && defined.modifier.is_empty(),
        _ => {}
    }
    match (live.name.as_str(), defined.name.as_str()) {
        ("real", "double precision")
        | ("date", "timestamp without time zone")
        | ("character varying", "text") => true,
        // Of an array, the same with another modifier.
        (live_name, defined_name) => {
            live_name == defined_name
                && live.is_array
                && live_name != "numeric"
                && grows(&live.modifier, &defined.modifier)
        }
    }
}

/// Whether a modifier that bounds a length or a precision is lifted or taken away.
fn grows(live: &[i32], defined: &[i32]) -> bool {
    match (live, defined) {
        (_, []) => true,
        ([live], [defined]) => live <= defined,
        _ => false,
    }
}

/// A type as `format_type` prints it, taken apart.
struct Spelled {
    /// Without modifier and brackets.
    name: String,
    modifier: Vec<i32>,
    is_array: bool,
}

impl Spelled {
    fn parse(spelled: &str) -> Self {
        let (element, is_array) = match spelled.strip_suffix("[]") {
            Some(element) => (element, true),
            None => (spelled, false),
        };
        let modifier = element.split_once('(').and_then(|(before, rest)| {
            let (inside, after) = rest.split_once(')')?;
            let numbers = inside.split(',').map(|number| number.trim().parse().ok());
            Some((format!("{before}{after}"), numbers.collect::<Option<Vec<_>>>()?))
        });
        let (name, modifier) = modifier.unwrap_or_else(|| (element.to_owned(), Vec::new()));
        Self { name, modifier, is_array }
    }
}

#[cfg(test)]
mod tests {
    use super::{Widening, is_wider, widening};

    const VERSION: u32 = 150_000;

    #[test]
    fn what_keeps_the_rows_as_they_are() {
        for (live, defined, expected) in [
            ("character varying(8)", "character varying(16)", true),
            ("character varying(16)", "character varying(8)", false),
            ("character varying(8)", "character varying", true),
            ("character varying", "character varying(8)", false),
            ("character varying(8)", "text", true),
            ("text", "character varying", true),
            ("text", "character varying(8)", false),
            ("character(8)", "character(16)", false),
            ("numeric(10,2)", "numeric(12,2)", true),
            ("numeric(10,2)", "numeric(12,3)", false),
            ("numeric(10,2)", "numeric", true),
            ("numeric", "numeric(10,2)", false),
            ("timestamp(3) without time zone", "timestamp without time zone", true),
            ("timestamp without time zone", "timestamp(3) without time zone", false),
            ("time(0) with time zone", "time(6) with time zone", true),
            ("interval(0)", "interval(3)", true),
            ("interval day to second(3)", "interval", false),
            ("bit varying(8)", "bit varying", true),
            ("cidr", "inet", true),
            ("inet", "cidr", false),
            ("integer", "bigint", false),
            ("character varying(8)[]", "text[]", false),
        ] {
            let found = widening(live, defined, VERSION);
            let expected = expected.then_some(Widening::Plain);
            assert_eq!(found, expected, "{live} to {defined}");
        }
        let (live, defined) = ("timestamp without time zone", "timestamp with time zone");
        assert_eq!(widening(live, defined, VERSION), Some(Widening::InUtc));
        assert_eq!(widening(live, defined, 110_000), None);
    }

    #[test]
    fn what_holds_every_value() {
        for (live, defined, expected) in [
            ("smallint", "bigint", true),
            ("bigint", "integer", false),
            ("bigint", "numeric", true),
            ("bigint", "numeric(20,0)", false),
            ("real", "double precision", true),
            ("double precision", "real", false),
            ("integer[]", "bigint[]", true),
            ("integer", "bigint[]", false),
            ("character varying(8)[]", "character varying(16)[]", true),
            ("date", "timestamp without time zone", true),
            ("timestamp without time zone", "timestamp with time zone", true),
            ("integer", "text", false),
        ] {
            assert_eq!(is_wider(live, defined), expected, "{live} to {defined}");
        }
    }
}
