//! The impl of an enum type.

use super::model::{EnumType, Label};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(super) fn enum_type(
    ident: &Ident,
    library: &TokenStream,
    enum_type: &EnumType<'_>,
) -> TokenStream {
    let private = quote!(#library::__private);
    let EnumType { schema, name, labels } = enum_type;
    let texts = labels.iter().map(|label| &label.text);
    let arms = labels.iter().map(|Label { ident, text }| quote!(Self::#ident => #text,));
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #private::IngestColumn for #ident {
                type Key<'__k> = Self;
                const TYPE: #private::ColumnType = #private::ColumnType::enumeration(
                    const { &#private::EnumType::new(#schema, #name, &[#(#texts),*]) },
                );

                #[inline]
                fn encode(
                    &self,
                    __cell: #private::Cell<'_>,
                ) -> ::core::result::Result<#private::Written, #private::ValueError> {
                    let __label: &'static ::core::primitive::str = match self {
                        #(#arms)*
                    };
                    #private::Cell::bytes(__cell, __label.as_bytes())
                }
            }
        };
    }
}
