//! What differs between a live table and its definition.

use crate::catalog::{FoundEnum, IndexShape, LiveColumn, Shape};
use crate::definition::{Column, Index, IndexKey, Table, canonical};
use std::fmt;

/// A difference between a live table and its definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Difference {
    ColumnMissing { column: String },
    ColumnExtra { column: String },
    ColumnType { column: String, live: String, defined: String },
    ColumnNullable { column: String, defined: bool },
    ColumnDefault { column: String, live: Option<String>, defined: Option<String> },
    ColumnCollation { column: String, live: Option<String>, defined: Option<String> },
    ColumnOrder { live: Vec<String>, defined: Vec<String> },
    PrimaryKey { live: Option<String>, defined: Option<String> },
    IndexMissing { unique: bool, form: String },
    IndexExtra { name: String, form: String },
    IndexInvalid { name: String },
}

/// The differences, columns first; none where the two are equal.
pub(crate) fn compare(live: &Shape, defined: &Shape) -> Vec<Difference> {
    let mut differences = columns(&live.columns, &defined.columns);
    differences.extend(indexes(&live.indexes, &defined.indexes));
    differences
}

fn columns(live: &[LiveColumn], defined: &[LiveColumn]) -> Vec<Difference> {
    let find = |columns: &[LiveColumn], name: &str| {
        columns.iter().find(|column| column.name == name).cloned()
    };
    let mut differences = Vec::new();
    for column in defined {
        match find(live, &column.name) {
            Some(live) => differences.extend(column_differences(&live, column)),
            None => {
                differences.push(Difference::ColumnMissing { column: column.name.clone() });
            }
        }
    }
    for column in live {
        if find(defined, &column.name).is_none() {
            differences.push(Difference::ColumnExtra { column: column.name.clone() });
        }
    }
    let order = |columns: &[LiveColumn], others: &[LiveColumn]| {
        let names = columns.iter().map(|column| &column.name);
        names.filter(|name| find(others, name).is_some()).cloned().collect::<Vec<_>>()
    };
    let (live, defined) = (order(live, defined), order(defined, live));
    if live != defined {
        differences.push(Difference::ColumnOrder { live, defined });
    }
    differences
}

fn column_differences(live: &LiveColumn, defined: &LiveColumn) -> Vec<Difference> {
    let column = || live.name.clone();
    let mut differences = Vec::new();
    if live.sql_type != defined.sql_type {
        differences.push(Difference::ColumnType {
            column: column(),
            live: live.sql_type.clone(),
            defined: defined.sql_type.clone(),
        });
    }
    if live.not_null != defined.not_null {
        differences
            .push(Difference::ColumnNullable { column: column(), defined: !defined.not_null });
    }
    // A definition cannot say that a column is an identity.
    let is_kept_identity = live.identity && defined.default.is_none();
    if live.default != defined.default && !is_kept_identity {
        differences.push(Difference::ColumnDefault {
            column: column(),
            live: live.default.clone(),
            defined: defined.default.clone(),
        });
    }
    if live.collation != defined.collation {
        differences.push(Difference::ColumnCollation {
            column: column(),
            live: live.collation.clone(),
            defined: defined.collation.clone(),
        });
    }
    differences
}

fn indexes(live: &[IndexShape], defined: &[IndexShape]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let primary_key = |indexes: &[IndexShape]| {
        let index = indexes.iter().find(|index| index.primary)?;
        let deferrable = if index.immediate { "" } else { ", deferrable" };
        Some(format!("{}{deferrable}", index.form))
    };
    let keys = (primary_key(live), primary_key(defined));
    if keys.0 != keys.1 {
        differences.push(Difference::PrimaryKey { live: keys.0, defined: keys.1 });
    }
    let mut unmatched = live.iter().filter(|index| !index.primary).collect::<Vec<_>>();
    for index in defined.iter().filter(|index| !index.primary) {
        match unmatched.iter().position(|live| *live == index) {
            Some(position) => {
                unmatched.remove(position);
            }
            None => differences
                .push(Difference::IndexMissing { unique: index.unique, form: index.form.clone() }),
        }
    }
    differences.extend(unmatched.into_iter().map(|index| {
        if index.valid {
            Difference::IndexExtra { name: index.name.clone(), form: index.form.clone() }
        } else {
            Difference::IndexInvalid { name: index.name.clone() }
        }
    }));
    differences
}

/// What a definition will look like in the catalog, where that can be told without a server: every
/// type is built in or one of these enum types, every name needs no quotes, and there are no
/// expressions.
pub(crate) fn predict(table: &Table, enums: &[FoundEnum]) -> Option<Shape> {
    let column = |column: &Column| {
        let plain = column.collation().is_none() && column.default().is_none();
        let sql_type = enum_sql(column, enums).or_else(|| canonical(&column.sql_type()));
        let sql_type = sql_type.filter(|_| plain)?;
        Some(LiveColumn::predicted(column.name(), sql_type, !column.is_nullable()))
    };
    let columns = table.columns().iter().map(column).collect::<Option<Vec<_>>>()?;
    let shape = |form: String, unique: bool, primary: bool| {
        let name = String::new();
        IndexShape { name, form, unique, primary, valid: true, immediate: true }
    };
    let key = Some(table.primary_key()).filter(|key| !key.is_empty());
    let primary_key =
        key.map(|key| Some(shape(format!("btree ({})", plain_names(table, key)?), true, true)));
    let others = table
        .indexes()
        .iter()
        .map(|index| Some(shape(plain_form(table, index)?, index.is_unique(), false)));
    let indexes = primary_key.into_iter().chain(others).collect::<Option<Vec<_>>>()?;
    Some(Shape { columns, indexes })
}

/// The type of a column of an enum type as PostgreSQL prints it. That of a type that does not exist
/// is not printed: no column is equal.
fn enum_sql(column: &Column, enums: &[FoundEnum]) -> Option<String> {
    let live = FoundEnum::of(enums, column.enum_type()?)?.live.as_ref()?;
    let brackets = if column.column_type().is_array() { "[]" } else { "" };
    Some(format!("{}{brackets}", live.spelled))
}

/// The form of an index over nothing but columns.
fn plain_form(table: &Table, index: &Index) -> Option<String> {
    let plain = index.sql().is_none() && index.predicate().is_none() && index.is_nulls_distinct();
    let key = |key: &IndexKey| {
        let plain = key.collation().is_none() && key.operator_class().is_none();
        let name = plain_name(table, key.position().filter(|_| plain)?)?;
        Some(format!("{name}{}", key.order()))
    };
    let keys = index.keys().iter().filter(|_| plain).map(key).collect::<Option<Vec<_>>>()?;
    let include = match index.include() {
        [] => String::new(),
        columns => format!(" INCLUDE ({})", plain_names(table, columns)?),
    };
    plain.then(|| format!("{} ({}){include}", index.method(), keys.join(", ")))
}

fn plain_names(table: &Table, positions: &[usize]) -> Option<String> {
    let names = positions.iter().map(|position| plain_name(table, *position));
    Some(names.collect::<Option<Vec<_>>>()?.join(", "))
}

/// The name of a column as PostgreSQL prints it, if it certainly needs no quotes but for being a
/// keyword (and then the prediction is wrong, and PostgreSQL is asked).
fn plain_name(table: &Table, position: usize) -> Option<&'static str> {
    let name = table.columns().get(position)?.name();
    let plain = !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    plain.then_some(name)
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        match self {
            Self::ColumnMissing { column } => write!(f, "column {column:?} is missing"),
            Self::ColumnExtra { column } => write!(f, "column {column:?} is not in the struct"),
            Self::ColumnType { column, live, defined } => {
                write!(f, "column {column:?} is of type {live}, defined as {defined}")
            }
            Self::ColumnNullable { column, defined: true } => {
                write!(f, "column {column:?} is NOT NULL, defined as nullable")
            }
            Self::ColumnNullable { column, defined: false } => {
                write!(f, "column {column:?} is nullable, defined as NOT NULL")
            }
            Self::ColumnDefault { column, live, defined } => write!(
                f,
                "the default of column {column:?} is {}, defined as {}",
                or_none(live),
                or_none(defined)
            ),
            Self::ColumnCollation { column, live, defined } => write!(
                f,
                "the collation of column {column:?} is {}, defined as {}",
                or_none(live),
                or_none(defined)
            ),
            Self::ColumnOrder { live, defined } => write!(
                f,
                "the columns are in the order {}, defined in the order {}",
                live.join(", "),
                defined.join(", ")
            ),
            Self::PrimaryKey { live, defined } => {
                write!(f, "the primary key is {}, defined as {}", or_none(live), or_none(defined))
            }
            Self::IndexMissing { unique: true, form } => {
                write!(f, "a unique constraint over {form} is missing")
            }
            Self::IndexMissing { unique: false, form } => write!(f, "an index {form} is missing"),
            Self::IndexExtra { name, form } => {
                write!(f, "index {name:?}, {form}, is not in the struct")
            }
            Self::IndexInvalid { name } => write!(f, "index {name:?} is invalid"),
        }
    }
}
