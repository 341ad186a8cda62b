//! The high watermark as it is stored: in the comment on the table, as the Python package
//! pg-bulk-ingest stores it: `{"pg-bulk-ingest": {"high-watermark": "2014-07-31"}}`.
//!
//! Whatever else is in the comment stays, to the letter.

mod elsewhere;
mod exact;
mod object;
pub(crate) mod row;

pub(crate) use elsewhere::{elsewhere, with_elsewhere};
pub(crate) use exact::{read, write};

use crate::error::{Error, ErrorKind};
use crate::ident::{Literal, QualifiedName};
use crate::made::Made;
use crate::statement::{LockMode, Statement};
use object::Object;

/// The key of the comment's object under which this library, and the Python package, keeps its
/// own.
const OWN: &str = "pg-bulk-ingest";
/// The key of the high watermark among these.
const HIGH_WATERMARK: &str = "high-watermark";
/// The key of what was made of the table.
const MADE: &str = "made";
/// The key of the number of the version that the table, or the view of the newest one, is.
const VERSION: &str = "version";
/// The key under which a comment is kept that was no object.
const COMMENT: &str = "comment";

/// A comment that is, or should be, a JSON object, but cannot be read as one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Unreadable {
    /// The error for this comment.
    pub(crate) fn error(self, comment: Option<&str>, action: &'static str) -> Error {
        let comment = comment.unwrap_or_default().to_owned();
        Error::new(ErrorKind::UnreadableComment { comment }, action)
    }
}

/// A comment, as far as it is understood.
enum Comment<'c> {
    None,
    /// A person's text.
    Text(&'c str),
    Object(Object<'c>),
}

impl<'c> Comment<'c> {
    fn read(comment: Option<&'c str>) -> Result<Self, Unreadable> {
        let Some(text) = comment else {
            return Ok(Self::None);
        };
        match Object::read(text) {
            Some(object) => Ok(Self::Object(object)),
            None if looks_like_object(text) => Err(Unreadable),
            None if text.is_empty() => Ok(Self::None),
            None => Ok(Self::Text(text)),
        }
    }
}

/// Whether a text that is no JSON object was meant to be one (Python writes NaN, say): then it must
/// not be taken for a person's.
fn looks_like_object(text: &str) -> bool {
    let inner = text.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| {
        let inner = inner.trim_start();
        inner.is_empty() || inner.starts_with('"')
    })
}

/// The high watermark stored in a comment, as JSON.
pub(crate) fn stored(comment: Option<&str>) -> Result<Option<&str>, Unreadable> {
    let Comment::Object(object) = Comment::read(comment)? else {
        return Ok(None);
    };
    match own(&object)? {
        Some(own) => Ok(own.get(HIGH_WATERMARK)),
        None => Ok(None),
    }
}

/// What ingests made of the table with this comment. A comment that is without our own key is of a
/// table that somebody else made; one with the key alone was written by the Python package or an
/// earlier version, which make a table wholly as it is defined.
pub(crate) fn made(comment: Option<&str>) -> Result<Made, Unreadable> {
    let Comment::Object(object) = Comment::read(comment)? else {
        return Ok(Made::nothing());
    };
    Ok(match own(&object)? {
        None => Made::nothing(),
        Some(own) => own.get(MADE).map_or_else(Made::all, Made::read),
    })
}

/// The comment with what was made of its table; `None` if it stays as it is.
pub(crate) fn with_made(comment: Option<&str>, made: &Made) -> Result<Option<String>, Unreadable> {
    let before = self::made(comment)?;
    if before == *made {
        return Ok(None);
    }
    let written = with_own(comment, MADE, &made.to_json())?;
    // Digests cannot be told from the names that they are of: the text can.
    Ok((Some(written.as_str()) != comment).then_some(written))
}

/// The number of the version that a table with this comment is, if an ingest published it as one.
pub(crate) fn version(comment: Option<&str>) -> Option<u64> {
    let Ok(Comment::Object(object)) = Comment::read(comment) else { return None };
    own(&object).ok()??.get(VERSION)?.parse().ok()
}

/// The comment with the number of a version.
pub(crate) fn with_version(comment: Option<&str>, number: u64) -> Result<String, Unreadable> {
    with_own(comment, VERSION, &number.to_string())
}

/// The comment with this under a key of our own. One that had none of these says that nothing was
/// made of its table: without that, all would count as made.
fn with_own(comment: Option<&str>, key: &str, json: &str) -> Result<String, Unreadable> {
    let new = || match key {
        MADE => format!("{{\"{MADE}\": {json}}}"),
        _ => format!("{{\"{key}\": {json}, \"{MADE}\": {}}}", Made::nothing().to_json()),
    };
    Ok(match Comment::read(comment)? {
        Comment::None => format!("{{\"{OWN}\": {}}}", new()),
        Comment::Text(text) => {
            let text = serde_json::Value::from(text);
            format!("{{\"{COMMENT}\": {text}, \"{OWN}\": {}}}", new())
        }
        Comment::Object(object) => match own(&object)? {
            None => object.with(OWN, &new()),
            Some(own) => object.with(OWN, &own.with(key, json)),
        },
    })
}

/// The comment without a key of our own.
fn without_own(comment: Option<&str>, key: &str) -> Result<Option<String>, Unreadable> {
    Ok(match Comment::read(comment)? {
        Comment::None => None,
        Comment::Text(text) => Some(text.to_owned()),
        Comment::Object(object) => Some(match own(&object)? {
            None => object.text().to_owned(),
            Some(own) => object.with(OWN, &own.without(key)),
        }),
    })
}

/// The object under our own key; `null` counts as none.
fn own<'c>(object: &Object<'c>) -> Result<Option<Object<'c>>, Unreadable> {
    match object.get(OWN) {
        None | Some("null") => Ok(None),
        Some(own) => Object::read(own).map(Some).ok_or(Unreadable),
    }
}

/// The comment with this high watermark (as JSON) in it; with `None`, without one.
pub(crate) fn with_stored(
    comment: Option<&str>,
    watermark: Option<&str>,
) -> Result<Option<String>, Unreadable> {
    match watermark {
        Some(watermark) => with_own(comment, HIGH_WATERMARK, watermark).map(Some),
        None => without_own(comment, HIGH_WATERMARK),
    }
}

/// The comment with this text in the place of a person's: all there is, or beside the high watermark.
pub(crate) fn with_text(comment: Option<&str>, text: &str) -> Result<String, Unreadable> {
    let json = || serde_json::Value::from(text).to_string();
    match Comment::read(comment)? {
        Comment::Object(object) => {
            let current = object.get(COMMENT).and_then(|json| serde_json::from_str(json).ok());
            let is_same = current.is_some_and(|current: String| current == text);
            Ok(if is_same { object.text().to_owned() } else { object.with(COMMENT, &json()) })
        }
        // A text that would be read as an object is put into one.
        _ if text.is_empty() || Object::read(text).is_some() || looks_like_object(text) => {
            Ok(format!("{{\"{COMMENT}\": {}}}", json()))
        }
        _ => Ok(text.to_owned()),
    }
}

/// Stores a comment with the high watermark.
pub(crate) fn store(table: &QualifiedName, comment: Option<&str>) -> Statement {
    comment_on(table, comment, "the high watermark")
}

/// Gives a table that replaces another the comment of that, with what was made of it.
pub(crate) fn keep(table: &QualifiedName, comment: &str) -> Statement {
    comment_on(table, Some(comment), "the comment stays, with what was made of the table")
}

/// Stores a comment with what was made of its table.
pub(crate) fn record(table: &QualifiedName, comment: &str) -> Statement {
    comment_on(table, Some(comment), "what was made of the table, and so may be dropped")
}

/// Stores a comment with the number of the version that its table is.
pub(crate) fn number(table: &QualifiedName, comment: &str) -> Statement {
    comment_on(table, Some(comment), "the versions are in the order of their numbers")
}

/// Stores a comment on a table.
pub(crate) fn comment_on(
    table: &QualifiedName,
    comment: Option<&str>,
    purpose: &'static str,
) -> Statement {
    let comment = comment.map_or_else(|| "NULL".to_owned(), |text| Literal(text).to_string());
    let sql = format!("COMMENT ON TABLE {table} IS {comment}");
    Statement::new(sql, LockMode::ShareUpdateExclusive, purpose)
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, made, stored, with_stored, with_text};
    use crate::made::Made;

    #[test]
    fn the_python_packages_watermark_is_read_and_written_alike() {
        let comment = r#"{"pg-bulk-ingest": {"high-watermark": "2014-07-31"}}"#;
        assert_eq!(stored(Some(comment)), Ok(Some(r#""2014-07-31""#)));
        assert_eq!(
            with_stored(Some(r#"{"pg-bulk-ingest": {}}"#), Some(r#""2014-07-31""#)),
            Ok(Some(comment.to_owned()))
        );
    }

    #[test]
    fn a_high_watermark_alone_does_not_say_that_all_was_made() {
        let comment = r#"{"pg-bulk-ingest": {"high-watermark": 7, "made": {"columns": [], "indexes": [], "table": false}}}"#;
        assert_eq!(with_stored(None, Some("7")), Ok(Some(comment.to_owned())));
        assert_eq!(made(Some(comment)), Ok(Made::nothing()));
        assert_eq!(made(Some(r#"{"pg-bulk-ingest": {"high-watermark": 7}}"#)), Ok(Made::all()));
    }

    #[test]
    fn all_else_is_kept_to_the_letter() {
        for (before, watermark, after) in [
            (
                r#"{"a" : 1e400}"#,
                Some("5"),
                r#"{"a" : 1e400, "pg-bulk-ingest": {"high-watermark": 5, "made": {"columns": [], "indexes": [], "table": false}}}"#,
            ),
            (
                r#"{ }"#,
                Some("5"),
                r#"{"pg-bulk-ingest": {"high-watermark": 5, "made": {"columns": [], "indexes": [], "table": false}} }"#,
            ),
            (
                r#"{"z": "\ud83e\u0301\ud800", "pg-bulk-ingest": {"x": [1,  2], "high-watermark":4 , "y":1.0} , "b": 2}"#,
                Some("5"),
                r#"{"z": "\ud83e\u0301\ud800", "pg-bulk-ingest": {"x": [1,  2], "high-watermark":5 , "y":1.0} , "b": 2}"#,
            ),
            (
                r#"{"pg-bulk-ingest": {"x": 1, "high-watermark": 4}}"#,
                None,
                r#"{"pg-bulk-ingest": {"x": 1}}"#,
            ),
            (
                r#"{"pg-bulk-ingest": {"high-watermark": 4, "x": 1}}"#,
                None,
                r#"{"pg-bulk-ingest": { "x": 1}}"#,
            ),
            (r#"{"pg-bulk-ingest": {"high-watermark": 4}}"#, None, r#"{"pg-bulk-ingest": {}}"#),
            (
                r#"{"pg-bulk-ingest": null}"#,
                Some("0"),
                r#"{"pg-bulk-ingest": {"high-watermark": 0, "made": {"columns": [], "indexes": [], "table": false}}}"#,
            ),
            (r#"{"pg-bulk-ingest": null}"#, None, r#"{"pg-bulk-ingest": null}"#),
            (
                "{\"a\": 1}\n",
                Some("5"),
                "{\"a\": 1, \"pg-bulk-ingest\": {\"high-watermark\": 5, \"made\": {\"columns\": [], \"indexes\": [], \"table\": false}}}\n",
            ),
        ] {
            assert_eq!(
                with_stored(Some(before), watermark),
                Ok(Some(after.to_owned())),
                "{before}"
            );
        }
    }

    #[test]
    fn a_persons_text_is_kept_under_a_key_of_its_own() {
        for text in ["All \"our\" shops\n{draft}", "{draft}", "[1, 2]", "5", "null", "\"text\""] {
            let comment = with_stored(Some(text), Some("false")).unwrap().unwrap();
            let object: serde_json::Value = serde_json::from_str(&comment).unwrap();
            assert_eq!(object["comment"], text);
            assert_eq!(object["pg-bulk-ingest"]["high-watermark"], false);
            assert_eq!(stored(Some(&comment)), Ok(Some("false")));
            assert_eq!(with_stored(Some(text), None), Ok(Some(text.to_owned())));
        }
    }

    #[test]
    fn a_definitions_text_takes_the_place_of_a_persons() {
        for (before, text, after) in [
            (None, "Shops", "Shops"),
            (Some("What a person wrote"), "Shops", "Shops"),
            (None, "{}", r#"{"comment": "{}"}"#),
            (None, "{\"a\"}", r#"{"comment": "{\"a\"}"}"#),
            (
                Some(r#"{"a": 1.0, "pg-bulk-ingest": {"high-watermark": 1}}"#),
                "Our \"shops\"",
                r#"{"a": 1.0, "pg-bulk-ingest": {"high-watermark": 1}, "comment": "Our \"shops\""}"#,
            ),
            (Some(r#"{"comment" :"old" , "b": 2}"#), "new", r#"{"comment" :"new" , "b": 2}"#),
            (Some(r#"{"comment": 5}"#), "new", r#"{"comment": "new"}"#),
            (Some(r#"{"comment": "n\u0065w"}"#), "new", r#"{"comment": "n\u0065w"}"#),
        ] {
            assert_eq!(with_text(before, text).as_deref(), Ok(after));
            assert_eq!(with_text(Some(after), text).as_deref(), Ok(after));
        }
        assert_eq!(with_text(Some("{\"a\": NaN}"), "text"), Err(Unreadable));
    }

    #[test]
    fn an_object_that_cannot_be_read_is_an_error_and_no_reset() {
        for comment in [
            r#"{"pg-bulk-ingest": {"high-watermark": NaN}}"#,
            r#"{"\ud800": 1, "pg-bulk-ingest": {"high-watermark": 1}}"#,
            r#"{"pg-bulk-ingest": "x"}"#,
            r#"{"pg-bulk-ingest": {"high-watermark": 1},}"#,
        ] {
            assert_eq!(stored(Some(comment)), Err(Unreadable), "{comment}");
            assert_eq!(with_stored(Some(comment), Some("1")), Err(Unreadable), "{comment}");
        }
    }

    #[test]
    fn zero_empty_false_and_null_are_watermarks() {
        for watermark in ["0", "\"\"", "false", "null"] {
            let comment = with_stored(None, Some(watermark)).unwrap();
            assert_eq!(stored(comment.as_deref()), Ok(Some(watermark)));
        }
    }

    #[test]
    fn of_a_repeated_key_the_last_counts() {
        let comment = r#"{"pg-bulk-ingest": {"high-watermark": 1, "high-watermark": 2}}"#;
        assert_eq!(stored(Some(comment)), Ok(Some("2")));
        let written = with_stored(Some(comment), Some("3")).unwrap();
        assert_eq!(stored(written.as_deref()), Ok(Some("3")));
        let cleared = with_stored(Some(comment), None).unwrap();
        assert_eq!(stored(cleared.as_deref()), Ok(None));
    }
}
