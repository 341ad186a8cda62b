//! Rows of a table that is to be replaced, in the one that replaces it.

use super::widen::is_wider;
use crate::catalog::{LiveColumn, Shape};
use crate::compare::Change;
use crate::ident::{Ident, QualifiedName, list};
use crate::statement::{LockLevel, Statement, Work};

/// A table that is replaced by another with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rebuild {
    /// What cannot be done in place.
    reasons: Vec<String>,
    /// The columns in common.
    copied: Vec<Copied>,
}

/// A column whose values are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Copied {
    column: Ident,
    cast: Option<Cast>,
}

/// A change of type.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cast {
    live: String,
    defined: String,
    /// Whether every value is one of the new type.
    is_safe: bool,
}

/// A query whose answer, a number, has to be 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) sql: String,
    pub(crate) column: Option<String>,
    /// What there are so many of.
    pub(crate) refusal: String,
}

impl Rebuild {
    pub(super) fn new(reasons: Vec<String>, changes: &[Change], live: &Shape) -> Self {
        let copied = |column: &LiveColumn| {
            let is_dropped = |change: &Change| matches!(change, Change::DropColumn { column: dropped } if dropped.name == column.name);
            let cast = |change: &Change| match change {
                Change::AlterType { live, defined } if live.name == column.name => Some(Cast {
                    live: live.sql_type.clone(),
                    defined: defined.sql_type.clone(),
                    is_safe: is_wider(&live.sql_type, &defined.sql_type),
                }),
                _ => None,
            };
            if column.is_generated() || changes.iter().any(is_dropped) {
                return None;
            }
            let cast = changes.iter().find_map(cast);
            Some(Copied { column: Ident::new(&column.name), cast })
        };
        Self { reasons, copied: live.columns.iter().filter_map(copied).collect() }
    }

    /// Why it cannot be done in place.
    pub(crate) fn reason(&self) -> String {
        self.reasons.join(", and ")
    }

    /// Copies the rows.
    pub(crate) fn copy(&self, live: &QualifiedName, fresh: &QualifiedName) -> Vec<Statement> {
        let columns = list(self.copied.iter().map(|copied| &copied.column));
        let values = list(self.copied.iter().map(Copied::value));
        // What a timestamp is as another type must not hang on the session.
        let utc = self.copied.iter().any(Copied::is_time).then(|| {
            let purpose = "timestamps are taken to be in UTC, as they are stored";
            Statement::new("SET LOCAL timezone = 'UTC'", LockLevel::None, purpose)
        });
        let sql = format!(
            "INSERT INTO {fresh} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM ONLY {live}"
        );
        let copy = Statement::new(sql, LockLevel::None, "the rows are kept").working(Work::Rewrite);
        utc.into_iter().chain([copy]).collect()
    }

    /// What would be lost by a change of type, or could not be changed.
    pub(crate) fn checks(&self, live: &QualifiedName) -> Vec<Check> {
        let check = |copied: &Copied| {
            let cast = copied.cast.as_ref().filter(|cast| !cast.is_safe)?;
            let (column, Cast { live: from, defined: to, .. }) = (&copied.column, cast);
            let there = format!("CAST({column} AS {to})");
            let and_back = format!("CAST(CAST({there} AS {from}) AS text)");
            let sql = format!(
                "SELECT pg_catalog.count(*) FROM ONLY {live} \
                 WHERE {and_back} IS DISTINCT FROM CAST({column} AS text)"
            );
            Some(Check {
                sql,
                column: Some(column.as_str().to_owned()),
                refusal: format!("hold a value of type {from} that {to} cannot hold as it is"),
            })
        };
        self.copied.iter().filter_map(check).collect()
    }
}

impl Copied {
    /// Whether it is cast from or to a type of dates or times.
    fn is_time(&self) -> bool {
        let is_time = |sql_type: &str| sql_type.contains("time") || sql_type.starts_with("date");
        self.cast.as_ref().is_some_and(|cast| is_time(&cast.live) || is_time(&cast.defined))
    }

    fn value(&self) -> String {
        match &self.cast {
            Some(cast) => format!("CAST({} AS {})", self.column, cast.defined),
            None => self.column.to_string(),
        }
    }
}

/// What the rows that are there must not hold.
pub(crate) fn checks(changes: &[Change], live: &QualifiedName) -> Vec<Check> {
    let check = |change: &Change| {
        let (column, condition, refusal) = match change {
            Change::AddColumn { column } if column.not_null && column.default.is_none() => (
                column.name.clone(),
                String::new(),
                "would have no value: the column is missing, and defined as NOT NULL without a \
                 default",
            ),
            Change::SetNotNull { column } => (
                column.clone(),
                format!(" WHERE {} IS NULL", Ident::new(column)),
                "hold NULL, and the column is defined as NOT NULL",
            ),
            _ => return None,
        };
        // Rows of tables that inherit from it, too: the changes are theirs as well.
        let sql = format!("SELECT pg_catalog.count(*) FROM {live}{condition}");
        Some(Check { sql, column: Some(column), refusal: refusal.to_owned() })
    };
    changes.iter().filter_map(check).collect()
}

/// Whether rows that are there have equal keys, which a new unique constraint does not allow.
pub(crate) fn key_checks(changes: &[Change], shape: &Shape, live: &QualifiedName) -> Vec<Check> {
    let check = |change: &Change| {
        let index = match change {
            Change::PrimaryKey { defined: Some(index), .. } => index,
            Change::AddIndex { index } if index.unique && index.plain => index,
            _ => return None,
        };
        let is_live = |name: &String| shape.columns.iter().any(|column| column.name == *name);
        if index.columns.is_empty() || !index.columns.iter().all(is_live) {
            return None;
        }
        let idents = index.columns.iter().map(Ident::new).collect::<Vec<_>>();
        let not_null = idents.iter().map(|column| format!("{column} IS NOT NULL"));
        let sql = format!(
            "SELECT pg_catalog.count(*) FROM (SELECT FROM ONLY {live} WHERE {} GROUP BY {} \
             HAVING pg_catalog.count(*) > 1) AS equal",
            not_null.collect::<Vec<_>>().join(" AND "),
            list(&idents)
        );
        let refusal = format!("have several rows, and {} is defined to be unique", index.form);
        Some(Check { sql, column: None, refusal })
    };
    changes.iter().filter_map(check).collect()
}
