//! The hook that runs once a table is created, and what it made of the table.

use super::core::Core;
use super::refusal::unreadable;
use super::target::{Current, Target};
use super::{carry, start, visible};
use crate::catalog::{self, Grant, Hanging, IndexShape, LiveTable, Shape};
use crate::compare::Change;
use crate::error::{BoxError, Error, ErrorKind};
use crate::execute::query;
use crate::hook::{Created, HOOK, HookTable, OnCreate, TableParameter};
use crate::ident::QualifiedName;
use crate::made::Delta;
use tokio_postgres::Transaction;

/// What a hook made of a table that was created.
#[derive(Debug, Clone, Default)]
pub(super) struct ByHook {
    /// What it added to the table's shape, which no ingest made.
    pub(super) added: Delta,
    /// All else on a table that is going to replace another, but for grants.
    pub(super) hanging: Option<Box<Hanging>>,
    /// What it granted on such a table.
    pub(super) grants: Vec<Grant>,
}

impl ByHook {
    /// Whether it made an index like this one.
    fn has_index(&self, shape: &Shape, index: &IndexShape) -> bool {
        let is_added = |name: &String| self.added.indexes.iter().any(|(added, _)| added == name);
        shape.indexes.iter().any(|made| made == index && is_added(&made.name))
    }

    /// Of what is kept of a live table, what the new one of this shape does not have by the hook.
    pub(super) fn left_to_keep(&self, kept: &[Change], shape: &Shape) -> Vec<Change> {
        let has = |change: &&Change| match change {
            Change::DropIndex { index } | Change::PrimaryKey { live: Some(index), .. } => {
                self.has_index(shape, index)
            }
            _ => false,
        };
        kept.iter().filter(|change| !has(change)).cloned().collect()
    }
}

/// Runs the hook on a table that has just been created. Returns the table as it is then, and what the hook
/// made of it.
pub(super) async fn run_hook(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    (name, live): (&QualifiedName, LiveTable),
    on_create: &mut OnCreate<'_>,
) -> Result<(LiveTable, ByHook), Error> {
    let replaces = *name != target.name;
    let mut granted = Vec::new();
    if replaces {
        granted = carry::granted_on(transaction, &live).await?;
    }
    call(transaction, target, (name, live.oid), on_create).await?;
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(name), &[]));
    let relation = start::read(&query(transaction, &inspect, HOOK).await?)?.relations;
    let left = relation.into_iter().next().and_then(|relation| relation.table);
    let left = left.ok_or_else(|| of_hook("the hook dropped or renamed the table"))?;
    start::check_live(&left, target.definition, &core.settings, &core.server).map_err(of_hook)?;
    Current::new(name.clone(), left.clone(), target.definition, false).map_err(of_hook)?;
    let mut by_hook = ByHook { added: added(&live.shape, &left.shape), ..ByHook::default() };
    if replaces {
        by_hook.hanging = Some(Box::new(carry::hanging_on(transaction, left.oid).await?));
        let grants = carry::granted_on(transaction, &left).await?;
        by_hook.grants = grants.into_iter().filter(|grant| !granted.contains(grant)).collect();
    }
    Ok((left, by_hook))
}

/// Calls the hook, and makes sure that it left the transaction as it was.
async fn call(
    transaction: &Transaction<'_>,
    target: &Target,
    (name, oid): (&QualifiedName, u32),
    on_create: &mut OnCreate<'_>,
) -> Result<(), Error> {
    let told = query(transaction, &catalog::created::sql(name), HOOK).await?;
    let (id, text) = catalog::created::read(&told).ok_or_else(|| unreadable(HOOK))?;
    let table = HookTable { name: target.name.clone(), loaded_as: name.clone() };
    let parameter = TableParameter { oid, name: &text };
    let created = Created { transaction, table: &table, parameter };
    on_create.call(created).await.map_err(failed)?;
    visible::check_transaction(transaction, id, HOOK).await
}

/// The error that a hook returned: that the server did not answer it in time is no error of the hook.
fn failed(source: BoxError) -> Error {
    match source.downcast::<Error>() {
        Ok(error) if matches!(error.kind(), ErrorKind::Timeout { .. }) => *error,
        Ok(error) => of_hook(error as BoxError),
        Err(source) => of_hook(source),
    }
}

/// The error of a hook, or of the table as it left it.
fn of_hook(source: impl Into<BoxError>) -> Error {
    Error::new(ErrorKind::Hook, HOOK).caused_by(source)
}

/// What a table has that it did not have before.
fn added(before: &Shape, after: &Shape) -> Delta {
    let column = |name: &str| before.columns.iter().find(|column| column.name == name);
    let had_index = |name: &str| before.indexes.iter().any(|index| index.name == name);
    let mut added = Delta::default();
    for after in &after.columns {
        let before = column(&after.name);
        if before.is_none() {
            added.columns.push((after.name.clone(), false));
        }
        if after.default.is_some() && before.is_none_or(|before| before.default.is_none()) {
            added.defaults.push((after.name.clone(), false));
        }
    }
    let indexes = after.indexes.iter().filter(|index| !had_index(&index.name));
    added.indexes = indexes.map(|index| (index.name.clone(), false)).collect();
    added
}
