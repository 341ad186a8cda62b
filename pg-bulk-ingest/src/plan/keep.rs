//! What a table that replaces the live one has beside its definition.

use super::column_sql;
use super::filling::{is_formula, is_identity};
use super::in_place::column_definition;
use crate::catalog::{LiveColumn, Shape};
use crate::compare::Change;
use crate::definition::{Column, Table};
use crate::ident::{Ident, QualifiedName, free_name, list};
use crate::report::{Kept, KeptKind};
use crate::statement::{LockMode, Statement};

const PURPOSE: &str = "what is not dropped is kept";

/// What a new table has of the live one that it is going to replace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping<'a> {
    /// The differences that stay.
    pub(crate) kept: &'a [Change],
    /// The columns of the live table, if their order stays too.
    pub(crate) order: Option<&'a [LiveColumn]>,
}

/// Creates the table that is to replace another, for this reason.
pub(crate) fn create_fresh(
    name: &QualifiedName,
    table: &Table,
    keeping: Keeping<'_>,
    reason: &str,
) -> Statement {
    let sql = format!("CREATE TABLE {name} ({})", list(keeping.columns(table)));
    let purpose = format!("a table to replace the live one, because {reason}");
    Statement::new(sql, LockMode::None, purpose)
}

impl Keeping<'_> {
    pub(crate) const NOTHING: Self = Self { kept: &[], order: None };

    /// The names of the columns that the struct does not have.
    pub(crate) fn columns_that_stay(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().filter_map(|change| match change {
            Change::DropColumn { column } => Some(column.name.as_str()),
            _ => None,
        })
    }

    /// Puts columns into the order of the live table, if that stays, and new ones at the end.
    fn sort<C>(&self, columns: &mut [C], name: impl Fn(&C) -> &String) {
        if let Some(order) = self.order {
            let live = |name: &String| order.iter().position(|column| column.name == *name);
            columns.sort_by_key(|column| live(name(column)).unwrap_or(usize::MAX));
        }
    }

    /// The definitions of the columns: those of the struct, and those that stay.
    fn columns(self, table: &Table) -> Vec<String> {
        let stays = |change: &Change| match change {
            Change::DropColumn { column } => Some((column.name.clone(), column_definition(column))),
            _ => None,
        };
        let defined =
            table.columns().iter().map(|column| (column.name().to_owned(), self.column(column)));
        let mut columns = defined.chain(self.kept.iter().filter_map(stays)).collect::<Vec<_>>();
        self.sort(&mut columns, |(name, _)| name);
        columns.into_iter().map(|(_, definition)| definition).collect()
    }

    /// A column of the struct, with what the live one has that stays.
    fn column(self, column: &Column) -> String {
        let (mut sql_type, mut collation) = (None, None);
        let mut not_null = None;
        let mut default = None;
        for change in self.kept {
            match change {
                Change::AlterType { live, .. } | Change::AlterCollation { live, .. }
                    if live.name == column.name() =>
                {
                    sql_type = Some(live.sql_type.clone());
                    collation = Some(live.collation.clone());
                }
                Change::SetNotNull { column: name } if name == column.name() => {
                    not_null = Some(false);
                }
                Change::DropNotNull { column: name } if name == column.name() => {
                    not_null = Some(true);
                }
                Change::AlterDefault { column: name, live, .. } if name == column.name() => {
                    // An identity comes with its sequence.
                    let is_kept = |default: &&String| !is_identity(default);
                    default = Some(live.as_ref().filter(is_kept).cloned());
                }
                _ => {}
            }
        }
        if (&sql_type, &not_null, &default) == (&None, &None, &None) {
            return column_sql(column);
        }
        let name = Ident::new(column.name());
        let mut sql = format!("{name} {}", sql_type.unwrap_or_else(|| column.sql_type()));
        let defined = || column.collation().map(str::to_owned);
        if let Some(collation) = collation.unwrap_or_else(defined) {
            sql += &format!(" COLLATE {collation}");
        }
        if not_null.unwrap_or(!column.is_nullable()) {
            sql += " NOT NULL";
        }
        match (default, column.filling()) {
            (Some(None), _) => {}
            (Some(Some(kept)), _) if is_formula(&kept) => sql += &format!(" {kept}"),
            (Some(Some(kept)), _) => sql += &format!(" DEFAULT {kept}"),
            (None, Some(filling)) => sql += &format!(" {filling}"),
            (None, None) => {
                let default = column.default().map(|default| format!(" DEFAULT {default}"));
                sql += &default.unwrap_or_default();
            }
        }
        sql
    }
}

/// The differences of a table that stay, as they are told.
pub(crate) fn kept(table: &QualifiedName, changes: &[Change]) -> Vec<Kept> {
    let kept = |change: &Change| {
        let (kind, name) = match change {
            Change::DropColumn { column } => (KeptKind::Column, &column.name),
            Change::AlterType { live, .. } => (KeptKind::Type, &live.name),
            Change::AlterCollation { live, .. } => (KeptKind::Collation, &live.name),
            Change::SetNotNull { column } | Change::DropNotNull { column } => {
                (KeptKind::Nullability, column)
            }
            Change::AlterDefault { column, .. } => (KeptKind::Default, column),
            Change::DropIndex { index } => (KeptKind::Index, &index.name),
            Change::PrimaryKey { live: Some(index), .. } => (KeptKind::PrimaryKey, &index.name),
            _ => return None,
        };
        let (table, name, difference) = (table.clone(), name.clone(), change.to_string());
        Some(Kept { table, kind, name, difference })
    };
    changes.iter().filter_map(kept).collect()
}

/// What a new table is that has, beside its definition, what is to be kept.
pub(crate) fn kept_shape(defined: Shape, keeping: Keeping<'_>) -> Shape {
    let mut shape = defined;
    for change in keeping.kept {
        match change {
            Change::DropColumn { column } => shape.columns.push(column.clone()),
            Change::SetNotNull { column } => {
                alter(&mut shape, column, |column| column.not_null = false);
            }
            Change::DropNotNull { column } => {
                alter(&mut shape, column, |column| column.not_null = true);
            }
            Change::AlterType { live, .. } | Change::AlterCollation { live, .. } => {
                alter(&mut shape, &live.name, |column| {
                    column.sql_type.clone_from(&live.sql_type);
                    column.collation.clone_from(&live.collation);
                });
            }
            Change::AlterDefault { column, live, .. } => {
                alter(&mut shape, column, |column| column.default.clone_from(live));
            }
            Change::DropIndex { index } if index.valid => shape.indexes.push(index.clone()),
            Change::PrimaryKey { live: Some(index), .. } => {
                shape.indexes.retain(|index| !index.primary);
                shape.indexes.push(index.clone());
            }
            _ => {}
        }
    }
    keeping.sort(&mut shape.columns, |column| &column.name);
    shape
}

fn alter(shape: &mut Shape, name: &str, change: impl Fn(&mut LiveColumn)) {
    shape.columns.iter_mut().filter(|column| column.name == name).for_each(change);
}

/// Builds the indexes and keys that the live table has and are to be kept; not what is left of a
/// build that failed.
pub(crate) fn keep_indexes(fresh: &QualifiedName, kept: &[Change]) -> Vec<Statement> {
    let mut taken = Vec::new();
    let keep = |change: &Change| {
        let (Change::DropIndex { index } | Change::PrimaryKey { live: Some(index), .. }) = change
        else {
            return Vec::new();
        };
        if !index.valid {
            return Vec::new();
        }
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
    let statement = |sql: String| Statement::new(sql, LockMode::None, PURPOSE);
    kept.iter().flat_map(keep).map(statement).collect()
}
