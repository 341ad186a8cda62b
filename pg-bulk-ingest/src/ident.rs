//! Names as they reach SQL: always quoted.

use std::fmt;

/// The greatest length of a name in bytes: PostgreSQL's `NAMEDATALEN`, less one. A longer name
/// would be cut silently.
pub(crate) const MAX_NAME: usize = 63;

/// A name. Displays quoted, as SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ident(String);

impl Ident {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

/// The name of a table or type with that of its schema. Displays quoted, as SQL: `"my_schema"."my_table"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedName {
    schema: Ident,
    name: Ident,
}

impl QualifiedName {
    /// The table `name` in `schema`, both as PostgreSQL stores them, unquoted.
    #[must_use]
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: Ident::new(schema), name: Ident::new(name) }
    }

    /// The schema, unquoted.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.schema.as_str()
    }

    /// The table's name in its schema, unquoted.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The schema's name as SQL.
    pub(crate) fn schema_ident(&self) -> &Ident {
        &self.schema
    }

    /// The table's name in its schema as SQL.
    pub(crate) fn name_ident(&self) -> &Ident {
        &self.name
    }

    /// A digest of the name: FNV-1a, the same for every client.
    pub(crate) fn digest(&self) -> u64 {
        let text = format!("pg-bulk-ingest\0{}\0{}", self.schema(), self.name());
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// What the names of tables begin with through which the rows of this one go.
    pub(crate) fn part_prefix(&self) -> String {
        format!("pg_bulk_ingest_{:016x}_", self.digest())
    }

    /// Another name in the same schema.
    pub(crate) fn sibling(&self, name: impl Into<String>) -> Self {
        Self { schema: self.schema.clone(), name: Ident::new(name) }
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// A string as an SQL literal, right whatever `standard_conforming_strings` is.
pub(crate) struct Literal<'a>(pub(crate) &'a str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E'{}'", self.0.replace('\\', "\\\\").replace('\'', "''"))
    }
}

/// A list of SQL fragments, separated by commas.
pub(crate) fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// `stem_suffix`, the stem cut at a character boundary so that the name fits.
pub(crate) fn fitted(stem: &str, suffix: &str) -> String {
    let mut end = stem.len().min(MAX_NAME.saturating_sub(suffix.len() + 1));
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{suffix}", &stem[..end])
}

#[cfg(test)]
mod tests {
    use super::{Ident, Literal, QualifiedName, fitted};

    #[test]
    fn names_are_quoted() {
        assert_eq!(Ident::new("a\"b").to_string(), "\"a\"\"b\"");
        assert_eq!(QualifiedName::new("a.b", "🦀 $1").to_string(), "\"a.b\".\"🦀 $1\"");
    }

    #[test]
    fn literals_are_escaped() {
        assert_eq!(Literal(r"a'\b").to_string(), r"E'a''\\b'");
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        let name = fitted(&"é".repeat(40), "idx");
        assert_eq!(name, format!("{}_idx", "é".repeat(29)));
        assert_eq!(fitted("my_table_value", "idx"), "my_table_value_idx");
    }
}
