//! A Rust type as its user spelled it, for messages and plans.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

/// The type in the spacing that rustfmt gives it: `Option<&'a str>`.
pub(crate) fn spell(ty: &Type) -> String {
    let mut spelled = String::new();
    write(ty.to_token_stream(), &mut spelled);
    spelled
}

fn write(tokens: TokenStream, out: &mut String) {
    let mut operator = String::new();
    let mut lifetime = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => {
                operator.push(punct.as_char());
                let goes_on = matches!(operator.as_str(), "-" | "=" | ":");
                if punct.spacing() == Spacing::Joint && goes_on {
                    continue;
                }
                lifetime = operator == "'";
                if lifetime && out.ends_with(|last: char| last.is_alphanumeric()) {
                    out.push(' ');
                }
                if matches!(operator.as_str(), "," | ":" | ";" | ">" | "=" | "+") {
                    out.truncate(out.trim_end().len());
                }
                out.push_str(&match operator.as_str() {
                    "," | ":" | ";" => format!("{operator} "),
                    "->" | "=" | "+" => format!(" {operator} "),
                    _ => operator.clone(),
                });
                operator.clear();
                continue;
            }
            TokenTree::Group(group) => match group.delimiter() {
                Delimiter::None => write(group.stream(), out),
                Delimiter::Bracket => enclose("[", group.stream(), "]", out),
                Delimiter::Brace => enclose("{ ", group.stream(), " }", out),
                Delimiter::Parenthesis => enclose("(", group.stream(), ")", out),
            },
            word => {
                let after_word =
                    |last: char| last.is_alphanumeric() || matches!(last, '_' | '>' | ')');
                if out.ends_with(after_word) {
                    out.push(' ');
                }
                let word = word.to_string();
                out.push_str(&word);
                if lifetime || matches!(word.as_str(), "mut" | "const" | "dyn" | "impl") {
                    out.push(' ');
                }
            }
        }
        lifetime = false;
    }
    // After a lifetime at the end, or `(i32,)`.
    out.truncate(out.trim_end().len());
}

fn enclose(open: &str, tokens: TokenStream, close: &str, out: &mut String) {
    out.push_str(open);
    write(tokens, out);
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::spell;

    #[test]
    fn a_type_is_spelled_as_rustfmt_does() -> Result<(), syn::Error> {
        for spelling in [
            "i32",
            "Option<&'a str>",
            "&'a [i32; N]",
            "&'a mut [u8]",
            "&'static str",
            "Cow<'a, T>",
            "Box<dyn Fn(i32, &str) -> String + Send + 'a>",
            "<T as Iterator<Item = u8>>::Item",
            "(i32, String)",
            "(i32,)",
            "()",
            "::std::vec::Vec<r#type::Id>",
            "[[f64; 3]; { N }]",
            "*const u8",
            "dyn for<'x> Fn(&'x str)",
            "Matrix<-1, 'c'>",
            "my!(type)",
        ] {
            assert_eq!(spell(&syn::parse_str(spelling)?), spelling);
        }
        Ok(())
    }
}
