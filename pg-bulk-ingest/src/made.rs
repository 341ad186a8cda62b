//! What ingests made of a table: what they may drop of it.
//!
//! It is kept in the table's comment, beside the high watermark:
//! `{"columns": ["id", "value"], "indexes": ["t_pkey"]}`. `"defaults"` are the columns that have a
//! default of the definition's; `"table": false` says that the table itself was there before;
//! `"renamed": {"old": "value"}` tells a struct that is older what became of its column. Where the
//! names take more than [`LONGEST`] bytes, each list is a string of digests instead.

mod names;
mod renamed;

use crate::catalog::Shape;
use names::{Names, Written};
use renamed::Renamed;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The most bytes that names take in a comment, which is written again with every high watermark.
const LONGEST: usize = 2048;

/// What ingests made of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// Whether an ingest created the table.
    pub(crate) table: bool,
    columns: Names,
    indexes: Names,
    defaults: Names,
    /// The names that columns had.
    renamed: Renamed,
}

/// What a change makes and unmakes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) columns: Vec<(String, bool)>,
    pub(crate) indexes: Vec<(String, bool)>,
    pub(crate) defaults: Vec<(String, bool)>,
    /// Columns by the names that they had, and those that they get.
    pub(crate) renamed: Vec<(String, String)>,
}

impl Delta {
    pub(crate) fn is_empty(&self) -> bool {
        let Self { columns, indexes, defaults, renamed } = self;
        columns.is_empty() && indexes.is_empty() && defaults.is_empty() && renamed.is_empty()
    }

    /// What is done after this.
    pub(crate) fn append(&mut self, after: &mut Self) {
        self.columns.append(&mut after.columns);
        self.indexes.append(&mut after.indexes);
        self.defaults.append(&mut after.defaults);
        self.renamed.append(&mut after.renamed);
    }

    /// An index gets the name of another, which is dropped.
    pub(crate) fn renamed(&mut self, index: &str, other: &str, is_made: bool) {
        self.indexes.push((index.to_owned(), false));
        self.indexes.push((other.to_owned(), is_made));
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
    #[serde(default)]
    renamed: renamed::Written,
}

fn yes() -> bool {
    true
}

impl Made {
    /// Everything: what the Python package, or an earlier version, wrote.
    pub(crate) fn all() -> Self {
        let all = || Names::All;
        let renamed = Renamed::default();
        Self { table: true, columns: all(), indexes: all(), defaults: all(), renamed }
    }

    /// Nothing: a table that somebody else made.
    pub(crate) fn nothing() -> Self {
        let none = || Names::Listed(BTreeSet::new());
        let renamed = Renamed::default();
        Self { table: false, columns: none(), indexes: none(), defaults: none(), renamed }
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
            renamed: Renamed::read(written.renamed),
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

    /// Whether an ingest has given a column that had the first name the second.
    pub(crate) fn is_renamed(&self, from: &str, to: &str) -> bool {
        self.renamed.has(from, to)
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
            renamed: self.renamed.among(&shape.columns),
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
        for (from, to) in &delta.renamed {
            self.columns.rename(from, to);
            self.defaults.rename(from, to);
            self.renamed.add(from, to);
        }
        let added = delta.columns.iter().filter(|(_, is_made)| *is_made);
        added.for_each(|(name, _)| self.renamed.forget(name));
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
        let former = self.renamed.among(&fresh.columns);
        let whole = Self { renamed: former, ..Self::whole(&renamed) };
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

    /// Without what a hook added, whose indexes have got these names.
    pub(crate) fn less(mut self, added: &Delta, indexes: &[(String, String)]) -> Self {
        let named = |(name, is_made): &(String, bool)| {
            let renamed = indexes.iter().find(|(fresh, _)| fresh == name);
            (renamed.map_or(name, |(_, renamed)| renamed).clone(), *is_made)
        };
        let indexes = added.indexes.iter().map(named).collect();
        self.change(&Delta { indexes, ..added.clone() });
        self
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
        if !self.renamed.is_empty() {
            json += &format!(", \"renamed\": {}", self.renamed.written(digested));
        }
        if !self.table {
            json += ", \"table\": false";
        }
        json + "}"
    }
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
