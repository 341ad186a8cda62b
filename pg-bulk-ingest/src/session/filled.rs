//! Columns that the server fills: whether it is said how, and whether what is asked for goes with them.

use super::refusal::START;
use crate::definition::{Column, Filling, Stamp, Table};
use crate::error::{Error, ErrorKind};

/// The derive cannot see all of it: a type may be `Filled` by another name.
pub(super) fn check(definition: &Table) -> Result<(), Error> {
    match mistake(definition) {
        None => Ok(()),
        Some(reason) => Err(Error::new(ErrorKind::Definition { reason }, START)),
    }
}

fn mistake(definition: &Table) -> Option<String> {
    for column in definition.columns() {
        let field = column.field();
        let (is_filled, filling) = (column.is_filled(), column.filling());
        let is_stamp = column.stamp().is_some();
        if is_filled && filling.is_none() && column.default().is_none() && !is_stamp {
            return Some(format!(
                "field `{field}` is `Filled`, and nothing says how: give it `identity`, \
                 `generated = \"…\"` or `default = \"…\"`"
            ));
        }
        let is_given = matches!(filling, Some(Filling::Identity { always: false }));
        if !is_filled && (filling.is_some() && !is_given || is_stamp) {
            return Some(format!(
                "the server fills field `{field}`, whose type has to be `Filled<…>`, as rows come \
                 without it"
            ));
        }
        if is_filled && (column.is_kept_on_update() || column.on_update().is_some()) {
            return Some(format!(
                "field `{field}` is `Filled`, which no update changes: remove `on_update`"
            ));
        }
    }
    if let Some(mistake) = stamp_mistake(definition) {
        return Some(mistake);
    }
    if definition.version().is_some_and(Column::is_filled) {
        return Some("rows come without the column of `newest_by`, which is `Filled`".to_owned());
    }
    if definition.version().is_some_and(Column::is_identity) {
        return Some(
            "an identity is never updated, and so cannot tell the newest in `newest_by`".to_owned(),
        );
    }
    if definition.sent().next().is_none() {
        return Some("every field is `Filled`, and rows come with nothing".to_owned());
    }
    if definition.version().is_some() && definition.computes_any() {
        return Some(
            "a row that is older than the one that is there changes nothing, and would not count in \
             `on_update`: remove it or `newest_by`"
                .to_owned(),
        );
    }
    let keeps =
        definition.computes_any() || definition.columns().iter().any(Column::is_kept_on_update);
    if definition.fills(definition.merge_on()) {
        return Some("rows come without a column of `merge_on`, which is `Filled`".to_owned());
    }
    let is_merged =
        !definition.fills(definition.primary_key()) || !definition.merge_on().is_empty();
    (!is_merged && (keeps || definition.version().is_some())).then(|| {
        "the server fills the primary key, so that rows are only added, unless `merge_on` names others, and neither `on_update` nor \
         `newest_by` has a meaning"
            .to_owned()
    })
}

/// What goes wrong with columns that say something of the load, those of flattened structs among them.
fn stamp_mistake(definition: &Table) -> Option<String> {
    for (position, column) in definition.columns().iter().enumerate() {
        let Some(stamp) = column.stamp() else { continue };
        let (field, name) = (column.field(), stamp.name());
        let before = definition.columns().iter().take(position);
        if let Some(other) = before.into_iter().find(|other| other.stamp() == Some(stamp)) {
            let other = other.field();
            return Some(format!(
                "the fields `{other}` and `{field}` are both `{name}`, and one says it: remove the other"
            ));
        }
        if definition.primary_key().contains(&position) {
            return Some(format!(
                "field `{field}` is `{name}`, which changes with its row, and the primary key does not: \
                 take another for the key"
            ));
        }
        if stamp == Stamp::SoftDelete && definition.merge_key().is_empty() {
            return Some(format!(
                "field `{field}` is `soft_delete`, and rows without a key are only added, and never \
                 deleted: remove it, or give the table a primary key or `merge_on` that rows come with"
            ));
        }
    }
    None
}
