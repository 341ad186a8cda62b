//! What a set of tables can be made of: an enum with a table in each variant.

use crate::errors::Errors;
use crate::key::{self, Place};
use crate::name::unraw;
use crate::rust_type;
use crate::{attr, value};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Type};

pub(super) struct Variant<'i> {
    pub(super) ident: &'i Ident,
    pub(super) ty: &'i Type,
}

/// The value of `crate = "…"`.
pub(super) fn library(attributes: &[Attribute], errors: &mut Errors) -> Option<LitStr> {
    let mut library = None;
    let mut seen = false;
    for item in attr::items(attributes, errors) {
        if item.key != "crate" {
            key::unknown(&item, Place::Enum, errors);
        } else if seen {
            key::repeated(&item, errors);
        } else {
            seen = true;
            library = value::text(&item, Place::Enum, errors);
        }
    }
    library
}

/// The variants that hold a table.
pub(super) fn variants<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Vec<Variant<'i>> {
    let Data::Enum(data) = &item.data else {
        errors.at(
            item.ident.span(),
            "a set of tables is an enum with a table in each variant: for one table, \
             derive `IngestTable`",
        );
        return Vec::new();
    };
    if data.variants.is_empty() {
        errors.at(
            item.ident.span(),
            "a set of tables needs at least one variant, with a table in it: `Customer(Customer)`",
        );
    }
    let mut variants: Vec<Variant<'i>> = Vec::new();
    for variant in &data.variants {
        no_settings(variant, errors);
        if let Some(ty) = table_of(variant, errors) {
            let spelled = rust_type::spell(ty);
            let same = variants.iter().find(|other| rust_type::spell(other.ty) == spelled);
            if let Some(other) = same {
                errors.on(
                    ty,
                    format_args!(
                        "the variants `{}` and `{}` both hold `{spelled}`: a table is in one variant",
                        unraw(other.ident),
                        unraw(&variant.ident)
                    ),
                );
            } else if is_parameter(ty, item) {
                errors.on(ty, "a variant holds a struct that is a table, not a type parameter");
            } else {
                variants.push(Variant { ident: &variant.ident, ty });
            }
        }
    }
    variants
}

fn no_settings(variant: &syn::Variant, errors: &mut Errors) {
    let attributes = variant.fields.iter().flat_map(|field| &field.attrs).chain(&variant.attrs);
    for item in attributes
        .flat_map(|attribute| attr::items(std::slice::from_ref(attribute), errors))
        .collect::<Vec<_>>()
    {
        key::unknown(&item, Place::Variant, errors);
    }
}

/// The type of the one field of the variant.
fn table_of<'i>(variant: &'i syn::Variant, errors: &mut Errors) -> Option<&'i Type> {
    if let Fields::Unnamed(fields) = &variant.fields
        && let (Some(field), 1) = (fields.unnamed.first(), fields.unnamed.len())
    {
        return Some(&field.ty);
    }
    let name = unraw(&variant.ident);
    errors.on(
        variant_shape(variant),
        format_args!("a variant holds one table: write `{name}({name})`, where `{name}` is a struct that derives `IngestTable`"),
    );
    None
}

fn variant_shape(variant: &syn::Variant) -> proc_macro2::TokenStream {
    let (ident, fields) = (&variant.ident, &variant.fields);
    quote::quote!(#ident #fields)
}

fn is_parameter(ty: &Type, item: &DeriveInput) -> bool {
    let name = ty.to_token_stream().to_string();
    item.generics.type_params().any(|parameter| parameter.ident == name)
}
