//! The columns that rows are merged on instead of the primary key.

use super::container::Container;
use super::filling::{Filling, is_spelled_filled};
use super::keys::Resolving;
use super::model::{Column, ColumnPath, Index, KeyColumn, KeyOf};
use super::paths::Paths;
use crate::errors::Errors;

/// What rows are merged on beside the primary key.
pub(super) struct MergeOn {
    pub(super) columns: Vec<KeyColumn>,
    /// Whether its columns may be NULL, as NULLs are equal in its constraint.
    pub(super) nulls_not_distinct: bool,
}

/// The columns of `merge_on(…)`, which are those of a unique constraint.
pub(super) fn check(
    container: &Container,
    columns: &[Column<'_>],
    primary_key: &[KeyColumn],
    indexes: &[Index],
    paths: &mut Paths<'_>,
    errors: &mut Errors,
) -> Option<MergeOn> {
    let list = container.merge_on.as_ref()?;
    let keys = Resolving::new(list, "`merge_on`", paths, errors).keys();
    let is_whole = keys.len() == list.keys.len() && !keys.is_empty();
    let keys = keys.into_iter().filter_map(|(key, token)| match key.of {
        KeyOf::Column(path) => Some(KeyColumn { path, token }),
        KeyOf::Expression(_) => None,
    });
    let keys: Vec<KeyColumn> = keys.collect();
    let is_of = |of: &[&ColumnPath]| {
        of.len() == keys.len() && keys.iter().all(|key| of.contains(&&key.path))
    };
    let is_unique = |index: &&Index| {
        let columns = index.keys.iter().filter_map(|key| match &key.of {
            KeyOf::Column(path) => Some(path),
            KeyOf::Expression(_) => None,
        });
        index.is_unique && is_of(&columns.collect::<Vec<_>>())
    };
    let constraint = indexes.iter().find(is_unique);
    if is_whole && is_of(&primary_key.iter().map(|key| &key.path).collect::<Vec<_>>()) {
        errors.on(&list.key, "rows are merged on the primary key as it is: remove `merge_on`");
    } else if is_whole && constraint.is_none() {
        let fields: Vec<_> =
            keys.iter().map(|key| key.token.to_string().replace(' ', "")).collect();
        errors.on(
            &list.key,
            format_args!(
                "rows are merged on what is unique, and no unique constraint is over these fields \
                 and no others: add `unique({})`",
                fields.join(", ")
            ),
        );
    }
    for key in &keys {
        let Some(column) = columns.get(key.path.position) else { continue };
        let is_filled = column.filling.is_some_and(Filling::is_always);
        if is_filled || column.stamp.is_some() || is_spelled_filled(column.ty) {
            errors.on(
                &key.token,
                "rows come without a column that the server fills, and cannot be merged on it",
            );
        } else if let Some(on_update) = column.on_update {
            errors.on(
                on_update,
                "rows are merged on this column, and a row that is merged has the same value: \
                 remove `on_update`",
            );
        }
    }
    let nulls_not_distinct = constraint.is_some_and(|index| index.nulls_not_distinct);
    Some(MergeOn { columns: keys, nulls_not_distinct })
}

/// Whether the newest is known by a column that can be updated.
pub(super) fn check_version(
    merge_on: Option<&MergeOn>,
    primary_key: &[KeyColumn],
    newest_by: Option<&KeyColumn>,
    errors: &mut Errors,
) {
    if let (Some(_), Some(newest_by)) = (merge_on, newest_by)
        && primary_key.iter().any(|key| key.path == newest_by.path)
    {
        errors.on(
            &newest_by.token,
            "the columns of the primary key are never updated, so it cannot tell the newest: take \
             another for `newest_by`",
        );
    }
}
