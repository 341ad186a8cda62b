//! What an enum type can be made of: an enum whose variants have no fields.

use crate::attr;
use crate::errors::Errors;
use crate::key::{self, Place};
use crate::name::unraw;
use crate::value;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, LitStr};

pub(super) struct Variant<'i> {
    pub(super) ident: &'i Ident,
    pub(super) rename: Option<LitStr>,
}

pub(super) fn variants<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Vec<Variant<'i>> {
    if !item.generics.params.is_empty() {
        errors.on(
            &item.generics,
            "an enum type cannot be generic: it is one type in PostgreSQL, whatever the parameters",
        );
    }
    let Data::Enum(data) = &item.data else {
        errors.at(
            item.ident.span(),
            "an enum type is an enum whose variants, its labels, have no fields: for a table, \
             derive `IngestTable`",
        );
        return Vec::new();
    };
    if data.variants.is_empty() {
        errors.at(
            item.ident.span(),
            "an enum type needs at least one label: write a variant without fields",
        );
    }
    data.variants.iter().map(|variant| read(variant, errors)).collect()
}

fn read<'i>(variant: &'i syn::Variant, errors: &mut Errors) -> Variant<'i> {
    if !matches!(variant.fields, Fields::Unit) {
        let name = unraw(&variant.ident);
        errors.on(
            variant.fields.to_token_stream(),
            format_args!("a label is a variant without fields: write `{name}`"),
        );
    }
    let mut rename = None;
    let mut seen = false;
    for item in attr::items(&variant.attrs, errors) {
        if item.key != "rename" {
            key::unknown(&item, Place::Label, errors);
        } else if seen {
            key::repeated(&item, errors);
        } else {
            seen = true;
            rename = value::text(&item, Place::Label, errors);
        }
    }
    Variant { ident: &variant.ident, rename }
}
