//! The path of the library: `crate = "path"`.

use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{LitStr, Path};

/// The path that `crate = "…"` gives, or the default one.
pub(crate) fn parse(given: Option<&LitStr>, errors: &mut Errors) -> TokenStream {
    let Some(literal) = given else {
        return quote!(::pg_bulk_ingest);
    };
    if let Ok(path) = literal.parse_with(Path::parse_mod_style) {
        path.into_token_stream()
    } else {
        let expected =
            "`crate` is the path of pg_bulk_ingest, such as \"my_crate::reexport::pg_bulk_ingest\"";
        let given = literal.value();
        if given.is_empty() {
            errors.on(literal, format_args!("{expected}: leave it out for the usual one"));
        } else {
            errors.on(literal, format_args!("`{given}` is not a path: {expected}"));
        }
        quote!(::pg_bulk_ingest)
    }
}
