//! A table that was checked.

use super::container::Container;
use super::field::Field;
use super::{columns, keys};
use crate::errors::Errors;
use crate::{case, name};
use proc_macro2::Ident;
use syn::{LitStr, Type};

pub(super) struct Table<'i> {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) columns: Vec<Column<'i>>,
    pub(super) primary_key: Vec<KeyColumn>,
    pub(super) indexes: Vec<Index>,
}

pub(super) struct Column<'i> {
    pub(super) name: String,
    pub(super) member: &'i Ident,
    pub(super) field: &'i str,
    pub(super) ty: &'i Type,
    pub(super) is_json: bool,
    pub(super) sql_type: Option<&'i LitStr>,
    pub(super) default: Option<&'i LitStr>,
    pub(super) collation: Option<&'i LitStr>,
}

/// A column of the primary key, and the token that put it there.
pub(super) struct KeyColumn {
    pub(super) position: usize,
    pub(super) token: Ident,
}

#[derive(PartialEq, Eq)]
pub(super) struct Index {
    pub(super) positions: Vec<usize>,
    pub(super) using: Option<String>,
    pub(super) is_unique: bool,
}

impl<'i> Table<'i> {
    /// The table, if no errors are added.
    pub(super) fn check(
        ident: &Ident,
        container: &Container,
        fields: &'i [Field<'i>],
        errors: &mut Errors,
    ) -> Self {
        let schema = container.schema.as_ref().map_or_else(|| "public".to_owned(), LitStr::value);
        if let Some(literal) = &container.schema {
            name::check(&schema, "schema", literal, errors);
        }
        let name = match &container.table {
            Some(literal) => {
                let name = literal.value();
                name::check(&name, "table", literal, errors);
                name
            }
            None => {
                let name = case::snake(&name::unraw(ident));
                name::check(&name, "table", ident, errors);
                name
            }
        };
        let columns = columns::check(ident, fields, container.rename_all, errors);
        let primary_key = keys::primary_key(container, fields, errors);
        let indexes = keys::indexes(container, fields, errors);
        Self { schema, name, columns, primary_key, indexes }
    }
}
