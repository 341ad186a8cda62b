//! `#[derive(IngestTables)]`

mod assertions;
mod expand;
mod fallback;
mod input;

use crate::crate_path;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let library = input::library(&item.attrs, &mut errors);
    let library = crate_path::parse(library.as_ref(), &mut errors);
    let variants = input::variants(item, &mut errors);
    if errors.is_empty() {
        expand::set(item, &library, &variants)
    } else {
        fallback::set(item, &library, &variants, errors)
    }
}
