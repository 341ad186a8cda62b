//! The tables of a session.

use super::carry::Planned;
use super::created::ByHook;
use super::examine::{Outstanding, made_of};
use super::rename::Renaming;
use crate::carry::{ReplacedMember, Swapped};
use crate::catalog::{LiveColumn, LiveTable};
use crate::compare::Change;
use crate::definition::Table;
use crate::encode::TargetType;
use crate::error::{Error, ErrorKind};
use crate::ident::QualifiedName;
use crate::merge::Live;
use crate::options::{Migration, Upsert};
use crate::partition::Slot;
use crate::plan::Keeping;
use std::collections::BTreeSet;

/// A table that is ingested into.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) definition: &'static Table,
    /// Its name once its rows are visible.
    pub(super) name: QualifiedName,
    /// The name of a table that is made to replace it, until it does.
    pub(super) fresh: QualifiedName,
    /// Whether its schema did not exist when the session began.
    pub(super) schema_missing: bool,
    /// The columns of the live table that get other names before all else: the current one has them
    /// already.
    pub(super) renaming: Option<Renaming>,
    /// Where rows go; `None` before the table is created.
    pub(super) current: Option<Current>,
    /// The live table that the current one is going to replace.
    pub(super) replaces: Option<LiveTable>,
    /// What has to be done to the live table for it to be as it is defined.
    pub(super) outstanding: Option<Outstanding>,
    /// Whether the current one is made because the live one does not match its definition.
    pub(super) is_migrated: bool,
    /// Whether the current one, made to replace another, has more than is defined.
    pub(super) has_more: bool,
    /// The partitions of the live table, if it is going to be replaced.
    pub(super) members: Vec<ReplacedMember>,
    /// What is planned to be done for what hangs on the live table, if it is going to be replaced.
    pub(super) planned: Planned,
    /// The differences that stay.
    pub(super) kept: Vec<Change>,
    /// Whether partitions were attached to the current one in the transaction of a batch.
    pub(super) is_extended: bool,
    /// The slots whose partitions are to be made after the batch.
    pub(super) later: BTreeSet<Slot>,
    /// Whether the current one was created, and its comment does not say yet what was made of it.
    pub(super) is_unrecorded: bool,
    /// What a hook made of the current one since it was created.
    pub(super) by_hook: ByHook,
    /// Whether the current one did not exist when the session began, and another session created it.
    pub(super) is_adopted: bool,
}

/// What a table that is to replace a live one has of it. The order of the columns is that of the live
/// one unless an ingest made it.
pub(super) fn keeping<'a>(
    kept: &'a [Change],
    live: &'a LiveTable,
    migration: Migration,
) -> Keeping<'a> {
    let keeps_order = migration != Migration::Exact && !made_of(live).table;
    Keeping {
        kept,
        order: keeps_order.then_some(&live.shape.columns),
        partition_key: live.partition_key.as_ref().map(|key| &*key.sql),
    }
}

/// A table that exists, if only in the transaction.
#[derive(Debug, Clone)]
pub(super) struct Current {
    pub(super) name: QualifiedName,
    pub(super) live: LiveTable,
    /// The types of its columns, in the order of the definition.
    pub(super) types: Vec<TargetType>,
    /// Whether it has neither rows nor indexes yet.
    pub(super) bare: bool,
    /// The rows that it had when the batch began: an estimate.
    pub(super) rows: u64,
}

impl Current {
    /// A live table under the given definition.
    pub(super) fn new(
        name: QualifiedName,
        live: LiveTable,
        definition: &Table,
        bare: bool,
    ) -> Result<Self, Error> {
        let mut types = Vec::with_capacity(definition.columns().len());
        let mut mismatches = Vec::new();
        for column in definition.columns() {
            let found = live.shape.columns.iter().find(|live| live.name == column.name());
            let target = found.and_then(|found| match column.is_filled() {
                // Nothing is sent for it.
                true if column.stamp().is_none() => Some(TargetType::TEXT),
                true => live.target(found, column).map(|_| TargetType::TEXT),
                false => live.target(found, column),
            });
            match (found, target) {
                (_, Some(target)) => types.push(target),
                (Some(found), None) => mismatches.push(format!(
                    "column {:?} is of type {}, which cannot hold the Rust type {} of field {}",
                    column.name(),
                    found.sql_type,
                    column.rust_type(),
                    column.field(),
                )),
                (None, None) => mismatches.push(format!("column {:?} is missing", column.name())),
            }
        }
        if mismatches.is_empty() {
            return Ok(Self { name, live, types, bare, rows: 0 });
        }
        let kind = ErrorKind::Definition { reason: mismatches.join("; ") };
        Err(Error::new(kind, "cannot write into the table").in_table(&name))
    }
}

impl Current {
    /// A live table that does not match its definition: nothing is written into it before it is.
    pub(super) fn outdated(name: QualifiedName, live: LiveTable) -> Self {
        Self { name, live, types: Vec::new(), bare: false, rows: 0 }
    }

    /// It, as statements name it.
    pub(super) fn in_sql<'a>(&'a self, definition: &'a Table, upsert: Upsert) -> Live<'a> {
        let keeps_existing = upsert == Upsert::KeepExisting;
        let (name, live) = (&self.name, &self.live);
        Live { table: definition, name, live, keeps_existing, folded: false, extent: "" }
    }

    /// Whether equal values of these columns are sent as equal bytes.
    pub(super) fn is_equal_by_bytes(&self, definition: &Table, positions: &[usize]) -> bool {
        positions.iter().all(|position| {
            let is_ours = self.types.get(*position).is_some_and(|kind| kind.to_sql().is_none());
            let column = self.column(definition, *position);
            is_ours && column.is_some_and(LiveColumn::is_equal_by_bytes)
        })
    }

    /// The live column of this position in the definition.
    fn column(&self, definition: &Table, position: usize) -> Option<&LiveColumn> {
        let name = definition.columns()[position].name();
        self.live.shape.columns.iter().find(|column| column.name == name)
    }
}

impl Target {
    /// A table that does not exist.
    pub(super) fn missing(Swapped { live, fresh }: Swapped, definition: &'static Table) -> Self {
        Self {
            definition,
            name: live,
            fresh,
            schema_missing: false,
            renaming: None,
            current: None,
            replaces: None,
            outstanding: None,
            is_migrated: false,
            members: Vec::new(),
            planned: Planned::default(),
            has_more: false,
            kept: Vec::new(),
            is_extended: false,
            later: BTreeSet::new(),
            is_unrecorded: false,
            by_hook: ByHook::default(),
            is_adopted: false,
        }
    }

    /// Whether it is going to be changed where it is.
    pub(super) fn changes_in_place(&self) -> bool {
        matches!(self.outstanding, Some(Outstanding::InPlace(_)))
    }

    /// What the table that is to replace its live one has of that.
    pub(super) fn keeping<'a>(&'a self, live: &'a LiveTable, migration: Migration) -> Keeping<'a> {
        keeping(&self.kept, live, migration)
    }

    /// The columns of the live table that one made to replace it does not have.
    pub(super) fn dropped<'a>(&self, live: &'a LiveTable) -> Vec<&'a str> {
        let kept = |name: &str| {
            let kept = |change: &Change| matches!(change, Change::DropColumn { column } if column.name == name);
            self.kept.iter().any(kept)
        };
        let defined = |name: &str| self.definition.columns().iter().any(|c| c.name() == name);
        let names = live.shape.columns.iter().map(|column| column.name.as_str());
        names.filter(|name| !defined(name) && !kept(name)).collect()
    }

    /// The table that readers see now, if there is one.
    pub(super) fn visible(&self) -> Option<&LiveTable> {
        self.replaces.as_ref().or(self.current.as_ref().map(|current| &current.live))
    }

    /// Whether rows are merged on a key.
    pub(super) fn upserts(&self, upsert: Upsert) -> bool {
        upsert != Upsert::Off && !self.definition.merge_key().is_empty()
    }
}
