//! The end of a session: what happens without a batch, or after the last of all.

use super::core::{Core, Pending};
use super::meter::Meter;
use super::scope::Scope;
use super::target::Target;
use super::{close, open};
use crate::error::Error;
use crate::execute::{self, Lockable, numbers};
use crate::ident::QualifiedName;
use crate::options::{Delete, Visibility};
use crate::report::Phase;
use crate::{comment, plan, publish};
use tokio_postgres::Transaction;

const FINISH: &str = "cannot finish the ingest";

/// Ends a session.
pub(super) async fn finish(
    scope: Scope<'_>,
    core: &mut Core,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    if core.totals.batches == 0 {
        return without_batch(scope, core, meter).await;
    }
    if core.settings.visibility == Visibility::AfterEachBatch {
        return Ok(());
    }
    let transaction = scope.end().await?;
    let mut targets = core.targets.clone();
    meter.enter(&core.progress(Phase::Publish));
    close::replace(&transaction, core, &mut targets).await?;
    meter.enter(&core.progress(Phase::Commit));
    let commented = close::comment(&transaction, core, &mut targets).await?;
    let pending = core.pending.take();
    if let Some(pending) = &pending {
        close::store(&transaction, core, &targets, pending).await?;
    }
    close::commit(transaction, core.transaction).await?;
    meter.leave();
    core.totals.migrated.extend(commented.into_statements());
    core.keep(pending.as_ref());
    Ok(())
}

/// Without a batch the tables exist afterwards, and are empty if all is to be deleted.
async fn without_batch(
    scope: Scope<'_>,
    core: &mut Core,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let creates = core.targets.iter().any(|target| target.current.is_none());
    let deletes = core.settings.delete == Delete::All
        && core.targets.iter().any(|target| target.current.is_some());
    let comments = |target: &Target| {
        let live = target.current.as_ref().map(|current| &current.live);
        // A comment that cannot be read is an error below.
        live.is_some_and(|live| comment::differ(target.definition, live).unwrap_or(true))
    };
    if !creates && !deletes && !core.targets.iter().any(comments) {
        return Ok(());
    }
    meter.enter(&core.progress(Phase::Begin));
    let transaction = scope.end().await?;
    core.transaction = open::enter(&transaction, core).await?.transaction;
    let existing = core.targets.iter().filter(|target| target.current.is_some()).cloned();
    let existing = existing.collect::<Vec<_>>();
    let mut targets = core.targets.clone();
    let mut migrated = open::create_missing(&transaction, core, &mut targets).await?;
    for target in &mut targets {
        if let Some(current) = target.current.as_mut().filter(|current| current.bare) {
            let indexes = plan::create_indexes(&current.name, target.definition);
            let built = execute::run(&transaction, &indexes, FINISH).await;
            built.map_err(|error| error.in_table(&target.name))?;
            migrated.extend(indexes);
        }
    }
    migrated.extend(close::comment(&transaction, core, &mut targets).await?.into_statements());
    let mut deleted = None;
    if deletes {
        meter.enter(&core.progress(Phase::Publish));
        deleted = Some(empty(&transaction, core, &existing).await?);
        meter.enter(&core.progress(Phase::Commit));
        close::store(&transaction, core, &targets, &Pending::Clear).await?;
    }
    close::commit(transaction, core.transaction).await?;
    meter.leave();
    core.totals.migrated.extend(migrated.into_statements());
    for (table, deleted) in deleted.into_iter().flatten() {
        for report in core.totals.tables.iter_mut().filter(|report| report.table == table) {
            report.deleted = deleted;
        }
    }
    Ok(())
}

/// Empties tables. Answers the number of rows of each that are deleted.
async fn empty(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
) -> Result<Vec<(QualifiedName, u64)>, Error> {
    let lockable = |target: &Target| {
        target.visible().map(|live| Lockable { name: target.name.clone(), oid: live.oid })
    };
    let tables = targets.iter().filter_map(lockable).collect::<Vec<_>>();
    let mut names = tables.iter().map(|table| table.name.clone()).collect::<Vec<_>>();
    names.sort();
    let mut deleted = Vec::new();
    for name in names {
        let count = publish::keep_writers_out_and_count(&name);
        let [count] = numbers(transaction, &count, FINISH).await?;
        deleted.push((name, count));
    }
    execute::lock_exclusively(transaction, &tables, core.waiting()).await?;
    let statements = deleted.iter().map(|(name, _)| publish::truncate(name)).collect::<Vec<_>>();
    execute::run(transaction, &statements, FINISH).await?;
    Ok(deleted)
}
