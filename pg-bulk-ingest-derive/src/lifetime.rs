//! Lifetimes replaced by others, wherever they are in some tokens.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::{Generics, Lifetime};

/// The lifetime parameters of an item, and what each is replaced by.
pub(crate) struct Replacements(Vec<(String, Lifetime)>);

impl Replacements {
    /// Each lifetime parameter by `'static`.
    pub(crate) fn by_static(generics: &Generics) -> Self {
        Self::by(generics, |_| true, |parameter| Lifetime::new("'static", parameter.span()))
    }

    /// The lifetime parameters that have a twin, by a fresh one.
    pub(crate) fn by_twins(generics: &Generics, has_twin: impl Fn(&Lifetime) -> bool) -> Self {
        let taken: Vec<String> =
            generics.lifetimes().map(|parameter| parameter.lifetime.ident.to_string()).collect();
        Self::by(generics, has_twin, |parameter| {
            let mut twin = format!("{}_twin", parameter.ident);
            while taken.contains(&twin) {
                twin.push('_');
            }
            Lifetime::new(&format!("'{twin}"), parameter.span())
        })
    }

    fn by(
        generics: &Generics,
        is_replaced: impl Fn(&Lifetime) -> bool,
        replacement: impl Fn(&Lifetime) -> Lifetime,
    ) -> Self {
        Self(
            generics
                .lifetimes()
                .map(|parameter| &parameter.lifetime)
                .filter(|lifetime| is_replaced(lifetime))
                .map(|lifetime| (lifetime.ident.to_string(), replacement(lifetime)))
                .collect(),
        )
    }

    /// The replacements, in the order of the parameters.
    pub(crate) fn lifetimes(&self) -> impl Iterator<Item = &Lifetime> {
        self.0.iter().map(|(_, lifetime)| lifetime)
    }

    /// The tokens with the lifetimes replaced.
    pub(crate) fn replace(&self, tokens: TokenStream) -> TokenStream {
        let mut after_quote = false;
        tokens
            .into_iter()
            .map(|token| {
                let is_name = after_quote;
                after_quote = matches!(&token, TokenTree::Punct(punct) if is_quote(punct));
                match token {
                    TokenTree::Group(group) => {
                        let mut replaced =
                            Group::new(group.delimiter(), self.replace(group.stream()));
                        replaced.set_span(group.span());
                        replaced.into()
                    }
                    TokenTree::Ident(name) if is_name => self.name(&name).into(),
                    other => other,
                }
            })
            .collect()
    }

    fn name(&self, name: &Ident) -> Ident {
        let found = self.0.iter().find(|(parameter, _)| name == parameter);
        found.map_or_else(|| name.clone(), |(_, lifetime)| with_span(&lifetime.ident, name.span()))
    }
}

/// Whether the tokens name the lifetime.
pub(crate) fn is_in(lifetime: &Lifetime, tokens: &TokenStream) -> bool {
    let mut after_quote = false;
    tokens.clone().into_iter().any(|token| {
        let is_name = after_quote;
        after_quote = matches!(&token, TokenTree::Punct(punct) if is_quote(punct));
        match token {
            TokenTree::Group(group) => is_in(lifetime, &group.stream()),
            TokenTree::Ident(name) => is_name && name == lifetime.ident,
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        }
    })
}

fn with_span(ident: &Ident, span: Span) -> Ident {
    Ident::new(&ident.to_string(), span.resolved_at(ident.span()))
}

fn is_quote(punct: &Punct) -> bool {
    punct.as_char() == '\'' && punct.spacing() == Spacing::Joint
}
