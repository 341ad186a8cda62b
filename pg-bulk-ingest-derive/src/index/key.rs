//! The keys of an index: what they are of, and in which order.

use crate::attr::{Item, split};
use crate::closest;
use crate::errors::Errors;
use crate::key;
use crate::name::unraw;
use crate::value::{self, ungroup};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::LitStr;

/// A field, or one of a flattened struct: `address.street`.
#[derive(Clone)]
pub(crate) struct FieldPath {
    pub(crate) field: Ident,
    pub(crate) inner: Vec<Ident>,
}

/// A key of an index.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) of: KeyOf,
    pub(crate) order: Order,
}

#[derive(Clone)]
pub(crate) enum KeyOf {
    Field(FieldPath),
    Expression(LitStr),
}

/// How a key is ordered.
#[derive(Clone, Default)]
pub(crate) struct Order {
    pub(crate) collate: Option<LitStr>,
    pub(crate) opclass: Option<LitStr>,
    /// `asc` or `desc`.
    pub(crate) direction: Option<Ident>,
    /// `nulls`, and `first` or `last`.
    pub(crate) nulls: Option<(Ident, Ident)>,
}

impl Key {
    /// `field desc nulls last`, `field(opclass = "…")`, `expr = "lower(field)" desc`
    pub(super) fn read(part: &TokenStream, errors: &mut Errors) -> Option<Self> {
        let trees: Vec<TokenTree> = part.clone().into_iter().collect();
        let (of, rest) = match trees.as_slice() {
            [TokenTree::Ident(expr), TokenTree::Punct(equals), value, rest @ ..]
                if expr == "expr" && equals.as_char() == '=' =>
            {
                let value = ungroup(value.to_token_stream());
                let Ok(expression) = syn::parse2::<LitStr>(value.clone()) else {
                    errors.on(value, "`expr` is an SQL expression: `expr = \"lower(name)\"`");
                    return None;
                };
                if !value::is_sql(&expression, "expr", errors) {
                    return None;
                }
                (KeyOf::Expression(expression), rest)
            }
            trees => match path(trees) {
                Some((field, rest)) => (KeyOf::Field(field), rest),
                None => {
                    errors.on(
                        part,
                        "a key of an index is a field by its Rust name, without quotes, or an SQL \
                         expression: `on(field, expr = \"lower(field)\")`",
                    );
                    return None;
                }
            },
        };
        let mut order = Order::default();
        let rest = match rest {
            [TokenTree::Group(list), rest @ ..] if list.delimiter() == Delimiter::Parenthesis => {
                order.read_list(list, errors)?;
                rest
            }
            rest => rest,
        };
        (rest.is_empty() || order.read_words(rest, errors)).then_some(Self { of, order })
    }
}

impl Order {
    /// `(opclass = "…", collate = "…")`
    fn read_list(&mut self, list: &Group, errors: &mut Errors) -> Option<()> {
        let mut is_read = true;
        for item in split(list.stream(), errors) {
            if is_operator(&item) {
                is_read &= self.read_setting(&item, errors);
            } else {
                let key = unraw(&item.key);
                let suggestion = closest::suggestion(&key, &["opclass", "collate"]);
                errors.on(
                    &item.key,
                    format_args!(
                        "unknown setting `{key}`{suggestion}\n\
                         the settings of a key are `opclass`, `collate`"
                    ),
                );
                is_read = false;
            }
        }
        is_read.then_some(())
    }

    pub(super) fn read_setting(&mut self, item: &Item, errors: &mut Errors) -> bool {
        let (place, hint) = if item.key == "opclass" {
            (&mut self.opclass, "an operator class: `opclass = \"text_pattern_ops\"`")
        } else {
            (&mut self.collate, "a collation, as SQL: `collate = \"\\\"C\\\"\"`")
        };
        if place.is_some() {
            key::repeated(item, errors);
            return false;
        }
        *place = value::sql(item, hint, errors);
        place.is_some()
    }

    /// `asc`, `desc`, `nulls first`, `nulls last`
    pub(super) fn read_words(&mut self, mut trees: &[TokenTree], errors: &mut Errors) -> bool {
        while let [first, rest @ ..] = trees {
            trees = match (first, rest) {
                (TokenTree::Ident(word), rest)
                    if (word == "asc" || word == "desc") && self.direction.is_none() =>
                {
                    self.direction = Some(word.clone());
                    rest
                }
                (TokenTree::Ident(nulls), [TokenTree::Ident(end), rest @ ..])
                    if nulls == "nulls"
                        && (end == "first" || end == "last")
                        && self.nulls.is_none() =>
                {
                    self.nulls = Some((nulls.clone(), end.clone()));
                    rest
                }
                _ => {
                    let tokens: TokenStream = trees.iter().cloned().collect();
                    errors.on(
                        tokens,
                        "the order of a key is `asc` or `desc`, and `nulls first` or `nulls last`: \
                         `field desc nulls last`",
                    );
                    return false;
                }
            };
        }
        true
    }
}

pub(super) fn is_order(word: &Ident) -> bool {
    ["asc", "desc", "nulls"].iter().any(|known| word == known)
}

pub(super) fn is_operator(item: &Item) -> bool {
    item.key == "opclass" || item.key == "collate"
}

/// `field` or `field.inner`, and what follows.
pub(super) fn path(trees: &[TokenTree]) -> Option<(FieldPath, &[TokenTree])> {
    let [TokenTree::Ident(field), rest @ ..] = trees else {
        return None;
    };
    let mut path = FieldPath { field: field.clone(), inner: Vec::new() };
    let mut rest = rest;
    while let [TokenTree::Punct(dot), TokenTree::Ident(inner), after @ ..] = rest
        && dot.as_char() == '.'
    {
        path.inner.push(inner.clone());
        rest = after;
    }
    Some((path, rest))
}

impl ToTokens for FieldPath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.field.to_tokens(tokens);
        for inner in &self.inner {
            quote!(. #inner).to_tokens(tokens);
        }
    }
}
