//! What only the compiler can check, as it depends on what the types are.

use super::definition::type_constants;
use super::model::{Column, Table};
use crate::generics::is_generic;
use crate::lifetime::Replacements;
use crate::rust_type;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Generics};

pub(super) struct Assertions<'a> {
    generics: &'a Generics,
    private: &'a TokenStream,
    /// Those that can be checked at the struct.
    pub(super) always: Vec<TokenStream>,
    /// Those that depend on generic parameters.
    pub(super) when_used: Vec<TokenStream>,
}

impl<'a> Assertions<'a> {
    pub(super) fn of(table: &Table<'_>, item: &'a DeriveInput, private: &'a TokenStream) -> Self {
        let generics = &item.generics;
        let mut assertions = Self { generics, private, always: Vec::new(), when_used: Vec::new() };
        assertions.primary_key(table);
        assertions.types(table);
        assertions.fields_of_flattened(table);
        assertions.flattened(table, item);
        assertions
    }

    /// A condition on the type of a column.
    fn assert(
        &mut self,
        column: &Column<'_>,
        span: Span,
        condition: impl Fn(TokenStream) -> TokenStream,
        message: &str,
    ) {
        let generic = is_generic(column.ty, self.generics);
        let ty = column.ty.to_token_stream();
        let ty = if generic { ty } else { Replacements::by_static(self.generics).replace(ty) };
        let condition = condition(type_constants(column, ty, self.private));
        let assertion = quote_spanned!(span=> ::core::assert!(#condition, "{}", #message));
        self.add(generic, &assertion);
    }

    fn add(&mut self, when_used: bool, assertion: &TokenStream) {
        if when_used {
            self.when_used.push(quote!(#assertion;));
        } else {
            self.always.push(quote!(const _: () = #assertion;));
        }
    }

    fn primary_key(&mut self, table: &Table<'_>) {
        for key in &table.primary_key {
            let Some(column) = table.columns.get(key.path.position) else {
                continue;
            };
            if let Some(inner) = &key.path.inner {
                let message = format!(
                    "the field `{}.{inner}` is in the primary key, so its column cannot be NULL: \
                     its type must not be an Option",
                    column.field
                );
                let condition = |of| quote!(!#of::TABLE.is_field_nullable(#inner));
                self.assert(column, key.token.span(), condition, &message);
            } else {
                let message = format!(
                    "column `{}` is in the primary key, so it cannot be NULL: its type must not \
                     be an Option",
                    column.name
                );
                self.assert(column, key.token.span(), |of| quote!(!#of::NULLABLE), &message);
            }
        }
    }

    fn types(&mut self, table: &Table<'_>) {
        for column in &table.columns {
            let Some(sql_type) = column.sql_type.filter(|_| !column.is_to_sql()) else {
                continue;
            };
            let (field, to) = (column.field, sql_type.value());
            let message = if column.is_json() {
                format!(
                    "field `{field}` is stored as JSON, so its column can be `jsonb` or `json`, \
                     but not `{to}`"
                )
            } else {
                format!(
                    "the Rust type `{}` of field `{field}` cannot be stored as `{to}`: change one \
                     of the two",
                    rust_type::spell(column.ty)
                )
            };
            let condition = |of| quote!(#of::TYPE.may_be(#sql_type));
            self.assert(column, sql_type.span(), condition, &message);
        }
    }

    /// Fields of flattened structs that keys and indexes name.
    fn fields_of_flattened(&mut self, table: &Table<'_>) {
        for (path, token) in &table.inner {
            let (Some(column), Some(inner)) = (table.columns.get(path.position), &path.inner)
            else {
                continue;
            };
            let message = format!(
                "the struct `{}` has no field `{inner}` that is a column",
                rust_type::spell(column.ty)
            );
            let condition = |of| quote!(#of::TABLE.has_field(#inner));
            self.assert(column, token.span(), condition, &message);
        }
    }

    /// The columns of flattened structs beside the others.
    fn flattened(&mut self, table: &Table<'_>, item: &DeriveInput) {
        let private = self.private;
        let is_keyed = !table.primary_key.is_empty();
        let (_, generics, _) = item.generics.split_for_impl();
        let ident = &item.ident;
        let of_types = item
            .generics
            .params
            .iter()
            .any(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)));
        let this = quote!(#ident #generics);
        let this =
            if of_types { this } else { Replacements::by_static(&item.generics).replace(this) };
        for (part, column) in table.parts().iter().enumerate() {
            let [column] = column else { continue };
            if !column.is_flattened() {
                continue;
            }
            let assertion = quote_spanned! {column.ty.span()=> {
                let __problem = #private::flatten_problem(
                    <#this as #private::Flatten>::PARTS,
                    #part,
                    #is_keyed,
                );
                ::core::assert!(__problem.is_none(), "{}", __problem.as_str());
            }};
            self.add(of_types, &assertion);
        }
    }
}
