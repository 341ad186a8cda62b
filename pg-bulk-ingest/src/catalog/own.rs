//! A table that ingests keep beside those that they load into: whether it is there, and can be used.

use super::query::{alone, read as read_json};
use crate::ident::{Literal, QualifiedName, list};
use serde::Deserialize;
use std::collections::BTreeMap;
use tokio_postgres::SimpleQueryMessage;

/// What there is under the name of such a table.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OwnTable {
    pub(crate) schema_exists: bool,
    pub(crate) schema_usage: bool,
    /// Whether the role may create it, with its schema if that is missing.
    pub(crate) may_create: bool,
    pub(crate) table_exists: bool,
    /// The type of each column.
    pub(crate) columns: BTreeMap<String, String>,
    /// The privileges that the role lacks to use it.
    pub(crate) lacks: Vec<String>,
}

/// Looks for it, and for these privileges on it, in a message of its own.
pub(crate) fn sql(table: &QualifiedName, privileges: &[&str]) -> String {
    let (schema, name) = (Literal(table.schema()), Literal(table.name()));
    let privileges = list(privileges.iter().map(|privilege| Literal(privilege)));
    let sql = include_str!("own.sql").replace(":table", &format!("({schema}, {name})"));
    alone(&sql.replace(":privileges", &privileges))
}

/// Reads the answer; `None` if it is not understood.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<OwnTable> {
    read_json(messages)?.pop()
}

/// Asks whether there is a table of this name.
pub(crate) fn exists(table: &QualifiedName) -> String {
    format!("SELECT pg_catalog.to_regclass({}) IS NOT NULL", Literal(&table.to_string()))
}

/// Reads the answer to [`exists`], among those to other queries.
pub(crate) fn read_exists(messages: &[SimpleQueryMessage]) -> bool {
    messages.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("t"),
        _ => false,
    })
}

impl OwnTable {
    /// The columns, of these, that it lacks, or that are of other types.
    pub(crate) fn differs(&self, columns: &[(&str, &str)]) -> Vec<String> {
        let differs = |(name, sql_type): &&(&str, &str)| {
            self.columns.get(*name).is_none_or(|found| found != sql_type)
        };
        let describe = |(name, sql_type): &(&str, &str)| match self.columns.get(*name) {
            None => format!("it has no column {name:?}"),
            Some(found) => format!("column {name:?} is of type {found}, and not {sql_type}"),
        };
        columns.iter().filter(differs).map(describe).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::OwnTable;

    #[test]
    fn what_differs_is_named() {
        let found = OwnTable {
            schema_exists: true,
            schema_usage: true,
            may_create: false,
            table_exists: true,
            columns: [("batch".to_owned(), "integer".to_owned())].into(),
            lacks: Vec::new(),
        };
        assert!(found.differs(&[("batch", "integer")]).is_empty());
        assert_eq!(
            found.differs(&[("batch", "bigint"), ("rows", "bigint")]),
            ["column \"batch\" is of type integer, and not bigint", "it has no column \"rows\""]
        );
    }
}
