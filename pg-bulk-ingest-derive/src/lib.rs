//! The derives of `pg-bulk-ingest`, which documents them.
//!
//! Stages: `attr` (the grammar, to spanned values) → `input` (what is written) → `check` (every
//! mistake) → `model` (what is meant) → `expand` (cannot fail), or `fallback`: the mistakes, and
//! impls that do nothing, so that no other error follows from them.

mod attr;
mod case;
mod closest;
mod comment;
mod crate_path;
mod enum_type;
mod errors;
mod generics;
#[cfg(test)]
mod golden;
mod index;
mod key;
mod lifetime;
mod name;
mod newtype;
mod rust_type;
mod set;
mod sql;
mod sql_type;
mod table;
mod value;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Documented in `pg-bulk-ingest`.
#[proc_macro_derive(IngestEnum, attributes(ingest))]
pub fn ingest_enum(input: TokenStream) -> TokenStream {
    enum_type::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Documented in `pg-bulk-ingest`.
#[proc_macro_derive(IngestTable, attributes(ingest))]
pub fn ingest_table(input: TokenStream) -> TokenStream {
    table::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Documented in `pg-bulk-ingest`.
#[proc_macro_derive(IngestColumn, attributes(ingest))]
pub fn ingest_column(input: TokenStream) -> TokenStream {
    newtype::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Documented in `pg-bulk-ingest`.
#[proc_macro_derive(IngestTables, attributes(ingest))]
pub fn ingest_tables(input: TokenStream) -> TokenStream {
    set::derive(&parse_macro_input!(input as DeriveInput)).into()
}
