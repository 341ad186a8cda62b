//! The impls of a table.

use super::model::{Column, Table};
use super::{assertions, definition};
use crate::generics::{Twins, referent, type_parameters, where_clause};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Generics};

pub(super) fn table(item: &DeriveInput, library: &TokenStream, table: &Table<'_>) -> TokenStream {
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let predicates = predicates(&item.generics, &private, table);
    let where_clause = where_clause(&item.generics, &predicates);
    let this = quote!(#ident #type_generics);
    let twins = Twins::new(&item.generics, &this);
    let twin_generics = twins.impl_generics();
    let twin = twins.twin(this);
    let twin_where_clause = twins.where_clause(&predicates);
    let assertions = assertions::of(table, &item.generics, &private);
    let (always, when_used) = (&assertions.always, &assertions.when_used);
    let definition = definition::table(table, &private);
    let encode = encode(table, &private);
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #private::JsonFallback as _;

            #(#always)*

            #[automatically_derived]
            impl #impl_generics #private::IngestTable for #ident #type_generics #where_clause {
                const TABLE: &'static #private::Table = {
                    #(#when_used)*
                    &#definition
                };

                #[inline]
                fn encode(
                    &self,
                    __row: &mut #private::RowEncoder<'_>,
                ) -> ::core::result::Result<(), #private::ValueError> {
                    #encode
                    ::core::result::Result::Ok(())
                }
            }

            #[automatically_derived]
            impl #impl_generics #private::IngestTables for #ident #type_generics #where_clause {
                const TABLES: &'static [&'static #private::Table] =
                    &[<Self as #private::IngestTable>::TABLE];
            }

            #[automatically_derived]
            impl #twin_generics #private::RowOf<#twin> for #ident #type_generics #twin_where_clause {
                #[inline]
                fn table(&self) -> ::core::primitive::usize {
                    0
                }

                #[inline]
                fn encode_row(
                    &self,
                    __row: &mut #private::RowEncoder<'_>,
                ) -> ::core::result::Result<(), #private::ValueError> {
                    <Self as #private::IngestTable>::encode(self, __row)
                }
            }
        };
    }
}

/// What the impls ask of the types that a field has by way of a type parameter.
fn predicates(generics: &Generics, private: &TokenStream, table: &Table<'_>) -> Vec<TokenStream> {
    let mut predicates = Vec::new();
    for column in &table.columns {
        let ty = referent(column.ty);
        let mut parameters = type_parameters(ty, generics).peekable();
        if parameters.peek().is_none() {
            continue;
        }
        if column.is_json {
            // `Option<T>: Serialize` does not tell that `T` is.
            predicates.extend(parameters.map(|parameter| quote!(#parameter: #private::Serialize)));
            predicates.push(quote!(#ty: #private::Serialize));
        } else {
            predicates.push(quote!(#ty: #private::IngestColumn));
        }
    }
    predicates
}

/// What `Json::size_hint` says of every value.
const JSON_SIZE: usize = 64;

/// The body of `encode`.
fn encode(table: &Table<'_>, private: &TokenStream) -> TokenStream {
    let sizes = table.columns.iter().map(|Column { member, ty, is_json, .. }| {
        if *is_json {
            quote!(#JSON_SIZE)
        } else {
            quote!(<#ty as #private::IngestColumn>::size_hint(&self.#member))
        }
    });
    let cells = table.columns.iter().enumerate().map(|(at, Column { member, ty, is_json, .. })| {
        if *is_json {
            // The one place that asks for `Serialize`, so that its lack is one error, at the type.
            let value = Ident::new("__value", ty.span());
            let (column, borrowed) =
                (Ident::new("column", ty.span()), quote_spanned!(ty.span()=> &#value));
            quote! {
                let #value = #private::JsonField::<#ty>::column(&self.#member);
                __row.#column(#at, #borrowed)?;
            }
        } else {
            quote!(#private::RowEncoder::column::<#ty>(__row, #at, &self.#member)?;)
        }
    });
    // The count of columns, and an ordinal that may follow them.
    quote! {
        let __bytes = 14usize;
        #(let __bytes = __bytes + #sizes;)*
        #private::RowEncoder::reserve(__row, __bytes);
        #(#cells)*
    }
}
