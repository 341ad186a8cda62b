//! One batch, from its beginning to its commit.

use super::core::{Core, Pending};
use super::load::{Counts, Load};
use super::meter::Meter;
use super::target::Target;
use super::{close, open};
use crate::catalog;
use crate::deadline::{Deadline, within};
use crate::error::{Error, ErrorKind};
use crate::execute::numbers;
use crate::hook::{BeforeVisible, Hook, HookTable};
use crate::options::{Delete, Visibility};
use crate::report::{Phase, Plan, Progress};
use crate::table::RowOf;
use std::fmt;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

/// A batch that takes rows. Nothing of it counts before it is committed.
pub struct OpenBatch<'s, 'c> {
    // The COPY in progress ends before the transaction does.
    load: Load,
    transaction: Transaction<'s>,
    core: &'s mut Core,
    meter: &'s mut Meter<'c>,
    /// The tables as they are within the transaction.
    targets: Vec<Target>,
    /// The rows of each table that go with the table that is replaced.
    deleted: Vec<u64>,
    /// What was created.
    migrated: Plan,
    rows: u64,
    /// Whether sending began and did not come to a good end: it failed, or its future was dropped.
    /// Rows are missing then, and the batch must not be committed.
    broken: bool,
}

/// What a batch did that is complete but for the commit.
struct Completed {
    counts: Vec<Counts>,
    /// What becomes of the high watermark.
    pending: Option<Pending>,
}

impl<'s, 'c> OpenBatch<'s, 'c> {
    pub(super) async fn begin(
        transaction: Transaction<'s>,
        core: &'s mut Core,
        meter: &'s mut Meter<'c>,
    ) -> Result<Self, Error> {
        let failed = |error: Error, core: &Core| error.in_batch(core.totals.batches + 1);
        let entered = open::enter(&transaction, core).await;
        let entered = entered.map_err(|error| failed(error, core))?;
        core.transaction = entered.transaction;
        let mut targets = entered.targets;
        let deleted = open::create_replacements(&transaction, core, &mut targets).await;
        let deleted = deleted.map_err(|error| failed(error, core))?;
        let migrated = open::create_missing(&transaction, core, &mut targets).await;
        let migrated = migrated.map_err(|error| failed(error, core))?;
        let load = Load::new(core, &targets);
        meter.enter(&core.progress(Phase::Copy));
        Ok(Self {
            load,
            transaction,
            core,
            meter,
            targets,
            deleted,
            migrated,
            rows: 0,
            broken: false,
        })
    }

    /// Encodes a row. Answers whether it is time to [`send`](Self::send).
    #[inline]
    pub(crate) fn push<S: ?Sized, R: RowOf<S>>(&mut self, row: &R) -> Result<bool, Error> {
        match self.load.copy().encode(row) {
            Ok(full) => {
                self.rows += 1;
                Ok(full)
            }
            Err(failed) => Err(self.locate(self.load.failed(&failed, self.core))),
        }
    }

    /// Sends a chunk of rows.
    pub(crate) async fn send(&mut self) -> Result<(), Error> {
        self.check_whole()?;
        self.broken = true;
        let sent = within(self.core.deadline.clone(), self.load.copy().send(&self.transaction));
        let sent = sent.await;
        sent.map_err(|error| self.locate(error))?;
        self.broken = false;
        let progress = self.progress(Phase::Copy);
        self.meter.tell(&progress);
        Ok(())
    }

    /// A batch of which rows were lost on the way takes no more and is not committed.
    fn check_whole(&self) -> Result<(), Error> {
        if self.broken {
            let action = "cannot go on with the batch";
            return Err(self.locate(Error::new(ErrorKind::Failed, action)));
        }
        Ok(())
    }

    /// The number of the row that comes next, among all rows of the batch.
    pub(crate) fn next_row(&self) -> u64 {
        self.rows + 1
    }

    /// How long the server may take to answer.
    pub(super) fn deadline(&self) -> Option<Deadline> {
        self.core.deadline.clone()
    }

    /// The error, in this batch.
    pub(crate) fn locate(&self, error: Error) -> Error {
        error.in_batch(self.core.totals.batches + 1)
    }

    fn progress(&self, phase: Phase) -> Progress {
        let before = self.core.progress(phase);
        Progress {
            rows: before.rows + self.rows,
            bytes: before.bytes + self.load.bytes(),
            ..before
        }
    }

    fn enter(&mut self, phase: Phase) {
        let progress = self.progress(phase);
        self.meter.enter(&progress);
    }

    /// Does all that is left to do, and commits. Answers whether the high watermark is cleared.
    pub(super) async fn commit<M, H: Hook<M>>(
        mut self,
        pending: Option<Pending>,
        hook: &mut H,
        metadata: M,
    ) -> Result<bool, Error> {
        self.check_whole()?;
        let completed = self.complete(pending, hook, metadata).await;
        let completed = completed.map_err(|error| self.locate(error))?;
        let bytes = self.load.bytes();
        let Self { load, transaction, core, meter, targets, deleted, migrated, rows, .. } = self;
        drop(load);
        let batch = core.totals.batches + 1;
        let committed = close::commit_batch(transaction, core).await;
        meter.leave();
        committed.map_err(|error| error.in_batch(batch))?;
        core.targets = targets;
        core.totals.batches = batch;
        core.totals.rows += rows;
        core.totals.bytes += bytes;
        core.totals.migrated.extend(migrated.into_statements());
        for ((report, counts), deleted) in
            core.totals.tables.iter_mut().zip(completed.counts).zip(deleted)
        {
            report.received += counts.received;
            report.inserted += counts.inserted;
            report.updated += counts.updated;
            report.unchanged += counts.unchanged;
            report.deleted += deleted;
        }
        let cleared = completed.pending == Some(Pending::Clear);
        match core.settings.visibility {
            Visibility::AfterEachBatch => core.keep(completed.pending.as_ref()),
            Visibility::AfterLastBatch => core.pending = completed.pending.or(core.pending.take()),
        }
        tracing::info!(parent: &meter.span, batch, rows, bytes, "batch committed");
        Ok(cleared)
    }

    async fn complete<M, H: Hook<M>>(
        &mut self,
        pending: Option<Pending>,
        hook: &mut H,
        metadata: M,
    ) -> Result<Completed, Error> {
        self.load.copy().finish(&self.transaction).await?;
        if self.load.is_staged() {
            self.enter(Phase::Merge);
        }
        let mut counts = self.load.merge(&self.transaction, self.core, &self.targets).await?;
        if Load::is_into_new(self.core, &self.targets) {
            self.enter(Phase::Index);
        }
        let built =
            self.load.build(&self.transaction, self.core, &mut self.targets, &mut counts).await?;
        self.migrated.extend(built.into_statements());
        self.load.clear(&self.transaction, self.core).await?;
        if H::EXISTS {
            self.enter(Phase::Hook);
            run_hook(&self.transaction, &self.targets, hook, metadata).await?;
        }
        let deletes = self.core.settings.delete != Delete::Off && self.core.totals.batches == 0;
        let pending = pending.or(deletes.then_some(Pending::Clear));
        if self.core.settings.visibility == Visibility::AfterEachBatch {
            if self.targets.iter().any(|target| target.replaces.is_some()) {
                self.enter(Phase::Publish);
            }
            close::replace(&self.transaction, self.core, &mut self.targets).await?;
            self.enter(Phase::Commit);
            let commented = close::comment(&self.transaction, self.core, &mut self.targets).await?;
            self.migrated.extend(commented.into_statements());
            if let Some(pending) = &pending {
                close::store(&self.transaction, self.core, &self.targets, pending).await?;
            }
        }
        Ok(Completed { counts, pending })
    }
}

/// Runs the hook, and makes sure that it left the transaction as it was.
async fn run_hook<M, H: Hook<M>>(
    transaction: &Transaction<'_>,
    targets: &[Target],
    hook: &mut H,
    metadata: M,
) -> Result<(), Error> {
    let action = "cannot run the hook";
    let table = |target: &Target| {
        let actual = target.current.as_ref().map_or(&target.name, |current| &current.name);
        HookTable { target: target.name.clone(), actual: actual.clone() }
    };
    let tables = targets.iter().map(table).collect::<Vec<_>>();
    let before = BeforeVisible { transaction, tables: &tables, metadata };
    let Some(hook) = hook.call(before) else {
        return Ok(());
    };
    let id = catalog::transaction_id();
    let [before] = numbers(transaction, id, action).await?;
    hook.await.map_err(|source| Error::new(ErrorKind::Hook, action).caused_by(source))?;
    match numbers(transaction, id, action).await {
        Ok([after]) if after == before => Ok(()),
        Ok(_) => Err(Error::new(ErrorKind::TransactionEnded, action)),
        Err(error) if error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => {
            Err(Error::new(ErrorKind::TransactionEnded, action))
        }
        Err(error) => Err(error),
    }
}

impl fmt::Debug for OpenBatch<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenBatch")
            .field("targets", &self.targets)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
