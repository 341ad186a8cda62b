//! What a table can be made of: a struct with named fields.

use super::field::Field;
use crate::errors::Errors;
use syn::{Data, DeriveInput, Fields};

/// The fields of the struct; `None` if it is none with named fields.
pub(super) fn fields<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Option<Vec<Field<'i>>> {
    let message = match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                let named = fields.named.iter();
                let named = named.filter_map(|field| Some((field, field.ident.as_ref()?)));
                return Some(named.map(|(field, name)| Field::read(field, name, errors)).collect());
            }
            Fields::Unnamed(_) => {
                "a table needs a struct with named fields, as its columns are named after them: \
                 write `struct Row { id: i32 }` rather than `struct Row(i32)`"
            }
            Fields::Unit => {
                "a table needs a struct with fields, which are its columns: \
                 write `struct Row { id: i32 }`"
            }
        },
        Data::Enum(_) => {
            "a table is a struct: for several tables in an enum, one in each variant, \
             derive `IngestTables`; for a column of this type, derive `IngestEnum`"
        }
        Data::Union(_) => "a table is a struct: which field of a union to store is not known",
    };
    errors.at(item.ident.span(), message);
    None
}
