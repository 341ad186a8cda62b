//! Names as they reach SQL: always quoted.

use std::fmt;

/// The greatest length of a name in bytes: PostgreSQL's `NAMEDATALEN`, less one. A longer name
/// would be cut silently.
pub(crate) const MAX_NAME: usize = 63;

/// A name. Displays quoted, as SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
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
/// Serializes as an object of `schema` and `name`, unquoted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
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
        fnv(&format!("pg-bulk-ingest\0{}\0{}", self.schema(), self.name()))
    }

    /// A digest of the name and of what is told apart under it.
    pub(crate) fn digest_with(&self, more: &str) -> u64 {
        fnv(&format!("pg-bulk-ingest\0{}\0{}\0{more}", self.schema(), self.name()))
    }

    /// The names of a table that is to replace this one, until it does; the first that is free is
    /// used.
    pub(crate) fn fresh_names(&self) -> impl Iterator<Item = String> {
        numbered(self.name(), "pg_bulk_ingest_fresh").take(CANDIDATES)
    }

    /// The names of an empty table by which PostgreSQL says how it spells the definition of this
    /// one.
    pub(crate) fn twin_names(&self) -> impl Iterator<Item = String> {
        numbered(self.name(), "pg_bulk_ingest_twin").take(CANDIDATES)
    }

    /// The table of the rows of this one that are set aside.
    pub(crate) fn rejects(&self) -> Self {
        self.sibling(fitted(self.name(), "rejected"))
    }

    /// The view of the newest version of this table.
    pub(crate) fn latest(&self) -> Self {
        self.sibling(fitted(self.name(), "latest"))
    }

    /// The names of a partition of this table, of which this is said; the first that is free is used.
    pub(crate) fn partition_names(&self, suffix: &str) -> impl Iterator<Item = String> + use<> {
        let whole = format!("{}_{suffix}", self.name());
        let numbers = (0..CANDIDATES).map(move |number| match number {
            0 => whole.clone(),
            number => format!("{whole}_{number}"),
        });
        numbers.map(|name| digested(&name))
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

/// How many names of a table are tried.
const CANDIDATES: usize = 4;

/// FNV-1a.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// `stem_suffix`. Where that is too long, the stem is cut at a character boundary and followed by a
/// digest of the whole, so that stems that are alike as far as they fit have different names:
/// `the_beginning_of_the_ste_85944171f73967e8_suffix`.
fn fitted(stem: &str, suffix: &str) -> String {
    let whole = format!("{stem}_{suffix}");
    if whole.len() <= MAX_NAME {
        return whole;
    }
    let end = format!("_{:016x}_{suffix}", fnv(stem));
    let mut cut = MAX_NAME.saturating_sub(end.len()).min(stem.len());
    while !stem.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}{end}", &stem[..cut])
}

/// A name. Where it is too long it is cut at a character boundary and followed by a digest of the whole.
fn digested(whole: &str) -> String {
    if whole.len() <= MAX_NAME {
        return whole.to_owned();
    }
    let end = format!("_{:016x}", fnv(whole));
    let mut cut = MAX_NAME - end.len();
    while !whole.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}{end}", &whole[..cut])
}

/// `stem_suffix`, `stem_suffix1`, `stem_suffix2` and so on, each cut to fit.
fn numbered(stem: &str, suffix: &str) -> impl Iterator<Item = String> {
    let numbers = std::iter::once(String::new()).chain((1_u32..).map(|number| number.to_string()));
    numbers.map(move |number| fitted(stem, &format!("{suffix}{number}")))
}

/// A name `stem_suffix` that is not among those that are taken: numbered if it is, and cut to fit,
/// as the only names that are, by [`fitted`].
pub(crate) fn free_name(stem: &str, suffix: &str, taken: &[String]) -> String {
    free_name_unless(stem, suffix, |name| taken.contains(name))
}

/// The first name as [`free_name`] chooses them that is not taken.
pub(crate) fn free_name_unless(
    stem: &str,
    suffix: &str,
    is_taken: impl Fn(&String) -> bool,
) -> String {
    numbered(stem, suffix).find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Ident, Literal, MAX_NAME, QualifiedName, fitted, free_name};
    use std::collections::BTreeSet;

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
        assert!(name.starts_with(&format!("{}_", "é".repeat(21))) && name.ends_with("_idx"));
        assert_eq!(name.len(), 63);
        assert_eq!(fitted("my_table_value", "idx"), "my_table_value_idx");
        assert_eq!(fitted(&"a".repeat(59), "idx"), format!("{}_idx", "a".repeat(59)));
    }

    /// Whatever names have in common at their beginning, their end, or both.
    #[test]
    fn names_that_are_cut_stay_apart() {
        let fillings = ["a", "é", "🦀", "ab_", "_", "pg_bulk_ingest_fresh_"];
        let differences = ["", "_", "0", "1", "a", "b", "é", "è", "10", "01", "_pg_bulk_ingest"];
        for suffix in ["idx", "not_null", "pg_bulk_ingest_fresh", "pg_bulk_ingest_not_null"] {
            let mut stems = BTreeSet::new();
            for filling in fillings {
                for (before, after) in (0..=MAX_NAME).flat_map(|n| [(n, 0), (0, n), (n, 5)]) {
                    let (before, after) = (filling.repeat(before), filling.repeat(after));
                    let fits = |stem: &String| !stem.is_empty() && stem.len() <= 2 * MAX_NAME;
                    let stem = |difference: &&str| format!("{before}{difference}{after}");
                    stems.extend(differences.iter().map(stem).filter(fits));
                }
            }
            let names = stems.iter().map(|stem| fitted(stem, suffix)).collect::<BTreeSet<_>>();
            assert_eq!(names.len(), stems.len());
            assert!(names.iter().all(|name| name.len() <= MAX_NAME && name.ends_with(suffix)));
        }
    }

    #[test]
    fn names_of_partitions_stay_apart() {
        let names = |table: &str, suffix: &str| {
            QualifiedName::new("s", table).partition_names(suffix).collect::<Vec<_>>()
        };
        assert_eq!(
            names("t", "2026_01"),
            ["t_2026_01", "t_2026_01_1", "t_2026_01_2", "t_2026_01_3"]
        );
        let long = "é".repeat(40);
        let of_long = [format!("{long}a"), format!("{long}b")].map(|suffix| names("t", &suffix));
        let all =
            of_long.iter().flatten().chain(&names(&long, "a")).cloned().collect::<BTreeSet<_>>();
        assert_eq!(all.len(), 12);
        assert!(all.iter().all(|name| name.len() <= MAX_NAME));
    }

    #[test]
    fn a_name_that_is_taken_is_numbered() {
        let mut taken = Vec::new();
        for stem in ["t", &"t".repeat(MAX_NAME)] {
            for _ in 0..12 {
                let name = free_name(stem, "idx", &taken);
                assert!(name.len() <= MAX_NAME);
                taken.push(name);
            }
        }
        assert_eq!(taken[..3], ["t_idx", "t_idx1", "t_idx2"]);
        assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 24);
    }
}
