//! `#[derive(IngestEnum)]`

mod container;
mod expand;
mod fallback;
mod input;
mod model;

use crate::crate_path;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let container = container::Container::read(&item.attrs, &mut errors);
    let library = crate_path::parse(container.library.as_ref(), &mut errors);
    let variants = input::variants(item, &mut errors);
    let checked = model::EnumType::check(&item.ident, &container, &variants, &mut errors);
    if errors.is_empty() {
        expand::enum_type(&item.ident, &library, &checked)
    } else {
        fallback::enum_type(item, &library, errors)
    }
}
