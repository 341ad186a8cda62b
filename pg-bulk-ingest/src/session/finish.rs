//! The end of a session: what happens without a batch, or after the last of all.

use super::core::{Core, Pending};
use super::load::Load;
use super::members::{self, Place};
use super::meter::Meter;
use super::scope::Scope;
use super::target::Target;
use super::{carry, close, migrate, missing, open, partition, store, version};
use crate::carry::Unreferred;
use crate::error::Error;
use crate::execute;
use crate::hook::OnCreate;
use crate::ident::QualifiedName;
use crate::lock::Lockable;
use crate::options::{Delete, Visibility};
use crate::report::{Phase, Plan};
use crate::{comment, publish};
use tokio_postgres::Transaction;

const FINISH: &str = "cannot finish the ingest";

/// Ends a session.
pub(super) async fn finish(
    mut scope: Scope<'_>,
    core: &mut Core,
    meter: &mut Meter<'_>,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<(), Error> {
    if core.totals.batches == 0 {
        return without_batch(scope, core, meter, on_create).await;
    }
    if core.settings.visibility == Visibility::AfterEachBatch {
        partition::make_later(&mut scope, core).await;
        return version::publish_alone(scope, core, meter).await;
    }
    let transaction = scope.end().await?;
    let mut targets = core.targets.clone();
    if core.settings.deletes_missing {
        meter.enter(&core.progress(Phase::Merge));
    }
    let missing = missing::delete(&transaction, core, &targets).await?;
    let tables = core.totals.tables.iter().zip(&missing).zip(&core.replaced);
    let changes = tables.map(|((table, missing), replaced)| missing::Change {
        inserted: table.inserted,
        deleted: table.deleted + missing,
        replaced: *replaced,
    });
    missing::check(&transaction, core, &targets, &changes.collect::<Vec<_>>()).await?;
    meter.enter(&core.progress(Phase::Swap));
    let swapped = close::replace(&transaction, core, &mut targets).await?;
    meter.enter(&core.progress(Phase::Commit));
    let commented = close::comment(&transaction, core, &mut targets).await?;
    let published = version::publish(&transaction, core, &targets).await?;
    let pending = core.pending.take();
    let mut storing = None;
    // A version that is complete is not carried on.
    if let Some(pending) = pending.as_ref().filter(|_| published.is_none()) {
        let done = (core.totals.rows, core.emptied);
        storing = store::storing(&transaction, core, &targets, pending, None, done).await?;
    }
    close::commit(transaction, core.transaction, storing.as_ref()).await?;
    meter.leave();
    core.totals.migrated.extend(swapped.into_statements());
    core.totals.migrated.extend(commented.into_statements());
    if let Some(published) = published {
        published.keep(core);
    }
    core.store.keep(pending.as_ref());
    for (table, missing) in core.totals.tables.iter_mut().zip(missing) {
        table.deleted += missing;
    }
    Ok(())
}

/// Without a batch the tables exist afterwards as they are defined, and are empty if all is to be
/// deleted.
async fn without_batch(
    mut scope: Scope<'_>,
    core: &mut Core,
    meter: &mut Meter<'_>,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<(), Error> {
    if core.settings.delete == Delete::BeforeFirstBatch
        && let Some(client) = scope.client()
    {
        migrate::keeping_rows(client, core).await?;
    }
    let deletes = core.settings.delete == Delete::All;
    let differs = |target: &Target| target.outstanding.is_some();
    let empties = |target: &Target| deletes && target.current.is_some() && !differs(target);
    let comments = |target: &Target| {
        let live = target.current.as_ref().map(|current| &current.live);
        // A comment that cannot be read is an error below.
        live.is_some_and(|live| comment::differ(target.definition, live).unwrap_or(true))
    };
    let concerns = |target: &Target| {
        target.current.is_none() || differs(target) || empties(target) || comments(target)
    };
    if !core.leftovers && !core.targets.iter().any(concerns) {
        return version::publish_alone(scope, core, meter).await;
    }
    meter.enter(&core.progress(Phase::Begin));
    let transaction = scope.end().await?;
    core.transaction = open::enter(&transaction, core).await?.transaction;
    let emptied = core.targets.iter().filter(|target| empties(target)).cloned().collect::<Vec<_>>();
    let has_rows = core.targets.iter().any(|target| target.current.is_some());
    let mut targets = core.targets.clone();
    let mut migrated = Plan::default();
    let replaces = |target: &Target| deletes && differs(target);
    let migrated_by = &mut migrated;
    let replaced = open::create_replacements(
        &transaction,
        core,
        &mut targets,
        replaces,
        migrated_by,
        on_create,
    );
    let replaced = replaced.await?;
    for (target, replaced) in targets.iter().zip(&replaced) {
        missing::check_emptied(core, &target.name, *replaced)?;
    }
    let created = open::create_missing(&transaction, core, &mut targets, on_create).await?;
    migrated.extend(created.into_statements());
    let built = Load::build(&transaction, core, &mut targets, &mut [], None).await?;
    migrated.extend(built.into_statements());
    meter.enter(&core.progress(Phase::Swap));
    migrated.extend(close::replace(&transaction, core, &mut targets).await?.into_statements());
    migrated.extend(close::comment(&transaction, core, &mut targets).await?.into_statements());
    let deleted = empty(&transaction, core, &emptied).await?;
    let published = version::publish(&transaction, core, &targets).await?;
    meter.enter(&core.progress(Phase::Commit));
    let mut storing = None;
    let is_new = core.targets.first().is_some_and(|first| first.current.is_none());
    if published.is_none() && (deletes && has_rows || is_new && core.store.has_row()) {
        let clear = &Pending::Clear;
        storing = store::storing(&transaction, core, &targets, clear, None, (0, true)).await?;
    }
    close::commit(transaction, core.transaction, storing.as_ref()).await?;
    meter.leave();
    core.totals.migrated.extend(migrated.into_statements());
    if let Some(published) = published {
        published.keep(core);
    }
    for (report, replaced) in core.totals.tables.iter_mut().zip(replaced) {
        let count = deleted.iter().find(|(table, _)| *table == report.table);
        report.deleted = count.map_or(replaced, |(_, count)| *count);
    }
    Ok(())
}

/// Empties tables. Returns the number of rows of each that are deleted.
async fn empty(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
) -> Result<Vec<(QualifiedName, u64)>, Error> {
    let live = targets.iter().filter_map(|target| Some((&target.name, target.visible()?)));
    let mut live = live.collect::<Vec<_>>();
    live.sort_by_key(|(name, _)| *name);
    let mut deleted = Vec::new();
    if live.is_empty() {
        return Ok(deleted);
    }
    for (name, live) in &live {
        let count = publish::count(name, live);
        let table = Lockable::table((*name).clone(), live.oid);
        let count =
            execute::keep_writers_out(transaction, &table, &count, core.waiting(), FINISH).await?;
        missing::check_emptied(core, name, count)?;
        deleted.push((table.name, count));
    }
    let lockable = live.iter().map(|(name, live)| Lockable::table((*name).clone(), live.oid));
    let mut tables = lockable.collect::<Vec<_>>();
    let mut emptied = deleted.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let mut oids = live.iter().map(|(_, live)| live.oid).collect::<Vec<_>>();
    for (name, live) in &live {
        let members = members::find(Place::Within(transaction), live).await;
        let members = members.map_err(|error| error.in_table(name))?;
        emptied.extend(members.iter().map(|one| one.member.qualified_name()));
        oids.extend(members.iter().map(|one| one.member.oid));
    }
    let emptied = emptied.into_iter().zip(oids).collect::<Vec<_>>();
    let Unreferred { locks, drop, add } = carry::referring(transaction, &emptied).await?;
    tables.extend(locks);
    execute::lock_exclusively(transaction, &tables, core.waiting(), FINISH).await?;
    let truncate = std::iter::once(publish::truncate(&live));
    let statements = drop.into_iter().chain(truncate).chain(add).collect::<Vec<_>>();
    execute::run(transaction, &statements, FINISH).await?;
    Ok(deleted)
}
