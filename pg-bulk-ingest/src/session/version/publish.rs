//! The end of a version: it is attached, shown, and those are removed that are not kept.

use super::super::close;
use super::super::core::Core;
use super::super::meter::Meter;
use super::super::open::concurrent;
use super::super::refusal::unsupported;
use super::super::scope::Scope;
use super::super::target::Target;
use super::{read, shown, sql, within};
use crate::catalog::{FoundVersions, readers, text};
use crate::definition::Column;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::lock::Lockable;
use crate::report::{Phase, VersionOutcome};
use crate::statement::{LockMode, Statement};
use crate::version::{self, Draft, Published, Standing, newest, standing};
use crate::watermark;
use tokio_postgres::Transaction;

const PUBLISH: &str = "cannot publish the version";

/// The first version in which readers and writers of a table go on while a partition is attached to it.
const ATTACHES_BESIDE_READERS: u32 = 120_000;

/// What became of a version.
pub(in super::super) struct Publication {
    pub(in super::super) outcome: VersionOutcome,
    pub(in super::super) statements: Vec<Statement>,
    /// The id of the transaction.
    transaction: u64,
}

impl Publication {
    /// It is committed.
    pub(in super::super) fn keep(self, core: &mut Core) {
        core.totals.version = Some(self.outcome);
        core.totals.migrated.extend(self.statements);
    }
}

/// Publishes the version that a session filled, if it is of one, in a transaction of its own.
pub(in super::super) async fn publish_alone(
    scope: Scope<'_>,
    core: &mut Core,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    if core.settings.version.is_none() {
        return Ok(());
    }
    meter.enter(&core.progress(Phase::Swap));
    let transaction = scope.end().await?;
    let published = publish(&transaction, core, &core.targets).await?;
    let id = published.as_ref().map_or(core.transaction, |published| published.transaction);
    meter.enter(&core.progress(Phase::Commit));
    close::commit(transaction, id, None).await?;
    meter.leave();
    if let Some(published) = published {
        published.keep(core);
    }
    Ok(())
}

/// Publishes the version that a session filled, if it is of one. Readers are locked out, from here to the
/// commit, of the table if versions are removed, and of the view of the newest one.
pub(in super::super) async fn publish(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
) -> Result<Option<Publication>, Error> {
    let Some((draft, target)) = core.settings.version.as_ref().zip(targets.first()) else {
        return Ok(None);
    };
    let published = Publishing { transaction, core, draft, target }.run().await;
    published.map(Some).map_err(|error| error.in_table(&draft.table))
}

#[derive(Clone, Copy)]
struct Publishing<'a> {
    transaction: &'a Transaction<'a>,
    core: &'a Core,
    draft: &'a Draft,
    target: &'a Target,
}

impl Publishing<'_> {
    async fn run(self) -> Result<Publication, Error> {
        let Self { transaction, core, draft, .. } = self;
        let table = Lockable::table(draft.table.clone(), draft.oid);
        let sql = within(&sql(draft));
        // Others that publish a version wait, and then find this one.
        let messages =
            execute::lock_for_comment(transaction, &table, &sql, core.waiting(), PUBLISH).await?;
        let found = read(&messages, PUBLISH)?;
        let published = match standing(draft, &found, core.server.version).map_err(unsupported)? {
            Standing::Open { published, .. } => published,
            Standing::Published => {
                let kind = ErrorKind::VersionExists { label: draft.label.clone() };
                return Err(Error::new(kind, PUBLISH));
            }
        };
        let current = self.target.current.as_ref();
        let own =
            current.zip(found.draft.as_ref()).filter(|(own, found)| own.live.oid == found.oid);
        let Some((own, _)) = own else { return Err(concurrent("it dropped the version")) };
        let own = Lockable::table(draft.name(), own.live.oid);
        if let Some(newest) = newest(&published).filter(|_| !draft.versions.even_if_equal)
            && self.equals(newest).await?
        {
            execute::lock_exclusively(transaction, &[own], core.waiting(), PUBLISH).await?;
            let statements =
                core.store.retire().into_iter().chain([draft.drop()]).collect::<Vec<_>>();
            execute::run_shown(transaction, &statements, PUBLISH).await?;
            let outcome = VersionOutcome::Equal { to: newest.label.clone() };
            let transaction = found.transaction;
            return Ok(Publication { outcome, statements, transaction });
        }
        self.attach(own, table, &found, &published).await
    }

    /// Whether the version has the contents of another.
    async fn equals(self, other: &Published) -> Result<bool, Error> {
        let Self { transaction, core, draft, target } = self;
        let columns = target.definition.sent().map(Column::name);
        let columns = columns.filter(|name| *name != draft.column).collect::<Vec<_>>();
        let sql = version::compare(&draft.name(), &other.name, &columns, core.server.version);
        let messages = query(transaction, &within(&sql), PUBLISH).await?;
        Ok(text(&messages).as_deref() == Some("t"))
    }

    async fn attach(
        self,
        own: Lockable,
        table: Lockable,
        found: &FoundVersions,
        published: &[Published],
    ) -> Result<Publication, Error> {
        let Self { transaction, core, draft, target } = self;
        let outlived = draft.outlived(published);
        let lock = match outlived.is_empty() && core.server.version >= ATTACHES_BESIDE_READERS {
            true => LockMode::ShareUpdateExclusive,
            false => LockMode::AccessExclusive,
        };
        let mut locked = vec![own];
        locked.extend((lock == LockMode::AccessExclusive).then_some(table));
        let view = found.view.as_ref();
        locked.extend(view.map(|view| Lockable::view(draft.view(), view.oid)));
        execute::lock_exclusively(transaction, &locked, core.waiting(), PUBLISH).await?;
        let owner = (found.owner != core.server.role).then_some(&*found.owner);
        let number = newest(published).map_or(1, |newest| newest.number + 1);
        let comment = found.draft.as_ref().and_then(|found| found.comment.as_deref());
        let comment = watermark::with_version(comment, number)
            .map_err(|error| error.error(comment, PUBLISH))?;
        let mut statements = draft.attach(owner, lock);
        statements.push(watermark::number(&draft.name(), &comment));
        statements.extend(core.store.retire());
        statements.extend(self.show(found, number, owner).await?);
        statements.extend(outlived.iter().flat_map(|version| draft.remove(version)));
        execute::run_shown(transaction, &statements, PUBLISH).await?;
        let removed = outlived.into_iter().map(|version| version.label.clone()).collect();
        let outcome = VersionOutcome::Published { removed };
        tracing::info!(table = %target.name, ?outcome, "version published");
        Ok(Publication { outcome, statements, transaction: found.transaction })
    }

    /// Shows the version in the view of the newest one.
    async fn show(
        self,
        found: &FoundVersions,
        number: u64,
        owner: Option<&str>,
    ) -> Result<Vec<Statement>, Error> {
        let Self { transaction, draft, target, .. } = self;
        let (name, view) = (draft.view(), found.view.as_ref());
        let mut statements = draft.show(&shown(target, found), view, found.checks_rows);
        let comment = view.and_then(|view| view.comment.as_deref());
        let comment = watermark::with_version(comment, number)
            .map_err(|error| error.error(comment, PUBLISH))?;
        statements.push(version::number(&name, &comment));
        if view.is_none() {
            let readers = query(transaction, &readers::sql(draft.oid), PUBLISH).await?;
            let readers = readers::read(&readers);
            statements.extend(version::grants(&name, &readers));
            statements.extend(owner.map(|owner| version::give(&name, owner)));
        }
        Ok(statements)
    }
}
