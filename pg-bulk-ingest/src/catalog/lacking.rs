//! What the role may do with a table.

use super::{LiveColumn, LiveTable};
use crate::definition::Table;

impl LiveTable {
    /// A privilege that the role lacks to load rows, to merge them on the primary key, or to update
    /// those that are there.
    pub(crate) fn lacks(
        &self,
        definition: &Table,
        upserts: bool,
        updates: bool,
    ) -> Option<&'static str> {
        let all = |holds: fn(&LiveColumn) -> bool, concerns: fn(&Table, usize) -> bool| {
            definition.columns().iter().enumerate().all(|(position, column)| {
                let live = self.shape.columns.iter().find(|live| live.name == column.name());
                // One that is to be added is the owner's.
                live.is_none_or(holds) || !concerns(definition, position)
            })
        };
        let is_sent = |table: &Table, at: usize| !table.fills(&[at]);
        if !all(|column| column.can_insert, is_sent) {
            return Some("INSERT");
        }
        if upserts && !all(|column| column.can_select, is_sent) {
            return Some("SELECT");
        }
        let tells = |table: &Table, at: usize| {
            table.soft_delete().is_some_and(|column| *column == table.columns()[at])
        };
        if updates && !all(|column| column.can_select, tells) {
            return Some("SELECT");
        }
        (updates && !all(|column| column.can_update, Table::writes)).then_some("UPDATE")
    }

    /// A privilege that the role lacks to delete rows by their keys, or to say in them that they are deleted.
    pub(crate) fn lacks_to_delete(&self, definition: &Table) -> Option<&'static str> {
        let may = |column: &str, holds: fn(&LiveColumn) -> bool| {
            self.shape.columns.iter().find(|live| live.name == column).is_none_or(holds)
        };
        let key = definition.merge_key().iter().map(|at| &definition.columns()[*at]);
        let read = key.chain(definition.version()).chain(definition.soft_delete());
        if !read.into_iter().all(|column| may(column.name(), |live| live.can_select)) {
            return Some("SELECT");
        }
        match definition.soft_delete() {
            Some(column) => (!may(column.name(), |live| live.can_update)).then_some("UPDATE"),
            None => (!self.can_delete).then_some("DELETE"),
        }
    }

    /// Whether the role may read a column.
    pub(crate) fn can_select_from(&self, column: &str) -> bool {
        self.shape.columns.iter().any(|live| live.name == column && live.can_select)
    }
}
