//! Names in Rust of what has others in PostgreSQL.

use heck::{ToSnakeCase, ToUpperCamelCase};
use std::collections::BTreeSet;

/// Keywords of all editions, which are names only as raw identifiers.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that are no names at all.
const NEVER: &[&str] = &["crate", "self", "super", "Self", "_"];

/// What the printed text names, and a struct would hide.
const HIDING: &[&str] = &[
    "BTreeMap",
    "Bound",
    "Box",
    "Err",
    "Filled",
    "IngestEnum",
    "IngestTable",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Some",
    "String",
    "Vec",
];

/// The name of a field for a column.
pub(crate) fn field(column: &str, taken: &mut BTreeSet<String>) -> String {
    let snake =
        if is_snake(column) { column.to_owned() } else { identifier(&column.to_snake_case()) };
    let name = match snake.as_str() {
        "" => "column".to_owned(),
        digit if digit.starts_with(|first: char| first.is_numeric()) => format!("_{digit}"),
        never if NEVER.contains(&never) => format!("{never}_"),
        keyword if KEYWORDS.contains(&keyword) => format!("r#{keyword}"),
        name => name.to_owned(),
    };
    free(&name, "_", taken)
}

/// The column that a field has unless it says otherwise.
pub(crate) fn column_of(field: &str) -> &str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// The name of a struct or an enum.
pub(crate) fn type_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let camel = identifier(&name.to_upper_camel_case());
    let begins_well = camel.starts_with(char::is_alphabetic);
    let camel = if begins_well { camel } else { format!("Table{camel}") };
    let camel = if HIDING.contains(&camel.as_str()) { format!("{camel}Row") } else { camel };
    free(&camel, "", taken)
}

/// The name of a variant for a label.
pub(crate) fn variant(label: &str, taken: &mut BTreeSet<String>) -> String {
    let camel = identifier(&label.to_upper_camel_case());
    let name = match camel.as_str() {
        "" => "Label".to_owned(),
        "Self" => "Self_".to_owned(),
        digit if digit.starts_with(|first: char| !first.is_alphabetic()) => format!("Label{digit}"),
        name => name.to_owned(),
    };
    free(&name, "", taken)
}

/// Whether a name needs no change to be that of a field, unless it is a keyword.
fn is_snake(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins_well = !name.starts_with(|first: char| first.is_ascii_digit());
    begins_well
        && name.chars().all(is_part)
        && !name.trim_matches('_').contains("__")
        && name != "_"
}

/// Without what no identifier can have, from characters that are alphanumeric.
fn identifier(name: &str) -> String {
    let is_whole = syn::parse_str::<syn::Ident>(&format!("x{name}")).is_ok();
    let is_part = |c: &char| is_whole || c.is_ascii_alphanumeric() || *c == '_';
    name.chars().filter(is_part).collect()
}

/// The name, or the first that is free of those with a number after it.
fn free(name: &str, before: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2_u32..).map(|number| format!("{name}{before}{number}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    let free = candidates.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::{field, type_name, variant};
    use std::collections::BTreeSet;

    #[test]
    fn fields() {
        let mut taken = BTreeSet::new();
        for (column, expected) in [
            ("id", "id"),
            ("type", "r#type"),
            ("gen", "r#gen"),
            ("self", "self_"),
            ("CustomerId", "customer_id"),
            ("customer_id", "customer_id_2"),
            ("Order No.", "order_no"),
            ("2nd", "_2nd"),
            ("a__b", "a_b"),
            ("_hidden", "_hidden"),
            ("", "column"),
            ("%", "column_2"),
            ("größe", "größe"),
            ("½", "column_3"),
            ("_", "column_4"),
        ] {
            assert_eq!(field(column, &mut taken), expected, "{column}");
        }
    }

    #[test]
    fn structs() {
        let mut taken = BTreeSet::new();
        for (table, expected) in [
            ("order_items", "OrderItems"),
            ("OrderItems", "OrderItems2"),
            ("2020 sales", "Table2020Sales"),
            ("option", "OptionRow"),
            ("---", "Table"),
        ] {
            assert_eq!(type_name(table, &mut taken), expected, "{table}");
        }
    }

    #[test]
    fn variants() {
        let mut taken = BTreeSet::new();
        for (label, expected) in [
            ("in transit", "InTransit"),
            ("in-transit", "InTransit2"),
            ("self", "Self_"),
            ("42", "Label42"),
            ("+", "Label"),
            ("-", "Label2"),
        ] {
            assert_eq!(variant(label, &mut taken), expected, "{label}");
        }
    }
}
