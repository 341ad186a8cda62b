//! A table as it will be once columns of it have other names.

use super::{LiveTable, Surroundings};
use crate::ident::Ident;
use std::collections::BTreeMap;

/// Names of columns, each with the one that it gets.
pub(crate) type Names = BTreeMap<String, String>;

impl LiveTable {
    /// Returns the table under the names that its columns get.
    pub(crate) fn renamed(&self, names: &Names) -> Self {
        let mut table = self.clone();
        let rename = |name: &mut String| {
            if let Some(to) = names.get(name) {
                name.clone_from(to);
            }
        };
        for column in &mut table.shape.columns {
            rename(&mut column.name);
            column.default = column.default.as_ref().map(|default| in_sql(default, names));
        }
        for index in &mut table.shape.indexes {
            index.rename(names);
        }
        table.leftovers.iter_mut().filter_map(|left| left.column.as_mut()).for_each(rename);
        table
    }
}

impl Surroundings {
    /// Returns what is around the table under the names that its columns get.
    pub(crate) fn renamed(mut self, names: &Names) -> Self {
        let bound = &mut self.bound;
        let lists =
            [&mut bound.inherited, &mut bound.inherited_not_null, &mut bound.partition_keys];
        let dependents = self.dependents.iter_mut().filter_map(|other| other.column.as_mut());
        for name in dependents.chain(lists.into_iter().flatten()) {
            if let Some(to) = names.get(name) {
                name.clone_from(to);
            }
        }
        self.tree.rename(names);
        self
    }
}

/// SQL as PostgreSQL prints it, with other names for columns. What is told from it is told before the
/// columns are renamed, to plan; afterwards the server is asked.
pub(super) fn in_sql(sql: &str, names: &Names) -> String {
    let mut renamed = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted(rest, '\''),
            '"' => quoted(rest, '"'),
            _ if is_in_name(first) => rest.find(|c| !is_in_name(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, others) = rest.split_at(length);
        let name = match first {
            '"' => token.trim_matches('"').to_owned(),
            _ => token.to_owned(),
        };
        // A name of a function, a type, a collation or something in a schema is no column's.
        let before = renamed.trim_end();
        let is_other = others.starts_with('(')
            || others.starts_with('.')
            || before.ends_with("::")
            || before.ends_with('.')
            || before.ends_with("COLLATE");
        match names.get(&name).filter(|_| !is_other && first != '\'') {
            Some(to) => renamed += &spelled(to),
            None => renamed += token,
        }
        rest = others;
    }
    renamed
}

/// The length of a text that begins with a quotation mark.
fn quoted(text: &str, mark: char) -> usize {
    let end = text.char_indices().skip(1).find(|(_, c)| *c == mark);
    end.map_or(text.len(), |(at, _)| at + 1)
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// A name as PostgreSQL prints it, but for words of its own.
fn spelled(name: &str) -> String {
    let is_plain = !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain { name.to_owned() } else { Ident::new(name).to_string() }
}

#[cfg(test)]
mod tests {
    use super::{Names, in_sql};

    #[test]
    fn columns_are_renamed_in_sql_and_nothing_else() {
        let names = [("a", "b"), ("date", "day"), ("A b", "C d")];
        let names = names.map(|(from, to)| (from.to_owned(), to.to_owned()));
        let names = names.into_iter().collect::<Names>();
        for (sql, renamed) in [
            ("btree (a, ab DESC) INCLUDE (c)", "btree (b, ab DESC) INCLUDE (c)"),
            ("btree (a(a)) WHERE (a > 'a'::text)", "btree (a(b)) WHERE (b > 'a'::text)"),
            ("btree (((date)::date), \"A b\")", "btree (((day)::date), \"C d\")"),
            ("btree (x COLLATE \"A b\")", "btree (x COLLATE \"A b\")"),
            ("nextval('a'::regclass)", "nextval('a'::regclass)"),
        ] {
            assert_eq!(in_sql(sql, &names), renamed);
        }
    }
}
