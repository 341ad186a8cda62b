//! The table that rows are merged into, as statements name it.

use crate::catalog::LiveTable;
use crate::definition::{Column, Table};
use crate::ident::{Ident, QualifiedName};
use crate::plan::plain_column_sql;

/// A live table that rows are merged into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live<'a> {
    /// Its definition.
    pub(crate) table: &'a Table,
    pub(crate) name: &'a QualifiedName,
    pub(crate) live: &'a LiveTable,
    /// Whether a row that is there stays as it is.
    pub(crate) keeps_existing: bool,
    /// Whether the rows of the batch are merged with those that are there, and written as they are.
    pub(crate) folded: bool,
    /// What holds of every row of it, `live`, that has the key of a row of the batch, if anything is known.
    pub(crate) extent: &'a str,
}

impl Live<'_> {
    /// The column by which the newest of rows with equal keys is known, if rows that are there are not
    /// all kept.
    pub(crate) fn version(&self) -> Option<Ident> {
        let version = self.table.version().filter(|_| !self.keeps_existing);
        version.map(|column| Ident::new(column.name()))
    }

    /// The column that says that a row was deleted, and comes again, if rows that are there are not all kept.
    pub(super) fn soft_delete(&self) -> Option<Ident> {
        let column = self.table.soft_delete().filter(|_| !self.keeps_existing);
        column.map(|column| Ident::new(column.name()))
    }

    /// Whether of rows with equal keys the last to arrive counts, with all its values.
    pub(crate) fn last_counts(&self) -> bool {
        let all = self.version().is_none() && !self.keeps_columns() && !self.table.computes_any();
        !self.keeps_existing && all
    }

    /// Whether columns keep their values when a row is updated.
    pub(super) fn keeps_columns(&self) -> bool {
        self.table.keeps_any()
    }

    /// Whether a row is older than the one that is there; `None` where all count as newer. Records are
    /// compared by the order of the type, whatever its schema.
    pub(super) fn is_older(&self, new: &str) -> Option<String> {
        let version = self.version()?;
        Some(format!(
            "(live.{version} IS NOT NULL AND ROW({new}.{version})::record \
             OPERATOR(pg_catalog.<) ROW(live.{version})::record)"
        ))
    }

    /// Its own rows, to select from.
    pub(crate) fn rows(&self) -> String {
        self.live.own_rows(self.name)
    }

    /// Whether it is known by which operators its columns of these positions are equal.
    pub(crate) fn has_equality(&self, positions: &[usize]) -> bool {
        self.live.equality(&self.names(positions)).is_some()
    }

    /// Whether two rows have the same key, as its index sees it.
    pub(crate) fn same_key(&self, one: &str, other: &str) -> String {
        let equal = match self.table.has_nulls_in_key() {
            true => self.equal_or_null(one, other),
            false => self.equal(self.table.merge_key(), one, other),
        };
        match self.extent {
            extent if one == "live" && !extent.is_empty() => format!("{equal} AND {extent}"),
            _ => equal,
        }
    }

    /// Whether these columns of two rows are equal, as the unique index over them sees it.
    pub(crate) fn equal(&self, positions: &[usize], one: &str, other: &str) -> String {
        let equal = |position: &usize| self.equal_of(positions, *position, one, other);
        positions.iter().map(equal).collect::<Vec<_>>().join(" AND ")
    }

    /// Whether one of these columns is equal, as the unique index over them sees it.
    pub(super) fn equal_of(&self, all: &[usize], of: usize, one: &str, other: &str) -> String {
        let operators = self.live.equality(&self.names(all));
        let at = all.iter().position(|position| *position == of);
        let operator = at.and_then(|at| operators.as_ref()?.get(at).copied());
        let operator = operator.unwrap_or("OPERATOR(pg_catalog.=)");
        let name = Ident::new(self.table.columns()[of].name());
        format!("{one}.{name} {operator} {other}.{name}")
    }

    /// A column of the live table's type and collation, NOT NULL as it is defined; if it is to hold texts of any
    /// length, without that of a `varchar`.
    pub(super) fn column_sql(&self, column: &Column, any_length: bool) -> String {
        let live = self.live.shape.columns.iter().find(|live| live.name == column.name());
        let Some(live) = live else { return plain_column_sql(column) };
        let is_varchar = any_length && live.base_name() == "varchar" && !live.is_domain();
        let unbounded = live.unmodified().filter(|_| is_varchar && !live.is_array());
        let sql_type = unbounded.as_ref().unwrap_or(&live.sql_type);
        let mut sql = format!("{} {sql_type}", Ident::new(column.name()));
        if let Some(collation) = &live.collation {
            sql += &format!(" COLLATE {collation}");
        }
        if !column.is_nullable() {
            sql += " NOT NULL";
        }
        sql
    }

    fn names(&self, positions: &[usize]) -> Vec<&str> {
        positions.iter().map(|position| self.table.columns()[*position].name()).collect()
    }
}
