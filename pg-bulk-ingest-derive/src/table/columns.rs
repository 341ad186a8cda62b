//! The columns that the fields make.

use super::container::Container;
use super::field::Field;
use super::model::{Column, Storage};
use super::renamed;
use crate::case::Case;
use crate::errors::Errors;
use crate::generics::referent;
use crate::{comment, name, sql_type, value};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::collections::BTreeMap;

/// PostgreSQL's limit: its documentation, appendix "PostgreSQL Limits".
const MAX_COLUMNS: usize = 1600;

/// That of a table with a primary key, whose batches are merged from a temporary table that has a
/// column more, for the order of the rows.
const MAX_KEYED_COLUMNS: usize = MAX_COLUMNS - 1;

pub(super) fn check<'i>(
    ident: &Ident,
    fields: &'i [Field<'i>],
    container: &Container,
    errors: &mut Errors,
) -> Vec<Column<'i>> {
    let rename_all = container.rename_all;
    let is_keyed = container.primary_key.is_some()
        || container.merge_on.is_some()
        || fields.iter().any(|field| field.primary_key.is_some());
    let max = if is_keyed { MAX_KEYED_COLUMNS } else { MAX_COLUMNS };
    let mut columns = Vec::new();
    let mut by_name: BTreeMap<String, &str> = BTreeMap::new();
    for field in fields.iter().filter(|field| field.skip.is_none()) {
        if field.flatten.is_some() {
            columns.push(flattened(field, errors));
            continue;
        }
        let (column, token) = name_of(field, rename_all);
        name::check_column(&column, &token, errors);
        if let Some(other) = by_name.insert(column.clone(), &field.name) {
            errors.on(
                &token,
                format_args!(
                    "the fields `{other}` and `{}` are both the column `{column}`",
                    field.name
                ),
            );
        }
        for (literal, key) in [
            (&field.sql_type, "sql_type"),
            (&field.default, "default"),
            (&field.collate, "collate"),
        ] {
            if let Some(literal) = literal {
                value::is_sql(literal, key, errors);
            }
        }
        if let Some(filling) = &field.filling {
            filling.check(errors);
        }
        if let Some(literal) = &field.sql_type {
            sql_type::check(literal, errors);
        }
        if columns.len() == max {
            errors.on(field.member, too_many(is_keyed));
        }
        columns.push(Column {
            name: column,
            member: field.member,
            field: &field.name,
            ty: field.ty,
            is_sound: field.is_sound,
            storage: storage(field),
            text: field.text.as_ref(),
            sql_type: field.sql_type.as_ref(),
            default: field.default.as_ref(),
            filling: field.filling.as_ref(),
            stamp: field.stamp.as_ref(),
            on_update: field.on_update.as_ref(),
            renamed_from: &field.renamed_from,
            collation: field.collate.as_ref(),
            comment: container
                .comments
                .as_ref()
                .and_then(|_| comment::text(field.attributes, errors)),
        });
    }
    renamed::check(&columns, errors);
    if columns.is_empty() {
        let why =
            if fields.is_empty() { "the struct has no fields" } else { "every field is skipped" };
        errors.on(ident, format_args!("a table needs at least one column, and {why}"));
    }
    columns
}

fn too_many(is_keyed: bool) -> String {
    if is_keyed {
        format!(
            "a table with a primary key cannot have more than {MAX_KEYED_COLUMNS} columns, and \
             this is one more: its batches are merged from a temporary table with one column \
             more, and PostgreSQL's limit is {MAX_COLUMNS}"
        )
    } else {
        format!("a table cannot have more than {MAX_COLUMNS} columns, and this is one more")
    }
}

fn storage<'i>(field: &Field<'_>) -> Storage<'i> {
    if field.json.is_some() {
        Storage::Json
    } else if field.to_sql.is_some() {
        Storage::ToSql
    } else {
        Storage::Column
    }
}

/// The columns of a struct within the struct.
fn flattened<'i>(field: &'i Field<'i>, errors: &mut Errors) -> Column<'i> {
    if let Some(prefix) = &field.prefix
        && value::is_given(prefix, "prefix", errors)
    {
        name::check(&prefix.value(), "column", prefix, errors);
    }
    Column {
        name: String::new(),
        member: field.member,
        field: &field.name,
        ty: referent(field.ty),
        is_sound: field.is_sound,
        storage: Storage::Flattened(field.prefix.as_ref()),
        text: None,
        sql_type: None,
        default: None,
        filling: None,
        stamp: None,
        on_update: None,
        renamed_from: &[],
        collation: None,
        comment: None,
    }
}

/// The column's name and the token that gave it.
fn name_of(field: &Field<'_>, rename_all: Option<Case>) -> (String, TokenStream) {
    match (&field.column, rename_all) {
        (Some(literal), _) => (literal.value(), literal.to_token_stream()),
        (None, Some(case)) => (case.rename(&field.name), field.member.to_token_stream()),
        (None, None) => (field.name.clone(), field.member.to_token_stream()),
    }
}
