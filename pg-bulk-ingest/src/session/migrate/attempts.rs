//! Steps whose statements take their own locks, in attempts.

use super::{MIGRATE, begin, inspect_locked, lock_out_ingests, lockable, record};
use crate::catalog::{self, Tree, numbers};
use crate::conn;
use crate::error::Error;
use crate::execute;
use crate::ident::QualifiedName;
use crate::lock::{Lock, Lockable};
use crate::made::Delta;
use crate::plan;
use crate::session::core::Core;
use crate::session::refusal::unreadable;
use crate::session::target::Target;
use crate::statement::{LockMode, Statement};
use tokio_postgres::Client;

/// Runs statements of a part of a partitioned table. Others of the relation that they wait for queue behind
/// one attempt at most; those of other parts do not notice.
pub(super) async fn run(
    client: &mut Client,
    core: &Core,
    target: &Target,
    (awaited, statements): (&[QualifiedName], &[Statement]),
    made: &Delta,
) -> Result<Vec<Statement>, Error> {
    let table = lockable(target)?;
    if !made.is_empty() {
        let alone = Lock::only(&table, LockMode::ShareUpdateExclusive);
        let held = catalog::transaction::id();
        execute::await_shared(client, &alone, held, core.waiting(), MIGRATE).await?;
    }
    let transaction = begin(client).await?;
    lock_out_ingests(&transaction, core).await?;
    let mut all = statements.to_vec();
    if !made.is_empty() {
        let live = inspect_locked(&transaction, core, target, &table).await?;
        all.extend(record(target, &live, made)?);
    }
    let found = execute::query(&transaction, &catalog::tree::oids(awaited), MIGRATE).await?;
    let oids = numbers(&found).into_iter().filter_map(|oid| u32::try_from(oid).ok());
    let named = awaited.iter().cloned().zip(oids);
    let awaited = named.map(|(name, oid)| Lockable::table(name, oid)).collect::<Vec<_>>();
    let mode = statements.iter().map(Statement::lock).max().unwrap_or(LockMode::None);
    let lock = Lock::of_statements(&awaited, mode);
    execute::run_in_attempts(&transaction, &all, &lock, core.waiting(), MIGRATE).await?;
    conn::commit(transaction).await.map_err(Error::while_doing(MIGRATE))?;
    Ok(statements.to_vec())
}

/// Drops what was built for partitions and is not attached, once all is done.
pub(super) async fn drop_unattached(
    client: &mut Client,
    core: &mut Core,
    position: usize,
) -> Result<(), Error> {
    let live = core.targets[position].current.as_ref().map(|current| &current.live);
    let Some(oid) = live.filter(|live| live.kind == 'p').map(|live| live.oid) else {
        return Ok(());
    };
    let messages = execute::read_catalog(client, &Tree::sql(oid), MIGRATE).await?;
    let tree = Tree::read(&messages).ok_or_else(|| unreadable(MIGRATE))?;
    for step in plan::drop_unattached(&tree) {
        let ran = super::run(client, core, &core.targets[position], &step).await?;
        core.totals.migrated.extend(ran);
    }
    Ok(())
}
