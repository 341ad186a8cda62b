//! The statements that make an enum type what its definition says.

use super::create_schema;
use crate::catalog::FoundEnum;
use crate::definition::EnumType;
use crate::ident::{Literal, list};
use crate::statement::{LockMode, Statement};

/// Creates the enum types that do not exist, and their schemas: in the order of their names, so
/// that two sessions that create the same ones never wait for each other.
pub(crate) fn create_enum_types(enums: &[&EnumType], found: &[FoundEnum]) -> Vec<Statement> {
    let mut missing = enums
        .iter()
        .filter_map(|enum_type| Some((FoundEnum::of(found, enum_type)?, *enum_type)))
        .filter(|(found, _)| found.live.is_none())
        .collect::<Vec<_>>();
    missing.sort_by_key(|(_, enum_type)| enum_type.qualified_name());
    missing.dedup_by_key(|(_, enum_type)| enum_type.qualified_name());
    let mut statements: Vec<Statement> = Vec::new();
    for (found, enum_type) in missing {
        let schema = create_schema(&enum_type.qualified_name());
        if !found.schema_exists && !statements.contains(&schema) {
            statements.push(schema);
        }
        statements.push(create_enum_type(enum_type));
    }
    statements
}

fn create_enum_type(enum_type: &EnumType) -> Statement {
    let name = enum_type.qualified_name();
    let labels = list(enum_type.labels().iter().map(|label| Literal(label)));
    let sql = format!("CREATE TYPE {name} AS ENUM ({labels})");
    Statement::new(sql, LockMode::None, "the enum type does not exist")
}

/// Adds the labels that a live enum type lacks, each where the definition has it: after the one
/// before it, or, if there is none, before the first one after it that is there. The order of the
/// labels that are there stays, as PostgreSQL cannot change it.
///
/// Each is for a message of its own, outside a transaction: a label cannot be used in the
/// transaction that adds it.
pub(crate) fn add_labels(enum_type: &EnumType, live: &[String]) -> Vec<Statement> {
    let name = enum_type.qualified_name();
    let is_live = |label: &str| live.iter().any(|live| live == label);
    let first = enum_type.labels().iter().find(|label| is_live(label));
    let mut before: Option<&str> = None;
    let mut statements = Vec::new();
    for label in enum_type.labels() {
        if !is_live(label) {
            let place = match (before, first) {
                (Some(before), _) => format!(" AFTER {}", Literal(before)),
                (None, Some(first)) => format!(" BEFORE {}", Literal(first)),
                (None, None) => String::new(),
            };
            let label = Literal(label);
            let sql = format!("ALTER TYPE {name} ADD VALUE IF NOT EXISTS {label}{place}");
            statements.push(Statement::new(sql, LockMode::None, "the enum type lacks the label"));
        }
        before = Some(label);
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::add_labels;
    use crate::definition::EnumType;

    #[test]
    fn labels_are_added_where_the_definition_has_them() {
        const ADD: &str = r#"ALTER TYPE "s"."e" ADD VALUE IF NOT EXISTS "#;
        for (defined, live, expected) in [
            (&["a", "b"] as &'static [&'static str], &["a", "b"] as &[&str], &[] as &[&str]),
            (&["a", "b", "c"], &["a", "c"], &["E'b' AFTER E'a'"]),
            (&["a", "b", "c"], &["c"], &["E'a' BEFORE E'c'", "E'b' AFTER E'a'"]),
            (&["a", "b", "c"], &["a"], &["E'b' AFTER E'a'", "E'c' AFTER E'b'"]),
            (&["a", "b"], &["x", "b"], &["E'a' BEFORE E'b'"]),
            (&["a", "b"], &["x"], &["E'a'", "E'b' AFTER E'a'"]),
            (&["a", "b"], &[], &["E'a'", "E'b' AFTER E'a'"]),
            (&["a", "n", "b"], &["b", "a"], &["E'n' AFTER E'a'"]),
            (&["it's", r"\"], &["it's"], &[r"E'\\' AFTER E'it''s'"]),
        ] {
            let live = live.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
            let statements = add_labels(&EnumType::new("s", "e", defined), &live);
            let sql = statements.iter().map(|statement| statement.sql().replace(ADD, ""));
            assert_eq!(sql.collect::<Vec<_>>(), expected, "{defined:?} of {live:?}");
        }
    }
}
