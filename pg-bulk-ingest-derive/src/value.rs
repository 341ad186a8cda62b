//! The values that settings have.

use crate::attr::{Form, Item, commas, split};
use crate::errors::Errors;
use crate::key::{self, Place};
use crate::name::unraw;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{LitStr, parse2};

/// `key = "text"`
pub(crate) fn text(item: &Item, place: Place, errors: &mut Errors) -> Option<LitStr> {
    let literal = match &item.form {
        Form::Value(value) => parse2::<LitStr>(ungroup(value.clone())).ok(),
        Form::Flag | Form::List(_) | Form::Other(_) => None,
    };
    if literal.is_none() {
        key::wrong_form(item, place, errors);
    }
    literal
}

/// `key`, whose token is what is left of it.
pub(crate) fn flag(item: &Item, place: Place, errors: &mut Errors) -> Option<Ident> {
    if matches!(item.form, Form::Flag) {
        return Some(item.key.clone());
    }
    key::wrong_form(item, place, errors);
    None
}

/// `index` or `index(using = "gin")` on a field.
pub(crate) struct FieldIndex {
    pub(crate) key: Ident,
    pub(crate) using: Option<LitStr>,
}

impl FieldIndex {
    pub(crate) fn read(item: &Item, errors: &mut Errors) -> Option<Self> {
        let using = match &item.form {
            Form::Flag => None,
            Form::List(list) => match split(list.stream(), &mut Errors::default()).as_slice() {
                [using] if using.key == "using" => Some(method(using, errors)?),
                _ => {
                    key::wrong_form(item, Place::Field, errors);
                    return None;
                }
            },
            Form::Value(_) | Form::Other(_) => {
                key::wrong_form(item, Place::Field, errors);
                return None;
            }
        };
        Some(Self { key: item.key.clone(), using })
    }
}

/// `key(field, …)` or `key(field, …, using = "gin")` on the struct.
pub(crate) struct FieldList {
    pub(crate) key: Ident,
    pub(crate) fields: Vec<Ident>,
    pub(crate) using: Option<LitStr>,
}

impl FieldList {
    pub(crate) fn read(item: &Item, may_use: bool, errors: &mut Errors) -> Option<Self> {
        let Form::List(list) = &item.form else {
            key::wrong_form(item, Place::Struct, errors);
            return None;
        };
        let mut read = Self { key: item.key.clone(), fields: Vec::new(), using: None };
        let mut is_read = true;
        for part in commas(list.stream()) {
            let part = ungroup(part);
            if let Ok(field) = Ident::parse_any.parse2(part.clone()) {
                read.fields.push(field);
                continue;
            }
            is_read &= match split(part.clone(), &mut Errors::default()).as_slice() {
                [using] if may_use && using.key == "using" => {
                    if read.using.is_some() {
                        key::repeated(using, errors);
                    }
                    read.using = method(using, errors);
                    read.using.is_some()
                }
                _ => {
                    not_a_field(&part, &unraw(&item.key), may_use, errors);
                    false
                }
            };
        }
        is_read.then_some(read)
    }
}

fn not_a_field(part: &TokenStream, key: &str, may_use: bool, errors: &mut Errors) {
    let using = if may_use { ", and then perhaps `using = \"…\"`" } else { "" };
    errors.on(
        part,
        format_args!(
            "`{key}(…)` lists fields of the struct by their Rust names, without quotes{using}"
        ),
    );
}

/// `using = "gin"`
fn method(using: &Item, errors: &mut Errors) -> Option<LitStr> {
    let literal = match &using.form {
        Form::Value(value) => parse2::<LitStr>(ungroup(value.clone())).ok(),
        Form::Flag | Form::List(_) | Form::Other(_) => None,
    };
    match literal {
        Some(method) if method.value().trim().is_empty() => {
            errors.on(
                method,
                "`using` names an access method, such as \"gin\": leave it out for a B-tree",
            );
            None
        }
        Some(method) => Some(method),
        None => {
            errors.on(using, "`using` is written `using = \"gin\"`");
            None
        }
    }
}

/// The tokens without the invisible group in which `macro_rules!` passes them on.
fn ungroup(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            ungroup(group.stream())
        }
        _ => tokens,
    }
}
