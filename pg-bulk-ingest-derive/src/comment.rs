//! Doc comments.

use crate::errors::Errors;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of the doc comments among the attributes, without the space that each line begins with;
/// `None` if there is none.
pub(crate) fn text(attributes: &[Attribute], errors: &mut Errors) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(doc) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) = &doc.value else {
            errors.on(
                &doc.value,
                "a comment of the table has to be written out: a macro's text is not known here",
            );
            continue;
        };
        let text = literal.value();
        if text.contains('\0') {
            errors.on(literal, "a comment cannot contain a NUL character, which SQL cannot hold");
        }
        lines.extend(
            text.split('\n')
                .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()),
        );
    }
    let text = lines.join("\n");
    Some(text.trim_matches('\n').to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::errors::Errors;
    use syn::{DeriveInput, parse_quote};

    #[test]
    fn lines_are_joined_and_blank_ones_around_are_left_out() {
        let item: DeriveInput = parse_quote! {
            ///
            /// Our shops,
            ///   indented, and
            ///
            #[allow(unused)]
            /** one more.
            */
            #[doc(hidden)]
            struct Row;
        };
        let text = text(&item.attrs, &mut Errors::default());
        assert_eq!(text.as_deref(), Some("Our shops,\n  indented, and\n\none more."));
        let none: DeriveInput = parse_quote!(
            #[doc = ""]
            struct Row;
        );
        assert_eq!(super::text(&none.attrs, &mut Errors::default()), None);
    }
}
