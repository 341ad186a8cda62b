//! An enum type that was checked.

use super::container::Container;
use super::input::Variant;
use crate::case::{self, Case};
use crate::errors::Errors;
use crate::name::{self, unraw};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::LitStr;

pub(super) struct EnumType<'i> {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) labels: Vec<Label<'i>>,
}

pub(super) struct Label<'i> {
    pub(super) ident: &'i Ident,
    pub(super) text: String,
}

impl<'i> EnumType<'i> {
    /// The enum type, if no errors are added.
    pub(super) fn check(
        ident: &Ident,
        container: &Container,
        variants: &[Variant<'i>],
        errors: &mut Errors,
    ) -> Self {
        let schema = container.schema.as_ref().map_or_else(|| "public".to_owned(), LitStr::value);
        if let Some(literal) = &container.schema {
            name::check(&schema, "schema", literal, errors);
        }
        let (name, token) = match &container.name {
            Some(literal) => (literal.value(), literal.to_token_stream()),
            None => (case::snake(&unraw(ident)), ident.to_token_stream()),
        };
        name::check(&name, "type", &token, errors);
        let labels = labels(variants, container.rename_all, errors);
        Self { schema, name, labels }
    }
}

fn labels<'i>(
    variants: &[Variant<'i>],
    rename_all: Option<Case>,
    errors: &mut Errors,
) -> Vec<Label<'i>> {
    let mut labels = Vec::new();
    let mut by_text: BTreeMap<String, String> = BTreeMap::new();
    for variant in variants {
        let name = unraw(variant.ident);
        let (text, token) = label(variant, &name, rename_all);
        name::check_label(&text, &token, errors);
        if let Some(other) = by_text.insert(text.clone(), name.clone()) {
            errors.on(
                &token,
                format_args!("the variants `{other}` and `{name}` are both the label `{text}`"),
            );
        }
        labels.push(Label { ident: variant.ident, text });
    }
    labels
}

/// The label and the token that gave it.
fn label(variant: &Variant<'_>, name: &str, rename_all: Option<Case>) -> (String, TokenStream) {
    match (&variant.rename, rename_all) {
        (Some(literal), _) => (literal.value(), literal.to_token_stream()),
        (None, Some(case)) => (case.rename(name), variant.ident.to_token_stream()),
        (None, None) => (name.to_owned(), variant.ident.to_token_stream()),
    }
}
