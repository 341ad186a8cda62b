//! Columns that say something of the load, which the server fills anew when their row changes.

use super::model::{Column, ColumnPath, Index, KeyColumn, KeyOf};
use crate::errors::Errors;
use crate::rust_type;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// How a setting makes a column one.
pub(super) struct Stamp {
    pub(super) key: Ident,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    LoadedAt,
    LoadId,
    SoftDelete,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::LoadedAt => "loaded_at",
            Self::LoadId => "load_id",
            Self::SoftDelete => "soft_delete",
        }
    }

    /// The type that its field usually has, and which others it may have.
    fn types(self) -> &'static str {
        match self {
            Self::LoadedAt => {
                "`Filled<DateTime<Utc>>`, or `Filled` of another type of `timestamptz`"
            }
            Self::LoadId => "`Filled<i64>`",
            Self::SoftDelete => {
                "`Filled<Option<DateTime<Utc>>>`, or `Filled<Option<…>>` of another type of \
                 `timestamptz`"
            }
        }
    }
}

/// What the settings of a field, of which these are the keys, say together.
pub(super) fn read(
    flags: impl IntoIterator<Item = (Kind, Option<Ident>)>,
    seen: &[String],
    errors: &mut Errors,
) -> Option<Stamp> {
    let mut stamps = flags.into_iter().filter_map(|(kind, key)| Some(Stamp { key: key?, kind }));
    let stamp = stamps.next()?;
    let name = stamp.kind.name();
    let has = |key: &&&str| seen.iter().any(|seen| seen == **key);
    let other = stamps.next().map(|other| other.kind.name());
    let way = ["identity", "generated", "default"];
    if let Some(other) = other.or_else(|| way.iter().find(has).copied()) {
        errors.on(
            &stamp.key,
            format_args!("a column is filled in one way: remove `{name}` or `{other}`"),
        );
    }
    if let Some(other) = ["json", "text", "to_sql", "on_update"].iter().find(has) {
        errors.on(
            &stamp.key,
            format_args!(
                "rows come without a column that the server fills: remove `{other}`, or `{name}`"
            ),
        );
    }
    Some(stamp)
}

/// Whether the columns are such that nothing else depends on their values.
pub(super) fn check(
    columns: &[Column<'_>],
    primary_key: &[KeyColumn],
    (merge_key, newest_by): (&[KeyColumn], Option<&KeyColumn>),
    indexes: &[Index],
    errors: &mut Errors,
) {
    for (position, column) in columns.iter().enumerate() {
        let Some(Stamp { key, kind }) = column.stamp.filter(|_| column.is_sound) else { continue };
        let (name, path) = (kind.name(), ColumnPath::of(position));
        let mut before = columns.iter().take(position);
        let is_alike = |other: &&Column<'_>| other.stamp.is_some_and(|stamp| stamp.kind == *kind);
        if let Some(other) = before.find(is_alike) {
            errors.on(
                key,
                format_args!("field `{}` is `{name}` already: keep one of the two", other.field),
            );
        }
        for in_key in primary_key.iter().filter(|key| key.path == path) {
            errors.on(
                &in_key.token,
                format_args!(
                    "a column that is `{name}` changes with its row, and the primary key does not: \
                     take another for the key"
                ),
            );
        }
        if let Some(newest_by) = newest_by.filter(|key| key.path == path) {
            errors.on(
                &newest_by.token,
                format_args!(
                    "rows come without a column that is `{name}`, so it cannot tell the newest: take \
                     another for `newest_by`"
                ),
            );
        }
        let is_alone = |index: &&Index| match index.keys.as_slice() {
            [key] => index.is_unique && key.of == KeyOf::Column(path.clone()),
            _ => false,
        };
        if *kind == Kind::SoftDelete && merge_key.is_empty() {
            errors.on(
                key,
                "rows of a table without a primary key are only added, and never deleted: remove \
                 `soft_delete`, or mark the fields of the key `primary_key`",
            );
        }
        let does = if *kind == Kind::SoftDelete { "deletes" } else { "writes" };
        if indexes.iter().any(|index| is_alone(&index)) {
            errors.on(
                key,
                format_args!(
                    "all rows that a batch {does} have the same `{name}`, so the column cannot be \
                     unique: remove `unique`, or add a field to it"
                ),
            );
        }
    }
}

impl Stamp {
    /// What is said where the field is of a type that it cannot have.
    pub(super) fn wrong_type(&self, column: &Column<'_>) -> String {
        format!(
            "field `{}` is marked `{}`, so its type is to be {}: `{}` is not",
            column.field,
            self.kind.name(),
            self.kind.types(),
            rust_type::spell(column.ty)
        )
    }

    pub(super) fn to_tokens(&self, private: &TokenStream) -> TokenStream {
        match self.kind {
            Kind::LoadedAt => quote!(#private::Stamp::LoadedAt),
            Kind::LoadId => quote!(#private::Stamp::LoadId),
            Kind::SoftDelete => quote!(#private::Stamp::SoftDelete),
        }
    }
}
