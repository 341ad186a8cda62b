//! Names of indexes, as PostgreSQL itself would choose them.

use crate::catalog::IndexShape;
use crate::ident::free_name_unless;

/// The suffix of an index of a partition that is not attached yet, by which it is known to be ours.
pub(super) const UNATTACHED: &str = "pg_bulk_ingest_index";

/// Whether an index of a partition that is no part of another was built to become one.
pub(crate) fn is_to_be_attached(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    name.strip_suffix(UNATTACHED).is_some_and(|stem| stem.ends_with('_'))
}

/// A name for an index of a table: `my_table_value_idx`, `my_table_value_key`, `my_table_pkey`.
/// Numbered if it is among those that are taken.
pub(crate) fn index_name(table: &str, index: &IndexShape, taken: &[String]) -> String {
    index_name_unless(table, index, |name| taken.contains(name))
}

/// The first name as [`index_name`] chooses them that is not taken.
pub(super) fn index_name_unless(
    table: &str,
    index: &IndexShape,
    is_taken: impl Fn(&String) -> bool,
) -> String {
    let stem = match index.primary {
        true => table.to_owned(),
        false => format!("{table}_{}", keys(&index.form)),
    };
    let suffix = match (index.primary, index.unique) {
        (true, _) => "pkey",
        (false, true) => "key",
        (false, false) => "idx",
    };
    free_name_unless(&stem, suffix, is_taken)
}

/// What the keys of an index are over: `a_lower` of `btree (a DESC, lower(b)) WHERE …`.
pub(super) fn keys(form: &str) -> String {
    split(form).iter().map(|key| word(key)).collect::<Vec<_>>().join("_")
}

/// The columns that the key of a unique constraint is over.
pub(super) fn key_columns(form: &str) -> Vec<String> {
    let name = |key: &String| {
        let key = key.trim();
        let quoted = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
        quoted.map_or_else(|| key.to_owned(), |name| name.replace("\"\"", "\""))
    };
    split(form).iter().map(name).collect()
}

/// The keys of an index, as PostgreSQL prints them.
fn split(form: &str) -> Vec<String> {
    let inside = form.split_once('(').map_or("", |(_, rest)| rest);
    let mut depth = 0_u32;
    let mut quoted = false;
    let mut keys = vec![String::new()];
    for c in inside.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => break,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                keys.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(key) = keys.last_mut() {
            key.push(c);
        }
    }
    keys
}

/// What stands for a key in a name: the column, or the function of an expression.
fn word(key: &str) -> String {
    let key = key.trim().trim_start_matches('(');
    if let Some(name) = key.strip_prefix('"') {
        return name.split('"').next().unwrap_or_default().to_owned();
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
    let word = key.split(|c| !is_part(c)).next().unwrap_or_default();
    match word.rsplit('.').next() {
        Some(word) if !word.is_empty() => word.to_owned(),
        _ => "expr".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{index_name, key_columns};
    use crate::catalog::IndexShape;

    #[test]
    fn names_are_readable_and_free() {
        let name = |form: &str, unique, primary, taken: &[String]| {
            index_name("t", &IndexShape::predicted(form.to_owned(), unique, primary), taken)
        };
        assert_eq!(name("btree (a)", false, false, &[]), "t_a_idx");
        assert_eq!(name("btree (a, b DESC) INCLUDE (c)", true, false, &[]), "t_a_b_key");
        assert_eq!(name("btree (a)", true, true, &[]), "t_pkey");
        assert_eq!(name("btree (lower(a), ((b + 1)))", false, false, &[]), "t_lower_b_idx");
        assert_eq!(name("btree (public.f(a, b), c)", false, false, &[]), "t_f_c_idx");
        assert_eq!(name("btree (\"A, (b\")", false, false, &[]), "t_A, (b_idx");
        let taken = ["t_a_idx".to_owned(), "t_a_idx1".to_owned()];
        assert_eq!(name("btree (a)", false, false, &taken), "t_a_idx2");
    }

    #[test]
    fn columns_are_read_from_a_constraint() {
        let columns = key_columns("btree (a, \"B, \"\"(c\", d) INCLUDE (e)");
        assert_eq!(columns, ["a", "B, \"(c", "d"]);
    }

    #[test]
    fn names_fit() {
        let form = format!("btree ({})", "é".repeat(40));
        let name = index_name("t", &IndexShape::predicted(form, false, false), &[]);
        assert!(name.len() <= 63 && name.ends_with("_idx"), "{name}");
    }
}
