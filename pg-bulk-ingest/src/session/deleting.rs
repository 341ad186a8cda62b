//! The keys of a batch whose rows are deleted.

use super::core::Core;
use super::load::{Load, referred_first};
use super::merging::find_extent;
use super::target::{Current, Target};
use crate::copy::{KeyRoute, Route};
use crate::error::{Error, ErrorKind};
use crate::execute::{numbers, query};
use crate::merge::{Deleted, Deletes, Live, delete_positions, extent_of};
use crate::statement::{rollback_to, savepoint};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

const DELETE: &str = "cannot delete rows";

/// The savepoint around deletes that others may refer to.
const SAVEPOINT: &str = "pg_bulk_ingest_delete";

/// What the deletes of a batch did to each table.
#[derive(Debug)]
pub(super) struct Deleting {
    /// Rows of the batch that were undone.
    pub(super) undone: Vec<u64>,
    pub(super) deleted: Vec<Deleted>,
    /// The tables whose rows are referred to, by rows that the batch may change.
    postponed: Vec<usize>,
}

impl Deleting {
    fn nothing(tables: usize) -> Self {
        let (undone, deleted) = (vec![0; tables], vec![Deleted::default(); tables]);
        Self { undone, deleted, postponed: Vec::new() }
    }
}

impl Load {
    /// How the keys of a table reach the server; `None` if its rows are not merged by a key.
    pub(super) fn route_keys(
        core: &Core,
        target: &Target,
        current: &Current,
        position: usize,
    ) -> Option<(Deletes, KeyRoute)> {
        let upsert = core.settings.upsert;
        if !target.upserts(upsert) || lacks(target).is_some() {
            return None;
        }
        let live = current.in_sql(target.definition, upsert);
        let deletes = Deletes::new(position, live, core.settings.set_aside.is_some());
        let columns = delete_positions(target.definition).collect::<Vec<_>>();
        let types = columns.iter().filter_map(|at| current.types.get(*at)).cloned().collect();
        let route = Route { copy: deletes.copy(), create: Some(deletes.create()) };
        Some((deletes, KeyRoute { table: target.name.clone(), columns, types, route }))
    }

    /// The keys that came for a table, if any, whose rows are deleted.
    pub(super) fn keys_to_delete<'a>(
        &'a self,
        core: &Core,
        target: &'a Target,
        position: usize,
    ) -> Option<Keys<'a>> {
        let current = target.current.as_ref()?;
        let deletes = self.keys_of(position)?;
        let live = current.in_sql(target.definition, core.settings.upsert);
        Some(Keys { position, deletes, live, staged: self.staged(position) })
    }

    /// Deletes the rows whose keys came, and takes the rows of the batch that a delete undid out of it.
    /// Tables go before those that they refer to.
    ///
    /// Where rows are referred to that are to be deleted, the rows of the batch may change that: they are
    /// [deleted after these](Self::delete_postponed).
    pub(super) async fn delete(
        &mut self,
        transaction: &Transaction<'_>,
        core: &Core,
        targets: &[Target],
    ) -> Result<Deleting, Error> {
        let mut deleting = Deleting::nothing(targets.len());
        if !self.has_keys() {
            return Ok(deleting);
        }
        for position in referred_first(targets).into_iter().rev() {
            let target = &targets[position];
            let Some(keys) = self.keys_to_delete(core, target, position) else { continue };
            let is_bare = target.current.as_ref().is_some_and(|current| current.bare);
            let in_table = |error: Error| error.in_table(&target.name);
            if !keys.staged.is_empty() || is_bare {
                let sql = match keys.staged.as_slice() {
                    [] => keys.deletes.settle_new(keys.live),
                    staged => keys.deletes.settle(keys.live, staged),
                };
                let [undone] = numbers(transaction, &sql, DELETE).await.map_err(in_table)?;
                deleting.undone[position] = undone;
            }
            let count = self.keys(position);
            keys.delete(transaction, count, &mut deleting).await.map_err(in_table)?;
        }
        Ok(deleting)
    }

    /// Deletes the rows that others referred to before the rows of the batch were merged.
    pub(super) async fn delete_postponed(
        &self,
        transaction: &Transaction<'_>,
        core: &Core,
        targets: &[Target],
        deleting: &mut Deleting,
    ) -> Result<(), Error> {
        for position in std::mem::take(&mut deleting.postponed) {
            let target = &targets[position];
            let Some(keys) = self.keys_to_delete(core, target, position) else { continue };
            let Keys { deletes, live, staged, .. } = keys;
            // What was merged into a row that was to be deleted first is there now.
            let undo = Some(staged).filter(|staged| !staged.is_empty());
            let undo = undo.map(|staged| deletes.undo(live, &staged));
            let sql = undo.into_iter().chain([deletes.delete(live)]).collect::<Vec<_>>();
            let sql = sql.join(";\n");
            let counts = numbers(transaction, &sql, DELETE).await;
            let counts = counts.map_err(|error| error.in_table(&target.name))?;
            deleting.deleted[position].add(Deleted::read(counts));
        }
        Ok(())
    }
}

/// The keys of one table whose rows are deleted, and where rows of the table are staged.
pub(super) struct Keys<'a> {
    position: usize,
    deletes: &'a Deletes,
    live: Live<'a>,
    staged: Vec<String>,
}

impl Keys<'_> {
    /// Deletes the rows with the keys, which are so many; or leaves that for later, where others refer to them.
    async fn delete(
        &self,
        transaction: &Transaction<'_>,
        count: u64,
        deleting: &mut Deleting,
    ) -> Result<(), Error> {
        let Self { position, deletes, live, .. } = *self;
        let sql = extent_of(deletes.rows(), live, count);
        let extent = find_extent(transaction, live, sql).await?;
        let sql = savepoint(SAVEPOINT, &deletes.delete(Live { extent: &extent, ..live }));
        match numbers(transaction, &sql, DELETE).await {
            Ok(counts) => deleting.deleted[position].add(Deleted::read(counts)),
            Err(error) if is_referred_to(&error) => {
                query(transaction, &rollback_to(SAVEPOINT), DELETE).await?;
                deleting.postponed.push(position);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        match deletes.empty() {
            Some(sql) => query(transaction, &sql, DELETE).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Does the deletes that were undone by rows that are set aside since.
    pub(super) async fn redo(
        &self,
        transaction: &Transaction<'_>,
        deleting: &mut Deleting,
    ) -> Result<(), Error> {
        let Some(sql) = self.deletes.redo(self.live, &self.staged) else { return Ok(()) };
        let [redone] = numbers(transaction, &sql, DELETE).await?;
        // What is left for later takes these with it.
        if redone == 0 || deleting.postponed.contains(&self.position) {
            return Ok(());
        }
        self.delete(transaction, redone, deleting).await
    }
}

/// Whether rows are kept from being deleted by others that refer to them; of ON DELETE RESTRICT PostgreSQL
/// says that by a code of its own from 18 on.
fn is_referred_to(error: &Error) -> bool {
    let codes = [&SqlState::FOREIGN_KEY_VIOLATION, &SqlState::RESTRICT_VIOLATION];
    error.code().is_some_and(|code| codes.contains(&code))
}

/// A privilege that the role lacks to delete rows of a table that is there.
fn lacks(target: &Target) -> Option<&'static str> {
    let current = target.current.as_ref().filter(|current| !current.bare)?;
    current.live.lacks_to_delete(target.definition)
}

/// The error of a delete that a table does not take.
#[cold]
pub(super) fn refused(target: &Target, core: &Core) -> Error {
    if let Some(lacking) = lacks(target) {
        let missing = format!("{lacking} on the table");
        let kind = ErrorKind::InsufficientPrivilege { role: core.server.role.clone(), missing };
        return Error::new(kind, DELETE).in_table(&target.name);
    }
    let reason = if target.definition.merge_key().is_empty() {
        "its rows have no key by which they could be deleted"
    } else if !target.upserts(core.settings.upsert) {
        "with `Upsert::Off` its rows are only added: deletes need `Upsert::IfPrimaryKey`"
    } else {
        "rows of a new table went over several connections, where the order in which they and a \
         delete arrived is not known: create it by an ingest without `connections`"
    };
    let kind = ErrorKind::Unsupported { reason: reason.to_owned() };
    Error::new(kind, DELETE).in_table(&target.name)
}
