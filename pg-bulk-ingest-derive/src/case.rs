//! Cases of names: the defaults of `table` and `type`, and `rename_all`, whose values are serde's.

use crate::errors::Errors;
use syn::LitStr;

/// A case, to which the name of a field, `snake_case`, or of a variant, `PascalCase`, is converted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// The cases by name.
pub(crate) const CASES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// The value of `rename_all`.
    pub(crate) fn read(name: &LitStr, errors: &mut Errors) -> Option<Self> {
        let found = CASES.iter().find(|(known, _)| *known == name.value()).map(|(_, case)| *case);
        if found.is_none() {
            let known: Vec<&str> = CASES.iter().map(|(known, _)| *known).collect();
            errors.on(
                name,
                format_args!(
                    "unknown case \"{}\": `rename_all` is one of \"{}\"",
                    name.value(),
                    known.join("\", \"")
                ),
            );
        }
        found
    }

    /// The name of a field or variant in this case.
    pub(crate) fn rename(self, field: &str) -> String {
        match self {
            Self::Lower => field.to_lowercase(),
            Self::Upper => field.to_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => {
                let pascal = pascal(field);
                let mut characters = pascal.chars();
                let first = characters.next().map(char::to_lowercase);
                first.into_iter().flatten().chain(characters).collect()
            }
            Self::Snake => snake(field),
            Self::ScreamingSnake => snake(field).to_uppercase(),
            Self::Kebab => snake(field).replace('_', "-"),
            Self::ScreamingKebab => snake(field).to_uppercase().replace('_', "-"),
        }
    }
}

/// `HTTPServer` → `http_server`. A name in `snake_case` stays as it is.
pub(crate) fn snake(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut converted = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| characters.get(before));
        let after = characters.get(at + 1);
        let begins_word = character.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        if begins_word {
            converted.push('_');
        }
        converted.extend(character.to_lowercase());
    }
    converted
}

fn pascal(field: &str) -> String {
    let mut converted = String::new();
    let mut begins_word = true;
    for character in field.chars() {
        if character == '_' {
            begins_word = true;
        } else if begins_word {
            converted.extend(character.to_uppercase());
            begins_word = false;
        } else {
            converted.push(character);
        }
    }
    converted
}

#[cfg(test)]
mod tests {
    use super::{CASES, snake};

    #[test]
    fn a_struct_names_its_table_in_snake_case() {
        for (name, table) in [
            ("MyRow", "my_row"),
            ("HTTPServer", "http_server"),
            ("ServerHTTP", "server_http"),
            ("Int32Value", "int32_value"),
            ("V2API", "v2_api"),
            ("X", "x"),
            ("ABTest", "ab_test"),
            ("my_row", "my_row"),
            ("My_Row", "my_row"),
            ("ÉtéÀParis", "été_à_paris"),
        ] {
            assert_eq!(snake(name), table);
        }
    }

    #[test]
    fn variants_are_renamed_as_serde_does_but_that_acronyms_are_words() {
        for (variant, expected) in [
            (
                "InProgress",
                [
                    "inprogress",
                    "INPROGRESS",
                    "InProgress",
                    "inProgress",
                    "in_progress",
                    "IN_PROGRESS",
                    "in-progress",
                    "IN-PROGRESS",
                ],
            ),
            (
                "UsesHTTP",
                [
                    "useshttp",
                    "USESHTTP",
                    "UsesHTTP",
                    "usesHTTP",
                    "uses_http",
                    "USES_HTTP",
                    "uses-http",
                    "USES-HTTP",
                ],
            ),
        ] {
            let renamed = CASES.map(|(_, case)| case.rename(variant));
            assert_eq!(renamed, expected);
        }
    }

    #[test]
    fn fields_are_renamed_as_serde_does() {
        for (field, expected) in [
            (
                "first_name",
                [
                    "first_name",
                    "FIRST_NAME",
                    "FirstName",
                    "firstName",
                    "first_name",
                    "FIRST_NAME",
                    "first-name",
                    "FIRST-NAME",
                ],
            ),
            ("a", ["a", "A", "A", "a", "a", "A", "a", "A"]),
            ("z42", ["z42", "Z42", "Z42", "z42", "z42", "Z42", "z42", "Z42"]),
            (
                "_very_tasty",
                [
                    "_very_tasty",
                    "_VERY_TASTY",
                    "VeryTasty",
                    "veryTasty",
                    "_very_tasty",
                    "_VERY_TASTY",
                    "-very-tasty",
                    "-VERY-TASTY",
                ],
            ),
        ] {
            let renamed = CASES.map(|(_, case)| case.rename(field));
            assert_eq!(renamed, expected);
        }
    }
}
