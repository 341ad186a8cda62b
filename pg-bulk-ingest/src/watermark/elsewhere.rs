//! The name of the table in which the high watermarks are, in the comment: so that an ingest that
//! keeps them in the comment, or in another table, finds them.
//!
//! `{"pg-bulk-ingest": {"high-watermarks-in": ["ops", "ingest_state"]}}`

use super::{Comment, Unreadable, own, with_own, without_own};
use crate::ident::QualifiedName;

/// The key of the name among our own.
const ELSEWHERE: &str = "high-watermarks-in";

/// The table in which the high watermarks of the table with this comment are.
pub(crate) fn elsewhere(comment: Option<&str>) -> Result<Option<QualifiedName>, Unreadable> {
    let Comment::Object(object) = Comment::read(comment)? else { return Ok(None) };
    let Some(own) = own(&object)? else { return Ok(None) };
    let Some(json) = own.get(ELSEWHERE) else { return Ok(None) };
    let (schema, name) = serde_json::from_str::<(String, String)>(json).map_err(|_| Unreadable)?;
    Ok(Some(QualifiedName::new(schema, name)))
}

/// The comment that names this table as the one in which the high watermarks are; with `None`, the comment
/// that names no table.
pub(crate) fn with_elsewhere(
    comment: Option<&str>,
    table: Option<&QualifiedName>,
) -> Result<Option<String>, Unreadable> {
    let Some(table) = table else { return without_own(comment, ELSEWHERE) };
    let json = serde_json::Value::from(vec![table.schema(), table.name()]).to_string();
    with_own(comment, ELSEWHERE, &json).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{elsewhere, with_elsewhere};
    use crate::ident::QualifiedName;
    use crate::watermark::{Unreadable, stored, with_stored};

    #[test]
    fn a_table_is_named_and_the_rest_of_the_comment_kept() {
        let table = QualifiedName::new("ops", "ingest \"state\"");
        for before in [
            None,
            Some("a person's text"),
            Some(r#"{"a": 1e400}"#),
            Some(r#"{"pg-bulk-ingest": {"high-watermark": 7, "made": {"table": true}}}"#),
        ] {
            let named = with_elsewhere(before, Some(&table)).unwrap();
            assert_eq!(elsewhere(named.as_deref()), Ok(Some(table.clone())), "{named:?}");
            assert_eq!(stored(named.as_deref()), stored(before), "{named:?}");
            assert_eq!(with_elsewhere(named.as_deref(), Some(&table)), Ok(named.clone()));
            let back = with_elsewhere(named.as_deref(), None).unwrap();
            assert_eq!(elsewhere(back.as_deref()), Ok(None), "{back:?}");
            let restored = with_stored(back.as_deref(), Some("7")).unwrap();
            assert_eq!(stored(restored.as_deref()), Ok(Some("7")));
        }
    }

    #[test]
    fn a_name_that_is_none_is_an_error() {
        for comment in [
            r#"{"pg-bulk-ingest": {"high-watermarks-in": "ops.ingest_state"}}"#,
            r#"{"pg-bulk-ingest": {"high-watermarks-in": ["ops"]}}"#,
        ] {
            assert_eq!(elsewhere(Some(comment)), Err(Unreadable), "{comment}");
        }
        assert_eq!(elsewhere(Some("text")), Ok(None));
        assert_eq!(elsewhere(Some(r#"{"pg-bulk-ingest": {}}"#)), Ok(None));
    }
}
