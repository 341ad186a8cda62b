//! The impls of a table.

use super::assertions::Assertions;
use super::filling::{Filling, identity_type};
use super::model::{Column, ColumnPath, Storage, Table};
use super::{definition, keyed};
use crate::generics::{Twins, referent, type_parameters, where_clause};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Generics};

pub(super) fn table(item: &DeriveInput, library: &TokenStream, table: &Table<'_>) -> TokenStream {
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let predicates = predicates(&item.generics, &private, &table.columns);
    let where_clause = where_clause(&item.generics, &predicates);
    let this = quote!(#ident #type_generics);
    let twins = Twins::new(&item.generics, &this);
    let twin_generics = twins.impl_generics();
    let twin = twins.twin(this);
    let twin_where_clause = twins.where_clause(&predicates);
    let assertions = Assertions::of(table, item, &private);
    let (always, when_used) = (&assertions.always, &assertions.when_used);
    let definition = definition::table(table, &private);
    let parts = table.has_flattened().then(|| {
        let parts = definition::parts(table, &private);
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Flatten for #ident #type_generics #where_clause {
                const PARTS: &'static [#private::Part] = #parts;
            }
        }
    });
    let encode = encode(table, &private);
    let reserve = reserve(table).map(|body| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Reserve for #ident #type_generics #where_clause {
                #body
            }
        }
    });
    let versioned = table.partition_by.iter().filter(|by| by.has_versions()).map(|_| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Versioned for #ident #type_generics #where_clause {
                const VERSION: &'static #private::Table =
                    &<Self as #private::IngestTable>::TABLE.unpartitioned();
            }
        }
    });
    let keyed = keyed::items(table, &private).map(|items| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Keyed for #ident #type_generics #where_clause {
                #items
            }
        }
    });
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #private::JsonFallback as _;

            #(#always)*

            #parts

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
                ) {
                    #encode
                }
            }

            #[automatically_derived]
            impl #impl_generics #private::IngestTables for #ident #type_generics #where_clause {
                const TABLES: &'static [&'static #private::Table] =
                    &[<Self as #private::IngestTable>::TABLE];
            }

            #reserve

            #(#versioned)*

            #keyed

            #[automatically_derived]
            impl #twin_generics #private::RowOf<#twin> for #ident #type_generics #twin_where_clause {
                type Row = Self;

                #[inline]
                fn row(&self) -> ::core::option::Option<&Self> {
                    ::core::option::Option::Some(self)
                }

                #[inline]
                fn table(&self) -> ::core::primitive::usize {
                    0
                }

                #[inline]
                fn encode_row(
                    &self,
                    __row: &mut #private::RowEncoder<'_>,
                ) {
                    <Self as #private::IngestTable>::encode(self, __row);
                }
            }
        };
    }
}

/// How ids are reserved of an identity.
fn reserve(table: &Table<'_>) -> Option<TokenStream> {
    let is_identity =
        |column: &&Column<'_>| matches!(column.filling, Some(Filling::Identity { .. }));
    let column = table.columns.iter().find(is_identity)?;
    let (ty, name) = (identity_type(column.ty)?, &column.name);
    Some(quote! {
        type Id = #ty;
        const IDENTITY: &'static ::core::primitive::str = #name;
    })
}

/// What the impls ask of the types that a field has by way of a type parameter.
pub(super) fn predicates<'c>(
    generics: &Generics,
    private: &TokenStream,
    columns: impl IntoIterator<Item = &'c Column<'c>>,
) -> Vec<TokenStream> {
    let mut predicates = Vec::new();
    for column in columns {
        let ty = referent(column.ty);
        let mut parameters = type_parameters(ty, generics).peekable();
        if parameters.peek().is_none() {
            continue;
        }
        match column.storage {
            Storage::Json => {
                // `Option<T>: Serialize` does not tell that `T` is.
                let of_parameter = |parameter| quote!(#parameter: #private::Serialize);
                predicates.extend(parameters.map(of_parameter));
                predicates.push(quote!(#ty: #private::Serialize));
            }
            Storage::Flattened(_) => predicates.push(quote!(#ty: #private::IngestTable)),
            Storage::ToSql => predicates.push(quote!(#ty: #private::ToSql)),
            Storage::Column => predicates.push(quote!(#ty: #private::IngestColumn)),
        }
    }
    predicates
}

/// The body of `encode`.
fn encode(table: &Table<'_>, private: &TokenStream) -> TokenStream {
    let cells = table.columns.iter().enumerate().map(|(at, column)| {
        let position = definition::position(table, &ColumnPath::of(at), private);
        let position = if table.has_flattened() { quote!(const { #position }) } else { position };
        cell(column, &position, private)
    });
    quote!(#(#cells)*)
}

pub(super) fn cell(
    column: &Column<'_>,
    position: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let Column { member, ty, .. } = column;
    match column.storage {
        Storage::Json => {
            // The one place that asks for `Serialize`, so that its lack is one error, at the type.
            let value = Ident::new("__value", ty.span());
            let (column, borrowed) =
                (Ident::new("column", ty.span()), quote_spanned!(ty.span()=> &#value));
            quote! {
                let #value = #private::JsonField::<#ty>::column(&self.#member);
                __row.#column(#position, #borrowed);
            }
        }
        Storage::ToSql => quote! {
            __row.to_sql(#position, |__to, __value| {
                <#ty as #private::ToSqlColumn>::write(&self.#member, __to, __value)
            });
        },
        Storage::Flattened(_) => quote! {
            __row.flattened(#position, |__row| {
                <#ty as #private::FlattenedTable>::encode(&self.#member, __row);
            });
        },
        // By a path through the trait, as the column's definition names it: the errors of a type
        // that is no column are then to the letter the same, which rustc says once.
        Storage::Column => quote! {
            <#ty as #private::IngestColumn>::encode_column(&self.#member, __row, #position);
        },
    }
}
