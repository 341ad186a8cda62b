//! Attributes and types as syn reads them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeMap;
use syn::{Attribute, Expr, ExprLit, GenericArgument, Lit, LitStr, Meta, PathArguments, Type};

/// Whether a derive of this name is among the attributes.
pub(super) fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        list.tokens
            .clone()
            .into_iter()
            .any(|tree| matches!(tree, TokenTree::Ident(ident) if ident == name))
    })
}

/// The settings of `#[ingest(…)]`: each key with what is in its parentheses, or behind `=`.
#[derive(Debug, Default)]
pub(super) struct Settings(Vec<(String, Option<String>)>);

impl Settings {
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        let mut settings = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("ingest")) {
            let Meta::List(list) = &attribute.meta else { continue };
            for part in commas(list.tokens.clone()) {
                let mut trees = part.into_iter();
                let Some(TokenTree::Ident(key)) = trees.next() else { continue };
                let value = match trees.next() {
                    Some(TokenTree::Punct(equals)) if equals.as_char() == '=' => {
                        Some(trees.collect::<TokenStream>().to_string())
                    }
                    Some(TokenTree::Group(group)) => Some(written(group.stream())),
                    _ => None,
                };
                settings.push((key.to_string(), value));
            }
        }
        Self(settings)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(other, _)| other == key)
    }

    /// The value of a setting that is text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(other, _)| other == key)?;
        let tokens: TokenStream = value.as_ref()?.parse().ok()?;
        syn::parse2::<LitStr>(tokens).ok().map(|text| text.value())
    }

    /// Those of these keys.
    pub(super) fn all(&self, keys: &[&str]) -> Vec<(&str, Option<String>)> {
        let these = self.0.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        these.map(|(key, value)| (key.as_str(), value.clone())).collect()
    }
}

fn commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![Vec::new()];
    for tree in tokens {
        match tree {
            TokenTree::Punct(comma) if comma.as_char() == ',' => parts.push(Vec::new()),
            tree => parts.last_mut().map(|part| part.push(tree)).unwrap_or_default(),
        }
    }
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.map(|part| part.into_iter().collect()).collect()
}

/// Tokens in one way of spacing.
fn written(tokens: TokenStream) -> String {
    commas(tokens).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A list of keys in which fields are replaced by the names of their columns.
pub(super) fn with_columns(list: &str, name_of: &dyn Fn(&str) -> Option<String>) -> String {
    let Ok(tokens) = list.parse::<TokenStream>() else { return list.to_owned() };
    let part = |part: &TokenStream| {
        let trees: Vec<TokenTree> = part.clone().into_iter().collect();
        let (path, rest) = path(&trees);
        let after = || rest.iter().cloned().collect::<TokenStream>().to_string();
        match (name_of(&path), rest) {
            (Some(column), _) => format!("{column:?} {}", after()).trim_end().to_owned(),
            (None, [TokenTree::Group(group)]) if group.delimiter() == Delimiter::Parenthesis => {
                format!("{path}({})", with_columns(&group.stream().to_string(), name_of))
            }
            (None, _) => format!("{path} {}", after()).trim().to_owned(),
        }
    };
    commas(tokens).iter().map(part).collect::<Vec<_>>().join(", ")
}

/// The names and dots that tokens begin with, and what follows.
fn path(trees: &[TokenTree]) -> (String, &[TokenTree]) {
    let mut path = String::new();
    let mut rest = trees;
    while let [TokenTree::Ident(ident), after @ ..] = rest {
        path.push_str(&ident.to_string());
        rest = after;
        match rest {
            [TokenTree::Punct(dot), after @ ..] if dot.as_char() == '.' => {
                path.push('.');
                rest = after;
            }
            _ => break,
        }
    }
    (path, rest)
}

/// The text of doc comments, as the derive reads them.
pub(super) fn doc_comment(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(doc) = &attribute.meta
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &doc.value
        {
            let text = text.value();
            let line = |line: &str| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned();
            lines.extend(text.split('\n').map(line));
        }
    }
    let text = lines.join("\n").trim_matches('\n').to_owned();
    Some(text).filter(|text| !text.is_empty())
}

/// Whether a type is that of this name, or a reference to it.
pub(super) fn is_named(ty: &Type, name: &syn::Ident) -> bool {
    match ty {
        Type::Reference(reference) => is_named(&reference.elem, name),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == *name),
        _ => false,
    }
}

/// The type of a field that is marked `json`: any value that serde writes.
pub(super) fn json(ty: &Type) -> String {
    let is_option = matches!(ty, Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "Option"));
    if is_option { "Option<Value>".to_owned() } else { "Value".to_owned() }
}

/// The types that a file names.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// What they are called here.
    pub(super) named: BTreeMap<String, String>,
    /// Those that are columns as another type is.
    pub(super) newtypes: BTreeMap<String, Type>,
}

impl Types {
    /// A type as far as its column goes: without paths and lifetimes, borrowed as owned.
    pub(super) fn spell(&self, ty: &Type) -> String {
        match ty {
            Type::Reference(reference) => self.spell(&reference.elem),
            Type::Paren(paren) => self.spell(&paren.elem),
            Type::Group(group) => self.spell(&group.elem),
            Type::Slice(slice) => format!("Vec<{}>", self.spell(&slice.elem)),
            Type::Array(array) => format!("Vec<{}>", self.spell(&array.elem)),
            Type::Tuple(tuple) => {
                let elements: Vec<String> = tuple.elems.iter().map(|one| self.spell(one)).collect();
                format!("({})", elements.join(", "))
            }
            Type::Path(path) => match path.path.segments.last() {
                Some(last) => self.segment(&last.ident.to_string(), &last.arguments),
                None => String::new(),
            },
            other => quote::quote!(#other).to_string(),
        }
    }

    fn segment(&self, name: &str, arguments: &PathArguments) -> String {
        if let Some(named) = self.named.get(name) {
            return named.clone();
        }
        if let Some(inner) = self.newtypes.get(name) {
            return self.spell(inner);
        }
        let of: Vec<String> = match arguments {
            PathArguments::AngleBracketed(list) => {
                let types = list.args.iter().filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(self.spell(ty)),
                    _ => None,
                });
                types.collect()
            }
            _ => Vec::new(),
        };
        match (name, of.as_slice()) {
            ("str" | "char", _) => "String".to_owned(),
            ("Bytes", []) => "Vec<u8>".to_owned(),
            // What the server fills is said by a setting.
            ("Box" | "Rc" | "Arc" | "Cow" | "Filled", [inner]) => inner.clone(),
            (range, [bound]) if range.starts_with("Range") => {
                format!("(Bound<{bound}>, Bound<{bound}>)")
            }
            (name, []) => name.to_owned(),
            (name, of) => format!("{name}<{}>", of.join(", ")),
        }
    }
}
