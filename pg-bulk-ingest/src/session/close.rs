//! The end of a batch: tables that take the place of live ones, the high watermark, the commit.

use super::core::{Core, Pending};
use super::open::check_watermark;
use super::start;
use super::target::{Current, Target};
use crate::catalog::{self, Grant, LiveTable, grants, state};
use crate::deadline::answer;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, Lockable, query};
use crate::ident::QualifiedName;
use crate::options::Visibility;
use crate::report::Plan;
use crate::statement::Statement;
use crate::watermark::{self, Unreadable};
use crate::{comment, publish};
use tokio_postgres::Transaction;
use tokio_postgres::error::{DbError, Severity};

const PUBLISH: &str = "cannot replace the table";
const COMMENT: &str = "cannot comment on the table";
const COMMIT: &str = "cannot commit the batch";
const STORE: &str = "cannot store the high watermark";

/// Puts the new tables in the place of the live ones. ACCESS EXCLUSIVE is held from here to the
/// commit.
pub(super) async fn replace(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
) -> Result<(), Error> {
    let lockable = |target: &Target| {
        target.replaces.as_ref().map(|live| Lockable { name: target.name.clone(), oid: live.oid })
    };
    let tables = targets.iter().filter_map(lockable).collect::<Vec<_>>();
    if tables.is_empty() {
        return Ok(());
    }
    execute::lock_exclusively(transaction, &tables, core.waiting()).await?;
    for target in targets {
        let swapped = swap(transaction, target).await;
        swapped.map_err(|error| error.in_table(&target.name))?;
    }
    Ok(())
}

async fn swap(transaction: &Transaction<'_>, target: &mut Target) -> Result<(), Error> {
    let (Some(live), Some(current)) = (target.replaces.take(), target.current.as_mut()) else {
        return Ok(());
    };
    // What was granted, or said in the comment, while the rows were loaded is not lost.
    let sql = catalog::isolated(&grants::sql(live.oid, current.live.oid));
    let grants = read_grants(&query(transaction, &sql, PUBLISH).await?)?;
    let comment = comment_of(transaction, &target.name).await?;
    let mut statements = publish::carry_grants(&current.name, &grants);
    if comment.is_some() {
        statements.push(watermark::store(&current.name, comment.as_deref()));
    }
    let (old, new) = (&live.shape, &current.live.shape);
    statements.extend(publish::swap(&target.name, &current.name, old, new));
    execute::run(transaction, &statements, PUBLISH).await?;
    current.name = target.name.clone();
    current.live.shape.indexes = live.shape.indexes;
    Ok(())
}

fn read_grants(messages: &[tokio_postgres::SimpleQueryMessage]) -> Result<Vec<Grant>, Error> {
    grants::read(messages).ok_or_else(|| {
        let reason = "the catalog's answer is not understood".to_owned();
        Error::new(ErrorKind::Unsupported { reason }, PUBLISH)
    })
}

/// The comment on the table that is visible, as it is now.
async fn comment_of(
    transaction: &Transaction<'_>,
    name: &QualifiedName,
) -> Result<Option<String>, Error> {
    let sql = catalog::isolated(&state::sql(std::slice::from_ref(name)));
    let states = state::read(&query(transaction, &sql, STORE).await?);
    Ok(states.into_iter().next().and_then(|state| state.comment))
}

/// Makes the comments on the tables those of their definitions, where they differ. Answers what was
/// changed of tables that were not replaced.
pub(super) async fn comment(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
) -> Result<Plan, Error> {
    let mut changed = Plan::default();
    for (position, target) in targets.iter_mut().enumerate() {
        let (name, definition) = (&target.name, target.definition);
        let Some(current) = target.current.as_mut() else { continue };
        let unreadable = |unreadable: Unreadable, live: &LiveTable| {
            unreadable.error(live.comment.as_deref(), COMMENT).in_table(name)
        };
        let live = &current.live;
        if !comment::differ(definition, live).map_err(|error| unreadable(error, live))? {
            continue;
        }
        let before = core.targets.get(position).and_then(Target::visible);
        let is_replaced = before.is_some_and(|before| before.oid != live.oid);
        let statements = comment_one(transaction, core, current, definition, unreadable).await;
        let statements = statements.map_err(|error| error.in_table(name))?;
        if !is_replaced {
            changed.extend(statements);
        }
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
    let lockable = Lockable { name: current.name.clone(), oid: current.live.oid };
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

/// Stores the high watermark in the comment on the first table, keeping what else is in it.
pub(super) async fn store(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
    pending: &Pending,
) -> Result<(), Error> {
    let Some(first) = targets.first() else {
        return Ok(());
    };
    let Some(current) = &first.current else {
        return Ok(());
    };
    let lockable = Lockable { name: current.name.clone(), oid: current.live.oid };
    let read = catalog::isolated(&state::sql(std::slice::from_ref(&current.name)));
    let failed = |error: Error| error.in_table(&first.name);
    let messages =
        execute::lock_for_comment(transaction, &lockable, &read, core.waiting(), STORE).await;
    let comment = state::read(&messages.map_err(failed)?).into_iter().next();
    let comment = comment.and_then(|state| state.comment);
    check_watermark(core, comment.as_deref())?;
    let new = watermark::with_stored(comment.as_deref(), pending.watermark())
        .map_err(|unreadable| failed(unreadable.error(comment.as_deref(), STORE)))?;
    if new != comment {
        let statement = watermark::store(&current.name, new.as_deref());
        execute::run(transaction, &[statement], STORE).await.map_err(failed)?;
    }
    Ok(())
}

/// Ends a batch: its transaction is committed, or its savepoint released.
pub(super) async fn commit_batch(transaction: Transaction<'_>, core: &Core) -> Result<(), Error> {
    match core.settings.visibility {
        Visibility::AfterEachBatch => commit(transaction, core.transaction).await,
        // Nothing is committed yet, whatever becomes of the connection.
        Visibility::AfterLastBatch => {
            answer(transaction.commit()).await.map_err(Error::while_doing(COMMIT))
        }
    }
}

/// Commits. From the moment COMMIT is sent, a lost connection leaves it unknown what became of it.
///
/// Everything sent before it was answered without an error: the server would answer COMMIT by
/// ROLLBACK otherwise, and the driver not tell.
pub(super) async fn commit(transaction: Transaction<'_>, id: u64) -> Result<(), Error> {
    answer(transaction.commit()).await.map_err(|failure| {
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
