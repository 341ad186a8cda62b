//! What of a definition it is that PostgreSQL does not take.

use super::{column_sql, create_indexes};
use crate::definition::{Column, Index, IndexKey, Table};
use crate::ident::QualifiedName;
use crate::statement::{LockMode, Statement};

/// What of a definition a statement failed for.
pub(crate) struct Fault {
    /// The column, where it is one alone.
    pub(crate) column: Option<&'static str>,
    /// What of the definition, in words.
    pub(crate) what: String,
    /// The statement, as it is for the table itself, and without the other columns.
    pub(crate) statement: String,
}

/// A definition, and the name under which it was tried.
#[derive(Clone, Copy)]
pub(crate) struct Tried<'a> {
    pub(crate) table: &'static Table,
    pub(crate) name: &'a QualifiedName,
    /// What the table is called in the statements.
    pub(crate) tried_as: &'a QualifiedName,
}

impl Tried<'_> {
    /// The fault of a statement that failed, at this byte if that is known.
    pub(crate) fn fault(self, sql: &str, at: Option<usize>) -> Option<Fault> {
        let indexes = create_indexes(self.tried_as, self.table);
        match indexes.iter().position(|statement| statement.sql() == sql) {
            Some(position) => self.of_index(position),
            None => Some(self.of_column(at.and_then(|at| self.column_at(sql, at))?)),
        }
    }

    /// The column in whose definition, or right behind it, a byte of a statement is.
    fn column_at(self, sql: &str, at: usize) -> Option<&'static Column> {
        let mut end = 0;
        let mut found = None;
        for column in self.table.columns() {
            let definition = column_sql(column);
            let Some(begin) = sql.get(end..).and_then(|rest| rest.find(&definition)) else {
                continue;
            };
            if end + begin > at {
                break;
            }
            end += begin + definition.len();
            found = Some(column);
        }
        found
    }

    fn of_column(self, column: &'static Column) -> Fault {
        let more = if self.table.columns().len() > 1 { ", …" } else { "" };
        Fault {
            column: Some(column.name()),
            what: format!("field `{}`", column.field()),
            statement: format!("CREATE TABLE {} ({}{more})", self.name, column_sql(column)),
        }
    }

    /// The fault of the index at this position among the statements that build them.
    fn of_index(self, position: usize) -> Option<Fault> {
        let table = self.table;
        let key = Some(table.primary_key()).filter(|key| !key.is_empty());
        let (what, columns) = match (key, position) {
            (Some(key), 0) => ("the primary key", key.to_vec()),
            (key, position) => {
                let index = table.indexes().get(position - usize::from(key.is_some()))?;
                let what = if index.is_unique() { "a unique constraint" } else { "an index" };
                (what, columns_of(index))
            }
        };
        let column = match columns.as_slice() {
            [column] => table.columns().get(*column).map(Column::name),
            _ => None,
        };
        let statement = create_indexes(self.name, table).get(position)?.sql().to_owned();
        Some(Fault { column, what: what.to_owned(), statement })
    }

    /// Adds the columns one by one, to see which of them is not taken.
    pub(crate) fn each_column(self) -> Vec<Statement> {
        let name = self.tried_as;
        let statement = |sql| Statement::new(sql, LockMode::None, "to find what is not taken");
        let add = |column| format!("ALTER TABLE {name} ADD COLUMN {}", column_sql(column));
        let create = format!("CREATE TABLE {name} ()");
        let columns = self.table.columns().iter().map(add);
        std::iter::once(create).chain(columns).map(statement).collect()
    }
}

/// The columns of an index that is over nothing else.
fn columns_of(index: &Index) -> Vec<usize> {
    let is_plain = index.sql().is_none() && index.keys().iter().all(|key| key.position().is_some());
    if is_plain { index.keys().iter().filter_map(IndexKey::position).collect() } else { Vec::new() }
}
