//! The grammar of `#[ingest(…)]`: items separated by commas, each `key`, `key = value` or
//! `key(…)`. What an item means is told by [`crate::key`] and the inputs.

use crate::errors::Errors;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta};

/// One item of an attribute.
pub(crate) struct Item {
    pub(crate) key: Ident,
    pub(crate) form: Form,
}

/// What comes after the key.
pub(crate) enum Form {
    /// Nothing.
    Flag,
    /// `= value`, where the value may be missing.
    Value(TokenStream),
    /// `(…)`
    List(Group),
    /// Anything else.
    Other(TokenStream),
}

/// The items of all the `#[ingest(…)]` attributes among `attributes`, in order.
pub(crate) fn items(attributes: &[Attribute], errors: &mut Errors) -> Vec<Item> {
    let mut items = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("ingest")) {
        match &attribute.meta {
            Meta::List(list) => items.extend(split(list.tokens.clone(), errors)),
            other => errors.on(other, "expected `#[ingest(…)]`, with its settings in parentheses"),
        }
    }
    items
}

/// The items of a list; what has no key is an error.
pub(crate) fn split(tokens: TokenStream, errors: &mut Errors) -> Vec<Item> {
    commas(tokens).into_iter().filter_map(|tokens| item(tokens, errors)).collect()
}

/// The parts of a list between its commas; a last one after a trailing comma is left out.
pub(crate) fn commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => {
                parts.push(TokenStream::new());
            }
            (_, Some(part)) => part.extend([token]),
            (_, None) => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn item(tokens: TokenStream, errors: &mut Errors) -> Option<Item> {
    let mut rest = tokens.clone().into_iter();
    let key = match rest.next() {
        Some(TokenTree::Ident(key)) => key,
        // What a `macro_rules!` passed on.
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            let inside = group.stream().into_iter().chain(rest).collect();
            return item(inside, errors);
        }
        _ => {
            errors.on(tokens, "expected a setting: `key`, `key = \"value\"` or `key(…)`");
            return None;
        }
    };
    let after: Vec<TokenTree> = rest.collect();
    let form = match after.as_slice() {
        [] => Form::Flag,
        [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
            Form::Value(value.iter().cloned().collect())
        }
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Parenthesis => {
            Form::List(list.clone())
        }
        other => Form::Other(other.iter().cloned().collect()),
    };
    Some(Item { key, form })
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
        match &self.form {
            Form::Flag => {}
            Form::Value(value) => quote!(= #value).to_tokens(tokens),
            Form::List(list) => list.to_tokens(tokens),
            Form::Other(other) => other.to_tokens(tokens),
        }
    }
}
