//! What only the compiler can check, as it depends on what the types are.

use super::definition::type_constants;
use super::model::{Column, Table};
use crate::generics::is_generic;
use crate::lifetime::Replacements;
use crate::rust_type;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Generics;
use syn::spanned::Spanned;

pub(super) struct Assertions {
    /// Those that can be checked at the struct.
    pub(super) always: Vec<TokenStream>,
    /// Those that depend on generic parameters.
    pub(super) when_used: Vec<TokenStream>,
}

pub(super) fn of(table: &Table<'_>, generics: &Generics, private: &TokenStream) -> Assertions {
    let mut assertions = Assertions { always: Vec::new(), when_used: Vec::new() };
    let statics = Replacements::by_static(generics);
    let mut add = |column: &Column<'_>,
                   span: Span,
                   condition: &dyn Fn(TokenStream) -> TokenStream,
                   message: String| {
        let generic = is_generic(column.ty, generics);
        let ty = column.ty.to_token_stream();
        let ty = if generic { ty } else { statics.replace(ty) };
        let condition = condition(type_constants(column, ty, private));
        let assertion = quote_spanned!(span=> ::core::assert!(#condition, "{}", #message));
        if generic {
            assertions.when_used.push(quote!(#assertion;));
        } else {
            assertions.always.push(quote!(const _: () = #assertion;));
        }
    };
    for key in &table.primary_key {
        let Some(column) = table.columns.get(key.path.position) else {
            continue;
        };
        let message = format!(
            "column `{}` is in the primary key, so it cannot be NULL: its type must not be an Option",
            column.name
        );
        add(column, key.token.span(), &|of| quote!(!#of::NULLABLE), message);
    }
    for column in &table.columns {
        let Some(sql_type) = column.sql_type else {
            continue;
        };
        let (field, to) = (column.field, sql_type.value());
        let message = if column.is_json {
            format!(
                "field `{field}` is stored as JSON, so its column can be `jsonb` or `json`, but not `{to}`"
            )
        } else {
            format!(
                "the Rust type `{}` of field `{field}` cannot be stored as `{to}`: change one of the two",
                rust_type::spell(column.ty)
            )
        };
        add(column, sql_type.span(), &|of| quote!(#of::TYPE.may_be(#sql_type)), message);
    }
    assertions
}
