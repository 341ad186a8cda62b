//! Columns whose value, when a row is merged, is computed from the one that is there and the new one.

use super::Live;
use crate::definition::{Column, Table};
use crate::ident::{Ident, QualifiedName, list};

/// An expression over `old` and `new`, which have the columns that rows come with.
fn over(table: &Table, sql: &str, old: &str, new: &str) -> String {
    let row = |of: &str| {
        list(table.sent().map(|column| {
            let name = Ident::new(column.name());
            format!("{of}.{name} AS {name}")
        }))
    };
    format!("(SELECT {sql} FROM (SELECT {}) AS old, (SELECT {}) AS new)", row(old), row(new))
}

impl Live<'_> {
    /// Whether values are computed when rows are merged.
    pub(crate) fn computes(&self) -> bool {
        !self.keeps_existing && !self.folded && self.table.computes_any()
    }

    fn computed(&self, position: usize) -> Option<&'static str> {
        let column = self.table.columns().get(position).filter(|_| self.computes())?;
        column.on_update()
    }

    /// What the column at this position has once the row `new` is merged into the row `old`.
    pub(super) fn merged(&self, position: usize, old: &str, new: &str) -> String {
        let name = Ident::new(self.table.columns()[position].name());
        match self.computed(position) {
            _ if self.table.keeps(position) => format!("{old}.{name}"),
            Some(sql) => over(self.table, sql, old, new),
            None => format!("{new}.{name}"),
        }
    }

    /// The expression's value as it is stored, of the column's type.
    pub(super) fn merged_as_stored(&self, position: usize, old: &str, new: &str) -> String {
        let merged = self.merged(position, old, new);
        match self.computed(position) {
            Some(_) => format!("{merged}::{}", self.type_computed(position)),
            None => merged,
        }
    }

    /// The type of the values that a column can be given: to a length a cast would cut them, where it is an
    /// error that they are too long.
    pub(super) fn type_computed(&self, position: usize) -> String {
        let column = &self.table.columns()[position];
        let live = self.live.shape.columns.iter().find(|live| live.name == column.name());
        let is_cut = |base: &str| ["varchar", "bpchar", "bit", "varbit"].contains(&base);
        match live {
            None => column.sql_type(),
            Some(live) if column.on_update().is_some() && is_cut(live.base_name()) => {
                live.unmodified().unwrap_or_else(|| live.sql_type.clone())
            }
            Some(live) => live.sql_type.clone(),
        }
    }
}

/// Updates the rows of an empty table, of which there are none, as merges will: the columns that are
/// computed, each with its statement.
pub(crate) fn try_on(name: &QualifiedName, table: &Table) -> Vec<(&'static Column, String)> {
    let computed = |column: &'static Column| {
        let sql = over(table, column.on_update()?, "live", "live");
        let set = Ident::new(column.name());
        Some((column, format!("UPDATE {name} AS live SET {set} = {sql}")))
    };
    table.columns().iter().filter_map(computed).collect()
}
