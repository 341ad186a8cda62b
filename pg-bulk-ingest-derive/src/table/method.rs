//! What the access methods of PostgreSQL can do (its documentation, chapter "Indexes").

use crate::errors::Errors;
use crate::index::{KeyOf, List};
use quote::ToTokens;
use syn::LitStr;

/// An access method that comes with PostgreSQL. Of others nothing is known.
struct Method {
    name: &'static str,
    ordered: bool,
    includes: bool,
    many_keys: bool,
}

const fn method(name: &'static str, [ordered, includes, many_keys]: [bool; 3]) -> Method {
    Method { name, ordered, includes, many_keys }
}

const METHODS: &[Method] = &[
    method("btree", [true, true, true]),
    method("hash", [false, false, false]),
    method("gist", [false, true, true]),
    method("gin", [false, false, true]),
    method("spgist", [false, true, false]),
    method("brin", [false, false, true]),
];

/// Whether the access method of an index can do what is asked of it.
pub(super) fn check(list: &List, errors: &mut Errors) {
    let using = list.using.as_ref().map_or_else(|| "btree".to_owned(), LitStr::value);
    let Some(method) = METHODS.iter().find(|method| method.name == using) else {
        return;
    };
    for key in list.keys.iter().filter(|_| !method.ordered) {
        let direction = key.order.direction.iter();
        let words = direction.chain(key.order.nulls.iter().map(|(nulls, _)| nulls));
        for word in words {
            errors.on(
                word,
                format_args!(
                    "`{word}` is for B-trees: an index that uses {using} keeps its keys in no order"
                ),
            );
        }
    }
    if let (Some(field), false) = (list.include.first(), method.includes) {
        errors.on(field, format_args!("an index that uses {using} cannot include columns"));
    }
    if let (Some(beyond), false) = (list.keys.get(1), method.many_keys) {
        let tokens = match &beyond.of {
            KeyOf::Field(field) => field.to_token_stream(),
            KeyOf::Expression(sql) => sql.to_token_stream(),
        };
        errors.on(
            tokens,
            format_args!("an index that uses {using} has one key, and this is one more"),
        );
    }
}
