//! What ingests made of a table: what they may drop of it.
//!
//! It is kept in the table's comment, beside the high watermark:
//! `{"columns": ["id", "value"], "indexes": ["t_pkey"]}`. `"defaults"` are the columns that have a
//! default of the definition's; `"table": false` says that the table itself was there before. Where
//! the names take more than [`LONGEST`] bytes, each list is a string of digests of
//! [`DIGEST`] characters instead.

use crate::catalog::Shape;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The most bytes that names take in a comment, which is written again with every high watermark.
const LONGEST: usize = 2048;

/// The characters of a digest, each of 6 bits.
const DIGEST: usize = 6;

/// What ingests made of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// Whether an ingest created the table.
    pub(crate) table: bool,
    columns: Names,
    indexes: Names,
    defaults: Names,
}

/// Names of columns or indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    All,
    Listed(BTreeSet<String>),
    Digested(BTreeSet<String>),
}

/// What a change makes and unmakes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) columns: Vec<(String, bool)>,
    pub(crate) indexes: Vec<(String, bool)>,
    pub(crate) defaults: Vec<(String, bool)>,
}

impl Delta {
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.indexes.is_empty() && self.defaults.is_empty()
    }

    /// What is done after this.
    pub(crate) fn append(&mut self, after: &mut Self) {
        self.columns.append(&mut after.columns);
        self.indexes.append(&mut after.indexes);
        self.defaults.append(&mut after.defaults);
    }

    /// An index gets the name of another, which is dropped.
    pub(crate) fn renamed(&mut self, index: &str, other: &str, is_made: bool) {
        self.indexes.push((index.to_owned(), false));
        self.indexes.push((other.to_owned(), is_made));
    }
}

/// A list as it is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Names(BTreeSet<String>),
    Digests(String),
}

impl Default for Written {
    fn default() -> Self {
        Self::Names(BTreeSet::new())
    }
}

#[derive(Deserialize)]
struct WrittenMade {
    #[serde(default = "yes")]
    table: bool,
    #[serde(default)]
    columns: Written,
    #[serde(default)]
    indexes: Written,
    #[serde(default)]
    defaults: Written,
}

fn yes() -> bool {
    true
}

impl Made {
    /// Everything: what the Python package, or an earlier version, wrote.
    pub(crate) fn all() -> Self {
        let all = || Names::All;
        Self { table: true, columns: all(), indexes: all(), defaults: all() }
    }

    /// Nothing: a table that somebody else made.
    pub(crate) fn nothing() -> Self {
        let none = || Names::Listed(BTreeSet::new());
        Self { table: false, columns: none(), indexes: none(), defaults: none() }
    }

    /// All there is of a table that an ingest has just created.
    pub(crate) fn whole(shape: &Shape) -> Self {
        Self::all().of(shape)
    }

    /// Reads what a comment says. What cannot be read says that nothing was made.
    pub(crate) fn read(json: &str) -> Self {
        // serde takes an array for a struct, too.
        let object = Some(json).filter(|json| json.trim_start().starts_with('{'));
        let Some(Ok(written)) = object.map(serde_json::from_str::<WrittenMade>) else {
            return Self::nothing();
        };
        Self {
            table: written.table,
            columns: Names::read(written.columns),
            indexes: Names::read(written.indexes),
            defaults: Names::read(written.defaults),
        }
    }

    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.columns.has(name)
    }

    pub(crate) fn has_index(&self, name: &str) -> bool {
        self.indexes.has(name)
    }

    /// Whether the default of a column is of the definition.
    pub(crate) fn has_default(&self, column: &str) -> bool {
        self.defaults.has(column)
    }

    /// By the names of what there is of it in a table.
    pub(crate) fn of(&self, shape: &Shape) -> Self {
        let columns = shape.columns.iter();
        let indexes = shape.indexes.iter().map(|index| index.name.as_str());
        let defaults = columns.clone().filter(|column| column.default.is_some());
        Self {
            table: self.table,
            columns: self.columns.among(columns.map(|column| column.name.as_str())),
            indexes: self.indexes.among(indexes),
            defaults: self.defaults.among(defaults.map(|column| column.name.as_str())),
        }
    }

    /// After a change of this table.
    pub(crate) fn after(&self, shape: &Shape, delta: &Delta) -> Self {
        let mut made = self.of(shape);
        made.change(delta);
        made
    }

    /// Changes what is listed by names.
    pub(crate) fn change(&mut self, delta: &Delta) {
        self.columns.change(&delta.columns);
        self.indexes.change(&delta.indexes);
        self.defaults.change(&delta.defaults);
    }

    /// After the table was replaced by one of another shape, whose indexes get these names. With
    /// `exact`, all that it has is of the definition.
    pub(crate) fn after_swap(
        &self,
        live: &Shape,
        fresh: &Shape,
        indexes: &[(String, String)],
        exact: bool,
    ) -> Self {
        let mut renamed = fresh.clone();
        for index in &mut renamed.indexes {
            if let Some((_, name)) = indexes.iter().find(|(fresh, _)| *fresh == index.name) {
                index.name.clone_from(name);
            }
        }
        let whole = Self::whole(&renamed);
        if exact {
            return whole;
        }
        let mut made = Self { table: self.table, ..whole };
        for column in &live.columns {
            if !self.has_column(&column.name) {
                made.columns.change(&[(column.name.clone(), false)]);
            }
            if column.default.is_some() && !self.has_default(&column.name) {
                made.defaults.change(&[(column.name.clone(), false)]);
            }
        }
        for index in live.indexes.iter().filter(|index| !self.has_index(&index.name)) {
            made.indexes.change(&[(index.name.clone(), false)]);
        }
        made
    }

    /// As a comment says it.
    pub(crate) fn to_json(&self) -> String {
        let written = self.written(false);
        if written.len() <= LONGEST { written } else { self.written(true) }
    }

    fn written(&self, digested: bool) -> String {
        let mut json = format!("{{\"columns\": {}, ", self.columns.written(digested))
            + &format!("\"indexes\": {}", self.indexes.written(digested));
        if !self.defaults.is_empty() {
            json += &format!(", \"defaults\": {}", self.defaults.written(digested));
        }
        if !self.table {
            json += ", \"table\": false";
        }
        json + "}"
    }
}

impl Names {
    fn read(written: Written) -> Self {
        match written {
            Written::Names(names) => Self::Listed(names),
            Written::Digests(digests) => {
                let mut rest = digests.as_str();
                let mut read = BTreeSet::new();
                while let Some((first, others)) = rest.split_at_checked(DIGEST) {
                    read.insert(first.to_owned());
                    rest = others;
                }
                Self::Digested(read)
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Listed(names) => names.contains(name),
            Self::Digested(digests) => digests.contains(&digest(name)),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Listed(names) if names.is_empty())
    }

    fn among<'n, I: Iterator<Item = &'n str>>(&self, names: I) -> Self {
        Self::Listed(names.filter(|name| self.has(name)).map(str::to_owned).collect())
    }

    fn change(&mut self, changes: &[(String, bool)]) {
        let Self::Listed(names) = self else { return };
        for (name, is_made) in changes {
            match is_made {
                true => names.insert(name.clone()),
                false => names.remove(name),
            };
        }
    }

    fn written(&self, digested: bool) -> String {
        match self {
            Self::Listed(names) if digested => {
                let digests = names.iter().map(|name| digest(name)).collect::<BTreeSet<_>>();
                format!("\"{}\"", digests.into_iter().collect::<String>())
            }
            Self::Listed(names) => {
                let names = names.iter().map(|name| serde_json::Value::from(name.as_str()));
                let names = names.map(|name| name.to_string()).collect::<Vec<_>>();
                format!("[{}]", names.join(", "))
            }
            Self::Digested(digests) => {
                format!("\"{}\"", digests.iter().map(String::as_str).collect::<String>())
            }
            // It is written by the names of a table.
            Self::All => "[]".to_owned(),
        }
    }
}

/// A digest of a name: its FNV-1a hash, of which 36 bits are kept.
fn digest(name: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = hash ^ (hash >> 32);
    let letter = |at: usize| {
        let [byte, ..] = (hash >> (6 * at)).to_le_bytes();
        char::from(LETTERS[usize::from(byte & 63)])
    };
    (0..DIGEST).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::{Delta, Made};
    use crate::catalog::{IndexShape, LiveColumn, Shape};

    fn shape(columns: &[&str], indexes: &[&str]) -> Shape {
        let column = |name: &&str| LiveColumn::predicted(name, "integer".to_owned(), false);
        let index = |name: &&str| {
            let mut shape = IndexShape::predicted(format!("btree ({name})"), false, false);
            (*name).clone_into(&mut shape.name);
            shape
        };
        Shape {
            columns: columns.iter().map(column).collect(),
            indexes: indexes.iter().map(index).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for (made, json) in [
            (Made::nothing(), r#"{"columns": [], "indexes": [], "table": false}"#),
            (
                Made::whole(&shape(&["id", "a \"b\""], &["t_pkey"])),
                r#"{"columns": ["a \"b\"", "id"], "indexes": ["t_pkey"]}"#,
            ),
        ] {
            assert_eq!(made.to_json(), json);
            assert_eq!(Made::read(json), made);
        }
        let mut with_default = shape(&["id", "at"], &[]);
        with_default.columns[1].default = Some("now()".to_owned());
        let made = Made::whole(&with_default);
        let json = r#"{"columns": ["at", "id"], "indexes": [], "defaults": ["at"]}"#;
        assert_eq!(made.to_json(), json);
        assert!(Made::read(json).has_default("at") && !Made::read(json).has_default("id"));
    }

    #[test]
    fn long_lists_are_digests_that_tell_the_same() {
        let names = (0..1600).map(|n| format!("a_column_of_number_{n}")).collect::<Vec<_>>();
        let names = names.iter().map(String::as_str).collect::<Vec<_>>();
        let made = Made::whole(&shape(&names, &["t_pkey"]));
        let json = made.to_json();
        assert!(json.len() < 10_000, "{}", json.len());
        let read = Made::read(&json);
        assert!(names.iter().all(|name| read.has_column(name)) && read.has_index("t_pkey"));
        let others = (1600..100_000).map(|n| format!("a_column_of_number_{n}"));
        assert!(!others.into_iter().any(|name| read.has_column(&name)));
        assert!(!read.has_index("other") && !read.has_column("t_pkey"));
        assert_eq!(read.of(&shape(&names, &["t_pkey", "other"])), made);
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for json in ["5", "null", "[]", r#"{"columns": 5}"#, r#"{"columns": [5]}"#] {
            assert_eq!(Made::read(json), Made::nothing(), "{json}");
        }
        assert!(Made::read("{}").table && !Made::read("{}").has_column("id"));
        // Cut short.
        assert!(!Made::read(r#"{"columns": "ab"}"#).has_column("ab"));
    }

    #[test]
    fn what_is_gone_is_forgotten() {
        let live = shape(&["id", "theirs"], &["t_pkey", "their_idx"]);
        let made = Made::read(r#"{"columns": ["id", "gone"], "indexes": ["t_pkey", "gone_idx"]}"#);
        let delta = Delta {
            columns: vec![("more".to_owned(), true), ("id".to_owned(), false)],
            ..Delta::default()
        };
        let after = made.after(&live, &delta).to_json();
        assert_eq!(after, r#"{"columns": ["more"], "indexes": ["t_pkey"]}"#);
    }

    #[test]
    fn a_swap_makes_what_was_not_there() {
        let live = shape(&["id", "theirs"], &["a", "their_idx"]);
        let fresh = shape(&["id", "theirs", "more"], &["a1", "their1", "more1"]);
        let names = [("a1", "a"), ("their1", "their_idx"), ("more1", "more_idx")];
        let names = names.map(|(fresh, name)| (fresh.to_owned(), name.to_owned()));
        let made = Made::read(r#"{"columns": ["id"], "indexes": ["a"]}"#);
        let after = made.after_swap(&live, &fresh, &names, false);
        assert_eq!(after.to_json(), r#"{"columns": ["id", "more"], "indexes": ["a", "more_idx"]}"#);
        let after = Made::nothing().after_swap(&live, &fresh, &names, false);
        let expected = r#"{"columns": ["more"], "indexes": ["more_idx"], "table": false}"#;
        assert_eq!(after.to_json(), expected);
        let after = Made::nothing().after_swap(&live, &fresh, &names, true);
        let expected =
            r#"{"columns": ["id", "more", "theirs"], "indexes": ["a", "more_idx", "their_idx"]}"#;
        assert_eq!(after.to_json(), expected);
    }
}
