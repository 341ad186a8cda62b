//! What an enum with mistakes expands to: the mistakes, and an impl that does nothing.

use crate::errors::Errors;
use crate::generics::where_clause;
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(super) fn enum_type(item: &DeriveInput, library: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let private = quote!(#library::__private);
    let ident = &item.ident;
    let (impl_generics, type_generics, _) = item.generics.split_for_impl();
    let where_clause = where_clause(&item.generics, &[]);
    quote! {
        #errors
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::IngestColumn for #ident #type_generics #where_clause {
                type Key<'__k> = #private::NoKey;
                const TYPE: #private::ColumnType = #private::ColumnType::enumeration(
                    const { &#private::EnumType::new("", "", &[]) },
                );

                fn encode(
                    &self,
                    __cell: #private::Cell<'_>,
                ) -> ::core::result::Result<#private::Written, #private::ValueError> {
                    ::core::result::Result::Ok(#private::Cell::null(__cell))
                }
            }
        };
    }
}
