//! `#[derive(IngestTable)]`

mod assertions;
mod columns;
mod container;
mod definition;
mod expand;
mod fallback;
mod field;
mod filling;
mod input;
mod keyed;
mod keys;
mod merge_on;
mod method;
mod model;
mod partition;
mod paths;
mod period;
mod renamed;
mod simple;
mod stamp;

use crate::crate_path;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let container = container::Container::read(&item.attrs, &mut errors);
    let before = errors.count();
    let library = crate_path::parse(container.library.as_ref(), &mut errors);
    let knows_library = errors.count() == before;
    let Some(fields) = input::fields(item, &mut errors) else {
        return fallback::table(item, &library, &[], errors);
    };
    let table = model::Table::check(&item.ident, &item.attrs, &container, &fields, &mut errors);
    if errors.is_empty() {
        return expand::table(item, &library, &table);
    }
    // Without the library's path nothing can be said of types.
    let columns = if knows_library { table.columns.as_slice() } else { &[] };
    fallback::table(item, &library, columns, errors)
}
