//! What holds for any values, comments and names, whoever drives it: the tests through a server, the
//! tests and the fuzzers without one.

use crate::copy_format::{Cells, read_copy};
use crate::hold::Values;
use serde_json::Value;

/// The types of the columns of [`Values`], each by the OID of its elements and of itself.
pub(crate) const TYPES: [(u32, u32); 14] = [
    (0, 16),
    (0, 21),
    (0, 23),
    (0, 20),
    (0, 700),
    (0, 701),
    (0, 25),
    (0, 25),
    (0, 17),
    (0, 2950),
    (0, 1082),
    (0, 1114),
    (23, 23),
    (25, 25),
];

/// Rows are sent as the format's documentation says, all of them and whole; or refused at the first
/// that the server could not hold, by its number.
///
/// # Errors
///
/// It was not so.
pub(crate) fn encoded(values: &[Values], sent: Result<&Cells, u64>) -> Result<(), String> {
    let bad = values.iter().position(Values::is_refused).map(|bad| bad as u64 + 1);
    let cells = match (sent, bad) {
        (Err(row), Some(bad)) if row == bad => return Ok(()),
        (Ok(cells), None) => cells,
        (sent, bad) => return Err(format!("{sent:?}, where the first bad row is {bad:?}")),
    };
    let mut are_equal = cells.len() == values.len();
    for (row, cells) in values.iter().zip(cells) {
        are_equal &= row.is_read_back(cells)?;
    }
    if are_equal { Ok(()) } else { Err(format!("sent as {cells:?}")) }
}

/// A comment is understood, and then all else that is in it stays beside the high watermark 7; or it
/// is refused. `done` has what high watermark was found in it, and the comment afterwards.
///
/// # Errors
///
/// It was not so.
pub(crate) fn commented(comment: &str, done: Option<(Option<&Value>, &str)>) -> Result<(), String> {
    let before = serde_json::from_str::<Value>(comment).ok().filter(Value::is_object);
    let own = before.as_ref().map(|before| &before["pg-bulk-ingest"]);
    let is_readable = own.is_none_or(|own| own.is_object() || own.is_null());
    let Some((stored, now)) = done else {
        let is_due = before.is_none() || !is_readable;
        return if is_due { Ok(()) } else { Err("it is refused".to_owned()) };
    };
    let mut after = serde_json::from_str::<Value>(now).map_err(|error| error.to_string())?;
    let expected = own.map(|own| &own["high-watermark"]).filter(|value| !value.is_null());
    let mut holds = is_readable && after["pg-bulk-ingest"]["high-watermark"] == 7;
    holds &= stored.filter(|value| !value.is_null()) == expected;
    holds &= match before {
        Some(mut before) => {
            for object in [&mut before, &mut after] {
                if let Some(own) = object["pg-bulk-ingest"].as_object_mut() {
                    own.remove("high-watermark");
                } else {
                    object["pg-bulk-ingest"] = Value::Object(serde_json::Map::new());
                }
            }
            before == after
        }
        None if comment.is_empty() => after.get("comment").is_none(),
        None => after["comment"] == comment,
    };
    if holds { Ok(()) } else { Err(format!("{stored:?} was read of it, and then {now}")) }
}

/// What the library encodes of rows, without a server.
///
/// # Errors
///
/// It is not as the format's documentation says.
pub fn encoding(values: &[Values]) -> Result<(), String> {
    match pg_bulk_ingest::__fuzz::copy::<Values, _>(&TYPES, values) {
        Ok(sent) => encoded(values, Ok(&read_copy(&sent)?)),
        Err(row) => encoded(values, Err(row)),
    }
}

/// What the library makes of a comment, without a server.
///
/// # Errors
///
/// It loses something of it, or refuses it without a reason.
pub fn commenting(comment: &str) -> Result<(), String> {
    let Some((stored, now)) = pg_bulk_ingest::__fuzz::comment(comment, "7") else {
        return commented(comment, None);
    };
    let stored = stored.as_deref().map(serde_json::from_str::<Value>).transpose();
    let stored = stored.map_err(|error| format!("what is stored is no JSON: {error}"))?;
    commented(comment, Some((stored.as_ref(), &now)))
}

/// What the library makes of a name or text in SQL, read as PostgreSQL's documentation has it.
///
/// # Errors
///
/// It is read as something else, or does not end where it should.
pub fn quoting(text: &str) -> Result<(), String> {
    let (name, literal) = pg_bulk_ingest::__fuzz::quoted(text);
    let read = [
        unquoted(&name, '"', false),
        literal.strip_prefix('E').and_then(|literal| unquoted(literal, '\'', true)),
    ];
    if read.iter().all(|read| read.as_deref() == Some(text)) {
        Ok(())
    } else {
        Err(format!("{name} and {literal} are read as {read:?}"))
    }
}

/// What is between quotes, if that is all.
fn unquoted(sql: &str, quote: char, escapes: bool) -> Option<String> {
    let mut rest = sql.strip_prefix(quote)?.chars().peekable();
    let mut text = String::new();
    while let Some(next) = rest.next() {
        if next == quote {
            if rest.next_if_eq(&quote).is_none() {
                return rest.next().is_none().then_some(text);
            }
            text.push(quote);
        } else if next == '\\' && escapes {
            text.push(rest.next_if_eq(&'\\')?);
        } else {
            text.push(next);
        }
    }
    None
}
