//! Generic parameters as the impls need them.

use crate::lifetime::{self, Replacements};
use crate::name::unraw;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    GenericParam, Generics, LifetimeParam, PredicateType, Type, TypeParam, TypeParamBound,
    WherePredicate,
};

/// Whether the type names a type or const parameter, or `Self`: whether it is only known where the
/// item is used.
pub(crate) fn is_generic(ty: &Type, generics: &Generics) -> bool {
    type_parameters(ty, generics).next().is_some()
        || mentions(ty.to_token_stream(), &|name| {
            name == "Self" || generics.const_params().any(|parameter| name == &parameter.ident)
        })
}

/// The type parameters that the type names.
pub(crate) fn type_parameters<'g>(
    ty: &Type,
    generics: &'g Generics,
) -> impl Iterator<Item = &'g Ident> {
    let parameters = generics.type_params().map(|parameter| &parameter.ident);
    parameters.filter(move |parameter| {
        mentions(ty.to_token_stream(), &|name| unraw(name) == unraw(parameter))
    })
}

/// The type without the references around it: a reference is a column if what it is to is one. A
/// predicate of `&'a T` would hide that the same holds of `&'b T`.
pub(crate) fn referent(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => referent(&reference.elem),
        Type::Paren(paren) => referent(&paren.elem),
        Type::Group(group) => referent(&group.elem),
        other => other,
    }
}

fn mentions(tokens: TokenStream, is_wanted: &dyn Fn(&Ident) -> bool) -> bool {
    let mut is_lifetime = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => !std::mem::take(&mut is_lifetime) && is_wanted(&name),
        TokenTree::Group(group) => mentions(group.stream(), is_wanted),
        TokenTree::Punct(punct) => {
            is_lifetime = punct.as_char() == '\'';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

/// The where clause of the item, with more predicates.
pub(crate) fn where_clause(generics: &Generics, more: &[TokenStream]) -> TokenStream {
    let given = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let predicates: Vec<TokenStream> =
        given.map(ToTokens::to_token_stream).chain(more.iter().cloned()).collect();
    if predicates.is_empty() { TokenStream::new() } else { quote!(where #(#predicates,)*) }
}

/// The generics of `impl<'a, 'b, T> RowOf<Set<'b, T>> for Row<'a, T>`: each lifetime of the row has
/// a twin, with the same bounds; all else is shared.
///
/// A lifetime in the bounds that traits are, as in `T: Source<'a>`, is shared as well: the same
/// bound of its twin would leave rustc no way to tell which of the two is meant.
pub(crate) struct Twins {
    generics: Generics,
    replacements: Replacements,
    /// What is said of lifetimes, said of their twins.
    predicates: Vec<TokenStream>,
}

impl Twins {
    /// The twins of the lifetimes that the type of the row names.
    pub(crate) fn new(generics: &Generics, row: &TokenStream) -> Self {
        let bounds = Bounds::of(generics);
        let replacements = Replacements::by_twins(generics, |lifetime| {
            lifetime::is_in(lifetime, row)
                && !bounds.traits.iter().any(|bound| lifetime::is_in(lifetime, bound))
        });
        let mut predicates = Vec::new();
        for outlives in bounds.outlives {
            let replaced = replacements.replace(outlives.clone());
            if replaced.to_string() != outlives.to_string() {
                predicates.push(replaced);
            }
        }
        let mut twinned = generics.clone();
        for (at, twin) in replacements.lifetimes().enumerate() {
            twinned.params.insert(at, GenericParam::Lifetime(LifetimeParam::new(twin.clone())));
        }
        Self { generics: twinned, replacements, predicates }
    }

    /// `<'b, 'a, T>`
    pub(crate) fn impl_generics(&self) -> impl ToTokens {
        self.generics.split_for_impl().0
    }

    /// The tokens with each lifetime's twin in its place.
    pub(crate) fn twin(&self, tokens: impl ToTokens) -> TokenStream {
        self.replacements.replace(tokens.into_token_stream())
    }

    /// The where clause, with more predicates.
    pub(crate) fn where_clause(&self, more: &[TokenStream]) -> TokenStream {
        where_clause(&self.generics, &[self.predicates.as_slice(), more].concat())
    }
}

/// What the generics say of their parameters.
#[derive(Default)]
struct Bounds {
    /// `'a: 'b`, `T: 'a`
    outlives: Vec<TokenStream>,
    /// `T: Trait`
    traits: Vec<TokenStream>,
}

impl Bounds {
    fn of(generics: &Generics) -> Self {
        let mut all = Self::default();
        for parameter in &generics.params {
            match parameter {
                GenericParam::Lifetime(LifetimeParam { lifetime, bounds, .. }) => {
                    if !bounds.is_empty() {
                        all.outlives.push(quote!(#lifetime: #bounds));
                    }
                }
                GenericParam::Type(TypeParam { ident, bounds, .. }) => {
                    bounds.iter().for_each(|bound| all.add(ident, bound));
                }
                GenericParam::Const(_) => {}
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            match predicate {
                WherePredicate::Type(PredicateType {
                    lifetimes: None, bounded_ty, bounds, ..
                }) => {
                    bounds.iter().for_each(|bound| all.add(bounded_ty, bound));
                }
                WherePredicate::Lifetime(_) => all.outlives.push(predicate.to_token_stream()),
                _ => all.traits.push(predicate.to_token_stream()),
            }
        }
        all
    }

    fn add(&mut self, subject: &impl ToTokens, bound: &TypeParamBound) {
        let predicate = quote!(#subject: #bound);
        if matches!(bound, TypeParamBound::Lifetime(_)) {
            self.outlives.push(predicate);
        } else {
            self.traits.push(predicate);
        }
    }
}
