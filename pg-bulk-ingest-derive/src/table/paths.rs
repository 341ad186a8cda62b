//! Fields that keys and indexes name, as columns.

use super::field::Field;
use super::model::ColumnPath;
use crate::closest;
use crate::index::FieldPath;
use crate::name::unraw;
use proc_macro2::TokenStream;
use quote::ToTokens;

/// The fields of a struct, and those of flattened structs that were named: whether there are any
/// such only the compiler can tell.
pub(super) struct Paths<'f> {
    fields: &'f [Field<'f>],
    pub(super) inner: Vec<(ColumnPath, TokenStream)>,
}

impl<'f> Paths<'f> {
    pub(super) fn new(fields: &'f [Field<'f>]) -> Self {
        Self { fields, inner: Vec::new() }
    }

    /// The column; or what is wrong with which tokens.
    pub(super) fn resolve(
        &mut self,
        path: &FieldPath,
    ) -> Result<ColumnPath, (TokenStream, String)> {
        let name = unraw(&path.field);
        let position =
            self.position(&name).map_err(|message| (path.field.to_token_stream(), message))?;
        let mut columns = self.fields.iter().filter(|field| field.skip.is_none());
        let flattened = columns.nth(position).is_some_and(|field| field.flatten.is_some());
        let inner: Vec<String> = path.inner.iter().map(unraw).collect();
        match (flattened, inner.as_slice()) {
            (false, []) => Ok(ColumnPath::of(position)),
            (false, _) => Err((
                path.to_token_stream(),
                format!(
                    "the field `{name}` is not marked `flatten`, so it is one column: `{name}`"
                ),
            )),
            (true, []) => Err((
                path.to_token_stream(),
                format!(
                    "the field `{name}` is flattened, so it is several columns: name one of its \
                     fields, `{name}.…`"
                ),
            )),
            (true, inner) => {
                let found = ColumnPath { position, inner: Some(inner.join(".")) };
                let last = path.inner.last().map(ToTokens::to_token_stream);
                self.inner.push((found.clone(), last.unwrap_or_default()));
                Ok(found)
            }
        }
    }

    fn position(&self, name: &str) -> Result<usize, String> {
        let columns: Vec<&str> = self
            .fields
            .iter()
            .filter(|field| field.skip.is_none())
            .map(|field| field.name.as_str())
            .collect();
        if let Some(position) = columns.iter().position(|column| *column == name) {
            return Ok(position);
        }
        if self.fields.iter().any(|field| field.name == name) {
            return Err(format!("the field `{name}` is marked `skip`, so it has no column"));
        }
        let renamed = self
            .fields
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
}
