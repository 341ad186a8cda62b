//! What a struct with mistakes expands to: the mistakes, and impls that do nothing.

use crate::errors::Errors;
use crate::generics::{Twins, where_clause};
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(super) fn table(item: &DeriveInput, library: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let where_clause = where_clause(&item.generics, &[]);
    let this = quote!(#ident #type_generics);
    let twins = Twins::new(&item.generics, &this);
    let twin_generics = twins.impl_generics();
    let twin = twins.twin(this);
    let twin_where_clause = twins.where_clause(&[]);
    quote! {
        #errors
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::IngestTable for #ident #type_generics #where_clause {
                const TABLE: &'static #private::Table =
                    &#private::Table::new("", "", &[], &[], &[]);

                fn encode(
                    &self,
                    _: &mut #private::RowEncoder<'_>,
                ) {
                }
            }

            #[automatically_derived]
            impl #impl_generics #private::IngestTables for #ident #type_generics #where_clause {
                const TABLES: &'static [&'static #private::Table] = &[];
            }

            #[automatically_derived]
            impl #twin_generics #private::RowOf<#twin> for #ident #type_generics #twin_where_clause {
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
