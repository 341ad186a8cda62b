//! A table that was checked.

use super::container::Container;
use super::field::Field;
use super::filling::Filling;
use super::merge_on::MergeOn;
use super::partition::PartitionBy;
use super::paths::Paths;
use super::stamp::{self, Stamp};
use super::{columns, keys, merge_on, partition};
use crate::errors::Errors;
use crate::{case, comment, name};
use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, LitStr, Type};

pub(super) struct Table<'i> {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) columns: Vec<Column<'i>>,
    pub(super) primary_key: Vec<KeyColumn>,
    pub(super) merge_on: Option<MergeOn>,
    pub(super) newest_by: Option<KeyColumn>,
    pub(super) indexes: Vec<Index>,
    pub(super) partition_by: Option<PartitionBy<'i>>,
    /// The fields of flattened structs that keys and indexes name, and where.
    pub(super) inner: Vec<(ColumnPath, TokenStream)>,
}

pub(super) struct Column<'i> {
    pub(super) name: String,
    pub(super) member: &'i Ident,
    pub(super) field: &'i str,
    pub(super) ty: &'i Type,
    /// Whether the settings of its field are without mistakes.
    pub(super) is_sound: bool,
    pub(super) storage: Storage<'i>,
    /// That it is sent as text for PostgreSQL to read.
    pub(super) text: Option<&'i Ident>,
    pub(super) sql_type: Option<&'i LitStr>,
    pub(super) default: Option<&'i LitStr>,
    /// How the server fills it, beside a default.
    pub(super) filling: Option<&'i Filling>,
    /// What it says of the load.
    pub(super) stamp: Option<&'i Stamp>,
    /// That it keeps its value when its row is updated, or how that is computed.
    pub(super) on_update: Option<&'i LitStr>,
    /// The names that it has had.
    pub(super) renamed_from: &'i [LitStr],
    pub(super) collation: Option<&'i LitStr>,
    pub(super) comment: Option<String>,
}

/// How the value of a field is stored.
pub(super) enum Storage<'i> {
    /// As its type says.
    Column,
    /// Through serde.
    Json,
    /// Through `ToSql`.
    ToSql,
    /// As the columns of a struct within the struct, whose names begin with this.
    Flattened(Option<&'i LitStr>),
}

impl Column<'_> {
    pub(super) fn is_json(&self) -> bool {
        matches!(self.storage, Storage::Json)
    }

    pub(super) fn is_to_sql(&self) -> bool {
        matches!(self.storage, Storage::ToSql)
    }

    pub(super) fn is_flattened(&self) -> bool {
        matches!(self.storage, Storage::Flattened(_))
    }
}

/// A column: by the position of the field, among those that are not skipped, and of a flattened
/// one by a field of its struct.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ColumnPath {
    pub(super) position: usize,
    pub(super) inner: Option<String>,
}

impl ColumnPath {
    pub(super) fn of(position: usize) -> Self {
        Self { position, inner: None }
    }
}

/// A column of the primary key, and the tokens that put it there.
pub(super) struct KeyColumn {
    pub(super) path: ColumnPath,
    pub(super) token: TokenStream,
}

#[derive(PartialEq, Eq)]
pub(super) struct Index {
    pub(super) keys: Vec<IndexKey>,
    pub(super) include: Vec<ColumnPath>,
    pub(super) using: Option<String>,
    pub(super) predicate: Option<String>,
    pub(super) is_unique: bool,
    pub(super) nulls_not_distinct: bool,
    pub(super) sql: Option<String>,
}

#[derive(PartialEq, Eq)]
pub(super) struct IndexKey {
    pub(super) of: KeyOf,
    pub(super) collation: Option<String>,
    pub(super) operator_class: Option<String>,
    pub(super) descending: bool,
    /// `None`: as the direction has it.
    pub(super) nulls_first: Option<bool>,
}

#[derive(PartialEq, Eq)]
pub(super) enum KeyOf {
    Column(ColumnPath),
    Expression(String),
}

impl<'i> Table<'i> {
    /// The columns in parts: those of a flattened struct, and what is between two such.
    pub(super) fn parts(&self) -> Vec<&[Column<'i>]> {
        self.columns.chunk_by(|one, two| !one.is_flattened() && !two.is_flattened()).collect()
    }

    pub(super) fn has_flattened(&self) -> bool {
        self.columns.iter().any(Column::is_flattened)
    }

    /// The table, if no errors are added.
    pub(super) fn check(
        ident: &Ident,
        attributes: &[Attribute],
        container: &'i Container,
        fields: &'i [Field<'i>],
        errors: &mut Errors,
    ) -> Self {
        let schema = container.schema.as_ref().map_or_else(|| "public".to_owned(), LitStr::value);
        if let Some(literal) = &container.schema {
            name::check(&schema, "schema", literal, errors);
        }
        let name = match &container.table {
            Some(literal) => {
                let name = literal.value();
                name::check(&name, "table", literal, errors);
                if container.schema.is_none() {
                    name::check_unqualified(&name, literal, errors);
                }
                name
            }
            None => {
                let name = case::snake(&name::unraw(ident));
                name::check(&name, "table", ident, errors);
                name
            }
        };
        let columns = columns::check(ident, fields, container, errors);
        let mut paths = Paths::new(fields);
        let primary_key = keys::primary_key(container, fields, &mut paths, errors);
        let indexes = keys::indexes(container, fields, &mut paths, errors);
        let merge_on =
            merge_on::check(container, &columns, &primary_key, &indexes, &mut paths, errors);
        let key = merge_on.as_ref().map_or(&primary_key, |merge_on| &merge_on.columns);
        let newest_by = keys::newest_by(container, &columns, key, &mut paths, errors);
        merge_on::check_version(merge_on.as_ref(), &primary_key, newest_by.as_ref(), errors);
        let ordered = primary_key.iter().chain(&newest_by).collect::<Vec<_>>();
        keys::check_order(&columns, &ordered, &indexes, errors);
        keys::check_updates(&columns, &primary_key, !key.is_empty(), errors);
        stamp::check(&columns, &primary_key, (key, newest_by.as_ref()), &indexes, errors);
        let partition_by = partition::check(container, &columns, &primary_key, &indexes, errors);
        let comment = container.comments.as_ref().and_then(|_| comment::text(attributes, errors));
        let inner = paths.inner;
        Self {
            schema,
            name,
            comment,
            columns,
            primary_key,
            merge_on,
            newest_by,
            indexes,
            partition_by,
            inner,
        }
    }
}
