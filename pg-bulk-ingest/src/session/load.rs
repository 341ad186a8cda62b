//! The rows of a batch: from their source through a `COPY` into the table.

mod build;
mod counts;
mod keys;
mod small;

pub(super) use counts::Counts;

use super::core::Core;
use super::merging::{MERGE, Merging};
use super::refused::Refusals;
use super::retry;
use super::target::Target;
use crate::copy::{Copy, Encoding, Failed, Route};
use crate::definition::{Index, Table};
use crate::error::{Error, ErrorKind};
use crate::execute::query;
use crate::ident::QualifiedName;
use crate::merge::{self, Deletes, Staging};
use crate::options::{Delete, Upsert, Visibility};
use crate::partition::Division;
use tokio_postgres::Transaction;

/// The rows of a batch, and how they reach each table.
pub(super) struct Load {
    copy: Copy,
    staging: Vec<Option<Staging>>,
    /// The keys whose rows are deleted of each table, if any came.
    deletes: Vec<Option<Deletes>>,
    /// The tables of further connections, all for the first table.
    parts: Vec<QualifiedName>,
    /// The rows that the server refused, if they may be set aside.
    pub(super) refusals: Option<Refusals>,
}

impl Load {
    /// Decides how the rows reach the tables.
    pub(super) fn new(core: &Core, targets: &[Target]) -> Self {
        let refusals = core.settings.set_aside.map(|_| Refusals::default());
        let (copy, staging, parts) = (Copy::new(), Vec::new(), Vec::new());
        let mut load = Self { copy, staging, deletes: Vec::new(), parts, refusals };
        for (position, target) in targets.iter().enumerate() {
            let Some(current) = &target.current else {
                continue;
            };
            let merges = target.upserts(core.settings.upsert) && !current.bare;
            let is_read = target.definition.has_text() || current.live.row_security;
            // The server says of no row of a COPY straight into the table whether others follow.
            let is_sifted = load.refusals.is_some() && core.server.temp && !current.bare;
            let staged = merges || is_read || is_sifted || waits(core, targets, position);
            // Where a value is computed of that of a row, the latter has to be one of its column.
            let computes = target.definition.computes_any() || target.definition.keeps_any();
            let is_computed = merges && computes && core.settings.upsert != Upsert::KeepExisting;
            let staging = staged.then(|| {
                let live = current.in_sql(target.definition, core.settings.upsert);
                Staging::new(position, live, load.refusals.is_some() && !is_computed)
            });
            let route = match &staging {
                Some(staging) => Route { copy: staging.copy(), create: Some(staging.create()) },
                None => {
                    // Rows cannot come frozen into a partitioned table, which a hook may have made of it.
                    let is_plain = current.live.kind != 'p' && !core.settings.has_on_create;
                    let freeze = is_plain && is_new(&core.targets[position], target);
                    let copy = merge::copy(target.definition, &current.name, freeze);
                    Route { copy, create: None }
                }
            };
            let sent = target.definition.sent().count();
            load.copy.add(target.name.clone(), current.types.clone(), sent, route);
            if let Some(division) = Division::of(target.definition) {
                load.copy.divide(position, division);
            }
            load.staging.push(staging);
            let (deletes, keys) = Self::route_keys(core, target, current, position).unzip();
            load.copy.add_keys(keys);
            load.deletes.push(deletes);
        }
        load
    }

    /// The load of a batch that only adds to tables that are there, before it has begun: it is
    /// known how the rows reach them.
    pub(super) fn ahead(core: &Core) -> Option<Self> {
        let replaces = core.settings.delete != Delete::Off && core.totals.batches == 0;
        let [target] = core.targets.as_slice() else { return None };
        let stays = target.current.is_some() && target.outstanding.is_none() && !replaces;
        stays.then(|| Self::new(core, &core.targets))
    }

    pub(super) fn copied(&self) -> &Copy {
        &self.copy
    }

    pub(super) fn copy(&mut self) -> &mut Copy {
        &mut self.copy
    }

    pub(super) fn encoding(&self) -> Option<Encoding<'_>> {
        self.copy.encoding()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.copy.bytes()
    }

    /// The error of a row that could not be encoded.
    pub(super) fn failed(&self, failed: &Failed, core: &Core) -> Error {
        let target = &core.targets[failed.table];
        let shown = core.settings.show_values;
        let error = value_error(failed, &target.name, target.definition, shown);
        failed.row.iter().fold(error, |error, row| error.in_row(*row))
    }

    /// Whether there are staging tables.
    pub(super) fn is_staging(&self) -> bool {
        self.staging.iter().any(Option::is_some)
    }

    /// Whether the rows of a table go through a staging table.
    pub(super) fn stages(&self, table: usize) -> bool {
        self.staging.get(table).is_some_and(Option::is_some)
    }

    /// The staging table of the first table.
    pub(super) fn staging_of_first(&self) -> Option<&Staging> {
        self.staging.first().and_then(Option::as_ref)
    }

    /// Rows of the first table go into this table of a further connection too.
    pub(super) fn add_part(&mut self, part: QualifiedName) {
        if let Some(Some(staging)) = self.staging.first_mut() {
            staging.add(part.clone());
        }
        self.parts.push(part);
    }

    /// The tables of further connections.
    pub(super) fn parts(&self) -> &[QualifiedName] {
        &self.parts
    }

    /// Holds rows back that may go over several connections: they do not go straight into a live
    /// table, nor into one where what one connection has not committed could hold up another.
    pub(super) fn hold(&mut self, core: &Core, targets: &[Target]) {
        let [target] = targets else { return };
        let Some(current) = &target.current else { return };
        let key = target.definition.merge_key();
        // A table beside it would be made by the definition alone.
        let is_new = Self::is_into_new(core, targets) && current.bare && !target.has_more;
        if self.is_staging() || is_new && !target.upserts(core.settings.upsert) {
            self.copy.hold(None);
        } else if is_new
            && current.is_equal_by_bytes(target.definition, key)
            && !target.definition.indexes().iter().any(Index::is_unique)
        {
            let fields = key.iter().map(|position| target.definition.field_sent(*position));
            self.copy.hold(Some(fields.collect()));
        }
    }

    /// Whether any rows or keys went through staging tables.
    pub(super) fn is_staged(&self) -> bool {
        let used = |(position, staging): (usize, &Option<Staging>)| {
            staging.is_some() && self.copy.received(position) > 0
        };
        self.has_keys() || self.staging.iter().enumerate().any(used)
    }

    /// Whether any table was created by the batch.
    pub(super) fn is_into_new(core: &Core, targets: &[Target]) -> bool {
        core.targets.iter().zip(targets).any(|(before, target)| is_new(before, target))
    }

    /// Brings the rows that went through staging tables into their tables.
    pub(super) async fn merge(
        &mut self,
        transaction: &Transaction<'_>,
        core: &Core,
        targets: &[Target],
    ) -> Result<Vec<Counts>, Error> {
        if let Some(counts) = self.merge_small(transaction, core, targets).await? {
            return Ok(counts);
        }
        let mut refusals = self.refusals.take();
        let merged = self.merge_staged(transaction, core, targets, refusals.as_mut()).await;
        self.refusals = refusals;
        merged
    }

    /// Merges the rows of staging tables, and deletes the rows whose keys came. Rows may be refused if there are
    /// `refusals`.
    async fn merge_staged(
        &mut self,
        transaction: &Transaction<'_>,
        core: &Core,
        targets: &[Target],
        mut refusals: Option<&mut Refusals>,
    ) -> Result<Vec<Counts>, Error> {
        let mut all = vec![Counts::default(); targets.len()];
        let mut deleting = self.delete(transaction, core, targets).await?;
        self.keep_keys(transaction, core, targets).await?;
        let mut is_locking = self.has_keys();
        for position in referred_first(targets) {
            let target = &targets[position];
            let received = self.copy.received(position);
            let left = received - deleting.undone[position].min(received);
            let inserted = left - self.copy.replaced().min(left);
            let mut counts = Counts { received, inserted, ..Counts::default() };
            let staging = self.staging.get(position).and_then(Option::as_ref);
            if let (Some(staging), Some(current)) = (staging, &target.current)
                && left > 0
            {
                let merging = Merging::new(core, target, (current, staging), left);
                // A deadlock with another source's merge is gone if this one begins again, unless rows
                // of another table are locked already.
                let retries = core.goes_beside_other_sources() && !is_locking;
                is_locking = true;
                let merged = match refusals.as_deref_mut() {
                    Some(refusals) => {
                        let keys = self.keys_to_delete(core, target, position);
                        let deletes = (keys, &mut deleting);
                        refusals.merge(transaction, (position, merging), deletes, retries).await
                    }
                    _ if retries => {
                        retry::after_deadlock(transaction, || merging.run(transaction)).await
                    }
                    _ => merging.run(transaction).await,
                };
                let merged = merged.map_err(|error| error.in_table(&target.name))?;
                let refused = refusals.as_ref().map_or(0, |rows| rows.of_table(position));
                counts = Counts::merged(core, left.saturating_sub(refused), merged);
                counts.received = received.saturating_sub(refused);
            }
            all[position] = counts;
        }
        self.delete_postponed(transaction, core, targets, &mut deleting).await?;
        for (counts, deleted) in all.iter_mut().zip(deleting.deleted) {
            counts.deleted = deleted.deleted;
            counts.missing = deleted.missing;
            counts.stale += deleted.stale;
        }
        Ok(all)
    }

    /// Drops the staging tables that are not dropped with the transaction, or all, for one that goes
    /// on with another batch.
    pub(super) async fn clear(
        &mut self,
        transaction: &Transaction<'_>,
        core: &Core,
    ) -> Result<(), Error> {
        let goes_on = core.settings.visibility == Visibility::AfterLastBatch;
        let used = self.staging.iter().enumerate().filter_map(|(position, staging)| {
            staging
                .as_ref()
                .filter(|_| goes_on && self.copy.is_created(position))
                .map(Staging::drop)
        });
        let parts = self.staging.iter().flatten().filter_map(Staging::drop_parts);
        let keys = self.deletes.iter().enumerate().filter_map(|(position, keys)| {
            keys.as_ref().filter(|_| goes_on && self.copy.keys(position) > 0).map(Deletes::drop)
        });
        let sql = used.chain(keys).chain(parts).collect::<Vec<_>>().join(";\n");
        if sql.is_empty() {
            return Ok(());
        }
        query(transaction, &sql, MERGE).await.map(|_| ())
    }
}

/// Whether the batch created the table into which it goes.
fn is_new(before: &Target, target: &Target) -> bool {
    let oid = |target: &Target| target.current.as_ref().map(|current| current.live.oid);
    oid(before) != oid(target) && !target.is_adopted
}

/// Whether rows of one target can refer to those of another, which then have to be there.
fn refers(target: &Target, other: &Target) -> bool {
    let live = target.current.as_ref().map(|current| &current.live);
    let oids = [other.visible(), other.current.as_ref().map(|current| &current.live)];
    live.is_some_and(|live| oids.iter().flatten().any(|other| live.referred.contains(&other.oid)))
}

/// Whether rows of a target can refer to others of the batch. A foreign key is checked at the end of
/// each `COPY`, of which there may be many: such rows therefore wait until all have come.
fn waits(core: &Core, targets: &[Target], position: usize) -> bool {
    let target = &targets[position];
    let is_bare = target.current.as_ref().is_none_or(|current| current.bare);
    core.server.temp && !is_bare && targets.iter().any(|other| refers(target, other))
}

/// The positions of the targets, each after those that it refers to as far as that is possible.
pub(super) fn referred_first(targets: &[Target]) -> Vec<usize> {
    let mut order = Vec::with_capacity(targets.len());
    while order.len() < targets.len() {
        let left = (0..targets.len()).filter(|position| !order.contains(position));
        let left = left.collect::<Vec<_>>();
        let waits = |position: usize| {
            let others = left.iter().filter(|other| **other != position);
            others.into_iter().any(|other| refers(&targets[position], &targets[*other]))
        };
        // Those that refer to each other in a circle go as they are defined.
        let next = left.iter().find(|position| !waits(**position)).or(left.first());
        order.extend(next);
    }
    order
}

/// The error of a row, or a key, of a table that could not be encoded, without the number of the row.
pub(super) fn value_error(
    failed: &Failed,
    name: &QualifiedName,
    table: &Table,
    show_values: bool,
) -> Error {
    let Failed { row, error, .. } = failed;
    let value = error.value().filter(|_| show_values).map(str::to_owned);
    let kind = ErrorKind::Value { reason: error.to_string(), value };
    let column = error.column().map(|column| table.columns()[column].name());
    let action = if row.is_some() { "cannot write a row" } else { "cannot delete a row" };
    let error = Error::new(kind, action).in_table(name);
    match column {
        Some(column) => error.in_column(column),
        None => error,
    }
}
