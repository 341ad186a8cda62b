//! What holds for any values, comments and names, whoever drives it: the tests through a server, the
//! tests and the fuzzers without one.

use crate::copy_format::{Cells, read_copy};
use crate::hold::Values;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

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
    let before = members(comment);
    let own = before.as_ref().and_then(own);
    let own = own.map(|own| members(own.get()));
    let is_readable = own.as_ref().is_none_or(Option::is_some);
    let Some((stored, now)) = done else {
        let is_due = before.is_none() || !is_readable;
        return if is_due { Ok(()) } else { Err("it is refused".to_owned()) };
    };
    let failed = || Err(format!("{stored:?} was read of it, and then {now}"));
    let Some(after) = members(now) else { return failed() };
    let mut after_own = self::own(&after).and_then(|own| members(own.get())).unwrap_or_default();
    let mut holds =
        is_readable && after_own.get("high-watermark").is_some_and(|hw| hw.get() == "7");
    let mut expected = own.flatten().unwrap_or_default();
    let watermark = expected.get("high-watermark").map(|hw| serde_json::from_str(hw.get()));
    // A number that is too large for serde_json's value is kept, but not read here.
    holds &= match watermark {
        Some(Ok(Value::Null)) | None => stored.is_none_or(Value::is_null),
        Some(Ok(watermark)) => stored == Some(&watermark),
        Some(Err(_)) => true,
    };
    expected.remove("high-watermark");
    // That nothing was made of the table, where nothing was said.
    if !expected.contains_key("made") {
        after_own.remove("made");
    }
    holds &= all_of(&expected, "") == all_of(&after_own, "high-watermark");
    holds &= match before {
        Some(before) => all_of(&before, OWN) == all_of(&after, OWN),
        None if comment.is_empty() => !after.contains_key("comment"),
        None => {
            let kept = after.get("comment").map(|kept| serde_json::from_str::<String>(kept.get()));
            kept.is_some_and(|kept| kept.is_ok_and(|kept| kept == comment))
        }
    };
    if holds { Ok(()) } else { failed() }
}

const OWN: &str = "pg-bulk-ingest";

/// The members of a JSON object, each as it is written.
type Members = BTreeMap<String, Box<RawValue>>;

fn members(text: &str) -> Option<Members> {
    serde_json::from_str(text).ok()
}

/// What the library keeps of its own; `null` counts as nothing.
fn own(members: &Members) -> Option<&RawValue> {
    members.get(OWN).map(AsRef::as_ref).filter(|own: &&RawValue| own.get() != "null")
}

/// All members but one, to be compared.
fn all_of<'m>(members: &'m Members, but: &str) -> Vec<(&'m str, &'m str)> {
    let others = members.iter().filter(|(name, _)| *name != but);
    others.map(|(name, value)| (name.as_str(), value.get())).collect()
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
    if let Some(Err(error)) = stored.as_deref().map(serde_json::from_str::<&RawValue>) {
        return Err(format!("what is stored is no JSON: {error}"));
    }
    let stored = stored.and_then(|stored| serde_json::from_str::<Value>(&stored).ok());
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
