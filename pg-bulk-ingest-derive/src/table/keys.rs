//! The primary key, unique constraints and indexes, over columns.

use super::container::Container;
use super::field::Field;
use super::method;
use super::model::{Column, ColumnPath, Index, IndexKey, KeyColumn, KeyOf};
use super::paths::Paths;
use crate::errors::Errors;
use crate::index::{self, FieldPath, Key, List, Order};
use crate::name::unraw;
use crate::sql_type;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::LitStr;

/// PostgreSQL's limit: its documentation, appendix "PostgreSQL Limits".
const MAX_KEY_COLUMNS: usize = 32;

pub(super) fn primary_key(
    container: &Container,
    fields: &[Field<'_>],
    paths: &mut Paths<'_>,
    errors: &mut Errors,
) -> Vec<KeyColumn> {
    let columns = fields.iter().filter(|field| field.skip.is_none()).enumerate();
    let marked: Vec<KeyColumn> = columns
        .filter_map(|(position, field)| {
            let token = field.primary_key.as_ref()?.to_token_stream();
            Some(KeyColumn { path: ColumnPath::of(position), token })
        })
        .collect();
    let Some(list) = &container.primary_key else {
        if let Some(beyond) = marked.get(MAX_KEY_COLUMNS) {
            too_many("the primary key", &beyond.token, errors);
        }
        return marked;
    };
    if let Some(mark) = marked.first() {
        errors.on(
            &mark.token,
            "a table has one primary key, and the struct's `primary_key(…)` gives it already: \
             keep one of the two",
        );
    }
    let mut list = Resolving::new(list, "the primary key", paths, errors);
    let keys = list.keys();
    keys.into_iter()
        .filter_map(|(key, token)| match key.of {
            KeyOf::Column(path) => Some(KeyColumn { path, token }),
            KeyOf::Expression(_) => None,
        })
        .collect()
}

/// The column by which the newest of rows with equal keys is known.
pub(super) fn newest_by(
    container: &Container,
    columns: &[Column<'_>],
    key: &[KeyColumn],
    paths: &mut Paths<'_>,
    errors: &mut Errors,
) -> Option<KeyColumn> {
    let list = container.newest_by.as_ref()?;
    let keys = Resolving::new(list, "`newest_by`", paths, errors).keys();
    let mut keys = keys.into_iter().filter_map(|(key, token)| match key.of {
        KeyOf::Column(path) => Some(KeyColumn { path, token }),
        KeyOf::Expression(_) => None,
    });
    let newest_by = keys.next()?;
    if let Some(more) = keys.next() {
        errors.on(&more.token, "rows are newer by one field: `newest_by(field)`");
    }
    let column = columns.get(newest_by.path.position);
    if key.is_empty() {
        errors.on(
            &list.key,
            "rows of a table without a primary key are only added, and none is newer than another: \
             remove `newest_by`, or mark the fields of the key `primary_key`",
        );
    } else if key.iter().any(|key| key.path == newest_by.path) {
        errors.on(
            &newest_by.token,
            "rows with equal keys are alike in each column of the key: take another for `newest_by`",
        );
    } else if column.is_some_and(|column| column.on_update.is_some()) {
        errors.on(
            &newest_by.token,
            "a column with `on_update` does not have the value of the newest row, so it cannot tell \
             which that is: remove its `on_update`",
        );
    }
    let computed = columns.iter().filter_map(|column| column.on_update);
    for on_update in computed.filter(|on_update| on_update.value() != "keep") {
        errors.on(
            on_update,
            "a row that is older than the one that is there changes nothing, and would not count \
             here: remove `newest_by` or this `on_update`",
        );
    }
    Some(newest_by)
}

/// Whether the columns of the primary key and of other B-trees, and that by which rows are newer, have an
/// order. What is of an operator class, or in an expression, is for the server to say.
pub(super) fn check_order(
    columns: &[Column<'_>],
    ordered: &[&KeyColumn],
    indexes: &[Index],
    errors: &mut Errors,
) {
    let is_btree = |index: &&Index| index.using.as_ref().is_none_or(|using| using == "btree");
    let of_indexes = indexes.iter().filter(is_btree).flat_map(|index| &index.keys);
    let of_indexes = of_indexes.filter(|key| key.operator_class.is_none());
    let of_indexes = of_indexes.filter_map(|key| match &key.of {
        KeyOf::Column(path) => Some(path),
        KeyOf::Expression(_) => None,
    });
    let paths: Vec<_> = ordered.iter().map(|key| &key.path).chain(of_indexes).collect();
    for (position, column) in columns.iter().enumerate() {
        if let Some(sql_type) = column.sql_type
            && paths.contains(&&ColumnPath::of(position))
        {
            sql_type::check_order(sql_type, errors);
        }
    }
}

/// Whether the columns that keep their values on an update are of rows that can be updated.
pub(super) fn check_updates(
    columns: &[Column<'_>],
    primary_key: &[KeyColumn],
    is_merged: bool,
    errors: &mut Errors,
) {
    for (position, column) in columns.iter().enumerate() {
        let Some(on_update) = column.on_update else { continue };
        if !is_merged {
            errors.on(
                on_update,
                "rows of a table without a primary key are only added, and never updated: remove \
                 `on_update`, or mark the fields of the key `primary_key`",
            );
        } else if primary_key.iter().any(|key| key.path == ColumnPath::of(position)) {
            errors.on(
                on_update,
                "the columns of the primary key are never updated: remove `on_update`",
            );
        }
    }
}

pub(super) fn indexes(
    container: &Container,
    fields: &[Field<'_>],
    paths: &mut Paths<'_>,
    errors: &mut Errors,
) -> Vec<Index> {
    let mut indexes = Vec::new();
    let mut add = |index: Index, key: &Ident, errors: &mut Errors| {
        if indexes.contains(&index) {
            let what = if index.is_unique { "unique constraint" } else { "index" };
            errors
                .on(key, format_args!("the table has this {what} already: remove one of the two"));
        } else {
            indexes.push(index);
        }
    };
    let columns = fields.iter().filter(|field| field.skip.is_none()).enumerate();
    for (position, field) in columns {
        let lists = [(true, &field.unique), (false, &field.index)];
        for (is_unique, list) in lists {
            let Some(list) = list else { continue };
            let order = list.keys.first().map(|key| key.order.clone()).unwrap_or_default();
            let keys = vec![ordered(KeyOf::Column(ColumnPath::of(position)), &order)];
            let name = unraw(field.member);
            let what = if is_unique { "the unique constraint" } else { "the index" };
            method::check(list, errors);
            let include = Resolving::new(list, what, paths, errors).include(&[(&name, position)]);
            add(index(list, keys, include, is_unique), &list.key, errors);
        }
    }
    for (is_unique, list) in &container.indexes {
        let what = if *is_unique { "a unique constraint" } else { "an index" };
        method::check(list, errors);
        let mut resolving = Resolving::new(list, what, paths, errors);
        let keys = resolving.keys();
        let include = resolving.include(&[]);
        let is_whole = keys.len() == list.keys.len() && include.len() == list.include.len();
        let keys: Vec<IndexKey> = keys.into_iter().map(|(key, _)| key).collect();
        if is_whole && !(keys.is_empty() && list.sql.is_none()) {
            add(index(list, keys, include, *is_unique), &list.key, errors);
        }
    }
    indexes
}

fn index(list: &List, keys: Vec<IndexKey>, include: Vec<ColumnPath>, is_unique: bool) -> Index {
    Index {
        keys,
        include,
        using: list.using.as_ref().map(LitStr::value).filter(|method| method != "btree"),
        predicate: list.predicate.as_ref().map(LitStr::value),
        is_unique,
        nulls_not_distinct: list.nulls_not_distinct.is_some(),
        sql: list.sql.as_ref().map(LitStr::value),
    }
}

/// A key in the order that is written, without what is the default.
fn ordered(of: KeyOf, order: &Order) -> IndexKey {
    let descending = order.direction.as_ref().is_some_and(|direction| direction == "desc");
    let nulls_first = order.nulls.as_ref().map(|(_, end)| end == "first");
    IndexKey {
        of,
        collation: order.collate.as_ref().map(LitStr::value),
        operator_class: order.opclass.as_ref().map(LitStr::value),
        descending,
        nulls_first: nulls_first.filter(|first| *first != descending),
    }
}

/// The columns of a list; what is none is an error.
pub(super) struct Resolving<'r, 'f> {
    list: &'r List,
    what: &'r str,
    paths: &'r mut Paths<'f>,
    errors: &'r mut Errors,
    found: Vec<ColumnPath>,
}

impl<'r, 'f> Resolving<'r, 'f> {
    pub(super) fn new(
        list: &'r List,
        what: &'r str,
        paths: &'r mut Paths<'f>,
        errors: &'r mut Errors,
    ) -> Self {
        Self { list, what, paths, errors, found: Vec::new() }
    }

    pub(super) fn keys(&mut self) -> Vec<(IndexKey, proc_macro2::TokenStream)> {
        let Self { list, what, .. } = *self;
        if list.keys.is_empty() && list.sql.is_none() {
            let key = unraw(&list.key);
            let message = format_args!("{what} needs at least one field: `{key}(field, …)`");
            self.errors.on(&list.key, message);
        }
        let tokens = |key: &Key| match &key.of {
            index::KeyOf::Field(field) => field.to_token_stream(),
            index::KeyOf::Expression(sql) => sql.to_token_stream(),
        };
        let count = list.keys.len() + list.include.len();
        if count > MAX_KEY_COLUMNS {
            let all = list.keys.iter().map(tokens);
            let mut all = all.chain(list.include.iter().map(ToTokens::to_token_stream));
            if let Some(beyond) = all.nth(MAX_KEY_COLUMNS) {
                too_many(what, &beyond, self.errors);
            }
        }
        let mut keys = Vec::new();
        for key in &list.keys {
            let of = match &key.of {
                index::KeyOf::Field(field) => self.column(field, true).map(KeyOf::Column),
                index::KeyOf::Expression(sql) => Some(KeyOf::Expression(sql.value())),
            };
            keys.extend(of.map(|of| (ordered(of, &key.order), tokens(key))));
        }
        keys
    }

    /// The columns that are stored besides the keys, one of which may be given here.
    fn include(&mut self, keys: &[(&str, usize)]) -> Vec<ColumnPath> {
        self.found.extend(keys.iter().map(|(_, position)| ColumnPath::of(*position)));
        let list = self.list;
        list.include.iter().filter_map(|field| self.column(field, false)).collect()
    }

    fn column(&mut self, field: &FieldPath, is_key: bool) -> Option<ColumnPath> {
        let path = match self.paths.resolve(field) {
            Ok(path) => path,
            Err((tokens, message)) => {
                self.errors.on(tokens, message);
                return None;
            }
        };
        // The same column may be a key twice, with other operators or in another order; it is of
        // no use for a plain one.
        let is_plain = |key: &Key| key.order.opclass.is_none() && key.order.collate.is_none();
        let is_plain = !is_key || self.list.keys.iter().all(is_plain);
        if is_plain && self.found.contains(&path) {
            let name = field.to_token_stream().to_string().replace(' ', "");
            let name = name.trim_start_matches("r#").to_owned();
            let message = format_args!("the field `{name}` is in {} twice", self.what);
            self.errors.on(field, message);
            return None;
        }
        self.found.push(path.clone());
        Some(path)
    }
}

fn too_many(what: &str, beyond: &dyn ToTokens, errors: &mut Errors) {
    errors.on(
        beyond.to_token_stream(),
        format_args!(
            "{what} cannot have more than {MAX_KEY_COLUMNS} columns, and this is one more"
        ),
    );
}
