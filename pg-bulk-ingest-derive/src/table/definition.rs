//! `Table::new(…)`: the definition that a struct is.

use super::model::{Column, ColumnPath, Index, IndexKey, KeyOf, Storage, Table};
use crate::rust_type;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::LitStr;

/// `Table::new(…)`
pub(super) fn table(table: &Table<'_>, private: &TokenStream) -> TokenStream {
    let Table { schema, name, .. } = table;
    let columns = if table.has_flattened() {
        quote!(#private::Flattened::<Self>::COLUMNS)
    } else {
        columns(&table.columns, private)
    };
    let primary_key = table.primary_key.iter().map(|key| position(table, &key.path, private));
    let merge_on = table.merge_on.iter().map(|merge_on| {
        let positions = merge_on.columns.iter().map(|key| position(table, &key.path, private));
        quote!(.merging_on(const { &[#(#positions),*] }))
    });
    let newest_by = table.newest_by.iter().map(|key| {
        let position = position(table, &key.path, private);
        quote!(.newest_by(#position))
    });
    let partition_by = table.partition_by.iter().map(|partition_by| {
        let columns = partition_by.columns.iter();
        let positions: Vec<_> = columns.map(|key| position(table, &key.path, private)).collect();
        let partitioning = partition_by.to_tokens(&positions, private);
        quote!(.partitioned(#partitioning))
    });
    let comment = table.comment.iter().map(|text| quote!(.with_comment(#text)));
    let indexes = table.indexes.iter().map(|index| self::index(table, index, private));
    quote! {
        #private::Table::new(
            #schema,
            #name,
            #columns,
            const { &[#(#primary_key),*] },
            const { &[#(#indexes),*] },
        )#(#merge_on)* #(#newest_by)* #(#partition_by)* #(#comment)*
    }
}

fn columns(columns: &[Column<'_>], private: &TokenStream) -> TokenStream {
    let columns = columns.iter().map(|column| self::column(column, private));
    quote!(const { &[#(#columns),*] })
}

/// The parts of a table with flattened structs.
pub(super) fn parts(table: &Table<'_>, private: &TokenStream) -> TokenStream {
    let parts = table.parts().into_iter().map(|part| match part {
        [Column { storage: Storage::Flattened(prefix), field, ty, .. }] => {
            let prefix = prefix.map(LitStr::value).unwrap_or_default();
            quote! {
                #private::Part::flattened(
                    #field,
                    #prefix,
                    <#ty as #private::FlattenedTable>::TABLE.columns(),
                )
            }
        }
        part => {
            let columns = columns(part, private);
            quote!(#private::Part::fields(#columns))
        }
    });
    quote!(const { &[#(#parts),*] })
}

fn column(column: &Column<'_>, private: &TokenStream) -> TokenStream {
    let Column { name, field, .. } = column;
    let spelled = rust_type::spell(column.ty);
    let sql_type = column.sql_type.iter().map(|sql| quote!(.with_sql_type(#sql)));
    let collation = column.collation.iter().map(|sql| quote!(.with_collation(#sql)));
    let comment = column.comment.iter().map(|text| quote!(.with_comment(#text)));
    let default = column.default.iter().map(|sql| quote!(.with_default(#sql)));
    let filling = column.filling.iter().map(|filling| filling.to_tokens());
    let stamp = column.stamp.iter().map(|stamp| {
        let stamp = stamp.to_tokens(private);
        quote!(.with_stamp(#stamp))
    });
    let on_update = column.on_update.iter().map(|sql| match sql.value().as_str() {
        "keep" => quote!(.kept_on_update()),
        _ => quote!(.computed_on_update(#sql)),
    });
    let renamed_from = column.renamed_from;
    let renamed_from =
        (!renamed_from.is_empty()).then(|| quote!(.renamed_from(const { &[#(#renamed_from),*] })));
    let of = type_constants(column, column.ty, private);
    let field_type = match column.storage {
        Storage::ToSql => {
            let ty = column.ty;
            quote! {
                #private::FieldType::new(
                    #private::ColumnType::to_sql(<#ty as #private::ToSqlColumn>::accepts),
                    #of::NULLABLE,
                )
            }
        }
        _ if column.text.is_some() => {
            quote!(#private::FieldType::new(#private::ColumnType::from_text(), #of::NULLABLE))
        }
        _ => quote!(#of::FIELD_TYPE),
    };
    quote! {
        #private::Column::new(#name, #field, #spelled, #field_type)
            #(#sql_type)* #(#collation)* #(#default)* #(#filling)* #(#stamp)* #(#on_update)* #renamed_from #(#comment)*
    }
}

/// What `TYPE` and `NULLABLE` of a column, or `TABLE` of a flattened struct, belong to.
pub(super) fn type_constants(
    column: &Column<'_>,
    ty: impl ToTokens,
    private: &TokenStream,
) -> TokenStream {
    match column.storage {
        // Of a field through `ToSql` it says as well whether it is an `Option`.
        Storage::Json | Storage::ToSql => quote!(#private::JsonField::<#ty>),
        Storage::Flattened(_) => quote!(<#ty as #private::FlattenedTable>),
        Storage::Column => quote!(<#ty as #private::IngestColumn>),
    }
}

/// The position of a column in the table, as a constant.
pub(super) fn position(table: &Table<'_>, path: &ColumnPath, private: &TokenStream) -> TokenStream {
    let before = table.columns.iter().take(path.position);
    let flattened: Vec<_> = before.filter(|column| column.is_flattened()).collect();
    let own = path.position - flattened.len();
    let of = |column: &Column<'_>| type_constants(column, column.ty, private);
    let counts = flattened.into_iter().map(of).map(|of| quote!(+ #of::TABLE.columns().len()));
    let inner = table.columns.get(path.position).zip(path.inner.as_ref()).map(|(column, inner)| {
        let of = of(column);
        // That there is one is asserted.
        quote!(+ match #of::TABLE.position_of_field(#inner) {
            ::core::option::Option::Some(__position) => __position,
            ::core::option::Option::None => 0,
        })
    });
    quote!(#own #(#counts)* #inner)
}

fn index(table: &Table<'_>, index: &Index, private: &TokenStream) -> TokenStream {
    if let Some(sql) = &index.sql {
        return quote!(#private::Index::from_sql(#sql));
    }
    let keys = index.keys.iter().map(|key| self::key(table, key, private));
    let using = index.using.iter().map(|method| quote!(.using(#method)));
    let include = index.include.iter().map(|path| position(table, path, private));
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

fn key(table: &Table<'_>, key: &IndexKey, private: &TokenStream) -> TokenStream {
    let of = match &key.of {
        KeyOf::Column(path) => {
            let position = position(table, path, private);
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
