//! What a struct with mistakes expands to: the mistakes, and impls that do nothing but to show what
//! is wrong with the types of the fields that have no other mistake.

use super::assertions::Assertions;
use super::expand::{cell, predicates};
use super::model::Column;
use crate::errors::Errors;
use crate::generics::{Twins, where_clause};
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(super) fn table(
    item: &DeriveInput,
    library: &TokenStream,
    columns: &[Column<'_>],
    errors: Errors,
) -> TokenStream {
    let errors = errors.into_compile_errors();
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let sound = || columns.iter().filter(|column| column.is_sound);
    let predicates = predicates(&item.generics, &private, sound());
    let where_clause = where_clause(&item.generics, &predicates);
    let assertions = Assertions::of_types(sound(), &item.generics, &private).always;
    let cells = sound().map(|column| cell(column, &quote!(0), &private));
    let this = quote!(#ident #type_generics);
    let twins = Twins::new(&item.generics, &this);
    let twin_generics = twins.impl_generics();
    let twin = twins.twin(this);
    let twin_where_clause = twins.where_clause(&predicates);
    quote! {
        #errors
        const _: () = {
            #[allow(unused_imports)]
            use #private::JsonFallback as _;

            #(#assertions)*

            #[automatically_derived]
            impl #impl_generics #private::IngestTable for #ident #type_generics #where_clause {
                const TABLE: &'static #private::Table =
                    &#private::Table::new("", "", &[], &[], &[]);

                #[allow(unused_variables)]
                fn encode(
                    &self,
                    __row: &mut #private::RowEncoder<'_>,
                ) {
                    #(#cells)*
                }
            }

            #[automatically_derived]
            impl #impl_generics #private::IngestTables for #ident #type_generics #where_clause {
                const TABLES: &'static [&'static #private::Table] = &[];
            }

            #[automatically_derived]
            impl #twin_generics #private::RowOf<#twin> for #ident #type_generics #twin_where_clause {
                type Row = Self;

                fn row(&self) -> ::core::option::Option<&Self> {
                    ::core::option::Option::Some(self)
                }

                fn table(&self) -> ::core::primitive::usize {
                    0
                }

                fn encode_row(
                    &self,
                    _: &mut #private::RowEncoder<'_>,
                ) {
                }
            }
        };
    }
}
