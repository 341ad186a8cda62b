//! PostgreSQL's built-in types by the names that people write.

/// A built-in type, read off its name.
#[derive(Clone, Copy)]
pub(super) struct Builtin {
    /// The OID of the type, of an array that of its elements.
    pub(super) oid: u32,
    pub(super) array: bool,
}

/// What a name of a type stands for.
struct Name {
    spelling: &'static str,
    oid: u32,
    /// The name as `format_type` prints it.
    canonical: &'static str,
    /// What `format_type` prints after the modifier: `(3) without time zone`.
    suffix: &'static str,
}

const fn name(spelling: &'static str, oid: u32, canonical: &'static str) -> Name {
    Name { spelling, oid, canonical, suffix: "" }
}

const fn zoned(spelling: &'static str, oid: u32, base: &'static str, suffix: &'static str) -> Name {
    Name { spelling, oid, canonical: base, suffix }
}

/// Names and aliases: PostgreSQL documentation, chapter "Data Types", table 8.1.
const NAMES: &[Name] = &[
    name("bool", 16, "boolean"),
    name("boolean", 16, "boolean"),
    name("bytea", 17, "bytea"),
    name("name", 19, "name"),
    name("bigint", 20, "bigint"),
    name("int8", 20, "bigint"),
    name("smallint", 21, "smallint"),
    name("int2", 21, "smallint"),
    name("integer", 23, "integer"),
    name("int", 23, "integer"),
    name("int4", 23, "integer"),
    name("text", 25, "text"),
    name("json", 114, "json"),
    name("xml", 142, "xml"),
    name("real", 700, "real"),
    name("float4", 700, "real"),
    name("double precision", 701, "double precision"),
    name("float8", 701, "double precision"),
    name("inet", 869, "inet"),
    name("char", 1042, "character"),
    name("character", 1042, "character"),
    name("varchar", 1043, "character varying"),
    name("character varying", 1043, "character varying"),
    name("date", 1082, "date"),
    zoned("time", 1083, "time", " without time zone"),
    zoned("time without time zone", 1083, "time", " without time zone"),
    zoned("timestamp", 1114, "timestamp", " without time zone"),
    zoned("timestamp without time zone", 1114, "timestamp", " without time zone"),
    zoned("timestamptz", 1184, "timestamp", " with time zone"),
    zoned("timestamp with time zone", 1184, "timestamp", " with time zone"),
    name("interval", 1186, "interval"),
    zoned("timetz", 1266, "time", " with time zone"),
    zoned("time with time zone", 1266, "time", " with time zone"),
    name("numeric", 1700, "numeric"),
    name("decimal", 1700, "numeric"),
    name("uuid", 2950, "uuid"),
    name("jsonb", 3802, "jsonb"),
    name("int4range", 3904, "int4range"),
    name("numrange", 3906, "numrange"),
    name("tsrange", 3908, "tsrange"),
    name("tstzrange", 3910, "tstzrange"),
    name("daterange", 3912, "daterange"),
    name("int8range", 3926, "int8range"),
    name("money", 790, "money"),
    name("point", 600, "point"),
    name("cidr", 650, "cidr"),
    name("macaddr", 829, "macaddr"),
    name("macaddr8", 774, "macaddr8"),
    name("tsvector", 3614, "tsvector"),
    name("oid", 26, "oid"),
];

/// The parts of a spelled type: `timestamp ( 3 ) with time zone [ ]`.
#[derive(Clone, Copy)]
struct Spelling<'a> {
    /// Before the modifier.
    head: &'a str,
    /// Between the parentheses.
    modifier: Option<&'a str>,
    /// After the modifier, before the brackets.
    tail: &'a str,
    array: bool,
}

/// The built-in type of this name, if it is one.
pub(super) const fn parse(sql_type: &str) -> Option<Builtin> {
    let Some(spelling) = split(sql_type) else {
        return None;
    };
    match find(spelling) {
        Some(name) => Some(Builtin { oid: name.oid, array: spelling.array }),
        None => None,
    }
}

/// The name of a built-in type as PostgreSQL's `format_type` prints it; `None` where only a server
/// can tell.
pub(crate) fn canonical(sql_type: &str) -> Option<String> {
    let spelling = split(sql_type)?;
    let name = find(spelling)?;
    let modifier = match (spelling.modifier, name.oid) {
        (None, 1042) => "(1)".to_owned(),
        (None, _) => String::new(),
        (Some(modifier), _) => canonical_modifier(modifier, name.oid)?,
    };
    let brackets = if spelling.array { "[]" } else { "" };
    Some(format!("{}{modifier}{}{brackets}", name.canonical, name.suffix))
}

/// The modifier as `format_type` prints it; `None` for one that a server has to check.
fn canonical_modifier(modifier: &str, oid: u32) -> Option<String> {
    let numbers = modifier
        .split(',')
        .map(|number| number.trim().parse::<u32>().ok())
        .collect::<Option<Vec<_>>>()?;
    match (oid, numbers.as_slice()) {
        (1700, [precision]) => Some(format!("({precision},0)")),
        (1700, [precision, scale]) => Some(format!("({precision},{scale})")),
        (1042 | 1043, [length]) => Some(format!("({length})")),
        (1083 | 1114 | 1184 | 1186 | 1266, [precision @ 0..=6]) => Some(format!("({precision})")),
        _ => None,
    }
}

const fn find(spelling: Spelling<'_>) -> Option<&'static Name> {
    let mut i = 0;
    while i < NAMES.len() {
        if spells(spelling, NAMES[i].spelling) {
            return Some(&NAMES[i]);
        }
        i += 1;
    }
    None
}

/// Whether `head` and `tail`, joined by a space, are this name, in any case and with any run of
/// white space for a space.
const fn spells(spelling: Spelling<'_>, name: &str) -> bool {
    let (head, tail, name) = (spelling.head.as_bytes(), spelling.tail.as_bytes(), name.as_bytes());
    let length = head.len() + if tail.is_empty() { 0 } else { 1 + tail.len() };
    let (mut at, mut matched) = (0, 0);
    while at < length {
        let byte = if at < head.len() {
            head[at]
        } else if at == head.len() {
            b' '
        } else {
            tail[at - head.len() - 1]
        };
        at += 1;
        if byte.is_ascii_whitespace() {
            if matched > 0 && matched < name.len() && name[matched - 1] == b' ' {
                continue;
            }
            if matched < name.len() && name[matched] == b' ' {
                matched += 1;
                continue;
            }
            return false;
        }
        if matched == name.len() || name[matched] != byte.to_ascii_lowercase() {
            return false;
        }
        matched += 1;
    }
    matched == name.len()
}

/// Splits a type at its modifier and its brackets; `None` for what is neither (a quoted name, a
/// type of a schema).
const fn split(sql_type: &str) -> Option<Spelling<'_>> {
    let (rest, array) = strip_brackets(sql_type);
    let bytes = rest.as_bytes();
    let (mut open, mut close) = (None, None);
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'(' if open.is_none() => open = Some(i),
            b')' if open.is_some() && close.is_none() => close = Some(i),
            b'(' | b')' | b'"' | b'.' | b'[' | b']' => return None,
            _ => {}
        }
        i += 1;
    }
    match (open, close) {
        (None, None) => Some(Spelling { head: rest.trim_ascii(), modifier: None, tail: "", array }),
        (Some(open), Some(close)) => {
            let (before, after) = rest.split_at(open);
            let (inside, tail) = after.split_at(close - open);
            Some(Spelling {
                head: before.trim_ascii(),
                modifier: Some(inside.split_at(1).1),
                tail: tail.split_at(1).1.trim_ascii(),
                array,
            })
        }
        _ => None,
    }
}

/// Takes `[]`, `[3]`, `[][]` and ` array` off the end.
const fn strip_brackets(sql_type: &str) -> (&str, bool) {
    let mut rest = sql_type.trim_ascii();
    let mut array = false;
    loop {
        let bytes = rest.as_bytes();
        let mut end = bytes.len();
        if end == 0 || bytes[end - 1] != b']' {
            return (rest, array);
        }
        end -= 1;
        while end > 0 && (bytes[end - 1].is_ascii_digit() || bytes[end - 1] == b' ') {
            end -= 1;
        }
        if end == 0 || bytes[end - 1] != b'[' {
            return (rest, array);
        }
        array = true;
        rest = rest.split_at(end - 1).0.trim_ascii();
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical, parse};

    #[test]
    fn spellings_become_what_format_type_prints() {
        for (spelled, printed) in [
            ("varchar(16)", "character varying(16)"),
            ("VARCHAR", "character varying"),
            ("char", "character(1)"),
            ("char(3)", "character(3)"),
            ("decimal(10)", "numeric(10,0)"),
            ("numeric( 10 , 2 )", "numeric(10,2)"),
            ("timestamptz", "timestamp with time zone"),
            ("timestamp(3) with  time zone", "timestamp(3) with time zone"),
            ("timestamptz(3)[]", "timestamp(3) with time zone[]"),
            ("time(0)", "time(0) without time zone"),
            ("Double\tPrecision [ ]", "double precision[]"),
            ("int4[3][3]", "integer[]"),
        ] {
            assert_eq!(canonical(spelled).as_deref(), Some(printed), "{spelled}");
        }
    }

    #[test]
    fn what_only_a_server_can_tell_is_left_to_it() {
        for spelled in
            ["citext", "my.type", "\"char\"", "numeric(5,-2)", "interval day", "float(3)"]
        {
            assert_eq!(canonical(spelled), None, "{spelled}");
        }
    }

    #[test]
    fn a_type_is_found_by_every_alias() {
        assert_eq!(parse("int8").map(|t| (t.oid, t.array)), Some((20, false)));
        assert_eq!(parse(" BigInt [] ").map(|t| (t.oid, t.array)), Some((20, true)));
        assert!(parse("hstore").is_none());
    }
}
