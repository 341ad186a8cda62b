//! `Table::new(…)`: the definition that a struct is.

use super::model::{Column, ColumnPath, Index, IndexKey, KeyOf, Table};
use crate::rust_type;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// `Table::new(…)`
pub(super) fn table(table: &Table<'_>, private: &TokenStream) -> TokenStream {
    let Table { schema, name, .. } = table;
    let columns = table.columns.iter().map(|column| self::column(column, private));
    let primary_key = table.primary_key.iter().map(|column| position(&column.path));
    let indexes = table.indexes.iter().map(|index| self::index(index, private));
    quote! {
        #private::Table::new(
            #schema,
            #name,
            const { &[#(#columns),*] },
            const { &[#(#primary_key),*] },
            const { &[#(#indexes),*] },
        )
    }
}

fn column(column: &Column<'_>, private: &TokenStream) -> TokenStream {
    let Column { name, field, .. } = column;
    let spelled = rust_type::spell(column.ty);
    let of = type_constants(column, column.ty, private);
    let sql_type = column.sql_type.iter().map(|sql| quote!(.with_sql_type(#sql)));
    let collation = column.collation.iter().map(|sql| quote!(.with_collation(#sql)));
    let default = column.default.iter().map(|sql| quote!(.with_default(#sql)));
    quote! {
        #private::Column::new(#name, #field, #spelled, #of::TYPE, #of::NULLABLE)
            #(#sql_type)* #(#collation)* #(#default)*
    }
}

/// What `TYPE` and `NULLABLE` of a column belong to.
pub(super) fn type_constants(
    column: &Column<'_>,
    ty: impl ToTokens,
    private: &TokenStream,
) -> TokenStream {
    if column.is_json {
        quote!(#private::JsonField::<#ty>)
    } else {
        quote!(<#ty as #private::IngestColumn>)
    }
}

/// The position of a column in the table.
fn position(path: &ColumnPath) -> TokenStream {
    path.position.to_token_stream()
}

fn index(index: &Index, private: &TokenStream) -> TokenStream {
    if let Some(sql) = &index.sql {
        return quote!(#private::Index::from_sql(#sql));
    }
    let keys = index.keys.iter().map(|key| self::key(key, private));
    let using = index.using.iter().map(|method| quote!(.using(#method)));
    let include = index.include.iter().map(position);
    let include =
        (!index.include.is_empty()).then(|| quote!(.including(const { &[#(#include),*] })));
    let predicate = index.predicate.iter().map(|sql| quote!(.filtered(#sql)));
    let unique = index.is_unique.then(|| quote!(.unique()));
    let nulls = index.nulls_not_distinct.then(|| quote!(.nulls_not_distinct()));
    quote! {
        #private::Index::new(const { &[#(#keys),*] })
            #(#using)* #include #(#predicate)* #unique #nulls
    }
}

fn key(key: &IndexKey, private: &TokenStream) -> TokenStream {
    let of = match &key.of {
        KeyOf::Column(path) => {
            let position = position(path);
            quote!(#private::IndexKey::column(#position))
        }
        KeyOf::Expression(sql) => quote!(#private::IndexKey::expression(#sql)),
    };
    let collation = key.collation.iter().map(|sql| quote!(.with_collation(#sql)));
    let operator_class = key.operator_class.iter().map(|sql| quote!(.with_operator_class(#sql)));
    let descending = key.descending.then(|| quote!(.descending()));
    let nulls = key
        .nulls_first
        .map(|first| if first { quote!(.nulls_first()) } else { quote!(.nulls_last()) });
    quote!(#of #(#collation)* #(#operator_class)* #descending #nulls)
}
