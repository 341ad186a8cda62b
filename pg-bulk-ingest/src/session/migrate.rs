//! Changes of tables where they are, before the first batch.

mod attempts;
mod tries;

use super::core::Core;
use super::enum_type;
use super::examine::{Examination, Examined, Outstanding, inspect_again, made_of};
use super::refusal::unreadable;
use super::start::read;
use super::target::{Current, Target};
use crate::catalog::{self, FoundEnum, IndexShape, LiveColumn, LiveTable, Shape};
use crate::conn;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::execute;
use crate::ident::QualifiedName;
use crate::lock::{Claim, Lock, Lockable};
use crate::made::Delta;
use crate::plan::Step;
use crate::statement::{LockMode, Statement};
use crate::watermark;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{Client, Transaction};
use tries::Tries;

const MIGRATE: &str = "cannot migrate the table";

/// How often steps are tried, in all of an ingest, while others change the tables as well.
pub(super) const ATTEMPTS: usize = 10;

/// Changes the tables that can be changed in place. A table that is rebuilt is left as it is.
///
/// Every step is a transaction, or a statement, of its own, and what is left to be done is told from
/// the table after each: a migration that was interrupted is carried on, and two at once end the same.
pub(super) async fn in_place(client: &mut Client, core: &mut Core) -> Result<(), Error> {
    let mut tries = Tries::default();
    for position in 0..core.targets.len() {
        let name = core.targets[position].name.clone();
        let migrated = migrate_one(client, core, position, &mut tries).await;
        migrated.map_err(|error| error.in_table(&name))?;
    }
    Ok(())
}

/// Changes tables whose rows were to be deleted with a first batch, which did not come.
pub(super) async fn keeping_rows(client: &mut Client, core: &mut Core) -> Result<(), Error> {
    for position in 0..core.targets.len() {
        if core.targets[position].outstanding.is_some() {
            look_again(client, core, position).await?;
        }
    }
    in_place(client, core).await
}

async fn migrate_one(
    client: &mut Client,
    core: &mut Core,
    position: usize,
    tries: &mut Tries,
) -> Result<(), Error> {
    let disturbed = tries.disturbed;
    while let Some(step) = next_step(&core.targets[position]) {
        match run(client, core, &core.targets[position], &step).await {
            Ok(statements) => {
                core.totals.migrated.extend(statements);
                tries.done.push(step.clone());
                if go_on(&mut core.targets[position]) {
                    continue;
                }
                look_again(client, core, position).await?;
                if let Some(next) = next_step(&core.targets[position]) {
                    tries.check_repeated(&next)?;
                }
            }
            Err(error) => {
                tries.disturbed += 1;
                retry(client, core, position, &step, error, tries.disturbed < ATTEMPTS).await?;
            }
        }
    }
    // What another session has attached first is there twice.
    match tries.disturbed > disturbed {
        true => attempts::drop_unattached(client, core, position).await,
        false => Ok(()),
    }
}

fn next_step(target: &Target) -> Option<Step> {
    match &target.outstanding {
        Some(Outstanding::InPlace(steps)) => steps.first().cloned(),
        _ => None,
    }
}

/// Leaves the step that was done behind, if the next one follows it without a look at the table: of one
/// with thousands of partitions each look takes its time.
fn go_on(target: &mut Target) -> bool {
    let Some(Outstanding::InPlace(steps)) = &mut target.outstanding else { return false };
    let follows = matches!(&steps[..], [done, next, ..] if next.follows(done));
    let is_partitioned = target.current.as_ref().is_some_and(|current| current.live.kind == 'p');
    if follows && is_partitioned {
        steps.remove(0);
    }
    follows && is_partitioned
}

/// What is done once a step has failed: if others have changed the table as well, what is left to be
/// done is looked for again, else the error is the step's.
async fn retry(
    client: &mut Client,
    core: &mut Core,
    position: usize,
    step: &Step,
    error: Error,
    may: bool,
) -> Result<(), Error> {
    let before = core.targets[position].current.as_ref().map(|current| current.live.clone());
    let looked = match is_of_others(&error) {
        Some(false) => Err(None),
        _ => look_again(client, core, position).await.map_err(Some),
    };
    if let Err(looked) = looked {
        undone(undo(client, core, &core.targets[position], step, &error).await);
        return Err(match looked {
            Some(looked) if matches!(looked.kind(), ErrorKind::ConcurrentIngest { .. }) => {
                looked.caused_by(error)
            }
            _ => error,
        });
    }
    let after = &core.targets[position];
    let is_left = match &after.outstanding {
        Some(Outstanding::InPlace(steps)) => steps.contains(step),
        Some(Outstanding::Rebuild(_)) | None => false,
    };
    let is_as_before = is_left
        && before.zip(after.current.as_ref()).is_some_and(|(before, after)| {
            before.oid == after.live.oid && valid(&before.shape) == valid(&after.live.shape)
        });
    if is_as_before && is_of_others(&error).is_none() {
        undone(undo(client, core, after, step, &error).await);
        return Err(error);
    }
    if !may {
        let reason = "others change the table again and again".to_owned();
        return Err(Error::new(ErrorKind::Unsupported { reason }, MIGRATE).caused_by(error));
    }
    tracing::debug!(%error, "another session changes the table as well");
    Ok(())
}

/// A table without the indexes that are being built, or could not be.
fn valid(shape: &Shape) -> (&[LiveColumn], Vec<&IndexShape>) {
    (&shape.columns, shape.indexes.iter().filter(|index| index.valid).collect())
}

/// Whether an error is one of what other sessions do, as far as the error tells: they may have undone
/// it by the time that the table is looked at again.
pub(super) fn is_of_others(error: &Error) -> Option<bool> {
    match error.kind() {
        ErrorKind::ConcurrentIngest { .. } => return Some(true),
        ErrorKind::Server => {}
        _ => return Some(false),
    }
    match error.code() {
        Some(&SqlState::QUERY_CANCELED) => Some(false),
        Some(
            &(SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::INTERNAL_ERROR
            | SqlState::DUPLICATE_TABLE),
        ) => Some(true),
        _ => None,
    }
}

/// Reads a table again, and what is left to be done to it.
async fn look_again(client: &mut Client, core: &mut Core, position: usize) -> Result<(), Error> {
    let Target { name, definition, .. } = core.targets[position].clone();
    let (relation, found) = inspect_again(client, &name, definition).await?;
    let Some(live) = relation.table.clone() else {
        let change = "it dropped the table".to_owned();
        return Err(Error::new(ErrorKind::ConcurrentIngest { change }, MIGRATE));
    };
    let examined = examined(core, &name, definition, &found);
    let Examination { outstanding, kept, .. } = examined.examine(client, &relation).await?;
    let current = match outstanding {
        None => Current::new(name, live, definition, false)?,
        Some(_) => Current::outdated(name, live),
    };
    let target = &mut core.targets[position];
    (target.outstanding, target.kept, target.current) = (outstanding, kept, Some(current));
    Ok(())
}

fn examined<'a>(
    core: &'a Core,
    name: &'a QualifiedName,
    definition: &'static Table,
    found: &'a [FoundEnum],
) -> Examined<'a> {
    Examined {
        name,
        definition,
        server: &core.server,
        found,
        settings: &core.settings,
        waiting: core.waiting(),
        keeps_rows: true,
    }
}

/// Runs a step. Returns the statements that were run.
pub(super) async fn run(
    client: &mut Client,
    core: &Core,
    target: &Target,
    step: &Step,
) -> Result<Vec<Statement>, Error> {
    match step {
        Step::Exclusive { statements, made } => {
            exclusive(client, core, target, statements, made).await
        }
        Step::Shared { statements, made, .. } => {
            let ran = run_all(client, core, target, statements, made).await;
            ran.map(|()| statements.clone())
        }
        Step::Attempts { awaited, statements, made } => {
            attempts::run(client, core, target, (awaited, statements), made).await
        }
        Step::Outside { statement, .. } => {
            execute_alone(client, statement).await.map(|()| vec![statement.clone()])
        }
    }
}

/// Removes what is left of a step that failed with this error, or of what was prepared for it.
async fn undo(
    client: &mut Client,
    core: &Core,
    target: &Target,
    step: &Step,
    error: &Error,
) -> Result<(), Error> {
    // The name is somebody else's: the step has left nothing under it.
    let is_taken = error.code() == Some(&SqlState::DUPLICATE_TABLE)
        || error.db_error().and_then(DbError::schema) == Some("pg_catalog");
    match step {
        Step::Shared { undo, .. } if !undo.is_empty() => {
            exclusive(client, core, target, undo, &Delta::default()).await.map(|_| ())
        }
        Step::Outside { undo, .. } if !is_taken => execute_alone(client, undo).await,
        _ => Ok(()),
    }
}

/// The error that counts is that of the step; the next migration removes what is left.
fn undone<T>(result: Result<T, Error>) {
    if let Err(error) = result {
        tracing::warn!(%error, "what is left of a failed step stays for the next migration");
    }
}

async fn execute_alone(client: &Client, statement: &Statement) -> Result<(), Error> {
    tracing::debug!(sql = statement.sql(), purpose = statement.purpose(), "statement");
    let ran = conn::execute(client, statement.sql()).await;
    ran.map_err(|error| Error::server(error, MIGRATE).in_statement(statement.sql()))
}

async fn run_all(
    client: &mut Client,
    core: &Core,
    target: &Target,
    statements: &[Statement],
    made: &Delta,
) -> Result<(), Error> {
    let failed = |error| Error::server(error, MIGRATE);
    let lockable = lockable(target)?;
    let held = catalog::transaction::id();
    let tree = Lock::tables(std::slice::from_ref(&lockable), LockMode::ShareUpdateExclusive);
    execute::await_shared(client, &tree, held, core.waiting(), MIGRATE).await?;
    let transaction = conn::begin(client).await.map_err(failed)?;
    lock_out_ingests(&transaction, core).await?;
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(&target.name), &[]));
    let sql = if made.is_empty() { held } else { &inspect };
    let messages =
        execute::lock_for_comment(&transaction, &lockable, sql, core.waiting(), MIGRATE).await?;
    let mut statements = statements.to_vec();
    if !made.is_empty() {
        let relation = read(&messages)?.relations.into_iter().next();
        let live = relation.and_then(|relation| relation.table).ok_or_else(changed)?;
        statements.extend(record(target, &live, made)?);
    }
    execute::run_shown(&transaction, &statements, MIGRATE).await?;
    conn::commit(transaction).await.map_err(failed)
}

/// Runs statements under ACCESS EXCLUSIVE, if the table is still what it was.
async fn exclusive(
    client: &mut Client,
    core: &Core,
    target: &Target,
    statements: &[Statement],
    made: &Delta,
) -> Result<Vec<Statement>, Error> {
    let lockable = lockable(target)?;
    // It queues no reader and no writer, keeps further maintenance away, and makes PostgreSQL end
    // an autovacuum that is in the way.
    let held = catalog::transaction::id();
    let tree = Lock::tables(std::slice::from_ref(&lockable), LockMode::ShareUpdateExclusive);
    execute::await_shared(client, &tree, held, core.waiting(), MIGRATE).await?;
    let transaction = begin(client).await?;
    lock_out_ingests(&transaction, core).await?;
    let live = inspect_locked(&transaction, core, target, &lockable).await?;
    let created = enum_type::create_missing(&transaction, core, &[target.definition]).await?;
    execute::lock_exclusively(&transaction, &[lockable], core.waiting(), MIGRATE).await?;
    let record = record(target, &live, made)?;
    let all = statements.iter().cloned().chain(record).collect::<Vec<_>>();
    execute::run_shown(&transaction, &all, MIGRATE).await?;
    conn::commit(transaction).await.map_err(Error::while_doing(MIGRATE))?;
    Ok(created.into_iter().chain(statements.iter().cloned()).collect())
}

async fn begin(client: &mut Client) -> Result<Transaction<'_>, Error> {
    conn::begin_read_committed(client).await.map_err(Error::while_doing(MIGRATE))
}

/// Locks the table against other changes of it and its comment, if it is still what it was.
async fn inspect_locked(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    lockable: &Lockable,
) -> Result<LiveTable, Error> {
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(&target.name), &[]));
    let messages =
        execute::lock_for_comment(transaction, lockable, &inspect, core.waiting(), MIGRATE).await?;
    let relation = read(&messages)?.relations.into_iter().next();
    let relation = relation.ok_or_else(|| unreadable(MIGRATE))?;
    relation.table.filter(|live| is_same(target, live)).ok_or_else(changed)
}

/// Waits until no other ingest of the tables is in a batch, and keeps others from beginning one.
async fn lock_out_ingests(transaction: &Transaction<'_>, core: &Core) -> Result<(), Error> {
    let names = core.names();
    let lock = Lock::of_batch(&Claim::whole(&names), &[], &[]);
    execute::acquire(transaction, &lock, "", None, core.waiting(), MIGRATE).await.map(|_| ())
}

fn lockable(target: &Target) -> Result<Lockable, Error> {
    let live = target.current.as_ref().ok_or_else(changed)?;
    Ok(Lockable::table(target.name.clone(), live.live.oid))
}

/// Whether it is still what it was, so that what was planned is what is to be done.
fn is_same(target: &Target, now: &LiveTable) -> bool {
    let Some(before) = &target.current else { return false };
    before.live.oid == now.oid
        && before.live.shape == now.shape
        && made_of(&before.live) == made_of(now)
}

/// Writes into the comment what is made of the table: into what it is now, under the lock that keeps
/// it so.
fn record(target: &Target, live: &LiveTable, made: &Delta) -> Result<Option<Statement>, Error> {
    if made.is_empty() {
        return Ok(None);
    }
    let comment = live.comment.as_deref();
    let recorded = watermark::made(comment)
        .map(|before| before.after(&live.shape, made))
        .and_then(|made| watermark::with_made(comment, &made));
    let recorded = recorded.map_err(|unreadable| unreadable.error(comment, MIGRATE))?;
    Ok(recorded.map(|comment| watermark::record(&target.name, &comment)))
}

fn changed() -> Error {
    let change = "it changed the table".to_owned();
    Error::new(ErrorKind::ConcurrentIngest { change }, MIGRATE)
}
