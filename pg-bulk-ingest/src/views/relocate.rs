//! The text of a view's query, over relations of the same names in other schemas.

use crate::ident::{Ident, QualifiedName};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The schemas in which relations are looked for instead.
#[derive(Default)]
pub(super) struct Moved {
    to: HashMap<QualifiedName, Ident>,
    /// The schemas in which they are.
    schemas: HashSet<String>,
    /// Their names, as a string may have them, and the lengths of these.
    names: HashSet<String>,
    lengths: BTreeSet<usize>,
}

impl Moved {
    pub(super) fn insert(&mut self, name: QualifiedName, schema: Ident) {
        self.schemas.insert(name.schema().to_owned());
        let quoted = name.name().replace('"', "\"\"").replace('\'', "''");
        for name in [name.name().to_owned(), quoted] {
            self.lengths.insert(name.len());
            self.names.insert(name);
        }
        self.to.insert(name, schema);
    }

    /// The schemas in which they are looked for, each once.
    pub(super) fn targets(&self) -> Vec<Ident> {
        self.to.values().cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn has_schema(&self, name: &str) -> bool {
        self.schemas.contains(name)
    }

    /// Whether a string may name one of them. It is looked at by its own length, not by how many
    /// they are.
    fn are_named_in(&self, string: &str) -> bool {
        (0..string.len()).any(|from| {
            let parts = self.lengths.iter().filter_map(|length| string.get(from..from + length));
            parts.into_iter().any(|part| self.names.contains(part))
        })
    }
}

impl FromIterator<(QualifiedName, Ident)> for Moved {
    fn from_iter<I: IntoIterator<Item = (QualifiedName, Ident)>>(moved: I) -> Self {
        let mut all = Self::default();
        moved.into_iter().for_each(|(name, schema)| all.insert(name, schema));
        all
    }
}

/// SQL as `pg_get_viewdef` prints it, over relations that were moved. `None` if that cannot be told
/// from the text: a relation is named in a string, or an alias looks like a schema.
///
/// Only the schema's name changes, so that aliases and columns mean what they did.
pub(super) fn relocate(sql: &str, moved: &Moved) -> Option<String> {
    let mut output = String::with_capacity(sql.len());
    let mut tokens = Tokens { rest: sql }.peekable();
    let mut after_dot = false;
    while let Some(token) = tokens.next() {
        let Token { text, kind } = token;
        if let Kind::String(value) = &kind
            && moved.are_named_in(value)
        {
            return None;
        }
        let Kind::Name(schema) = kind else {
            after_dot = text == ".";
            output.push_str(text);
            continue;
        };
        if tokens.peek().is_none_or(|next| next.text != ".") {
            if moved.has_schema(&schema) {
                return None;
            }
            output.push_str(text);
            after_dot = false;
            continue;
        }
        tokens.next();
        let name = tokens.next()?;
        // A relation of the schema's name is referred to by it, as an alias would be.
        if let Kind::Name(name) = &name.kind
            && moved.has_schema(name)
        {
            return None;
        }
        let is_called = tokens.peek().is_some_and(|next| next.text == "(");
        let relation = match &name.kind {
            Kind::Name(name) if !after_dot && !is_called => Some(QualifiedName::new(schema, name)),
            _ => None,
        };
        match relation.and_then(|relation| moved.to.get(&relation)) {
            Some(schema) => output.push_str(&schema.to_string()),
            None => output.push_str(text),
        }
        output.push('.');
        output.push_str(name.text);
        after_dot = false;
    }
    Some(output)
}

struct Token<'a> {
    text: &'a str,
    kind: Kind,
}

enum Kind {
    /// A name or keyword, unquoted.
    Name(String),
    String(String),
    Other,
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        let (length, kind) = match first {
            '"' => {
                let length = quoted(self.rest, '"', false);
                let inner = self.rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                (length, Kind::Name(inner.replace("\"\"", "\"")))
            }
            '\'' => (quoted(self.rest, '\'', false), Kind::Other),
            'E' if self.rest[1..].starts_with('\'') => {
                (1 + quoted(&self.rest[1..], '\'', true), Kind::Other)
            }
            _ if is_name(first) => {
                let end = |c: char| !(is_name(c) || c.is_ascii_digit() || c == '$');
                let length = self.rest.find(end).unwrap_or(self.rest.len());
                (length, Kind::Name(self.rest[..length].to_owned()))
            }
            // A number is none of the names.
            _ if first.is_ascii_digit() => {
                let end = |c: char| !(c.is_ascii_alphanumeric() || c == '.');
                (self.rest.find(end).unwrap_or(self.rest.len()), Kind::Other)
            }
            _ => (first.len_utf8(), Kind::Other),
        };
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        let is_string = matches!(first, '\'') || first == 'E' && text.ends_with('\'');
        let kind = if is_string { Kind::String(text.to_owned()) } else { kind };
        Some(Token { text, kind })
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// The length of what is quoted at the beginning of a text. A doubled quote is part of it.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && escapes {
            characters.next();
        } else if c == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::relocate;
    use crate::ident::{Ident, QualifiedName};

    fn moved(sql: &str) -> Option<String> {
        let moved = [("public", "t"), ("My \"Schema\"", "🦀 t")]
            .map(|(schema, name)| (QualifiedName::new(schema, name), Ident::new("w")));
        relocate(sql, &moved.into_iter().collect())
    }

    #[test]
    fn relations_are_looked_for_in_another_schema() {
        for (sql, expected) in [
            ("SELECT t.id FROM public.t", "SELECT t.id FROM \"w\".t"),
            ("FROM \"public\".\"t\" x", "FROM \"w\".\"t\" x"),
            (
                "FROM \"My \"\"Schema\"\"\".\"🦀 t\" JOIN public.tt ON 'a''b' = E'\\'x'",
                "FROM \"w\".\"🦀 t\" JOIN public.tt ON 'a''b' = E'\\'x'",
            ),
            ("NULL::public.t, other.t, public.t(1)", "NULL::\"w\".t, other.t, public.t(1)"),
            ("SELECT 1.5, 2.t, a.b.c, t.public_t", "SELECT 1.5, 2.t, a.b.c, t.public_t"),
        ] {
            assert_eq!(moved(sql).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_the_text_does_not_tell_is_not_guessed() {
        for sql in [
            "SELECT 'public.t'::regclass",
            "SELECT E'\\\\public.t'",
            "SELECT public.t FROM other.s public",
            "SELECT public.t FROM public.public",
        ] {
            assert_eq!(moved(sql), None, "{sql}");
        }
    }
}
