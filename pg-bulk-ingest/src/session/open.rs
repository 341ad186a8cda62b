//! The beginning of a batch: the lock against other ingests, the check that none came in between,
//! the tables that have to be created.

use super::carry::Prepared;
use super::core::Core;
use super::define::{DEFINE, Defining};
use super::examine::{self, Outstanding};
use super::members::{self, Place};
use super::refusal::unreadable;
use super::store::Store;
use super::target::{Current, Target};
use super::{carry, created, enum_type, parallel, start};
use crate::catalog::{self, FoundEnum, Inspected, Relation, state};
use crate::compare::predict;
use crate::definition::Column;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, acquire, keep_writers_out, query};
use crate::hook::OnCreate;
use crate::lock::{Claim, Lock, Lockable};
use crate::options::Delete;
use crate::plan::Rebuild;
use crate::report::Plan;
use crate::statement::{Statement, rollback_to};
use crate::{partition, plan, publish};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

const BEGIN: &str = "cannot begin the batch";

/// How often the creation of a table is tried while others create the same schema or table.
pub(super) const CREATIONS: usize = 10;

/// What [`enter`] found.
pub(super) struct Entered {
    /// The tables as they are now.
    pub(super) targets: Vec<Target>,
    /// The id of the transaction.
    pub(super) transaction: u64,
    /// The process that serves it.
    pub(super) process: i32,
}

/// Takes the lock that keeps ingests of one table from mixing, and checks that since this session
/// saw the tables last no other ingest has committed.
pub(super) async fn enter(transaction: &Transaction<'_>, core: &Core) -> Result<Entered, Error> {
    let names = core.names();
    // Statements of their own: what follows sees all that was committed before they were granted.
    let memory = core.settings.index_memory.map(plan::index_memory);
    // What a run that was killed left behind was there before this one's first batch; what one of
    // its own batches leaves that failed is looked for too.
    let is_first = core.totals.batches == 0 || core.settings.several_connections;
    // Beside ingests of other sources nobody knows whose tables these are.
    let is_shared = core.goes_beside_other_sources();
    let looks = is_first && !is_shared;
    let known = core.targets.iter().map(|target| target.visible().map(|live| live.oid));
    let found = state::sql(&names.iter().zip(known).collect::<Vec<_>>(), looks);
    let comment = comment_to_check(core).map(state::comment);
    let found =
        catalog::isolated(&[found].into_iter().chain(comment).collect::<Vec<_>>().join(";\n"));
    let row = core.store.select();
    let is_row_read = row.is_some();
    let then = memory.into_iter().chain([found]).chain(row);
    let then = then.collect::<Vec<_>>().join(";\n");
    let claim = Claim { names: &names, is_shared, source: core.store.source() };
    let tables = core.targets.iter().filter_map(|target| {
        target.visible().map(|live| Lockable::table(target.name.clone(), live.oid))
    });
    let tables = tables.collect::<Vec<_>>();
    let by_columns = core.targets.iter().filter_map(|target| {
        let live = target.visible().filter(|live| !live.can_lock)?;
        Some((target.name.clone(), live.columns_of(target.definition)))
    });
    let lock = Lock::of_batch(&claim, &tables, &by_columns.collect::<Vec<_>>());
    let messages = acquire(transaction, &lock, &then, None, core.waiting(), BEGIN).await;
    let messages = messages.map_err(|error| match error.code() {
        Some(&(SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME)) => {
            concurrent("it dropped the table").caused_by(error)
        }
        _ => error,
    })?;
    let found = state::read(&messages, names.len()).ok_or_else(|| unreadable(BEGIN))?;
    let (states, comment) = (found.tables, found.comment.as_deref());
    for (target, found) in core.targets.iter().zip(&states) {
        let expected = target.visible().map(|live| live.oid);
        let change = match (expected, found.oid) {
            (Some(_), None) => "it dropped the table",
            (Some(expected), Some(found)) if expected != found => "it replaced the table",
            (Some(_), Some(_)) if found.is_partition && core.settings.version.is_some() => {
                "it published the version"
            }
            // Created meanwhile: it is looked at below, as any table is at the start.
            _ => continue,
        };
        return Err(concurrent(change).in_table(&target.name));
    }
    // The lock keeps the columns as they are from here on.
    let deletes = core.settings.delete != Delete::Off && core.totals.batches == 0;
    for (target, found) in core.targets.iter().zip(&states) {
        let Some(live) = target.visible() else { continue };
        // What is planned for a table that is going to be replaced is planned for all its columns.
        let whole = deletes || target.outstanding.is_some();
        if let Some(change) = live.changed(&found.columns, target.definition, whole) {
            return Err(concurrent(change).in_table(&target.name));
        }
    }
    let row = is_row_read.then_some(messages.as_slice());
    check_watermark(core, |store| store.check(row, comment), comment)?;
    let leftovers = core
        .targets
        .iter()
        .zip(&states)
        .flat_map(|(target, found)| found.parts.iter().map(|part| target.name.sibling(part)));
    parallel::remove_leftovers(transaction, core, &leftovers.collect::<Vec<_>>()).await?;
    let mut targets = core.targets.clone();
    for (target, found) in targets.iter_mut().zip(&states) {
        if let Some(current) = target.current.as_mut().filter(|c| Some(c.live.oid) == found.oid) {
            current.rows = found.rows;
        }
    }
    Ok(Entered { targets, transaction: found.transaction, process: found.process })
}

/// The OID of the table whose comment is to be as it was seen last, if that matters: where it has the high
/// watermark, or could not be read.
fn comment_to_check(core: &Core) -> Option<u32> {
    let matters = core.store.is_comment() || core.unreadable.is_some();
    core.targets.first().filter(|_| matters)?.visible().map(|live| live.oid)
}

/// The stored high watermark has to be the one that was seen last. A comment that could not be read then
/// need not be now.
fn check_watermark(
    core: &Core,
    check: impl Fn(&Store) -> Result<(), Error>,
    comment: Option<&str>,
) -> Result<(), Error> {
    let Some(first) = core.targets.first() else {
        return Ok(());
    };
    if core.unreadable.is_some() && core.unreadable.as_deref() == comment {
        return Ok(());
    }
    check(&core.store).map_err(|error| error.in_table(&first.name))
}

pub(super) fn concurrent(change: impl Into<String>) -> Error {
    Error::new(ErrorKind::ConcurrentIngest { change: change.into() }, BEGIN)
}

/// Creates the tables that do not exist, and before them their enum types, in the transaction:
/// nobody sees them before their rows.
pub(super) async fn create_missing(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<Plan, Error> {
    let mut migrated = Plan::default();
    let missing = targets.iter().filter(|target| target.current.is_none());
    let definitions = missing.map(|target| target.definition).collect::<Vec<_>>();
    migrated.extend(enum_type::create_missing(transaction, core, &definitions).await?);
    for target in targets.iter_mut().filter(|target| target.current.is_none()) {
        let created = create(transaction, core, target, on_create).await;
        migrated.extend(created.map_err(|error| error.in_table(&target.name))?);
    }
    Ok(migrated)
}

async fn create(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &mut Target,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<Vec<Statement>, Error> {
    let action = "cannot create the table";
    let name = &target.name;
    let enums = enum_type::of(target.definition);
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(name), &enums));
    let early = core.settings.constrains_early(target.definition);
    for attempt in 1.. {
        let (relation, found) = inspect_one(transaction, &inspect, action).await?;
        if let Some(live) = relation.table {
            // Another ingest has created it since this one began. If it has a high watermark,
            // batches were committed that this one does not follow.
            if core.targets.first().is_some_and(|first| first.name == *name) {
                let comment = live.comment.as_deref();
                check_watermark(core, |store| store.check_comment(comment), comment)?;
            }
            let defined = predict(target.definition, &found);
            if defined.is_none_or(|defined| defined != live.shape) {
                return Err(concurrent("it created the table"));
            }
            target.current = Some(Current::new(name.clone(), live, target.definition, false)?);
            target.is_adopted = true;
            return Ok(Vec::new());
        }
        let schema = (!relation.schema_exists).then(|| plan::create_schema(name));
        let table = match &core.settings.version {
            Some(draft) => draft.create(),
            None => plan::create_table(name, target.definition),
        };
        // Rows that are copied straight into the table meet its constraints one by one, so that
        // an error names its row; those that come from a staging table meet them afterwards.
        // What PostgreSQL does not take of these is told before the first row.
        let indexes = plan::create_indexes(name, target.definition);
        let (constraints, tried) = if early { (indexes, vec![]) } else { (vec![], indexes) };
        let partitions = partition::with_table(name, target.definition);
        let statements = schema.into_iter().chain([table]).chain(constraints).chain(partitions);
        let statements = statements.collect::<Vec<_>>();
        let definition = target.definition;
        let defining = Defining { definition, name, made_as: name, action };
        match defining.run(transaction, &statements, &tried, &inspect).await {
            Ok(messages) => {
                let created = start::read(&messages)?.relations.into_iter().next();
                let Some(mut live) = created.and_then(|relation| relation.table) else {
                    return Err(concurrent("it dropped the table"));
                };
                if let Some(hook) = on_create {
                    (live, target.by_hook) =
                        created::run_hook(transaction, core, target, (name, live), hook).await?;
                }
                let bare = !early;
                target.is_unrecorded = true;
                target.current = Some(Current::new(name.clone(), live, target.definition, bare)?);
                return Ok(statements);
            }
            Err(error) if attempt < CREATIONS && is_concurrent_creation(&error) => {
                tracing::debug!(attempt, "another session creates the same schema or table");
                query(transaction, &rollback_to(DEFINE), action).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Vec::new())
}

/// Whether the creation failed because another session did the same: such run into each other's
/// entries of the catalog, or find the name taken.
pub(super) fn is_concurrent_creation(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        [
            SqlState::UNIQUE_VIOLATION,
            SqlState::DUPLICATE_SCHEMA,
            SqlState::DUPLICATE_TABLE,
            SqlState::DUPLICATE_OBJECT,
            SqlState::INTERNAL_ERROR,
        ]
        .contains(code)
    })
}

async fn inspect_one(
    transaction: &Transaction<'_>,
    sql: &str,
    action: &'static str,
) -> Result<(Relation, Vec<FoundEnum>), Error> {
    let messages = query(transaction, sql, action).await?;
    let Inspected { relations, enums, .. } = start::read(&messages)?;
    let relation = relations.into_iter().next();
    let relation = relation.ok_or_else(|| concurrent("the catalog's answer is not understood"))?;
    Ok((relation, enums))
}

/// A live table that another replaces.
pub(super) enum Replacing {
    /// Its rows are deleted.
    Delete,
    Rebuild(Rebuild),
}

/// Creates the tables that are going to replace live ones: those whose rows are to be deleted, and
/// those that cannot be changed in place. From here on writers wait; readers go on. Returns the
/// number of rows of each that are deleted, of those for which `deletes` says so.
pub(super) async fn create_replacements(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
    deletes: impl Fn(&Target) -> bool,
    migrated: &mut Plan,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<Vec<u64>, Error> {
    let mut deleted = vec![0; targets.len()];
    let mut order = (0..targets.len()).collect::<Vec<_>>();
    order.sort_by(|a, b| targets[*a].name.cmp(&targets[*b].name));
    for position in order {
        let target = &mut targets[position];
        let differs = target.outstanding.is_some();
        let deletes = deletes(target);
        let replacing = match target.outstanding.take() {
            _ if deletes => Replacing::Delete,
            Some(Outstanding::Rebuild(rebuild)) => Replacing::Rebuild(rebuild),
            other => {
                target.outstanding = other;
                continue;
            }
        };
        let Some(current) = target.current.take_if(|current| !current.bare) else {
            continue;
        };
        let replaced = replace(transaction, core, target, current, &replacing, on_create).await;
        let (count, statements) = replaced.map_err(|error| error.in_table(&target.name))?;
        deleted[position] = count;
        target.is_migrated = differs;
        if differs {
            migrated.extend(statements);
        }
    }
    Ok(deleted)
}

/// Creates the table that is going to replace the target's. Returns the number of rows that go
/// with the live one, and what was done.
async fn replace(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &mut Target,
    current: Current,
    replacing: &Replacing,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<(u64, Vec<Statement>), Error> {
    let action = "cannot create the table that replaces the live one";
    let fresh = target.fresh.clone();
    // Rows of an upsert come from a staging table, so that the keys are built once they are in; if
    // there are rows before, they are merged with them. Rows in partitions cannot be told apart by their
    // places.
    let is_partitioned = current.live.kind == 'p';
    let early = matches!(replacing, Replacing::Rebuild(_))
        || is_partitioned
        || core.settings.constrains_early(target.definition);
    let definition = target.definition;
    let enums = enum_type::create_missing(transaction, core, &[definition]).await?;
    let live = Lockable::table(target.name.clone(), current.live.oid);
    let mut count = 0;
    match replacing {
        Replacing::Delete => {
            let sql = publish::count(&target.name, &current.live);
            count = keep_writers_out(transaction, &live, &sql, core.waiting(), action).await?;
        }
        Replacing::Rebuild(rebuild) => {
            keep_writers_out(transaction, &live, "", core.waiting(), action).await?;
            let checks = rebuild.checks(&target.name);
            examine::check(transaction, &checks, &core.server, &target.name).await?;
        }
    }
    // Nobody makes or drops any from here on.
    target.members = members::find(Place::Within(transaction), &current.live).await?;
    let reason = match replacing {
        Replacing::Delete => "its rows are deleted".to_owned(),
        Replacing::Rebuild(rebuild) => rebuild.reason(),
    };
    let keeping = target.keeping(&current.live, core.settings.migration);
    let mut statements = vec![plan::create_fresh(&fresh, definition, keeping, &reason)];
    if current.live.owner != core.server.role {
        statements.push(publish::set_owner(&fresh, &current.live.owner));
    }
    let mut indexes = plan::create_indexes(&fresh, definition);
    if on_create.is_some() {
        statements.append(&mut indexes);
    }
    execute::run(transaction, &statements, action).await?;
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(&fresh), &[]));
    let (relation, _) = inspect_one(transaction, &inspect, action).await?;
    let mut created = relation.table.ok_or_else(|| concurrent("it dropped the table"))?;
    if let Some(hook) = on_create {
        (created, target.by_hook) =
            created::run_hook(transaction, core, target, (&fresh, created), hook).await?;
    }
    let Prepared { create, copied, build } =
        carry::prepare(transaction, core, target, &current.live, &created.shape).await?;
    let defined = definition.columns().iter().map(Column::name);
    let is_as_defined = created.shape.columns.iter().map(|column| &*column.name).eq(defined);
    target.has_more =
        !(create.is_empty() && copied.is_empty() && target.kept.is_empty() && is_as_defined);
    let mut more = create;
    if let Replacing::Rebuild(rebuild) = replacing {
        more.extend(rebuild.copy(&target.name, &fresh));
    }
    more.extend(copied);
    more.extend(build);
    if early {
        more.extend(indexes);
        let kept = target.by_hook.left_to_keep(&target.kept, &created.shape);
        more.extend(plan::keep_indexes(&fresh, &kept, is_partitioned));
    }
    if let Replacing::Rebuild(_) = replacing {
        // The rows of the batch are going to be merged with those that are there.
        more.push(plan::analyze(&fresh));
    }
    execute::run(transaction, &more, action).await?;
    statements.extend(more);
    let (relation, _) = inspect_one(transaction, &inspect, action).await?;
    let Some(live) = relation.table else {
        return Err(concurrent("it dropped the table"));
    };
    let rows = current.rows;
    target.current = Some(Current { rows, ..Current::new(fresh, live, definition, !early)? });
    target.replaces = Some(current.live);
    let lock = publish::keep_writers_out(&target.name);
    Ok((count, enums.into_iter().chain([lock]).chain(statements).collect()))
}
