//! The table of the rows of another table that are set aside, as SQL.

use crate::ident::{Ident, Literal, QualifiedName, list};
use crate::report::Rejected;
use crate::statement::{LockMode, Statement};

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

/// Adds rows of a batch of a source to it, whose values are parameters: see [`Values`].
pub(crate) fn insert(rejects: &QualifiedName, source: &str, batch: u64) -> String {
    let columns = list(COLUMNS.iter().map(|(name, _)| Ident::new(*name)));
    let source = Literal(source);
    format!(
        "INSERT INTO {rejects} ({columns}) SELECT {batch}, kept.row_number, kept.column_name, \
         kept.sqlstate, kept.reason, kept.row::pg_catalog.jsonb, {source}, pg_catalog.now() \
         FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.int8[]), {}) \
         AS kept(row_number, column_name, sqlstate, reason, row)",
        list((2..=5).map(|at| format!("pg_catalog.unnest(${at}::pg_catalog.text[])")))
    )
}

/// The parameters of [`insert`], each with a value for each row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Values {
    pub(crate) row_numbers: Vec<i64>,
    pub(crate) columns: Vec<Option<String>>,
    pub(crate) sqlstates: Vec<Option<String>>,
    pub(crate) reasons: Vec<String>,
    /// The rows themselves, as JSON.
    pub(crate) rows: Vec<Option<String>>,
}

impl Values {
    /// Of rows with what is known of each as JSON.
    pub(crate) fn of<'a>(rows: impl Iterator<Item = (&'a Rejected, Option<&'a str>)>) -> Self {
        let mut values = Self::default();
        for (rejected, row) in rows {
            values.row_numbers.push(i64::try_from(rejected.row).unwrap_or(i64::MAX));
            values.columns.push(rejected.column.clone());
            values.sqlstates.push(rejected.sqlstate.clone());
            // No text of PostgreSQL has a NUL.
            values.reasons.push(rejected.message.replace('\0', "\u{fffd}"));
            values.rows.push(row.map(str::to_owned));
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::{Values, create, insert};
    use crate::ident::QualifiedName;
    use crate::report::Rejected;
    use crate::statement::script;

    #[test]
    fn values_of_rows_are_parameters() {
        let sql = insert(&QualifiedName::new("s", "t_rejected"), "a'b", 2);
        assert!(sql.starts_with(r#"INSERT INTO "s"."t_rejected" ("batch", "row_number""#), "{sql}");
        assert!(sql.contains("SELECT 2, ") && sql.contains("E'a''b'"), "{sql}");
        let rejected = Rejected {
            table: QualifiedName::new("s", "t"),
            batch: 2,
            row: 7,
            column: None,
            sqlstate: None,
            message: "a\0b".to_owned(),
        };
        let values = Values::of([(&rejected, Some("{}"))].into_iter());
        assert_eq!((&*values.row_numbers, &*values.reasons[0]), (&[7][..], "a\u{fffd}b"));
        assert_eq!(values.rows, [Some("{}".to_owned())]);
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
