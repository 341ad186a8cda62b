//! What a table that replaces the live one has beside its definition.

use super::column_sql;
use super::filling::{is_formula, is_identity};
use super::in_place::column_definition;
use crate::catalog::{IndexShape, LiveColumn, Shape};
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
    /// How the live table is partitioned, as PostgreSQL prints it.
    pub(crate) partition_key: Option<&'a str>,
}

/// Creates the table that is to replace another, for this reason.
pub(crate) fn create_fresh(
    name: &QualifiedName,
    table: &Table,
    keeping: Keeping<'_>,
    reason: &str,
) -> Statement {
    let partitioned = keeping.partition_key.map(|key| format!(" PARTITION BY {key}"));
    let partitioned = partitioned.unwrap_or_default();
    let sql = format!("CREATE TABLE {name} ({}){partitioned}", list(keeping.columns(table)));
    let purpose = format!("a table to replace the live one, because {reason}");
    Statement::new(sql, LockMode::None, purpose)
}

impl Keeping<'_> {
    pub(crate) const NOTHING: Self = Self { kept: &[], order: None, partition_key: None };

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

/// An index or key of a live table that the one that takes its place has too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeptIndex<'a> {
    pub(crate) index: &'a IndexShape,
    /// Its name until the new table is in the place of the live one.
    pub(crate) name: &'a str,
    /// What follows the columns of its constraint.
    pub(crate) deferrable: &'a str,
}

impl KeptIndex<'_> {
    /// Builds it.
    pub(crate) fn build(self, fresh: &QualifiedName, is_partitioned: bool) -> Vec<Statement> {
        let Self { index, name, deferrable } = self;
        let (ident, form) = (Ident::new(name), &index.form);
        let unique = if index.unique { "UNIQUE " } else { "" };
        let create = format!("CREATE {unique}INDEX {ident} ON {fresh} USING {form}");
        let kind = if index.primary { "PRIMARY KEY" } else { "UNIQUE" };
        let alter = format!("ALTER TABLE {fresh} ADD CONSTRAINT {ident} {kind}");
        let sql = match (&index.constraint, is_partitioned) {
            (None, _) => vec![create],
            (Some(_), false) => vec![create, format!("{alter} USING INDEX {ident}{deferrable}")],
            // PostgreSQL makes no index of a partitioned table one of a constraint.
            (Some(_), true) => {
                let columns = form.strip_prefix("btree ").unwrap_or(form);
                let (before, columns) = match columns.rsplit_once(NULLS) {
                    Some((columns, rest)) => (NULLS, format!("{columns}{rest}")),
                    None => ("", columns.to_owned()),
                };
                vec![format!("{alter}{before} {columns}{deferrable}")]
            }
        };
        sql.into_iter().map(|sql| Statement::new(sql, LockMode::None, PURPOSE)).collect()
    }
}

const NULLS: &str = " NULLS NOT DISTINCT";

/// Builds the indexes and keys that the live table has and are to be kept; not what is left of a
/// build that failed.
pub(crate) fn keep_indexes(
    fresh: &QualifiedName,
    kept: &[Change],
    is_partitioned: bool,
) -> Vec<Statement> {
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
        let name = free_name(&index.name, "pg_bulk_ingest", &taken);
        taken.push(name.clone());
        let deferrable = if index.immediate { "" } else { " DEFERRABLE" };
        KeptIndex { index, name: &name, deferrable }.build(fresh, is_partitioned)
    };
    kept.iter().flat_map(keep).collect()
}
