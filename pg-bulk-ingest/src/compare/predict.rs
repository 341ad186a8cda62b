//! What a definition will look like in the catalog.

use crate::catalog::{FoundEnum, IndexShape, LiveColumn, Shape};
use crate::definition::{Column, Filling, Index, IndexKey, Table, canonical};

/// What a definition will look like in the catalog, where that can be told without a server: every
/// type is built in or one of these enum types, every name needs no quotes, and there are no
/// expressions.
pub(crate) fn predict(table: &Table, enums: &[FoundEnum]) -> Option<Shape> {
    let column = |column: &Column| {
        let filling = match column.filling() {
            Some(Filling::Generated { .. }) => return None,
            filling => filling.map(|identity| identity.to_string()),
        };
        let plain = column.collation().is_none() && column.default().is_none();
        let sql_type = enum_sql(column, enums).or_else(|| canonical(&column.sql_type()));
        let sql_type = sql_type.filter(|_| plain)?;
        let mut predicted = LiveColumn::predicted(column.name(), sql_type, !column.is_nullable());
        predicted.default = filling;
        Some(predicted)
    };
    let columns = table.columns().iter().map(column).collect::<Option<Vec<_>>>()?;
    let shape = IndexShape::predicted;
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
