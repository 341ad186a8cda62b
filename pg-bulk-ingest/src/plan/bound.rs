//! What PostgreSQL never changes of a table, since another has it, too.

use super::migrate::Subject;
use crate::compare::Change;

/// The columns that a table can have, those that were dropped included.
pub(crate) const MOST_COLUMNS: usize = 1600;

impl Subject<'_> {
    /// Why a change cannot be made, whatever is done to the table itself.
    pub(in crate::plan) fn bound(&self, change: &Change) -> Option<String> {
        let bound = &self.surroundings.bound;
        let of_type = || self.of_type();
        let of_column = |name: &String| {
            self.bound_name(name).or_else(|| {
                let key = bound.partition_keys.contains(name);
                key.then(|| "the table is partitioned by it".to_owned())
            })
        };
        let of_index = |name: &String| {
            let parent = bound.partition_of.as_deref().unwrap_or("another table");
            let is_part = bound.inherited_indexes.contains(name);
            is_part.then(|| format!("index {name:?} is part of one of {parent}"))
        };
        let why = match change {
            Change::AddColumn { .. } => of_type().or_else(|| {
                let parent = bound.partition_of.as_ref()?;
                Some(format!("the table is a partition of {parent}, which gives it its columns"))
            }),
            Change::DropColumn { column } => of_column(&column.name),
            Change::AlterType { live, .. } | Change::AlterCollation { live, .. } => {
                of_column(&live.name)
            }
            Change::DropNotNull { column } => {
                let inherited = bound.inherited_not_null.contains(column);
                inherited.then(|| "it is NOT NULL in the table that gives it".to_owned())
            }
            Change::PrimaryKey { live: Some(index), .. }
            | Change::AdoptIndex { replaces: Some(index), .. }
            | Change::DropIndex { index } => of_index(&index.name),
            Change::PrimaryKey { live: None, .. }
            | Change::AdoptIndex { replaces: None, .. }
            | Change::AddIndex { .. }
            | Change::SetNotNull { .. }
            | Change::AlterDefault { .. }
            | Change::Reorder { .. } => None,
        };
        why.map(|why| format!("{change}, but {why}"))
    }

    /// Why a column cannot have another name.
    pub(crate) fn bound_name(&self, column: &String) -> Option<String> {
        let bound = &self.surroundings.bound;
        let inherited = || match &bound.partition_of {
            Some(parent) => format!("the table is a partition of {parent}"),
            None => "the table inherits the column".to_owned(),
        };
        self.of_type().or_else(|| bound.inherited.contains(column).then(inherited))
    }

    fn of_type(&self) -> Option<String> {
        let of_type = self.surroundings.bound.of_type.as_ref()?;
        Some(format!("the table is of the composite type {of_type}, which gives it its columns"))
    }

    /// Why columns cannot be added where the table is, and whether a table that replaces it can have
    /// them.
    pub(super) fn exhausted(&self, changes: &[Change]) -> Option<Result<String, String>> {
        let count =
            |is_such: fn(&Change) -> bool| changes.iter().filter(|change| is_such(change)).count();
        let added = count(|change| matches!(change, Change::AddColumn { .. }));
        let dropped = count(|change| matches!(change, Change::DropColumn { .. }));
        let ever = self.surroundings.bound.attributes + added;
        let left = (self.live.shape.columns.len() + added).saturating_sub(dropped);
        if added == 0 || ever <= MOST_COLUMNS {
            return None;
        }
        Some(match left <= MOST_COLUMNS {
            true => Ok(format!(
                "the table would have had {ever} columns, those included that were dropped, and \
                 PostgreSQL allows {MOST_COLUMNS}"
            )),
            false => Err(format!(
                "the table would have {left} columns, and PostgreSQL allows {MOST_COLUMNS}"
            )),
        })
    }
}
