//! The settings there are, and what is said of one that is unknown or in the wrong place.

use crate::attr::Item;
use crate::closest;
use crate::errors::Errors;
use crate::name::unraw;
use proc_macro2::Ident;
use quote::ToTokens;

/// Where a setting is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Struct,
    Field,
    Enum,
    Variant,
    EnumType,
    Label,
    Newtype,
    NewtypeField,
}

use Place::{Enum, EnumType, Field, Label, Newtype, NewtypeField, Struct, Variant};

/// Each setting, where it may be, and how it is written there.
const KEYS: &[(&str, Place, &str)] = &[
    ("schema", Struct, "schema = \"…\""),
    ("table", Struct, "table = \"…\""),
    ("rename_all", Struct, "rename_all = \"…\""),
    ("primary_key", Struct, "primary_key(field, …)"),
    ("merge_on", Struct, "merge_on(field, …)"),
    ("newest_by", Struct, "newest_by(field)"),
    (
        "unique",
        Struct,
        "unique(field, …) or unique(field, …, include(field, …), nulls_not_distinct)",
    ),
    (
        "index",
        Struct,
        "index(field, …) or index(on(field desc, …), using = \"…\", include(field, …), \
         where = \"…\") or index(sql = \"…\")",
    ),
    ("partition_by", Struct, "partition_by = \"range (column)\""),
    (
        "partitions",
        Struct,
        "partitions(every = \"1 month\") or partitions(hash = 8) or partitions(list)",
    ),
    ("comments", Struct, "comments"),
    ("crate", Struct, "crate = \"path\""),
    ("crate", Enum, "crate = \"path\""),
    ("primary_key", Field, "primary_key"),
    ("unique", Field, "unique or unique(nulls_not_distinct)"),
    ("index", Field, "index or index(using = \"gin\") or index(desc nulls last, where = \"…\")"),
    ("column", Field, "column = \"…\""),
    ("sql_type", Field, "sql_type = \"…\""),
    ("json", Field, "json"),
    ("text", Field, "text, sql_type = \"…\""),
    ("to_sql", Field, "to_sql, sql_type = \"…\""),
    ("default", Field, "default = \"…\""),
    ("identity", Field, "identity or identity = \"always\""),
    ("generated", Field, "generated = \"…\" or generated = \"…\", virtual"),
    ("virtual", Field, "generated = \"…\", virtual"),
    ("loaded_at", Field, "loaded_at"),
    ("load_id", Field, "load_id"),
    ("soft_delete", Field, "soft_delete"),
    ("on_update", Field, "on_update = \"keep\" or on_update = \"old.count + new.count\""),
    ("renamed_from", Field, "renamed_from = \"…\""),
    ("collate", Field, "collate = \"…\""),
    ("flatten", Field, "flatten or flatten, prefix = \"…\""),
    ("prefix", Field, "flatten, prefix = \"…\""),
    ("skip", Field, "skip"),
    ("schema", EnumType, "schema = \"…\""),
    ("type", EnumType, "type = \"…\""),
    ("rename_all", EnumType, "rename_all = \"…\""),
    ("crate", EnumType, "crate = \"path\""),
    ("rename", Label, "rename = \"…\""),
    ("crate", Newtype, "crate = \"path\""),
    ("skip", NewtypeField, "skip"),
];

/// What settings are called elsewhere, and what they are here.
const ALIASES: &[(Place, &str, &[&str])] = &[
    (Struct, "table", &["table_name", "name", "rename"]),
    (Struct, "schema", &["schema_name", "namespace"]),
    (Struct, "primary_key", &["pk", "key", "id"]),
    (
        Struct,
        "merge_on",
        &["merge_by", "upsert_on", "conflict_target", "on_conflict", "natural_key"],
    ),
    (Struct, "newest_by", &["version", "version_by", "latest_by", "dedup_sort"]),
    (Struct, "unique", &["unique_key", "unique_index", "unique_constraint"]),
    (Struct, "index", &["indexes", "indices"]),
    (Struct, "partition_by", &["partition", "partitioned_by", "partition_key"]),
    (Struct, "comments", &["comment"]),
    (Field, "column", &["rename", "name", "column_name"]),
    (Field, "sql_type", &["type", "ty", "pg_type", "db_type", "column_type", "data_type"]),
    (Field, "primary_key", &["pk", "key", "id"]),
    (Field, "unique", &["unique_key"]),
    (Field, "index", &["indexed"]),
    (Field, "json", &["jsonb", "serde"]),
    (Field, "text", &["from_text", "as_text", "cast"]),
    (Field, "default", &["default_value", "server_default"]),
    (Field, "on_update", &["updatable", "insert_only", "readonly", "immutable"]),
    (Field, "identity", &["auto_increment", "autoincrement", "serial", "sequence"]),
    (Field, "generated", &["computed", "generated_always", "stored"]),
    (Field, "loaded_at", &["updated_at", "synced_at", "ingested_at"]),
    (Field, "load_id", &["batch_id", "transaction_id", "xid"]),
    (Field, "soft_delete", &["deleted_at", "soft_deletes", "softdelete", "tombstone"]),
    (Field, "renamed_from", &["alias", "was", "old_name", "previously", "rename_from"]),
    (Field, "collate", &["collation"]),
    (Field, "flatten", &["flat", "embed", "embedded", "nested"]),
    (Field, "skip", &["ignore", "exclude", "transient"]),
    (EnumType, "type", &["sql_type", "type_name", "name", "rename"]),
    (EnumType, "schema", &["schema_name", "namespace"]),
    (Label, "rename", &["label", "name", "value"]),
    (NewtypeField, "skip", &["ignore"]),
];

impl Place {
    fn name(self) -> &'static str {
        match self {
            Struct => "a struct",
            Field => "a field",
            Enum => "an enum",
            Variant => "a variant",
            EnumType => "an enum type",
            Label => "a variant of an enum type",
            Newtype => "a struct that is a column",
            NewtypeField => "a field of a struct that is a column",
        }
    }

    /// Whether this is a place of an enum type, whose settings mean nothing to tables.
    fn is_of_enum_type(self) -> bool {
        matches!(self, EnumType | Label)
    }
}

/// What may be said of an item whose form is not the one of its key.
pub(crate) fn wrong_form(item: &Item, place: Place, errors: &mut Errors) {
    wrong_part(&item.key, item, place, errors);
}

/// The same of a part of what is in its parentheses.
pub(crate) fn wrong_part(key: &Ident, part: impl ToTokens, place: Place, errors: &mut Errors) {
    let key = unraw(key);
    let written = KEYS.iter().find(|(name, at, _)| *name == key && *at == place);
    let written = written.map_or(key.as_str(), |(_, _, written)| written);
    errors.on(part, format_args!("`{key}` on {} is written {}", place.name(), quoted(written)));
}

/// What is said of an item that `place` does not have.
pub(crate) fn unknown(item: &Item, place: Place, errors: &mut Errors) {
    let key = unraw(&item.key);
    let alias = ALIASES.iter().find(|(at, _, others)| *at == place && others.contains(&&*key));
    let written = alias
        .and_then(|(_, meant, _)| KEYS.iter().find(|(name, at, _)| name == meant && *at == place));
    if let Some((_, _, written)) = written {
        let written = quoted(written);
        errors.on(&item.key, format_args!("unknown setting `{key}`: did you mean {written}?"));
        return;
    }
    let elsewhere = KEYS.iter().find(|(name, at, _)| {
        *name == key && *at != place && (place.is_of_enum_type() || !at.is_of_enum_type())
    });
    if let Some((_, at, written)) = elsewhere {
        errors.on(
            &item.key,
            format_args!(
                "`{key}` belongs on {}, not on {}: it is written {}",
                at.name(),
                place.name(),
                quoted(written)
            ),
        );
        return;
    }
    let valid: Vec<&str> =
        KEYS.iter().filter(|(_, at, _)| *at == place).map(|(name, _, _)| *name).collect();
    let suggestion = closest::suggestion(&key, &valid);
    let list = match valid.as_slice() {
        [] => format!("{} has no settings", place.name()),
        [only] => format!("the only setting of {} is `{only}`", place.name()),
        valid => format!("the settings of {} are `{}`", place.name(), valid.join("`, `")),
    };
    errors.on(&item.key, format_args!("unknown setting `{key}`{suggestion}\n{list}"));
}

/// A key that was given before at the same place.
pub(crate) fn repeated(item: &Item, errors: &mut Errors) {
    errors.on(&item.key, format_args!("`{}` is given twice", unraw(&item.key)));
}

fn quoted(written: &str) -> String {
    format!("`#[ingest({})]`", written.replace(" or ", ")]` or `#[ingest("))
}
