//! `#[derive(IngestColumn)]`: a struct with one field is the column that the field is.

use crate::crate_path;
use crate::errors::Errors;
use crate::generics::{referent, type_parameters, where_clause};
use crate::key::{self, Place};
use crate::{attr, value};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Field, Fields, LitStr, Member};

pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let library = library(&item.attrs, &mut errors);
    let library = crate_path::parse(library.as_ref(), &mut errors);
    match only_field(item, &mut errors) {
        Some((member, field)) if errors.is_empty() => expand(item, &library, &member, field),
        _ => fallback(item, &library, errors),
    }
}

/// The value of `crate = "…"`.
fn library(attributes: &[Attribute], errors: &mut Errors) -> Option<LitStr> {
    let mut library = None;
    let mut seen = false;
    for item in attr::items(attributes, errors) {
        if item.key != "crate" {
            key::unknown(&item, Place::Newtype, errors);
        } else if seen {
            key::repeated(&item, errors);
        } else {
            seen = true;
            library = value::text(&item, Place::Newtype, errors);
        }
    }
    library
}

/// The one field that is not skipped.
fn only_field<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Option<(Member, &'i Field)> {
    let Data::Struct(data) = &item.data else {
        errors.at(
            item.ident.span(),
            "a column's type is a struct with one field, whose column it is: for an enum whose \
             variants are the labels of a PostgreSQL enum, derive `IngestEnum`",
        );
        return None;
    };
    let mut only = None;
    for (member, field) in data.fields.members().zip(&data.fields) {
        if is_skipped(field, errors) {
            continue;
        }
        if only.is_some() {
            errors.on(
                field,
                "a column holds one value, and this is one more: mark the field `skip` if it is \
                 not stored, or store the struct as JSON by `#[ingest(json)]` where it is a field",
            );
        } else {
            only = Some((member, field));
        }
    }
    if only.is_none() {
        let why = match data.fields {
            Fields::Unit => "this one has none",
            _ if data.fields.is_empty() => "this one has none",
            _ => "every field is skipped",
        };
        errors.at(
            item.ident.span(),
            format_args!("a column's type is a struct with one field, and {why}"),
        );
    }
    only
}

fn is_skipped(field: &Field, errors: &mut Errors) -> bool {
    let mut skip = None;
    for item in attr::items(&field.attrs, errors) {
        if item.key != "skip" {
            key::unknown(&item, Place::NewtypeField, errors);
        } else if skip.is_some() {
            key::repeated(&item, errors);
        } else {
            skip = value::flag(&item, Place::NewtypeField, errors);
        }
    }
    skip.is_some()
}

fn expand(
    item: &DeriveInput,
    library: &TokenStream,
    member: &Member,
    field: &Field,
) -> TokenStream {
    let private = quote!(#library::__private);
    let (ident, ty) = (&item.ident, &field.ty);
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let asked = referent(ty);
    let predicate = type_parameters(asked, &item.generics)
        .next()
        .map(|_| quote!(#asked: #private::IngestColumn));
    let where_clause = where_clause(&item.generics, predicate.as_slice());
    // The message about a type that is no column is at the type, once.
    let of = quote_spanned!(ty.span()=> <#ty as #private::IngestColumn>);
    // What has a lifetime may not live as long as the key.
    let key = match item.generics.params.is_empty() {
        true => quote!(
            type Key<'__k> = &'__k Self;
        ),
        false => quote_spanned!(ty.span()=> type Key<'__k> = #of::Key<'__k>;),
    };
    quote! {
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::IngestColumn for #ident #type_generics #where_clause {
                #key
                const TYPE: #private::ColumnType = #of::TYPE;
                const NULLABLE: ::core::primitive::bool = #of::NULLABLE;
                const DIMENSIONS: ::core::primitive::usize = #of::DIMENSIONS;
                const NESTED_OPTION: ::core::primitive::bool = #of::NESTED_OPTION;

                #[inline]
                fn encode(
                    &self,
                    __cell: #private::Cell<'_>,
                ) -> ::core::result::Result<#private::Written, #private::ValueError> {
                    #of::encode(&self.#member, __cell)
                }

                fn shape(&self, __shape: &mut #private::Shape) {
                    #of::shape(&self.#member, __shape);
                }

                #[inline]
                fn encode_elements(
                    &self,
                    __shape: &#private::Shape,
                    __dimension: ::core::primitive::usize,
                    __row: &mut #private::ValueEncoder<'_>,
                ) -> ::core::result::Result<(), #private::ValueError> {
                    #of::encode_elements(&self.#member, __shape, __dimension, __row)
                }
            }
        };
    }
}

/// What a struct with mistakes expands to: the mistakes, and an impl that no error follows from.
fn fallback(item: &DeriveInput, library: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    quote! {
        #errors
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::IngestColumn for #ident #type_generics #where_clause {
                type Key<'__k> = #private::NoKey;
                const TYPE: #private::ColumnType = #private::ColumnType::to_sql(|_| true);

                fn encode(
                    &self,
                    __cell: #private::Cell<'_>,
                ) -> ::core::result::Result<#private::Written, #private::ValueError> {
                    ::core::result::Result::Ok(__cell.null())
                }
            }
        };
    }
}
