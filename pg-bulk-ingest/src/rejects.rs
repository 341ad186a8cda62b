//! The table of the rows of another table that are set aside, as SQL.

use crate::ident::{Ident, Literal, QualifiedName, list};
use crate::statement::{LockMode, Statement};
use tokio_postgres::SimpleQueryMessage;

/// The columns, and their types.
pub(crate) const COLUMNS: [(&str, &str); 8] = [
    ("batch", "bigint"),
    ("row_number", "bigint"),
    ("column_name", "text"),
    ("sqlstate", "text"),
    ("reason", "text"),
    ("row", "jsonb"),
    ("source", "text"),
    ("at", "timestamp with time zone"),
];

/// Those that have a value in each row.
const NOT_NULL: [&str; 5] = ["batch", "row_number", "reason", "source", "at"];

/// A row of it.
#[derive(Debug, Clone)]
pub(crate) struct Reject<'a> {
    pub(crate) batch: u64,
    pub(crate) row_number: u64,
    pub(crate) column: Option<&'a str>,
    pub(crate) sqlstate: Option<&'a str>,
    pub(crate) reason: &'a str,
    /// The row itself, as JSON.
    pub(crate) row: Option<&'a str>,
}

/// Asks who reads a table, all its rows and columns, but for the role itself. `NULL`: everybody.
pub(crate) fn readers(oid: u32) -> String {
    format!(
        "SELECT DISTINCT CASE WHEN acl.grantee OPERATOR(pg_catalog.<>) 0::pg_catalog.oid \
         THEN pg_catalog.pg_get_userbyid(acl.grantee) END \
         FROM pg_catalog.pg_class c, pg_catalog.aclexplode(COALESCE(c.relacl, \
         pg_catalog.acldefault('r', c.relowner))) acl \
         WHERE c.oid OPERATOR(pg_catalog.=) {oid}::pg_catalog.oid \
         AND acl.privilege_type OPERATOR(pg_catalog.=) 'SELECT' \
         AND (NOT c.relrowsecurity OR acl.grantee OPERATOR(pg_catalog.=) c.relowner) \
         AND pg_catalog.pg_get_userbyid(acl.grantee) OPERATOR(pg_catalog.<>) CURRENT_USER \
         ORDER BY 1"
    )
}

/// Reads the answer to [`readers`], as SQL.
pub(crate) fn read_readers(messages: &[SimpleQueryMessage]) -> Vec<String> {
    let reader = |name: Option<&str>| match name {
        Some(name) => Ident::new(name).to_string(),
        None => "PUBLIC".to_owned(),
    };
    rows(messages).map(|row| reader(row.get(0))).collect()
}

fn rows(messages: &[SimpleQueryMessage]) -> impl Iterator<Item = &tokio_postgres::SimpleQueryRow> {
    messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}

/// Creates it for a table, for those who read that.
pub(crate) fn create(
    rejects: &QualifiedName,
    table: &QualifiedName,
    readers: &[String],
) -> Vec<Statement> {
    let columns = COLUMNS.map(|(name, sql_type)| {
        let not_null = if NOT_NULL.contains(&name) { " NOT NULL" } else { "" };
        format!("{} {sql_type}{not_null}", Ident::new(name))
    });
    let create = format!("CREATE TABLE {rejects} ({})", columns.join(", "));
    let purpose = "rows that are set aside are kept in it";
    let comment = format!("Rows that were set aside, and not loaded into {table}");
    let comment = format!("COMMENT ON TABLE {rejects} IS {}", Literal(&comment));
    let comment = Statement::new(comment, LockMode::ShareUpdateExclusive, "it says what it is");
    let grant = |readers: &[String]| {
        let sql = format!("GRANT SELECT ON TABLE {rejects} TO {}", list(readers));
        Statement::new(sql, LockMode::AccessExclusive, "they read the table that the rows are of")
    };
    let grant = (!readers.is_empty()).then(|| grant(readers));
    let create = Statement::new(create, LockMode::None, purpose);
    [create, comment].into_iter().chain(grant).collect()
}

/// Adds rows of a batch of a source to it. [`texts`] are its parameter: no value of a row is in it.
pub(crate) fn insert(rejects: &QualifiedName, source: &str, rows: &[Reject<'_>]) -> String {
    let literal = |text: Option<&str>| {
        text.map_or_else(|| "NULL".to_owned(), |text| Literal(text).to_string())
    };
    let source = Literal(source);
    let values = rows.iter().enumerate().map(|(at, reject)| {
        let Reject { batch, row_number, column, sqlstate, .. } = reject;
        let (column, sqlstate) = (literal(*column), literal(*sqlstate));
        let text = |more: usize| format!("($1::pg_catalog.text[])[{}]", 2 * at + more);
        let (reason, row) = (text(1), text(2));
        format!(
            "({batch}, {row_number}, {column}, {sqlstate}, {reason}, {row}::pg_catalog.jsonb, \
             {source}, pg_catalog.now())"
        )
    });
    let columns = list(COLUMNS.iter().map(|(name, _)| Ident::new(*name)));
    format!("INSERT INTO {rejects} ({columns}) VALUES {}", list(values))
}

/// Why each was set aside, and each as JSON.
pub(crate) fn texts(rows: &[Reject<'_>]) -> Vec<Option<String>> {
    // No text of PostgreSQL has a NUL.
    let reason = |reject: &Reject<'_>| Some(reject.reason.replace('\0', "\u{fffd}"));
    let texts = |reject: &Reject<'_>| [reason(reject), reject.row.map(str::to_owned)];
    rows.iter().flat_map(texts).collect()
}

#[cfg(test)]
mod tests {
    use super::{Reject, create, insert};
    use crate::ident::QualifiedName;
    use crate::statement::script;

    #[test]
    fn values_of_rows_are_in_the_parameter_alone() {
        let row = |column, reason, row| Reject {
            batch: 2,
            row_number: 7,
            column,
            sqlstate: None,
            reason,
            row,
        };
        let json = Some(r#"{"id": 1}"#);
        let rows = [row(Some("it's"), "a\0b", json), row(None, "c", None)];
        let sql = insert(&QualifiedName::new("s", "t_rejected"), "a'b", &rows);
        assert!(sql.starts_with(r#"INSERT INTO "s"."t_rejected" ("batch", "row_number""#), "{sql}");
        let texts = |a, b| format!("($1::pg_catalog.text[])[{a}], ($1::pg_catalog.text[])[{b}]::");
        for (column, texts) in [("E'it''s'", texts(1, 2)), ("NULL", texts(3, 4))] {
            let row = format!("(2, 7, {column}, NULL, {texts}pg_catalog.jsonb, E'a''b', ");
            assert!(sql.contains(&row), "{sql}");
        }
        let texts = [Some("a\u{fffd}b"), json, Some("c"), None];
        assert_eq!(super::texts(&rows), texts.map(|text| text.map(str::to_owned)));
    }

    #[test]
    fn only_those_are_granted_it_who_are_there() {
        let (rejects, table) =
            (QualifiedName::new("s", "t_rejected"), QualifiedName::new("s", "t"));
        assert!(!script(&create(&rejects, &table, &[])).contains("GRANT"));
        let readers = ["\"a\"".to_owned(), "PUBLIC".to_owned()];
        let sql = script(&create(&rejects, &table, &readers));
        assert!(
            sql.contains("GRANT SELECT ON TABLE \"s\".\"t_rejected\" TO \"a\", PUBLIC"),
            "{sql}"
        );
    }
}
