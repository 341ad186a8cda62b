//! A field and its settings.

use super::filling::{self, Filling};
use super::stamp::{self, Kind, Stamp};
use crate::attr;
use crate::errors::Errors;
use crate::index::{List, What};
use crate::key::{self, Place};
use crate::name::unraw;
use crate::value;
use proc_macro2::Ident;
use syn::{Attribute, LitStr, Type};

pub(super) struct Field<'i> {
    pub(super) attributes: &'i [Attribute],
    pub(super) member: &'i Ident,
    /// The member, unraw.
    pub(super) name: String,
    pub(super) ty: &'i Type,
    /// Whether its settings are without mistakes.
    pub(super) is_sound: bool,
    pub(super) primary_key: Option<Ident>,
    pub(super) unique: Option<List>,
    pub(super) index: Option<List>,
    pub(super) column: Option<LitStr>,
    pub(super) sql_type: Option<LitStr>,
    pub(super) json: Option<Ident>,
    pub(super) text: Option<Ident>,
    pub(super) to_sql: Option<Ident>,
    pub(super) default: Option<LitStr>,
    /// How the server fills its column, beside a default.
    pub(super) filling: Option<Filling>,
    /// What its column says of the load.
    pub(super) stamp: Option<Stamp>,
    pub(super) on_update: Option<LitStr>,
    /// The names that its column has had, the same one given once.
    pub(super) renamed_from: Vec<LitStr>,
    pub(super) collate: Option<LitStr>,
    pub(super) flatten: Option<Ident>,
    pub(super) prefix: Option<LitStr>,
    pub(super) skip: Option<Ident>,
}

impl<'i> Field<'i> {
    pub(super) fn read(field: &'i syn::Field, member: &'i Ident, errors: &mut Errors) -> Self {
        let before = errors.count();
        let mut read = Self::new(&field.attrs, member, &field.ty);
        let mut seen: Vec<String> = Vec::new();
        let (mut identity, mut generated, mut is_virtual) = (None, None, None);
        let (mut loaded_at, mut load_id, mut soft_delete) = (None, None, None);
        for item in attr::items(&field.attrs, errors) {
            let key = unraw(&item.key);
            let text = |errors: &mut Errors| value::text(&item, Place::Field, errors);
            let flag = |errors: &mut Errors| value::flag(&item, Place::Field, errors);
            match key.as_str() {
                "renamed_from" => read.renamed_from.extend(text(errors)),
                known if seen.iter().any(|before| before == known) => key::repeated(&item, errors),
                "primary_key" => read.primary_key = flag(errors),
                "unique" => read.unique = List::of_field(&item, What::Unique, errors),
                "index" => read.index = List::of_field(&item, What::Index, errors),
                "column" => read.column = text(errors),
                "sql_type" => read.sql_type = text(errors),
                "json" => read.json = flag(errors),
                "text" => read.text = flag(errors),
                "to_sql" => read.to_sql = flag(errors),
                "default" => read.default = text(errors),
                "identity" => identity = filling::identity(&item, errors),
                "generated" => generated = text(errors),
                "virtual" => is_virtual = flag(errors),
                "loaded_at" => loaded_at = flag(errors),
                "load_id" => load_id = flag(errors),
                "soft_delete" => soft_delete = flag(errors),
                "on_update" => read.on_update = text(errors),
                "collate" => read.collate = text(errors),
                "flatten" => read.flatten = flag(errors),
                "prefix" => read.prefix = text(errors),
                "skip" => read.skip = flag(errors),
                _ => {
                    key::unknown(&item, Place::Field, errors);
                    continue;
                }
            }
            seen.push(key);
        }
        read.filling = filling::read(identity, generated, is_virtual.as_ref(), &seen, errors);
        let stamps =
            [(Kind::LoadedAt, loaded_at), (Kind::LoadId, load_id), (Kind::SoftDelete, soft_delete)];
        read.stamp = stamp::read(stamps, &seen, errors);
        if let Some(skip) = &read.skip
            && let Some(other) = seen.iter().find(|key| *key != "skip")
        {
            errors.on(
                skip,
                format_args!("a skipped field has no column, so it has no other settings: remove `skip` or `{other}`"),
            );
        }
        if let Some(on_update) = read.on_update.as_ref().filter(|literal| literal.value() != "keep")
        {
            value::is_sql(on_update, "on_update", errors);
        }
        if let Some(text) = &read.text {
            if !seen.iter().any(|key| key == "sql_type") {
                errors.on(
                    text,
                    "a field that is sent as text for PostgreSQL to read says the type of its column: add \
                     `sql_type = \"…\"`",
                );
            }
            if let Some(other) = seen.iter().find(|key| ["json", "to_sql"].contains(&key.as_str()))
            {
                errors.on(
                    text,
                    format_args!("a field is stored in one way: remove `text` or `{other}`"),
                );
            }
        }
        if let Some(to_sql) = &read.to_sql {
            if !seen.iter().any(|key| key == "sql_type") {
                errors.on(
                    to_sql,
                    "a field that is stored by way of `ToSql` says the type of its column: add \
                     `sql_type = \"…\"`",
                );
            }
            if read.json.is_some() {
                errors.on(to_sql, "a field is stored in one way: remove `to_sql` or `json`");
            }
        }
        if let Some(flatten) = &read.flatten
            && let Some(other) =
                seen.iter().find(|key| !matches!(key.as_str(), "flatten" | "prefix" | "skip"))
        {
            errors.on(
                flatten,
                format_args!(
                    "a flattened field has no column of its own, so `prefix` is its only other \
                     setting: remove `flatten` or `{other}`"
                ),
            );
        }
        if let (Some(prefix), None) = (&read.prefix, &read.flatten)
            && !seen.iter().any(|key| key == "flatten")
        {
            errors.on(
                prefix,
                "`prefix` is for the columns of a flattened struct: add `flatten`, or name the \
                 column by `column`",
            );
        }
        read.is_sound = errors.count() == before;
        read
    }

    fn new(attributes: &'i [Attribute], member: &'i Ident, ty: &'i Type) -> Self {
        Self {
            attributes,
            member,
            name: unraw(member),
            ty,
            is_sound: true,
            primary_key: None,
            unique: None,
            index: None,
            column: None,
            sql_type: None,
            json: None,
            text: None,
            to_sql: None,
            default: None,
            filling: None,
            stamp: None,
            on_update: None,
            renamed_from: Vec::new(),
            collate: None,
            flatten: None,
            prefix: None,
            skip: None,
        }
    }
}
