//! Changes of tables where they are, before the first batch.

use super::core::Core;
use super::enum_type;
use super::examine::{Examination, Examined, Outstanding, inspect_again};
use super::refusal::unreadable;
use super::start::read;
use super::target::{Current, Target};
use crate::catalog::{self, FoundEnum, Relation};
use crate::deadline::answer;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::execute;
use crate::ident::QualifiedName;
use crate::lock::{Lock, Lockable};
use crate::plan::Step;
use crate::statement::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, IsolationLevel, Transaction};

const MIGRATE: &str = "cannot migrate the table";

/// How often one step is tried while somebody else changes the table as well.
const ATTEMPTS: usize = 10;

/// Changes the tables that can be changed in place. A table that is rebuilt is left as it is.
///
/// Every step is a transaction, or a statement, of its own, and what is left to be done is told from
/// the table after each: a migration that was interrupted is carried on, and two at once end the same.
pub(super) async fn in_place(client: &mut Client, core: &mut Core) -> Result<(), Error> {
    for position in 0..core.targets.len() {
        let name = core.targets[position].name.clone();
        let migrated = migrate_one(client, core, position).await;
        migrated.map_err(|error| error.in_table(&name))?;
    }
    Ok(())
}

/// The same for tables whose rows were to be deleted with a first batch, which did not come.
pub(super) async fn keeping_rows(client: &mut Client, core: &mut Core) -> Result<(), Error> {
    for position in 0..core.targets.len() {
        if core.targets[position].outstanding.is_some() {
            look_again(client, core, position).await?;
        }
    }
    in_place(client, core).await
}

async fn migrate_one(client: &mut Client, core: &mut Core, position: usize) -> Result<(), Error> {
    let mut attempts = 0;
    let mut last = None;
    loop {
        let Some(Outstanding::InPlace(steps)) = &core.targets[position].outstanding else {
            return Ok(());
        };
        let Some(step) = steps.first().cloned() else { return Ok(()) };
        // What was done has to be done again, or could not be done, because somebody else changes
        // the table as well.
        if last.as_ref() == Some(&step) {
            attempts += 1;
        }
        if attempts >= ATTEMPTS {
            let reason = "it is changed again and again by another session".to_owned();
            return Err(Error::new(ErrorKind::Unsupported { reason }, MIGRATE));
        }
        match run(client, core, &core.targets[position], &step).await {
            Ok(statements) => core.totals.migrated.extend(statements),
            Err(error) if is_concurrent(&error) => {
                tracing::debug!(attempts, %error, "another session changes the table as well");
            }
            Err(error) => return Err(error),
        }
        last = Some(step);
        look_again(client, core, position).await?;
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

/// Runs a step. Answers the statements that were run.
async fn run(
    client: &mut Client,
    core: &Core,
    target: &Target,
    step: &Step,
) -> Result<Vec<Statement>, Error> {
    match step {
        Step::Exclusive(statements) => exclusive(client, core, target, statements).await,
        Step::Shared { statements, undo } => {
            let ran = run_all(client, core, target, statements).await;
            if ran.is_err() && !undo.is_empty() {
                undone(exclusive(client, core, target, undo).await);
            }
            ran.map(|()| statements.clone())
        }
        Step::Outside { statement, undo } => {
            let ran = execute_alone(client, statement).await;
            if ran.as_ref().is_err_and(|error| !is_concurrent(error)) {
                undone(execute_alone(client, undo).await);
            }
            ran.map(|()| vec![statement.clone()])
        }
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
    answer(client.batch_execute(statement.sql())).await.map_err(Error::while_doing(MIGRATE))
}

async fn run_all(
    client: &mut Client,
    core: &Core,
    target: &Target,
    statements: &[Statement],
) -> Result<(), Error> {
    let failed = |error| Error::server(error, MIGRATE);
    let lockable = lockable(target)?;
    let held = catalog::transaction::id();
    execute::await_shared(client, &lockable, held, core.waiting(), MIGRATE).await?;
    let transaction = answer(client.transaction()).await.map_err(failed)?;
    lock_out_ingests(&transaction, core).await?;
    execute::lock_for_comment(&transaction, &lockable, held, core.waiting(), MIGRATE).await?;
    execute::run(&transaction, statements, MIGRATE).await?;
    answer(transaction.commit()).await.map_err(failed)
}

/// Runs statements under ACCESS EXCLUSIVE, if the table is still what it was.
async fn exclusive(
    client: &mut Client,
    core: &Core,
    target: &Target,
    statements: &[Statement],
) -> Result<Vec<Statement>, Error> {
    let failed = |error| Error::server(error, MIGRATE);
    let lockable = lockable(target)?;
    // It queues no reader and no writer, keeps further maintenance away, and makes PostgreSQL end
    // an autovacuum that is in the way.
    let held = catalog::transaction::id();
    execute::await_shared(client, &lockable, held, core.waiting(), MIGRATE).await?;
    let builder = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
    let transaction = answer(builder.start()).await.map_err(failed)?;
    lock_out_ingests(&transaction, core).await?;
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(&target.name), &[]));
    let messages =
        execute::lock_for_comment(&transaction, &lockable, &inspect, core.waiting(), MIGRATE)
            .await?;
    let relation = read(&messages)?.relations.into_iter().next();
    if !is_same(target, relation.as_ref().ok_or_else(|| unreadable(MIGRATE))?) {
        return Err(changed());
    }
    let created = enum_type::create_missing(&transaction, core, &[target.definition]).await?;
    execute::lock_exclusively(&transaction, &[lockable], core.waiting(), MIGRATE).await?;
    execute::run(&transaction, statements, MIGRATE).await?;
    answer(transaction.commit()).await.map_err(failed)?;
    Ok(created.into_iter().chain(statements.iter().cloned()).collect())
}

/// Waits until no other ingest of the tables is in a batch, and keeps others from beginning one.
async fn lock_out_ingests(transaction: &Transaction<'_>, core: &Core) -> Result<(), Error> {
    let names = core.names();
    let lock = Lock::of_batch(&names, &[]);
    execute::acquire(transaction, &lock, "", None, core.waiting(), MIGRATE).await.map(|_| ())
}

fn lockable(target: &Target) -> Result<Lockable, Error> {
    let live = target.current.as_ref().ok_or_else(changed)?;
    Ok(Lockable::table(target.name.clone(), live.live.oid))
}

fn is_same(target: &Target, relation: &Relation) -> bool {
    let (Some(before), Some(now)) = (&target.current, &relation.table) else { return false };
    before.live.oid == now.oid && before.live.shape == now.shape
}

fn changed() -> Error {
    let change = "it changed the table".to_owned();
    Error::new(ErrorKind::ConcurrentIngest { change }, MIGRATE)
}

/// Whether a step failed because somebody else changed the table: what is left to be done is then
/// looked for again.
fn is_concurrent(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::ConcurrentIngest { .. })
        || error.code().is_some_and(|code| {
            [
                SqlState::DUPLICATE_COLUMN,
                SqlState::DUPLICATE_OBJECT,
                SqlState::DUPLICATE_TABLE,
                SqlState::UNDEFINED_COLUMN,
                SqlState::UNDEFINED_OBJECT,
                SqlState::UNDEFINED_TABLE,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                SqlState::INTERNAL_ERROR,
            ]
            .contains(code)
        })
}
