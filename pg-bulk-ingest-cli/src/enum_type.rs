//! Enum types.

use crate::catalog::LiveColumn;
use crate::model::{EnumItem, Model};
use crate::name;
use std::collections::BTreeSet;

/// The enum that the values of a column are of, which is added to what is printed; `None` for a column
/// of no enum type, or of one that no Rust enum can be: without labels, with an empty one, in a domain.
pub(crate) fn of(column: &LiveColumn, model: &mut Model) -> Option<String> {
    let base = &column.base;
    let has_labels = !base.labels.is_empty() && base.labels.iter().all(|label| !label.is_empty());
    if base.kind != 'e' || base.is_domain || !has_labels {
        return None;
    }
    let known =
        model.enums.iter().find(|item| item.schema == base.schema && item.name == base.name);
    if let Some(known) = known {
        return Some(known.ident.clone());
    }
    let ident = name::type_name(&base.name, &mut model.names);
    let rename_all = rename_all(&base.labels);
    let mut taken = BTreeSet::new();
    let variant = |label: &String| {
        let ident = name::variant(label, &mut taken);
        let rename = Some(label.clone()).filter(|label| rename_all.is_none() && *label != ident);
        (ident, rename)
    };
    let variants = base.labels.iter().map(variant).collect();
    let (schema, name) = (base.schema.clone(), base.name.clone());
    model.enums.push(EnumItem { ident: ident.clone(), schema, name, rename_all, variants });
    Some(ident)
}

/// The case that gives every label, where that is certain: of words of two letters or more, so that
/// no two words look like one.
fn rename_all(labels: &[String]) -> Option<&'static str> {
    let are = |is_letter: fn(&u8) -> bool| {
        labels.iter().all(|label| {
            label.split('_').all(|word| word.len() > 1 && word.bytes().all(|byte| is_letter(&byte)))
                && label != "self"
                && label != "SELF"
        })
    };
    if are(u8::is_ascii_lowercase) {
        Some("snake_case")
    } else if are(u8::is_ascii_uppercase) {
        Some("SCREAMING_SNAKE_CASE")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::rename_all;

    #[test]
    fn labels_of_one_case_are_renamed_together() {
        let case = |labels: &[&str]| {
            rename_all(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(case(&["placed", "in_transit"]), Some("snake_case"));
        assert_eq!(case(&["OK", "NOT_OK"]), Some("SCREAMING_SNAKE_CASE"));
        assert_eq!(case(&["placed", "In transit"]), None);
        assert_eq!(case(&["a_b"]), None);
        assert_eq!(case(&["placed_", "self"]), None);
    }
}
