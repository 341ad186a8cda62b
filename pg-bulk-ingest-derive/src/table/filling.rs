//! How the server fills a column that rows come without.

use crate::attr::{Form, Item};
use crate::errors::Errors;
use crate::key::{self, Place};
use crate::value;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{LitStr, PathArguments, Type};

pub(super) enum Filling {
    /// By a sequence of its own; whether values cannot be given.
    Identity { key: Ident, always: bool },
    /// By an SQL expression; whether when it is read.
    Generated { sql: LitStr, is_virtual: bool },
}

/// `identity` or `identity = "always"`
pub(super) fn identity(item: &Item, errors: &mut Errors) -> Option<(Ident, bool)> {
    let always = match &item.form {
        Form::Flag => return Some((item.key.clone(), false)),
        _ => value::text(item, Place::Field, errors)?,
    };
    if always.value() == "always" {
        return Some((item.key.clone(), true));
    }
    key::wrong_form(item, Place::Field, errors);
    None
}

/// What the settings of a field, of which these are the keys, say together.
pub(super) fn read(
    identity: Option<(Ident, bool)>,
    generated: Option<LitStr>,
    is_virtual: Option<&Ident>,
    seen: &[String],
    errors: &mut Errors,
) -> Option<Filling> {
    let has = |key: &&&str| seen.iter().any(|seen| seen == **key);
    if let (Some(is_virtual), false) = (is_virtual, has(&&"generated")) {
        errors.on(is_virtual, "`virtual` is how a column is `generated`: add `generated = \"…\"`");
    }
    let filling = match (identity, generated) {
        (Some((key, always)), _) => Filling::Identity { key, always },
        (None, Some(sql)) => Filling::Generated { sql, is_virtual: is_virtual.is_some() },
        (None, None) => return None,
    };
    let ways = ["identity", "generated", "default"];
    let mut ways = ways.iter().filter(has);
    if let (Some(one), Some(other)) = (ways.next(), ways.next()) {
        errors.at(
            filling.span(),
            format_args!("a column is filled in one way: remove `{one}` or `{other}`"),
        );
    }
    if let Some(other) = ["json", "text", "to_sql", "on_update"].iter().find(has) {
        errors.at(
            filling.span(),
            format_args!(
                "rows come without a column that the server fills: remove `{other}`, or `{}`",
                filling.name()
            ),
        );
    }
    Some(filling)
}

impl Filling {
    fn name(&self) -> &'static str {
        match self {
            Self::Identity { .. } => "identity",
            Self::Generated { .. } => "generated",
        }
    }

    pub(super) fn span(&self) -> Span {
        match self {
            Self::Identity { key, .. } => key.span(),
            Self::Generated { sql, .. } => sql.span(),
        }
    }

    /// Whether no row comes with a value.
    pub(super) fn is_always(&self) -> bool {
        !matches!(self, Self::Identity { always: false, .. })
    }

    /// What is said where the field is of another type than `Filled`.
    pub(super) fn needs_filled(&self, field: &str, spelled: &str) -> String {
        let name = match self {
            Self::Identity { .. } => "identity = \"always\"",
            Self::Generated { .. } => "generated",
        };
        format!(
            "the server fills a column that is `{name}`, and rows come without it: let the type of \
             field `{field}` be `Filled<{spelled}>`, or remove `{name}`"
        )
    }

    pub(super) fn check(&self, errors: &mut Errors) {
        if let Self::Generated { sql, .. } = self {
            value::is_sql(sql, "generated", errors);
        }
    }

    pub(super) fn to_tokens(&self) -> TokenStream {
        match self {
            Self::Identity { always, .. } => quote!(.with_identity(#always)),
            Self::Generated { sql, is_virtual } => quote!(.with_generated(#sql, #is_virtual)),
        }
    }
}

/// Whether a type is spelled `Filled<…>`.
pub(super) fn is_spelled_filled(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| {
        last.ident == "Filled" && matches!(last.arguments, PathArguments::AngleBracketed(_))
    })
}

/// The type of the values of an identity, if it is spelled as one that it can have.
pub(super) fn identity_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Filled" => {
            let syn::GenericArgument::Type(inner) = arguments.args.first()? else { return None };
            identity_type(inner).filter(|_| !is_spelled_filled(inner))
        }
        PathArguments::None => {
            ["i16", "i32", "i64"].iter().any(|name| last.ident == name).then_some(ty)
        }
        _ => None,
    }
}
