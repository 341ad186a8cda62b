//! `#[derive(IngestTable)]`

mod assertions;
mod columns;
mod container;
mod definition;
mod expand;
mod fallback;
mod field;
mod input;
mod keys;
mod method;
mod model;
mod paths;

use crate::crate_path;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let container = container::Container::read(&item.attrs, &mut errors);
    let library = crate_path::parse(container.library.as_ref(), &mut errors);
    if let Some(fields) = input::fields(item, &mut errors) {
        let table = model::Table::check(&item.ident, &item.attrs, &container, &fields, &mut errors);
        if errors.is_empty() {
            return expand::table(item, &library, &table);
        }
    }
    fallback::table(item, &library, errors)
}
