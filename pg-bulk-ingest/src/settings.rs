//! The settings on which it depends how PostgreSQL reads and writes values, and what each is set to
//! for the statements of ours whose outcome must not depend on them.
//!
//! They are set for these statements alone: triggers, defaults, generated columns and hooks see the
//! session's own. docs/decisions.md says why `standard_conforming_strings`, `lc_monetary` and some
//! others are left as they are.

use crate::statement::{LockMode, Statement};

/// A setting.
struct Setting {
    name: &'static str,
    value: &'static str,
    /// Whether it changes how the catalog's expressions and names are printed.
    prints: bool,
    /// Whether it changes what a printed expression is read as.
    reads: bool,
    /// Whether it changes the outcome of a cast.
    casts: bool,
}

const fn setting(name: &'static str, value: &'static str) -> Setting {
    Setting { name, value, prints: false, reads: false, casts: false }
}

impl Setting {
    const fn prints(self) -> Self {
        Self { prints: true, ..self }
    }

    const fn reads(self) -> Self {
        Self { reads: true, ..self }
    }

    const fn casts(self) -> Self {
        Self { casts: true, ..self }
    }
}

/// All of them. What is printed under these values is read alike under every value, but for the
/// settings that say `reads`.
const SETTINGS: &[Setting] = &[
    // Before PostgreSQL 12 it is the number of digits; from 12 on every positive one is exact.
    setting("extra_float_digits", "3").prints().casts(),
    // Of `03/04/2026` nobody can tell which is the month: with this it is refused.
    setting("DateStyle", "ISO, YMD").prints().casts(),
    setting("IntervalStyle", "postgres").prints().casts(),
    // Timestamps are stored in UTC.
    setting("TimeZone", "UTC").prints().casts(),
    setting("timezone_abbreviations", "Default").casts(),
    setting("bytea_output", "hex").prints().casts(),
    setting("quote_all_identifiers", "off").prints(),
    setting("array_nulls", "on").reads().casts(),
    setting("xmloption", "content").reads().casts(),
];

/// The path under which the catalog prints the name of every object that is not PostgreSQL's own
/// with its schema.
pub(crate) const SEARCH_PATH: &str = "SET LOCAL search_path = pg_catalog";

/// A query of the catalog, whose answer then depends on no setting of the session. The settings hold
/// until the end of the transaction or savepoint, or, in a message of its own, of the message.
pub(crate) fn printed(query: &str) -> String {
    let set = SETTINGS.iter().filter(|setting| setting.prints).map(set_local);
    format!("{SEARCH_PATH};\n{};\n{query}", set.collect::<Vec<_>>().join(";\n"))
}

/// A query that casts values, the same way.
pub(crate) fn casting(query: &str) -> String {
    let set = SETTINGS.iter().filter(|setting| setting.casts).map(set_local);
    format!("{};\n{query}", set.collect::<Vec<_>>().join(";\n"))
}

/// Statements that cast values, in a transaction that goes on with the session's settings.
pub(crate) fn while_casting(statements: Vec<Statement>) -> Vec<Statement> {
    within(|setting| setting.casts, "values are read and written in one way", statements)
}

/// Statements with an expression that the catalog printed, in a transaction that goes on with the
/// session's settings. They are as they are where no setting changes what the expression is.
pub(crate) fn while_reading(expression: &str, statements: Vec<Statement>) -> Vec<Statement> {
    match is_read_by_settings(expression) {
        true => {
            within(|setting| setting.reads, "expressions are read as they were printed", statements)
        }
        false => statements,
    }
}

/// Whether it may have a literal that is, or holds, an array with NULL, or XML.
fn is_read_by_settings(expression: &str) -> bool {
    let folded = expression.to_ascii_lowercase();
    let has = |part: &str| folded.contains(part);
    has("'") && (has("{") && has("null") || has("xml") || has("'("))
}

/// Statements under UTC, in a transaction that goes on with the session's time zone.
pub(crate) fn while_in_utc(purpose: &'static str, statements: Vec<Statement>) -> Vec<Statement> {
    within(|setting| setting.name == "TimeZone", purpose, statements)
}

fn set_local(setting: &Setting) -> String {
    format!("SET LOCAL {} = '{}'", setting.name, setting.value)
}

/// Statements between one that sets settings, and one that puts them back as they were: `RESET`
/// would undo what was set in the session.
fn within(
    concerns: fn(&Setting) -> bool,
    purpose: &'static str,
    statements: Vec<Statement>,
) -> Vec<Statement> {
    if statements.is_empty() {
        return statements;
    }
    let settings = || SETTINGS.iter().filter(|setting| concerns(setting));
    let select = |calls: Vec<String>, purpose| {
        let sql = format!("SELECT {}", calls.join(", "));
        Statement::new(sql, LockMode::None, purpose)
    };
    // They are called in this order: what a setting was is kept before it is set.
    let set = settings().flat_map(|Setting { name, value, .. }| {
        [
            format!(
                "pg_catalog.set_config('pg_bulk_ingest.{name}', \
                 pg_catalog.current_setting('{name}'), true)"
            ),
            format!("pg_catalog.set_config('{name}', '{value}', true)"),
        ]
    });
    let reset = settings().map(|Setting { name, .. }| {
        format!(
            "pg_catalog.set_config('{name}', \
             pg_catalog.current_setting('pg_bulk_ingest.{name}'), true)"
        )
    });
    let set = select(set.collect(), purpose);
    let reset = select(reset.collect(), "the session's settings are as before");
    std::iter::once(set).chain(statements).chain([reset]).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_read_by_settings, printed, while_casting, while_in_utc};
    use crate::statement::{LockMode, Statement, script};

    #[test]
    fn settings_are_put_back() {
        let statement = || Statement::new("SELECT 1", LockMode::None, "a test");
        assert_eq!(
            script(&while_in_utc("a test", vec![statement()])),
            "SELECT pg_catalog.set_config('pg_bulk_ingest.TimeZone', \
             pg_catalog.current_setting('TimeZone'), true), \
             pg_catalog.set_config('TimeZone', 'UTC', true);\n\
             SELECT 1;\n\
             SELECT pg_catalog.set_config('TimeZone', \
             pg_catalog.current_setting('pg_bulk_ingest.TimeZone'), true)"
        );
        assert!(while_casting(Vec::new()).is_empty());
        assert!(script(&while_casting(vec![statement()])).contains("extra_float_digits"));
    }

    #[test]
    fn only_literals_that_settings_change_are_read_under_ours() {
        for same in
            ["(1 + 1)", "now()", "'{}'::jsonb", "'null'::text", "nextval('t_id_seq'::regclass)"]
        {
            assert!(!is_read_by_settings(same), "{same}");
        }
        for other in ["'{NULL,1}'::integer[]", "'a'::xml", "'(\"{null}\",1)'::pair"] {
            assert!(is_read_by_settings(other), "{other}");
        }
    }

    #[test]
    fn what_is_printed_has_all_names_qualified() {
        let sql = printed("SELECT 1");
        assert!(sql.starts_with("SET LOCAL search_path = pg_catalog;\n"), "{sql}");
        assert!(sql.ends_with("SET LOCAL quote_all_identifiers = 'off';\nSELECT 1"), "{sql}");
    }
}
