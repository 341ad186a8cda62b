//! What an enum with mistakes expands to: the mistakes, and impls that do nothing.

use super::expand::rows;
use super::input::Variant;
use crate::errors::Errors;
use crate::generics::where_clause;
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(super) fn set(
    item: &DeriveInput,
    library: &TokenStream,
    variants: &[Variant<'_>],
    errors: Errors,
) -> TokenStream {
    let errors = errors.into_compile_errors();
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let where_clause = where_clause(&item.generics, &[]);
    let nothing = quote!();
    let row = rows(&quote!(#ident #type_generics), &quote!(0), &nothing, &[], item, &private, None);
    let of_variants = variants.iter().map(|Variant { ty, .. }| {
        rows(&quote!(#ty), &quote!(0), &nothing, &[], item, &private, None)
    });
    quote! {
        #errors
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::IngestTables for #ident #type_generics #where_clause {
                const TABLES: &'static [&'static #private::Table] = &[];
            }

            #row
            #(#of_variants)*
        };
    }
}
