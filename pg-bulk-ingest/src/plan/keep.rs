//! What a table that takes the place of the live one has beside its definition.

use super::in_place::add_column;
use crate::catalog::{LiveColumn, Shape};
use crate::compare::Change;
use crate::ident::{Ident, QualifiedName, free_name};
use crate::statement::{LockLevel, Statement};

const PURPOSE: &str = "nothing is dropped or narrowed";

/// Gives the columns of a new table what the live one's have and is to be kept.
pub(crate) fn keep_columns(fresh: &QualifiedName, kept: &[Change]) -> Vec<Statement> {
    let keep = |change: &Change| {
        let alter = |column: &str, what: String| {
            Some(format!("ALTER TABLE {fresh} ALTER COLUMN {} {what}", Ident::new(column)))
        };
        match change {
            Change::DropColumn { column } => {
                Some(format!("ALTER TABLE {fresh} {}", add_column(column)))
            }
            Change::SetNotNull { column } => alter(column, "DROP NOT NULL".to_owned()),
            Change::AlterType { live, .. } => alter(&live.name, format!("TYPE {}", live.sql_type)),
            Change::AlterDefault { column, live: Some(default), .. } => {
                alter(column, format!("SET DEFAULT {default}"))
            }
            _ => None,
        }
    };
    let statement = |sql: String| Statement::new(sql, LockLevel::None, PURPOSE);
    kept.iter().filter_map(keep).map(statement).collect()
}

/// What a new table is that has, beside its definition, what is to be kept.
pub(crate) fn kept_shape(defined: Shape, kept: &[Change]) -> Shape {
    let mut shape = defined;
    for change in kept {
        match change {
            Change::DropColumn { column } => shape.columns.push(column.clone()),
            Change::SetNotNull { column } => {
                alter(&mut shape, column, |column| column.not_null = false);
            }
            Change::AlterType { live, .. } => {
                alter(&mut shape, &live.name, |column| column.sql_type.clone_from(&live.sql_type));
            }
            Change::AlterDefault { column, live, .. } => {
                alter(&mut shape, column, |column| column.default.clone_from(live));
            }
            Change::DropIndex { index } => shape.indexes.push(index.clone()),
            Change::PrimaryKey { live: Some(index), .. } => {
                shape.indexes.retain(|index| !index.primary);
                shape.indexes.push(index.clone());
            }
            _ => {}
        }
    }
    shape
}

fn alter(shape: &mut Shape, name: &str, change: impl Fn(&mut LiveColumn)) {
    shape.columns.iter_mut().filter(|column| column.name == name).for_each(change);
}

/// Builds the indexes and keys that the live table has and are to be kept.
pub(crate) fn keep_indexes(fresh: &QualifiedName, kept: &[Change]) -> Vec<Statement> {
    let mut taken = Vec::new();
    let keep = |change: &Change| {
        let (Change::DropIndex { index } | Change::PrimaryKey { live: Some(index), .. }) = change
        else {
            return Vec::new();
        };
        // Its name is that of the live one's index only once the new table is in its place.
        let name = fresh.sibling(free_name(&index.name, "pg_bulk_ingest", &taken));
        taken.push(name.name().to_owned());
        let (ident, form) = (name.name_ident(), &index.form);
        let unique = if index.unique { "UNIQUE " } else { "" };
        let create = format!("CREATE {unique}INDEX {ident} ON {fresh} USING {form}");
        let kind = if index.primary { "PRIMARY KEY" } else { "UNIQUE" };
        let deferrable = if index.immediate { "" } else { " DEFERRABLE" };
        let constraint = index.constraint.as_ref().map(|_| {
            format!(
                "ALTER TABLE {fresh} ADD CONSTRAINT {ident} {kind} USING INDEX {ident}{deferrable}"
            )
        });
        std::iter::once(create).chain(constraint).collect()
    };
    let statement = |sql: String| Statement::new(sql, LockLevel::None, PURPOSE);
    kept.iter().flat_map(keep).map(statement).collect()
}
