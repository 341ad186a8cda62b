//! `impl Keyed`: the key in borrowed form.

use super::filling::{Filling, is_spelled_filled};
use super::model::{Column, ColumnPath, KeyColumn, Storage, Table};
use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// The items of the impl; `None` if there is no key, or one that cannot be given in a borrowed form.
pub(super) fn items(table: &Table<'_>, private: &TokenStream) -> Option<TokenStream> {
    let key = table.merge_on.as_ref().map_or(&table.primary_key, |merge_on| &merge_on.columns);
    let columns = key.iter().map(|key| column(table, key)).collect::<Option<Vec<_>>>()?;
    let version = table.newest_by.as_ref().map(|key| column(table, key));
    let of = |column: &Column<'_>| {
        let ty = column.ty;
        // That a type is no column is an error at the type, as elsewhere, and so once.
        quote_spanned!(ty.span()=> <#ty as #private::IngestColumn>)
    };
    let types = columns.iter().map(|column| of(column)).collect::<Vec<_>>();
    let (key_type, cells) = match types.as_slice() {
        [] => return None,
        [only] => (quote_spanned!(only.span()=> #only::Key<'__k>), quote!(__row.column(0, __key);)),
        several => {
            let at = (0..several.len()).map(Literal::usize_unsuffixed);
            let cells = at.map(|at| quote!(__row.column(#at, &__key.#at);));
            let several = several.iter().map(|of| quote_spanned!(of.span()=> #of::Key<'__k>));
            (quote!((#(#several),*)), quote!(#(#cells)*))
        }
    };
    let (version_type, version_cell) = match version {
        Some(column) => {
            let (of, at) = (of(column?), Literal::usize_unsuffixed(columns.len()));
            (quote!(#of::Key<'__k>), quote!(__row.optional(#at, __version);))
        }
        None => (quote!(#private::NoVersion), quote!(let _ = __version;)),
    };
    Some(quote! {
        type Key<'__k> = #key_type;
        type Version<'__k> = #version_type;

        #[inline]
        fn encode_key(
            __key: &Self::Key<'_>,
            __version: ::core::option::Option<&Self::Version<'_>>,
            __row: &mut #private::RowEncoder<'_>,
        ) {
            #cells
            #version_cell
        }
    })
}

/// The column, if its type has a borrowed form and rows come with it.
fn column<'t, 'i>(table: &'t Table<'i>, key: &KeyColumn) -> Option<&'t Column<'i>> {
    let ColumnPath { position, inner: None } = &key.path else { return None };
    let column = table.columns.get(*position)?;
    let is_sent = !column.filling.is_some_and(Filling::is_always) && !is_spelled_filled(column.ty);
    let is_own = matches!(column.storage, Storage::Column) && column.text.is_none();
    (is_sent && is_own).then_some(column)
}
