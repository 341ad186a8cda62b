//! Defaults that are constants.

/// Whether an SQL expression is a constant, as PostgreSQL prints it: a literal, perhaps cast, or an array
/// of such.
///
/// A column with such a default nearly always has values in the rows, while one with an expression
/// (`now()`, `nextval(…)`) is filled by the server.
pub(crate) fn is_constant(sql: &str) -> bool {
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let after = if let Some(cast) = rest.strip_prefix("::") {
            after_type(cast)
        } else if first == '\'' {
            after_quote(&rest[1..], '\'')
        } else if let Some(escaped) = rest.strip_prefix("E'") {
            // A backslash escapes a quote or a backslash, and each is doubled where it is printed.
            after_quote(escaped, '\'')
        } else if first.is_ascii_digit() || "()[],-+. ".contains(first) {
            Some(&rest[1..])
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            ["true", "false", "NULL", "ARRAY", "e"].contains(&word).then_some(after)
        };
        let Some(after) = after else { return false };
        rest = after;
    }
    true
}

/// What follows the quote that is not doubled.
fn after_quote(rest: &str, quote: char) -> Option<&str> {
    let mut characters = rest.char_indices().peekable();
    while let Some((_, character)) = characters.next() {
        if character != quote {
            continue;
        }
        match characters.peek() {
            Some((_, next)) if *next == quote => {
                characters.next();
            }
            Some((at, _)) => return Some(&rest[*at..]),
            None => return Some(""),
        }
    }
    None
}

/// What follows the name of a type.
fn after_type(mut rest: &str) -> Option<&str> {
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            rest = after_quote(&rest[1..], '"')?;
        } else if first.is_alphanumeric() || "_. ".contains(first) {
            rest = &rest[first.len_utf8()..];
        } else if first == '(' || first == '[' {
            // A modifier or brackets, which hold numbers alone.
            let end = rest.find([')', ']'])?;
            let inside = &rest[1..end];
            if !inside.chars().all(|c| c.is_ascii_digit() || c == ',') {
                return None;
            }
            rest = &rest[end + 1..];
        } else {
            break;
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::is_constant;

    #[test]
    fn literals_and_casts_of_them_are_constants() {
        for sql in [
            "0",
            "'-1'::integer",
            "(-1)",
            "1.5",
            "1e10",
            "true",
            "'new'::character varying(16)",
            "'it''s (now())'::text",
            "NULL::character varying",
            "'{}'::text[]",
            "ARRAY['a'::text, 'b'::text]",
            "'ok'::sales.\"Mood (x)\"",
            "'2020-01-01 00:00:00+00'::timestamp with time zone",
            "(0)::numeric(10,2)",
        ] {
            assert!(is_constant(sql), "{sql}");
        }
        for sql in [
            "now()",
            "CURRENT_TIMESTAMP",
            "CURRENT_USER",
            "nextval('public.t_id_seq'::regclass)",
            "gen_random_uuid()",
            "('now'::text)::date || f(1)",
            "1 * random()",
            "lower('A'::text)",
        ] {
            assert!(!is_constant(sql), "{sql}");
        }
    }
}
