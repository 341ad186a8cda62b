//! The values that settings have.

use crate::attr::{Form, Item};
use crate::errors::Errors;
use crate::key::{self, Place};
use crate::name::unraw;
use crate::sql;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::{LitStr, parse2};

/// `key = "text"`
pub(crate) fn text(item: &Item, place: Place, errors: &mut Errors) -> Option<LitStr> {
    let literal = literal(item);
    if literal.is_none() {
        key::wrong_form(item, place, errors);
    }
    literal
}

fn literal(item: &Item) -> Option<LitStr> {
    match &item.form {
        Form::Value(value) => parse2::<LitStr>(ungroup(value.clone())).ok(),
        Form::Flag | Form::List(_) | Form::Other(_) => None,
    }
}

/// `key`, whose token is what is left of it.
pub(crate) fn flag(item: &Item, place: Place, errors: &mut Errors) -> Option<Ident> {
    if matches!(item.form, Form::Flag) {
        return Some(item.key.clone());
    }
    key::wrong_form(item, place, errors);
    None
}

/// `key` within a list; anything else is an error.
pub(crate) fn is_flag(item: &Item, errors: &mut Errors) -> bool {
    let is_flag = matches!(item.form, Form::Flag);
    if !is_flag {
        let key = unraw(&item.key);
        errors.on(item, format_args!("`{key}` stands alone: it has no value"));
    }
    is_flag
}

/// `key = "SQL"` within a list.
pub(crate) fn sql(item: &Item, hint: &str, errors: &mut Errors) -> Option<LitStr> {
    let key = unraw(&item.key);
    let Some(literal) = literal(item) else {
        errors.on(item, format_args!("`{key}` is {hint}"));
        return None;
    };
    is_sql(&literal, &key, errors).then_some(literal)
}

/// Whether there is SQL in a literal, all of it, and nothing that SQL cannot hold.
pub(crate) fn is_sql(literal: &LitStr, key: &str, errors: &mut Errors) -> bool {
    if !is_given(literal, key, errors) {
        return false;
    }
    let unbalanced = sql::unbalanced(&literal.value());
    if let Some(why) = &unbalanced {
        errors.on(literal, format_args!("`{key}` is not complete SQL: {why}"));
    }
    unbalanced.is_none()
}

/// Whether there is something in a literal that PostgreSQL can hold.
pub(crate) fn is_given(literal: &LitStr, key: &str, errors: &mut Errors) -> bool {
    let value = literal.value();
    if value.trim().is_empty() {
        errors.on(literal, format_args!("`{key}` is empty: give it a value, or leave it out"));
    } else if value.contains('\0') {
        errors.on(literal, format_args!("`{key}` contains a NUL character, which SQL cannot hold"));
    } else {
        return true;
    }
    false
}

/// The tokens without the invisible group in which `macro_rules!` passes them on.
pub(crate) fn ungroup(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            ungroup(group.stream())
        }
        _ => tokens,
    }
}
