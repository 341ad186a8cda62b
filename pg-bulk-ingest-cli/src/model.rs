//! What is printed.

use std::collections::BTreeSet;

/// Structs and enums, in the order in which they are printed.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// What they are printed of, in words.
    pub(crate) sources: Vec<String>,
    pub(crate) enums: Vec<EnumItem>,
    pub(crate) tables: Vec<TableItem>,
    /// The crates whose types they have.
    pub(crate) crates: BTreeSet<&'static str>,
    /// The names of the structs and enums.
    pub(crate) names: BTreeSet<String>,
}

/// An enum of variants without fields.
#[derive(Debug)]
pub(crate) struct EnumItem {
    pub(crate) ident: String,
    pub(crate) schema: String,
    pub(crate) name: String,
    /// By which all labels are named after the variants.
    pub(crate) rename_all: Option<&'static str>,
    /// Each with its label, if that is not its name.
    pub(crate) variants: Vec<(String, Option<String>)>,
}

/// A struct.
#[derive(Debug)]
pub(crate) struct TableItem {
    pub(crate) ident: String,
    pub(crate) schema: String,
    pub(crate) table: String,
    pub(crate) comment: Option<String>,
    /// What it cannot say of the table.
    pub(crate) notes: Vec<String>,
    /// Settings of the struct, beside its names.
    pub(crate) settings: Vec<String>,
    pub(crate) fields: Vec<Field>,
}

impl TableItem {
    /// Whether the table or a column has a comment.
    pub(crate) fn has_comments(&self) -> bool {
        self.comment.is_some() || self.fields.iter().any(|field| field.comment.is_some())
    }
}

/// A field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) ident: String,
    /// The column.
    pub(crate) column: String,
    pub(crate) ty: String,
    pub(crate) comment: Option<String>,
    pub(crate) settings: Vec<String>,
}

/// A string as a literal of Rust.
pub(crate) fn literal(text: &str) -> String {
    format!("{text:?}")
}
