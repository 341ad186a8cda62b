//! How a table is divided into partitions.

use super::container::Container;
use super::filling::{Filling, is_spelled_filled};
use super::model::{Column, ColumnPath, Index, KeyColumn, KeyOf};
use super::period::{self, Period};
use crate::attr::{self, Form, Item};
use crate::closest;
use crate::errors::Errors;
use crate::key::{self, Place};
use crate::name::unraw;
use crate::sql;
use crate::value;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{LitInt, LitStr, parse2};

/// What `partition_by` has to be.
const FORM: &str =
    "`partition_by` is \"range (column)\", \"list (column)\" or \"hash (column, …)\"";

/// `partitions(…)`
pub(super) struct Making {
    pub(super) key: Ident,
    pub(super) of: Of,
    pub(super) default: Option<Ident>,
}

/// Which partitions are made.
pub(super) enum Of {
    Every { period: Period, ahead: u32 },
    EachValue,
    Modulus(u32),
}

/// By what a row's partition is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    Range,
    List,
    Hash,
}

impl Strategy {
    fn read(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "range" => Some(Self::Range),
            "list" => Some(Self::List),
            "hash" => Some(Self::Hash),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::List => "list",
            Self::Hash => "hash",
        }
    }
}

/// `partition_by`, checked.
pub(super) struct PartitionBy<'i> {
    pub(super) strategy: Strategy,
    pub(super) columns: Vec<KeyColumn>,
    pub(super) making: Option<&'i Making>,
}

impl PartitionBy<'_> {
    /// Whether a version of the table is a partition.
    pub(super) fn has_versions(&self) -> bool {
        self.strategy == Strategy::List && self.columns.len() == 1
    }
}

impl Making {
    /// Reads `partitions(…)`.
    pub(super) fn read(item: &Item, errors: &mut Errors) -> Option<Self> {
        let Form::List(list) = &item.form else {
            key::wrong_form(item, Place::Struct, errors);
            return None;
        };
        let before = errors.count();
        let (mut ways, mut ahead, mut default) = (Vec::new(), None, None);
        for part in attr::split(list.stream(), errors) {
            match unraw(&part.key).as_str() {
                "every" => ways.extend(every(&part, errors).map(|every| (part, every))),
                "hash" => {
                    let number = number(&part, "`hash = 8`", errors);
                    ways.extend(number.map(|number| (part, Of::Modulus(number))));
                }
                "list" if value::is_flag(&part, errors) => ways.push((part, Of::EachValue)),
                "ahead" => {
                    ahead = number(&part, "`ahead = 2`", errors).map(|number| (part, number));
                }
                "default" if value::is_flag(&part, errors) => default = Some(part.key),
                "list" | "default" => {}
                other => {
                    let known = ["every", "hash", "list", "ahead", "default"];
                    errors.on(
                        &part.key,
                        format_args!(
                            "`partitions(…)` has no `{other}`{}",
                            closest::suggestion(other, &known)
                        ),
                    );
                    return None;
                }
            }
        }
        if let Some((second, _)) = ways.get(1) {
            errors
                .on(second, "partitions are made in one way: keep one of `every`, `hash`, `list`");
            return None;
        }
        let Some((_, mut of)) = ways.pop() else {
            if errors.count() == before {
                errors.on(
                    item,
                    "which partitions? `partitions(every = \"1 month\")`, `partitions(hash = 8)` or \
                     `partitions(list)`",
                );
            }
            return None;
        };
        match (&mut of, ahead) {
            (Of::Every { ahead, .. }, Some((_, number))) => *ahead = number,
            (_, Some((part, _))) => {
                errors
                    .on(part, "partitions are made ahead of others by periods alone: add `every`");
            }
            (_, None) => {}
        }
        Some(Self { key: item.key.clone(), of, default })
    }
}

fn every(part: &Item, errors: &mut Errors) -> Option<Of> {
    let Form::Value(tokens) = &part.form else {
        errors.on(part, format_args!("`every` is a period: {}", period::FORMS));
        return None;
    };
    match period::read(&value::ungroup(tokens.clone())) {
        Ok(period) => Some(Of::Every { period, ahead: 0 }),
        Err(reason) => {
            errors.on(tokens, reason);
            None
        }
    }
}

fn number(part: &Item, hint: &str, errors: &mut Errors) -> Option<u32> {
    let number = match &part.form {
        Form::Value(tokens) => parse2::<LitInt>(value::ungroup(tokens.clone())).ok(),
        _ => None,
    };
    let number = number.and_then(|literal| literal.base10_parse::<u32>().ok());
    let number = number.filter(|number| (1..=1000).contains(number));
    if number.is_none() {
        errors.on(part, format_args!("{hint} takes a number from 1 to 1000"));
    }
    number
}

/// Checks `partition_by` and `partitions`.
pub(super) fn check<'i>(
    container: &'i Container,
    columns: &[Column<'_>],
    primary_key: &[KeyColumn],
    indexes: &[Index],
    errors: &mut Errors,
) -> Option<PartitionBy<'i>> {
    let making = container.partitions.as_ref();
    let Some(literal) = &container.partition_by else {
        if let Some(making) = making {
            errors.on(
                &making.key,
                "partitions of what? Add `partition_by = \"range (column)\"`, or `list`, or `hash`",
            );
        }
        return None;
    };
    let Some((strategy, names)) = read(&literal.value()) else {
        errors.on(literal, FORM);
        return None;
    };
    let keys: Option<Vec<KeyColumn>> =
        names.iter().map(|name| find(name, literal, columns, errors)).collect();
    let keys = keys?;
    if strategy == Strategy::List && keys.len() > 1 {
        errors.on(literal, "PostgreSQL lists the values of one column: keep one of them");
    }
    check_constraints(&keys, columns, primary_key, indexes, errors);
    if let Some(making) = making {
        check_making(making, strategy, &keys, columns, errors);
    }
    Some(PartitionBy { strategy, columns: keys, making })
}

/// Reads `range (day)`: the strategy, and the names of the columns as PostgreSQL has them.
fn read(text: &str) -> Option<(Strategy, Vec<String>)> {
    let (strategy, rest) = text.trim().split_once('(')?;
    let names = rest.trim_end().strip_suffix(')')?;
    let strategy = Strategy::read(strategy.trim())?;
    let names: Option<Vec<String>> = sql::names(names)?.into_iter().map(Some).collect();
    names.filter(|names| !names.is_empty()).map(|names| (strategy, names))
}

fn find(
    name: &str,
    literal: &LitStr,
    columns: &[Column<'_>],
    errors: &mut Errors,
) -> Option<KeyColumn> {
    let found = columns.iter().position(|column| !column.is_flattened() && column.name == name);
    let Some(position) = found else {
        let own = columns.iter().filter(|column| !column.is_flattened());
        let names: Vec<&str> = own.map(|column| column.name.as_str()).collect();
        errors.on(
            literal,
            format_args!("the table has no column `{name}`{}", closest::suggestion(name, &names)),
        );
        return None;
    };
    Some(KeyColumn { path: ColumnPath::of(position), token: literal.to_token_stream() })
}

/// Whether the primary key and every unique constraint have the columns that the table is partitioned
/// by, as PostgreSQL looks for equal values in one partition only.
fn check_constraints(
    keys: &[KeyColumn],
    columns: &[Column<'_>],
    primary_key: &[KeyColumn],
    indexes: &[Index],
    errors: &mut Errors,
) {
    let lacking = |paths: &[&ColumnPath]| {
        let lacking = keys.iter().find(|key| !paths.contains(&&key.path))?;
        columns.get(lacking.path.position)
    };
    let of_key: Vec<&ColumnPath> = primary_key.iter().map(|key| &key.path).collect();
    if let Some(first) = primary_key.first()
        && let Some(column) = lacking(&of_key)
    {
        errors.on(
            &first.token,
            format_args!(
                "the primary key of a partitioned table has all columns that it is partitioned by: \
                 add the field `{}`",
                column.field
            ),
        );
    }
    for index in indexes.iter().filter(|index| index.is_unique && index.sql.is_none()) {
        let paths = index.keys.iter().filter_map(|key| match &key.of {
            KeyOf::Column(path) => Some(path),
            KeyOf::Expression(_) => None,
        });
        let paths: Vec<&ColumnPath> = paths.collect();
        let (Some(column), Some(key)) = (lacking(&paths), keys.first()) else { continue };
        errors.on(
            &key.token,
            format_args!(
                "a unique constraint of a partitioned table has all columns that it is partitioned \
                 by, and one of this table lacks the field `{}`",
                column.field
            ),
        );
    }
}

/// Whether these partitions can be made for the values of rows.
fn check_making(
    making: &Making,
    strategy: Strategy,
    keys: &[KeyColumn],
    columns: &[Column<'_>],
    errors: &mut Errors,
) {
    let (of, says) = match making.of {
        Of::Every { .. } => (Strategy::Range, "every = …"),
        Of::EachValue => (Strategy::List, "list"),
        Of::Modulus(_) => (Strategy::Hash, "hash = …"),
    };
    if of != strategy {
        errors.on(
            &making.key,
            format_args!(
                "`partitions({says})` is for a table that is partitioned by {}, and this one is by {}",
                of.name(),
                strategy.name()
            ),
        );
        return;
    }
    if let (Strategy::Hash, Some(default)) = (strategy, &making.default) {
        errors.on(default, "every row has a hash, and there is no default partition: remove it");
    }
    if let (Of::Every { .. }, [_, second, ..]) = (&making.of, keys) {
        errors.on(&second.token, "`partitions(every = …)` is for a range of one column");
    }
    if strategy == Strategy::Hash {
        return;
    }
    for column in keys.iter().filter_map(|key| columns.get(key.path.position)) {
        let is_filled = column.filling.is_some_and(Filling::is_always);
        if is_filled || column.stamp.is_some() || is_spelled_filled(column.ty) {
            errors.on(
                &making.key,
                format_args!(
                    "partitions are made for the values that rows come with, and the server fills \
                     the field `{}`",
                    column.field
                ),
            );
        }
    }
}

impl PartitionBy<'_> {
    /// `Partitioning::new(…)`, over columns at these positions.
    pub(super) fn to_tokens(
        &self,
        positions: &[TokenStream],
        private: &TokenStream,
    ) -> TokenStream {
        let strategy = match self.strategy {
            Strategy::Range => quote!(Range),
            Strategy::List => quote!(List),
            Strategy::Hash => quote!(Hash),
        };
        let making = self.making.iter().map(|making| {
            let partitions = match &making.of {
                Of::Every { period, ahead } => {
                    let period = period.to_tokens(private);
                    quote!(Every { period: #period, ahead: #ahead })
                }
                Of::EachValue => quote!(EachValue),
                Of::Modulus(count) => quote!(Modulus(#count)),
            };
            quote!(.making(#private::Partitions::#partitions))
        });
        let default = self.making.and_then(|making| making.default.as_ref());
        let default = default.iter().map(|_| quote!(.with_default()));
        quote! {
            #private::Partitioning::new(
                #private::PartitionStrategy::#strategy,
                const { &[#(#positions),*] },
            )#(#making)* #(#default)*
        }
    }
}
