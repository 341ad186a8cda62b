//! The names that columns have had.

use super::model::Column;
use crate::errors::Errors;
use crate::name;
use std::collections::BTreeMap;

/// Whether it is clear of each former name which column had it. Two columns that swap their names look
/// the same before and after it.
pub(super) fn check(columns: &[Column<'_>], errors: &mut Errors) {
    let own = columns.iter().filter(|column| !column.is_flattened());
    let fields: BTreeMap<&str, &str> =
        own.clone().map(|column| (column.name.as_str(), column.field)).collect();
    let mut former: BTreeMap<String, &str> = BTreeMap::new();
    for column in own {
        for literal in column.renamed_from {
            let from = literal.value();
            name::check(&from, "column", literal, errors);
            if from == column.name {
                errors.on(
                    literal,
                    "the column still has this name: give the one that it had before, or remove \
                     `renamed_from`",
                );
            } else if let Some(other) = fields.get(from.as_str()) {
                errors.on(
                    literal,
                    format_args!(
                        "the field `{other}` is the column `{from}`, so whether that is the former \
                         one cannot be told from the table: give one of the two a name that is in \
                         neither, in a deployment of its own"
                    ),
                );
            }
            match former.insert(from.clone(), column.field) {
                None => {}
                Some(other) if other == column.field => {
                    errors.on(literal, format_args!("`{from}` is given already"));
                }
                Some(other) => errors.on(
                    literal,
                    format_args!(
                        "the field `{other}` is renamed from `{from}`, too, and a column becomes \
                         one: remove one of the two"
                    ),
                ),
            }
        }
    }
}
