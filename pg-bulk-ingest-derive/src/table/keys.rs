//! The primary key, unique constraints and indexes, as positions of columns.

use super::container::Container;
use super::field::Field;
use super::model::{Index, KeyColumn};
use crate::closest;
use crate::errors::Errors;
use crate::name::unraw;
use crate::value::FieldList;
use proc_macro2::Ident;
use syn::LitStr;

/// PostgreSQL's limit: its documentation, appendix "PostgreSQL Limits".
const MAX_KEY_COLUMNS: usize = 32;

pub(super) fn primary_key(
    container: &Container,
    fields: &[Field<'_>],
    errors: &mut Errors,
) -> Vec<KeyColumn> {
    let columns = fields.iter().filter(|field| field.skip.is_none()).enumerate();
    let marked: Vec<KeyColumn> = columns
        .filter_map(|(position, field)| {
            Some(KeyColumn { position, token: field.primary_key.clone()? })
        })
        .collect();
    let Some(list) = &container.primary_key else {
        if let Some(beyond) = marked.get(MAX_KEY_COLUMNS) {
            too_many("the primary key", &beyond.token, errors);
        }
        return marked;
    };
    if let Some(mark) = marked.first() {
        errors.on(
            &mark.token,
            "a table has one primary key, and the struct's `primary_key(…)` gives it already: \
             keep one of the two",
        );
    }
    resolve(list, "the primary key", fields, errors)
        .into_iter()
        .map(|(position, token)| KeyColumn { position, token: token.clone() })
        .collect()
}

pub(super) fn indexes(
    container: &Container,
    fields: &[Field<'_>],
    errors: &mut Errors,
) -> Vec<Index> {
    let mut indexes = Vec::new();
    let mut add = |index: Index, key: &Ident, errors: &mut Errors| {
        if indexes.contains(&index) {
            let what = if index.is_unique { "unique constraint" } else { "index" };
            errors
                .on(key, format_args!("the table has this {what} already: remove one of the two"));
        } else {
            indexes.push(index);
        }
    };
    let columns = fields.iter().filter(|field| field.skip.is_none()).enumerate();
    for (position, field) in columns {
        let positions = vec![position];
        if let Some(key) = &field.unique {
            add(Index { positions: positions.clone(), using: None, is_unique: true }, key, errors);
        }
        if let Some(index) = &field.index {
            let using = index.using.as_ref().map(LitStr::value);
            add(Index { positions, using, is_unique: false }, &index.key, errors);
        }
    }
    for (is_unique, list) in &container.indexes {
        let what = if *is_unique { "a unique constraint" } else { "an index" };
        let resolved = resolve(list, what, fields, errors);
        let positions: Vec<usize> = resolved.into_iter().map(|(position, _)| position).collect();
        let using = list.using.as_ref().map(LitStr::value);
        if positions.len() == list.fields.len() && !positions.is_empty() {
            add(Index { positions, using, is_unique: *is_unique }, &list.key, errors);
        }
    }
    indexes
}

/// The positions of the columns of the fields that are listed; others are errors.
fn resolve<'l>(
    list: &'l FieldList,
    what: &str,
    fields: &[Field<'_>],
    errors: &mut Errors,
) -> Vec<(usize, &'l Ident)> {
    if list.fields.is_empty() {
        let key = unraw(&list.key);
        errors.on(&list.key, format_args!("{what} needs at least one field: `{key}(field, …)`"));
    }
    if let Some(beyond) = list.fields.get(MAX_KEY_COLUMNS) {
        too_many(what, beyond, errors);
    }
    let mut resolved: Vec<(usize, &Ident)> = Vec::new();
    for token in &list.fields {
        let name = unraw(token);
        match position(&name, fields) {
            Ok(position) if resolved.iter().any(|(other, _)| *other == position) => {
                errors.on(token, format_args!("the field `{name}` is in {what} twice"));
            }
            Ok(position) => resolved.push((position, token)),
            Err(message) => errors.on(token, message),
        }
    }
    resolved
}

fn position(name: &str, fields: &[Field<'_>]) -> Result<usize, String> {
    let columns: Vec<&str> = fields
        .iter()
        .filter(|field| field.skip.is_none())
        .map(|field| field.name.as_str())
        .collect();
    if let Some(position) = columns.iter().position(|column| *column == name) {
        return Ok(position);
    }
    if fields.iter().any(|field| field.name == name) {
        return Err(format!("the field `{name}` is marked `skip`, so it has no column"));
    }
    let renamed = fields
        .iter()
        .find(|field| field.column.as_ref().is_some_and(|column| column.value() == name));
    Err(match renamed {
        Some(field) => format!(
            "the struct has no field `{name}`: that is a column, to be named by its field, `{}`",
            field.name
        ),
        None => format!(
            "the struct has no field `{name}`{}\nits fields are `{}`",
            closest::suggestion(name, &columns),
            columns.join("`, `")
        ),
    })
}

fn too_many(what: &str, beyond: &Ident, errors: &mut Errors) {
    errors.on(
        beyond,
        format_args!(
            "{what} cannot have more than {MAX_KEY_COLUMNS} columns, and this is one more"
        ),
    );
}
