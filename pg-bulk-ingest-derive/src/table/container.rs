//! The settings of the struct.

use super::partition::Making;
use crate::attr::{self, Item};
use crate::case::Case;
use crate::errors::Errors;
use crate::index::{List, What};
use crate::key::{self, Place};
use crate::name::unraw;
use crate::value;
use proc_macro2::Ident;
use syn::{Attribute, LitStr};

#[derive(Default)]
pub(super) struct Container {
    pub(super) schema: Option<LitStr>,
    pub(super) table: Option<LitStr>,
    pub(super) rename_all: Option<Case>,
    pub(super) primary_key: Option<List>,
    /// What rows are merged on instead of the primary key.
    pub(super) merge_on: Option<List>,
    /// By which column the newest of rows with equal keys is known.
    pub(super) newest_by: Option<List>,
    /// What it is partitioned by, and which partitions are made.
    pub(super) partition_by: Option<LitStr>,
    pub(super) partitions: Option<Making>,
    /// Those that are unique constraints, and indexes.
    pub(super) indexes: Vec<(bool, List)>,
    /// Whether doc comments are comments of the table.
    pub(super) comments: Option<Ident>,
    pub(super) library: Option<LitStr>,
}

impl Container {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut seen = Vec::new();
        for item in attr::items(attributes, errors) {
            let key = unraw(&item.key);
            let text = |errors: &mut Errors| value::text(&item, Place::Struct, errors);
            match key.as_str() {
                "unique" => read.indexes.extend(list(true, &item, errors)),
                "index" => read.indexes.extend(list(false, &item, errors)),
                known if seen.iter().any(|before| before == known) => key::repeated(&item, errors),
                "schema" => read.schema = text(errors),
                "table" => read.table = text(errors),
                "rename_all" => {
                    read.rename_all = text(errors).and_then(|name| Case::read(&name, errors));
                }
                "primary_key" => {
                    read.primary_key = List::of_struct(&item, What::PrimaryKey, errors);
                }
                "merge_on" => {
                    read.merge_on = List::of_struct(&item, What::PrimaryKey, errors);
                }
                "newest_by" => {
                    read.newest_by = List::of_struct(&item, What::PrimaryKey, errors);
                }
                "partition_by" => read.partition_by = text(errors),
                "partitions" => read.partitions = Making::read(&item, errors),
                "comments" => read.comments = value::flag(&item, Place::Struct, errors),
                "crate" => read.library = text(errors),
                _ => {
                    key::unknown(&item, Place::Struct, errors);
                    continue;
                }
            }
            seen.push(key);
        }
        read
    }
}

fn list(is_unique: bool, item: &Item, errors: &mut Errors) -> Option<(bool, List)> {
    let what = if is_unique { What::Unique } else { What::Index };
    List::of_struct(item, what, errors).map(|list| (is_unique, list))
}
