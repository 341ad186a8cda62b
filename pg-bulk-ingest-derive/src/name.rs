//! Names in Rust and in PostgreSQL.

use crate::errors::Errors;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::LitStr;
use syn::ext::IdentExt;

/// PostgreSQL cuts longer names without a word (chapter "Identifiers and Key Words").
const MAX_BYTES: usize = 63;

/// The name without the `r#` of a raw identifier.
pub(crate) fn unraw(ident: &Ident) -> String {
    IdentExt::unraw(ident).to_string()
}

/// Whether PostgreSQL can hold the label of an enum type, which these tokens gave.
pub(crate) fn check_label(label: &str, tokens: &dyn ToTokens, errors: &mut Errors) {
    let tokens = tokens.to_token_stream();
    if label.is_empty() {
        errors.on(tokens, "a label cannot be empty");
    } else if label.contains('\0') {
        errors.on(tokens, "a label cannot contain a NUL character: PostgreSQL has none in names");
    } else if label.len() > MAX_BYTES {
        errors.on(
            tokens,
            format_args!(
                "a label cannot be longer than {MAX_BYTES} bytes: `{label}` has {}",
                label.len()
            ),
        );
    }
}

/// The columns that every table has (chapter "System Columns").
const SYSTEM_COLUMNS: &[&str] = &["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// Whether a column can have the name, which these tokens gave.
pub(crate) fn check_column(name: &str, tokens: &dyn ToTokens, errors: &mut Errors) {
    check(name, "column", tokens, errors);
    if SYSTEM_COLUMNS.contains(&name) {
        errors.on(
            tokens.to_token_stream(),
            format_args!(
                "`{name}` is a column of PostgreSQL's own in every table: give this one another \
                 name by `column = \"…\"`"
            ),
        );
    }
}

/// Whether a table can be meant by the name, without a schema beside it.
///
/// A dot in it is nearly always that between a schema and a table, which would be one name here.
pub(crate) fn check_unqualified(name: &str, literal: &LitStr, errors: &mut Errors) {
    if let Some((schema, table)) = name.split_once('.') {
        errors.on(
            literal,
            format_args!(
                "`{name}` is the name of a table alone: write `schema = {schema:?}, table = \
                 {table:?}`, or give the schema as well if the dot is part of the name"
            ),
        );
    }
}

/// Whether PostgreSQL can hold the name: `what` it is the name of, and the tokens that gave it.
pub(crate) fn check(name: &str, what: &str, tokens: &dyn ToTokens, errors: &mut Errors) {
    let tokens = tokens.to_token_stream();
    if name.is_empty() {
        errors.on(tokens, format_args!("the name of a {what} cannot be empty"));
    } else if name.contains('\0') {
        errors.on(
            tokens,
            format_args!(
                "the name of a {what} cannot contain a NUL character: PostgreSQL has none in names"
            ),
        );
    } else if name.len() > MAX_BYTES {
        errors.on(
            tokens,
            format_args!(
                "the name of a {what} cannot be longer than {MAX_BYTES} bytes, where PostgreSQL \
                 would cut it: `{name}` has {}",
                name.len()
            ),
        );
    }
}
