//! What only the compiler can check, as it depends on what the types are.

use super::definition::type_constants;
use super::filling::{self, Filling};
use super::model::{Column, KeyColumn, Storage, Table};
use super::partition::{Of, PartitionBy};
use super::simple;
use crate::generics::is_generic;
use crate::lifetime::Replacements;
use crate::{rust_type, sql_type};
use proc_macro2::{Ident, Span, TokenStream};
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
        let mut assertions = Self::of_types(&table.columns, generics, private);
        for key in &table.primary_key {
            assertions.not_null(table, key, "is in the primary key");
        }
        if let Some(merge_on) = table.merge_on.as_ref().filter(|on| !on.nulls_not_distinct) {
            for key in &merge_on.columns {
                let does = "is what rows are merged on, where NULLs differ unless the unique \
                            constraint is `nulls_not_distinct`";
                assertions.not_null(table, key, does);
            }
        }
        if let Some(key) = &table.newest_by {
            assertions.not_null(table, key, "tells the newest of rows with equal keys");
        }
        if let Some(partition_by) = &table.partition_by {
            assertions.partitioned(table, partition_by);
        }
        assertions.fields_of_flattened(table);
        assertions.flattened(table, item);
        assertions
    }

    /// Those on the types of the columns, each alone.
    pub(super) fn of_types<'c>(
        columns: impl IntoIterator<Item = &'c Column<'c>>,
        generics: &'a Generics,
        private: &'a TokenStream,
    ) -> Self {
        let mut assertions = Self { generics, private, always: Vec::new(), when_used: Vec::new() };
        for column in columns {
            match column.text {
                Some(text) => assertions.text(column, text),
                None => assertions.sql_type(column),
            }
            assertions.null_and_dimensions(column);
            assertions.filled(column);
        }
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
        let (generic, ty) = self.type_of(column);
        let condition = condition(type_constants(column, ty, self.private));
        let assertion = quote_spanned!(span=> ::core::assert!(#condition, "{}", #message));
        self.add(generic, &assertion);
    }

    /// A condition that holds of a type that is no column, which is an error elsewhere.
    fn assert_of_type(
        &mut self,
        column: &Column<'_>,
        span: Span,
        condition: impl Fn(TokenStream) -> TokenStream,
        message: &str,
    ) {
        let (generic, ty) = self.type_of(column);
        let private = self.private;
        let condition = condition(match column.storage {
            Storage::ToSql => quote!(#private::JsonField::<#ty>),
            _ => quote!(#private::ColumnField::<#ty>),
        });
        let assert = quote_spanned!(span=> ::core::assert!(#condition, "{}", #message));
        let assertion = quote!({
            #[allow(unused_imports)]
            use #private::ColumnFallback as _;
            #assert
        });
        self.add(generic, &assertion);
    }

    /// Whether the type of the column depends on parameters, and the type as a constant beside the
    /// struct may name it.
    fn type_of(&self, column: &Column<'_>) -> (bool, TokenStream) {
        let generic = is_generic(column.ty, self.generics);
        let ty = column.ty.to_token_stream();
        let ty = if generic { ty } else { Replacements::by_static(self.generics).replace(ty) };
        (generic, ty)
    }

    fn add(&mut self, when_used: bool, assertion: &TokenStream) {
        if when_used {
            self.when_used.push(quote!(#assertion;));
        } else {
            self.always.push(quote!(const _: () = #assertion;));
        }
    }

    /// A column that cannot be NULL for what it does.
    fn not_null(&mut self, table: &Table<'_>, key: &KeyColumn, does: &str) {
        let Some(column) = table.columns.get(key.path.position) else {
            return;
        };
        if let Some(inner) = &key.path.inner {
            let message = format!(
                "the field `{}.{inner}` {does}, so its column cannot be NULL: its type must not be \
                 an Option",
                column.field
            );
            let condition = |of| quote!(!#of::TABLE.is_field_nullable(#inner));
            self.assert(column, key.token.span(), condition, &message);
        } else {
            let message = format!(
                "column `{}` {does}, so it cannot be NULL: its type must not be an Option",
                column.name
            );
            self.assert(column, key.token.span(), |of| quote!(!#of::NULLABLE), &message);
        }
    }

    fn text(&mut self, column: &Column<'_>, text: &Ident) {
        let message = format!(
            "field `{}` is marked `text`, so its type is to be one of text, as `String` is: \
             `{}` is not",
            column.field,
            rust_type::spell(column.ty),
        );
        self.assert(column, text.span(), |of| quote!(#of::TYPE.is_text()), &message);
    }

    fn sql_type(&mut self, column: &Column<'_>) {
        let Some(sql_type) = column.sql_type.filter(|_| !column.is_to_sql()) else {
            return;
        };
        let (field, to) = (column.field, sql_type.value());
        let message = if column.is_json() {
            format!(
                "field `{field}` is stored as JSON, so its column can be `jsonb` or `json`, but \
                 not `{to}`"
            )
        } else {
            let spelled = rust_type::spell(column.ty);
            let is_text = ["String", "&str"].iter().any(|text| spelled.contains(text));
            let or = if is_text && !spelled.contains("Vec<") {
                ", or mark the field `text`, which has PostgreSQL read the text"
            } else {
                ""
            };
            format!(
                "the Rust type `{spelled}` of field `{field}` cannot be stored as `{to}`{}{or}",
                sql_type::advice(&to),
            )
        };
        let condition = |of| quote!(#of::TYPE.may_be(#sql_type));
        self.assert(column, sql_type.span(), condition, &message);
    }

    /// What a column cannot tell apart, and an array cannot have. Of most types it is seen by their
    /// names, and nothing is left for the compiler to do.
    fn null_and_dimensions(&mut self, column: &Column<'_>) {
        let field = column.field;
        let (span, is_simple) = (column.ty.span(), simple::is_simple(column.ty));
        if is_simple || matches!(column.storage, Storage::Json | Storage::Flattened(_)) {
            return;
        }
        let message = format!(
            "field `{field}` holds an `Option` of an `Option`, and a column has one NULL for both: \
             make it one `Option`, or mark the field `json`, which stores `Some(None)` as JSON's null"
        );
        self.assert_of_type(column, span, |of| quote!(!#of::NESTED_OPTION), &message);
        if column.is_to_sql() {
            return;
        }
        let message = format!(
            "field `{field}` is an array of more than 6 dimensions, which PostgreSQL does not have: \
             mark the field `json`"
        );
        self.assert_of_type(column, span, |of| quote!(#of::DIMENSIONS <= 6), &message);
    }

    /// A column that the server fills, and how.
    fn filled(&mut self, column: &Column<'_>) {
        let field = column.field;
        let is_filled = |of| quote!(#of::FIELD_TYPE.is_filled());
        if let Some(stamp) = column.stamp {
            let named = stamp.to_tokens(self.private);
            let fits = |of: TokenStream| quote!(#named.fits(#of::FIELD_TYPE));
            self.assert(column, stamp.key.span(), fits, &stamp.wrong_type(column));
        } else if let Some(filling) = column.filling {
            if filling.is_always() {
                let message = filling.needs_filled(field, &rust_type::spell(column.ty));
                self.assert(column, filling.span(), is_filled, &message);
            }
            if matches!(filling, Filling::Identity { .. }) {
                let message = format!(
                    "field `{field}` is an identity, which cannot be NULL: its type must not be an \
                     Option"
                );
                self.assert(column, filling.span(), |of| quote!(!#of::NULLABLE), &message);
            }
        } else if column.default.is_none() && filling::is_spelled_filled(column.ty) {
            let message = format!(
                "field `{field}` is `Filled`, and nothing says how the server fills it: \
                 add `identity`, `generated = \"…\"` or `default = \"…\"`"
            );
            let span = column.ty.span();
            self.assert(column, span, |of| quote!(!#of::FIELD_TYPE.is_filled()), &message);
        }
    }

    /// Columns for whose values partitions are made.
    fn partitioned(&mut self, table: &Table<'_>, partition_by: &PartitionBy<'_>) {
        let (Some(making), [key]) = (partition_by.making, partition_by.columns.as_slice()) else {
            return;
        };
        let Some(column) = table.columns.get(key.path.position) else { return };
        let (field, spelled) = (column.field, rust_type::spell(column.ty));
        let span = making.key.span();
        let private = self.private;
        match &making.of {
            Of::Every { period, .. } => {
                let named = period.to_tokens(private);
                let message = format!(
                    "`every` is a period of a column of type {}, and the type of field `{field}` is \
                     `{spelled}`",
                    period.types()
                );
                let fits = |of: TokenStream| quote!(#of::FIELD_TYPE.is_in(#named));
                self.assert(column, span, fits, &message);
                if making.default.is_none() {
                    let does = "tells the partition by periods, of which NULL is in none unless there is a \
                                `default` partition";
                    self.not_null(table, key, does);
                }
            }
            Of::EachValue => {
                let message = format!(
                    "partitions are made for each value of an integer, a text, an enum, a `bool`, a \
                     `uuid` or a `date`, and the type of field `{field}` is `{spelled}`"
                );
                self.assert(column, span, |of| quote!(#of::FIELD_TYPE.is_listable()), &message);
            }
            Of::Modulus(_) => {}
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
        let is_keyed = !table.primary_key.is_empty() || table.merge_on.is_some();
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
