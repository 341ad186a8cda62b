//! The end of a batch: tables that replace live ones, the high watermark, the commit.

use super::carry;
use super::core::Core;
use super::members;
use super::refusal::unreadable;
use super::store::{self, STORE, Storing};
use super::target::{Current, Target};
use super::{start, views};
use crate::carry::name_members;
use crate::catalog::{self, LiveTable, Shape, Surroundings, deferrable};
use crate::conn;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::ident::QualifiedName;
use crate::lock::Lockable;
use crate::made::{Delta, Made};
use crate::options::{Migration, Visibility};
use crate::report::Plan;
use crate::statement::{Statement, script};
use crate::watermark::{self, Unreadable};
use crate::{comment, publish};
use futures_util::future::join;
use tokio_postgres::Transaction;
use tokio_postgres::error::{DbError, Severity};

const PUBLISH: &str = "cannot replace the table";
const DEFERRED: &str = "a deferred constraint does not hold before the tables are replaced";
pub(super) const COMMENT: &str = "cannot comment on the table";
const RECORD: &str = "cannot say in the comment what was made of the table";
const COMMIT: &str = "cannot commit the batch";

/// Puts the new tables in the place of the live ones. ACCESS EXCLUSIVE is held from here to the
/// commit. Returns what was done for tables that were not as they are defined.
pub(super) async fn replace(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
) -> Result<Plan, Error> {
    let mut migrated = Plan::default();
    lock_extended(transaction, core, targets).await?;
    let all = carry::all_swapped(targets);
    if all.is_empty() {
        return Ok(migrated);
    }
    check_deferred(transaction, core, targets).await?;
    for target in targets.iter_mut().filter(|target| target.replaces.is_some()) {
        let looked = members::look(transaction, &mut target.members).await;
        looked.map_err(|error| error.in_table(&target.name))?;
    }
    let mut locks = Vec::new();
    let mut before = Vec::new();
    for target in targets.iter() {
        let carried = carry::of(transaction, core, target, &all).await;
        let carried = carried.map_err(|error| error.in_table(&target.name))?;
        locks.extend(carried.locks);
        if target.is_migrated {
            migrated.extend(carried.before.clone());
        }
        before.extend(carried.before);
    }
    execute::run(transaction, &before, PUBLISH).await?;
    let views = views::lock(transaction, core, targets, &locks).await?;
    let is_migrated = targets.iter().any(|target| target.is_migrated);
    migrated.extend(views.before.into_iter().filter(|_| is_migrated));
    // What was granted, or said in a comment, while the rows were loaded is not lost.
    let mut carried = Vec::with_capacity(targets.len());
    for target in targets.iter_mut() {
        let looked = members::look_again(transaction, &mut target.members).await;
        looked.map_err(|error| error.in_table(&target.name))?;
        let one = carry::of_locked(transaction, core, target, &all).await;
        carried.push(one.map_err(|error| error.in_table(&target.name))?);
    }
    for (target, one) in targets.iter().zip(&carried) {
        execute::run(transaction, &one.drop, PUBLISH).await?;
        if target.is_migrated {
            migrated.extend(one.drop.clone());
        }
    }
    execute::run_for_views(transaction, &views.drop, PUBLISH).await?;
    migrated.extend(views.drop.into_iter().filter(|_| is_migrated));
    let mut swapped = Vec::with_capacity(targets.len());
    for target in targets.iter_mut() {
        let one = swap(transaction, core, target).await;
        swapped.push(one.map_err(|error| error.in_table(&target.name))?);
    }
    for ((target, one), swapped) in targets.iter_mut().zip(carried).zip(swapped) {
        let ran = execute::run(transaction, &one.after, PUBLISH).await;
        ran.map_err(|error| error.in_table(&target.name))?;
        if std::mem::take(&mut target.is_migrated) {
            migrated.extend(swapped.into_iter().chain(one.after));
        }
    }
    execute::run_for_views(transaction, &views.after, PUBLISH).await?;
    migrated.extend(views.after.into_iter().filter(|_| is_migrated));
    Ok(migrated)
}

/// Locks out the readers of tables to which partitions were attached, until they are committed: one that
/// has looked up those of before would see the rows of these alone.
async fn lock_extended(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
) -> Result<(), Error> {
    let extended = targets.iter().filter(|target| target.is_extended);
    let live = extended.filter_map(|target| Some((&target.name, target.visible()?)));
    let extended = live.map(|(name, live)| Lockable::table(name.clone(), live.oid));
    let extended = extended.collect::<Vec<_>>();
    targets.iter_mut().for_each(|target| target.is_extended = false);
    if extended.is_empty() {
        return Ok(());
    }
    execute::lock_exclusively(transaction, &extended, core.waiting(), PUBLISH).await
}

/// Has the server check what it would check at COMMIT, as far as it would keep tables from being
/// replaced. What is left to be checked by then is of what the hook wrote, if there is one.
async fn check_deferred(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
) -> Result<(), Error> {
    let replaced = targets.iter().filter(|target| target.replaces.is_some());
    let current = replaced.flat_map(|target| {
        [target.visible().map(|live| live.oid), target.current.as_ref().map(|new| new.live.oid)]
    });
    let sql = deferrable::sql(&current.flatten().collect::<Vec<_>>());
    let names = deferrable::read(&query(transaction, &catalog::isolated(&sql), DEFERRED).await?);
    if names.is_empty() {
        return Ok(());
    }
    let checked = query(transaction, &publish::check_constraints(&names), DEFERRED).await;
    checked.map(|_| ()).map_err(|error| match core.hooked {
        true => Error::new(ErrorKind::Hook, DEFERRED).caused_by(error),
        false => error,
    })
}

async fn swap(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &mut Target,
) -> Result<Vec<Statement>, Error> {
    let Some(live) = target.replaces.take() else { return Ok(Vec::new()) };
    let dropped = target.dropped(&live);
    let Some(current) = target.current.as_mut() else { return Ok(Vec::new()) };
    let comment = comment_of(transaction, &target.name).await?;
    let names = catalog::isolated(&Surroundings::sql(current.live.oid));
    let names = Surroundings::read(&query(transaction, &names, PUBLISH).await?);
    let taken = names.ok_or_else(|| unreadable(PUBLISH))?.taken();
    let members = std::mem::take(&mut target.members);
    let (name, migration) = (&target.name, core.settings.migration);
    let added = &std::mem::take(&mut target.by_hook).added;
    let fresh = Fresh { name: &current.name, shape: &current.live.shape, taken: &taken, added };
    let Swap { mut statements, indexes, comment } =
        swap_of(name, &live.shape, fresh, comment, &dropped, migration);
    statements.extend(name_members(&current.live.shape, &members, &taken));
    execute::run(transaction, &statements, PUBLISH).await?;
    current.name = target.name.clone();
    current.live.row_security |= live.row_security;
    for (fresh, name) in indexes {
        let mut named = current.live.shape.indexes.iter_mut();
        if let Some(index) = named.find(|index| index.name == fresh) {
            index.name = name;
        }
    }
    current.live.comment = comment;
    Ok(statements)
}

/// A table that is to replace a live one.
#[derive(Clone, Copy)]
pub(super) struct Fresh<'a> {
    pub(super) name: &'a QualifiedName,
    pub(super) shape: &'a Shape,
    /// The names that its indexes and constraints may not get.
    pub(super) taken: &'a [String],
    /// What a hook added to its shape.
    pub(super) added: &'a Delta,
}

/// How a table is put in the place of a live one.
pub(super) struct Swap {
    pub(super) statements: Vec<Statement>,
    /// The names of its indexes, each with the one that it gets.
    indexes: Vec<(String, String)>,
    /// Its comment.
    pub(super) comment: Option<String>,
}

/// Puts a table in the place of a live one with this comment, of which it does not have these columns.
pub(super) fn swap_of(
    name: &QualifiedName,
    old: &Shape,
    fresh: Fresh<'_>,
    comment: Option<String>,
    dropped: &[&str],
    migration: Migration,
) -> Swap {
    let Fresh { name: fresh_name, shape: new, taken, added } = fresh;
    let mut indexes = publish::index_names(name.name(), old, new, taken);
    // One that a hook made by a name of its own has that for good.
    indexes.retain(|(fresh, named)| {
        let is_added = added.indexes.iter().any(|(added, _)| added == fresh);
        let is_old = old.indexes.iter().any(|index| index.name == *named);
        !is_added || is_old || fresh.starts_with(fresh_name.name())
    });
    // A comment that cannot be read goes on as it is, and so says that nothing was made.
    let made = watermark::made(comment.as_deref())
        .map(|made| made.after_swap(old, new, &indexes, migration == Migration::Exact))
        .map(|made| made.less(added, &indexes));
    let with_made = made.and_then(|made| watermark::with_made(comment.as_deref(), &made));
    let comment = with_made.ok().flatten().or(comment);
    let store = |comment: &String| watermark::keep(fresh_name, comment);
    let mut statements = comment.iter().map(store).collect::<Vec<_>>();
    let names = publish::Names { indexes: &indexes, taken };
    statements.extend(publish::swap(name, fresh_name, old, new, names, dropped));
    Swap { statements, indexes, comment }
}

/// Writes into the comments of tables that were created what was made of them: all there is.
pub(super) async fn record(
    transaction: &Transaction<'_>,
    targets: &mut [Target],
) -> Result<(), Error> {
    let mut statements = Vec::new();
    for target in targets.iter_mut().filter(|target| target.is_unrecorded) {
        let Some(current) = target.current.as_mut() else { continue };
        let made = Made::whole(&current.live.shape).less(&target.by_hook.added, &[]);
        let comment = current.live.comment.as_deref();
        let comment = watermark::with_made(comment, &made)
            .map_err(|unreadable| unreadable.error(comment, RECORD).in_table(&target.name))?;
        if let Some(comment) = comment {
            statements.push(watermark::record(&current.name, &comment));
            current.live.comment = Some(comment);
        }
        target.is_unrecorded = false;
    }
    execute::run(transaction, &statements, RECORD).await
}

/// The comment on the table that is visible, as it is now.
async fn comment_of(
    transaction: &Transaction<'_>,
    name: &QualifiedName,
) -> Result<Option<String>, Error> {
    let sql = catalog::comment::of_name(name);
    Ok(catalog::comment::read(&query(transaction, &sql, STORE).await?))
}

/// Makes the comments on the tables those of their definitions, where they differ. Returns what was
/// changed.
pub(super) async fn comment(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
) -> Result<Plan, Error> {
    let mut changed = Plan::default();
    for target in targets.iter_mut() {
        let (name, definition) = (&target.name, target.definition);
        let Some(current) = target.current.as_mut() else { continue };
        let unreadable = |unreadable: Unreadable, live: &LiveTable| {
            unreadable.error(live.comment.as_deref(), COMMENT).in_table(name)
        };
        let live = &current.live;
        if !comment::differ(definition, live).map_err(|error| unreadable(error, live))? {
            continue;
        }
        let statements = comment_one(transaction, core, current, definition, unreadable).await;
        let statements = statements.map_err(|error| error.in_table(name))?;
        changed.extend(statements);
    }
    Ok(changed)
}

async fn comment_one(
    transaction: &Transaction<'_>,
    core: &Core,
    current: &mut Current,
    definition: &Table,
    unreadable: impl Fn(Unreadable, &LiveTable) -> Error,
) -> Result<Vec<Statement>, Error> {
    let lockable = Lockable::table(current.name.clone(), current.live.oid);
    // As it is now: from the lock on nobody else changes it.
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(&current.name), &[]));
    let waiting = core.waiting();
    let messages =
        execute::lock_for_comment(transaction, &lockable, &inspect, waiting, COMMENT).await?;
    let relation = start::read(&messages)?.relations.into_iter().next();
    if let Some(live) = relation.and_then(|relation| relation.table) {
        current.live = live;
    }
    let live = &mut current.live;
    let statements = comment::statements(&current.name, definition, live);
    let statements = statements.map_err(|error| unreadable(error, live))?;
    execute::run(transaction, &statements, COMMENT).await?;
    comment::apply(definition, live).map_err(|error| unreadable(error, live))?;
    Ok(statements)
}

/// Ends a batch: its transaction is committed, or its savepoint released.
pub(super) async fn commit_batch(
    transaction: Transaction<'_>,
    core: &Core,
    storing: Option<&Storing>,
) -> Result<(), Error> {
    match core.settings.visibility {
        Visibility::AfterEachBatch => commit(transaction, core.transaction, storing).await,
        // Nothing is committed yet, whatever becomes of the connection.
        Visibility::AfterLastBatch => {
            conn::commit(transaction).await.map_err(Error::while_doing(COMMIT))
        }
    }
}

/// Runs the statements that store the high watermark, and commits, in one round trip. From the
/// moment COMMIT is sent, a lost connection leaves it unknown what became of it.
///
/// Everything sent before was answered without an error, or is looked at here: the server would
/// answer COMMIT by ROLLBACK otherwise, and the driver not tell.
pub(super) async fn commit(
    transaction: Transaction<'_>,
    id: u64,
    storing: Option<&Storing>,
) -> Result<(), Error> {
    let sent = match storing {
        Some(Storing { statements, .. }) => {
            let sql = script(statements);
            tracing::debug!(sql, "storing the high watermark");
            let sent = conn::ask(transaction.client(), &sql).await;
            Some(sent.map_err(Error::while_doing(STORE))?)
        }
        None => None,
    };
    let stored = async {
        match sent {
            Some(answer) => answer.end().await,
            None => Ok(()),
        }
    };
    let (stored, committed) = join(stored, conn::commit(transaction)).await;
    // What the server refused is not committed, whatever COMMIT is answered.
    if let (Err(error), Some(storing)) = (stored, storing)
        && error.db_error().is_some()
    {
        return Err(store::failed(Error::server(error, STORE), storing));
    }
    committed.map_err(|failure| {
        // An ERROR means that it was rolled back. A FATAL one ends the session, perhaps after the
        // commit was durable: while it waited for a standby, say.
        let refused = failure.db_error().and_then(DbError::parsed_severity);
        if refused == Some(Severity::Error) {
            return Error::server(failure, COMMIT);
        }
        let unknown = Error::new(ErrorKind::CommitUnknown { transaction: id }, COMMIT);
        unknown.caused_by(Error::server(failure, COMMIT))
    })
}
