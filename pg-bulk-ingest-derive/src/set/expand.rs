//! The impls of a set of tables.

use super::assertions;
use super::input::Variant;
use crate::generics::{Twins, type_parameters, where_clause};
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(super) fn set(
    item: &DeriveInput,
    library: &TokenStream,
    variants: &[Variant<'_>],
) -> TokenStream {
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let predicate = |Variant { ty, .. }: &Variant<'_>| {
        type_parameters(ty, &item.generics)
            .next()
            .is_some()
            .then(|| quote!(#ty: #private::IngestTable))
    };
    let predicates: Vec<TokenStream> = variants.iter().filter_map(predicate).collect();
    let where_clause = where_clause(&item.generics, &predicates);
    let tables =
        variants.iter().map(|Variant { ty, .. }| quote!(<#ty as #private::IngestTable>::TABLE));
    let positions = variants
        .iter()
        .enumerate()
        .map(|(at, Variant { ident, .. })| quote!(Self::#ident(_) => #at,));
    let encoders = variants.iter().map(|Variant { ident, ty }| {
        quote!(Self::#ident(__self) => <#ty as #private::IngestTable>::encode(__self, __row),)
    });
    // Rows may all be written as structs: a variant is then named nowhere else, and the compiler
    // would warn that it is never constructed.
    let constructors = variants.iter().map(|Variant { ident, .. }| quote!(Self::#ident));
    let row = rows(
        &quote!(#ident #type_generics),
        &quote!({
            let _ = (#(#constructors,)*);
            match self { #(#positions)* }
        }),
        &quote!(match self { #(#encoders)* }),
        &predicates,
        item,
        &private,
        None,
    );
    let of_variants = variants.iter().enumerate().map(|(at, variant)| {
        let ty = variant.ty;
        // Those of the other variants may say of `'a` what does not hold of it here.
        let predicates: Vec<TokenStream> = predicate(variant).into_iter().collect();
        let encode = quote!(<#ty as #private::IngestTable>::encode(self, __row));
        rows(&quote!(#ty), &quote!(#at), &encode, &predicates, item, &private, Some(at))
    });
    let assertions = assertions::of(variants, &item.generics, &private);
    let (is_same_table, always, when_used) =
        (&assertions.is_same_table, &assertions.always, &assertions.when_used);
    quote! {
        const _: () = {
            #is_same_table
            #(#always)*

            #[automatically_derived]
            impl #impl_generics #private::IngestTables for #ident #type_generics #where_clause {
                const TABLES: &'static [&'static #private::Table] = {
                    #(#when_used)*
                    &[#(#tables),*]
                };
            }

            #row
            #(#of_variants)*
        };
    }
}

/// `impl RowOf<Set> for row`, whose table is at this position, unless each value says its own.
pub(super) fn rows(
    row: &TokenStream,
    position: &TokenStream,
    encode: &TokenStream,
    predicates: &[TokenStream],
    item: &DeriveInput,
    private: &TokenStream,
    at: Option<usize>,
) -> TokenStream {
    let at = at.map(|at| quote!(const POSITION: ::core::primitive::usize = #at;));
    let ident = &item.ident;
    let (_, type_generics, _) = item.generics.split_for_impl();
    let twins = Twins::new(&item.generics, row);
    let generics = twins.impl_generics();
    let set = twins.twin(quote!(#ident #type_generics));
    let where_clause = twins.where_clause(predicates);
    quote! {
        #[automatically_derived]
        impl #generics #private::RowOf<#set> for #row #where_clause {
            type Row = Self;
            #at

            #[inline]
            fn row(&self) -> ::core::option::Option<&Self> {
                ::core::option::Option::Some(self)
            }

            #[inline]
            fn table(&self) -> ::core::primitive::usize {
                #position
            }

            #[inline]
            fn encode_row(
                &self,
                __row: &mut #private::RowEncoder<'_>,
            ) {
                #encode
            }
        }
    }
}
