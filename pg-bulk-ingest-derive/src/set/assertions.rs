//! What only the compiler can check: that no two variants are one table.

use super::input::Variant;
use crate::generics::is_generic;
use crate::lifetime::Replacements;
use crate::name::unraw;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Type};

pub(super) struct Assertions {
    /// The function that the assertions call.
    pub(super) is_same_table: Option<TokenStream>,
    /// Those that can be checked at the enum.
    pub(super) always: Vec<TokenStream>,
    /// Those that depend on generic parameters.
    pub(super) when_used: Vec<TokenStream>,
}

pub(super) fn of(
    variants: &[Variant<'_>],
    generics: &Generics,
    private: &TokenStream,
) -> Assertions {
    let statics = Replacements::by_static(generics);
    let (mut always, mut when_used) = (Vec::new(), Vec::new());
    for (at, variant) in variants.iter().enumerate() {
        for other in variants.iter().take(at) {
            let generic = [variant, other].iter().any(|one| is_generic(one.ty, generics));
            let table = |ty: &Type| {
                let ty = ty.to_token_stream();
                let ty = if generic { ty } else { statics.replace(ty) };
                quote!(<#ty as #private::IngestTable>::TABLE)
            };
            let (one, two) = (table(other.ty), table(variant.ty));
            let message = format!(
                "the structs in the variants `{}` and `{}` are the same table: give one of them \
                 another `table` or `schema`",
                unraw(other.ident),
                unraw(variant.ident)
            );
            let assertion = quote_spanned! {variant.ty.span()=>
                ::core::assert!(!__is_same_table(#one, #two), "{}", #message)
            };
            if generic {
                when_used.push(quote!(#assertion;));
            } else {
                always.push(quote!(const _: () = #assertion;));
            }
        }
    }
    let is_same_table = (variants.len() > 1).then(|| is_same_table(private));
    Assertions { is_same_table, always, when_used }
}

fn is_same_table(private: &TokenStream) -> TokenStream {
    quote! {
        const fn __is_same_table(
            one: &#private::Table,
            two: &#private::Table,
        ) -> ::core::primitive::bool {
            const fn is_same(
                one: &::core::primitive::str,
                two: &::core::primitive::str,
            ) -> ::core::primitive::bool {
                let (one, two) = (one.as_bytes(), two.as_bytes());
                let mut at = 0;
                while at < one.len() && at < two.len() && one[at] == two[at] {
                    at += 1;
                }
                at == one.len() && at == two.len()
            }
            is_same(one.schema(), two.schema()) && is_same(one.name(), two.name())
        }
    }
}
