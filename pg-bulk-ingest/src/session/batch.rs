//! One batch, from its beginning to its commit.

mod complete;
mod divide;
mod push;
mod query;

pub(crate) use push::{Fill, Pushed};

use super::aside::Aside;
use super::core::{Core, Pending};
use super::load::Load;
use super::meter::{Meter, Waits};
use super::store;
use super::target::Target;
use super::uncommitted::Uncommitted;
use super::{close, open, parallel};
use crate::connections::Connections;
use crate::copy::{Apart, Encoding, Failed};
use crate::deadline::{Deadline, within};
use crate::error::{BoxError, Error, ErrorKind};
use crate::hook::{Hook, OnCreate};
use crate::options::{Delete, Visibility};
use crate::partition::Slot;
use crate::report::{Phase, Plan, Progress};
use futures_util::future::join;
use std::collections::BTreeSet;
use std::fmt;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

/// A batch that takes rows. Nothing of it counts before it is committed.
pub struct OpenBatch<'s, 'c> {
    // The COPY in progress ends before the transaction does.
    pub(super) load: Load,
    transaction: Transaction<'s>,
    pub(super) core: &'s mut Core,
    meter: &'s mut Meter<'c>,
    connections: Option<&'s mut Connections<'c>>,
    /// The tables as they are within the transaction.
    pub(super) targets: Vec<Target>,
    /// The rows of each table that go with the table that is replaced.
    deleted: Vec<u64>,
    /// The slots of each table for whose rows partitions have to be there.
    needed: Vec<BTreeSet<Slot>>,
    /// What was created.
    migrated: Plan,
    /// Whether the first table has no rows from before the batch: they are deleted, or it is new.
    emptied: bool,
    /// The rows that it took.
    pub(super) taken: Uncommitted,
    /// Those of them that are set aside.
    pub(super) aside: Aside,
    /// Whether sending began and did not come to a good end: it failed, or its future was dropped.
    /// Rows are missing then, and the batch must not be committed.
    broken: bool,
}

impl<'s, 'c> OpenBatch<'s, 'c> {
    pub(super) async fn begin(
        transaction: Transaction<'s>,
        core: &'s mut Core,
        meter: &'s mut Meter<'c>,
        connections: Option<&'s mut Connections<'c>>,
        on_create: &mut Option<OnCreate<'_>>,
    ) -> Result<Self, Error> {
        let mut ahead = Load::ahead(core);
        let preparing = async {
            match &mut ahead {
                Some(load) => load.prepare(&transaction, core).await,
                None => Ok(()),
            }
        };
        // In one round trip: the server takes up the second when the first has its locks.
        let (entered, prepared) = join(open::enter(&transaction, core), preparing).await;
        let entered = entered.map_err(|error| core.locate(error))?;
        core.transaction = entered.transaction;
        meter.served_by(entered.process);
        let mut targets = entered.targets;
        // After more than one attempt to lock it was refused: it comes with the rows.
        if let Err(error) = prepared
            && error.code() != Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
        {
            return Err(core.locate(error));
        }
        let mut migrated = Plan::default();
        let deletes = core.settings.delete != Delete::Off && core.totals.batches == 0;
        let is_missing = targets.first().is_some_and(|first| first.current.is_none());
        let deletes_all = |_: &Target| deletes;
        let tables = &mut targets;
        let deleted = open::create_replacements(
            &transaction,
            core,
            tables,
            deletes_all,
            &mut migrated,
            on_create,
        );
        let deleted = deleted.await.map_err(|error| core.locate(error))?;
        let created = open::create_missing(&transaction, core, &mut targets, on_create).await;
        migrated.extend(created.map_err(|error| core.locate(error))?.into_statements());
        let emptied =
            deletes || is_missing && targets.first().is_some_and(|first| !first.is_adopted);
        let mut load = ahead.unwrap_or_else(|| Load::new(core, &targets));
        if connections.is_some() {
            load.hold(core, &targets);
        }
        meter.enter(&core.progress(Phase::Copy));
        let taken = Uncommitted::of_batch(meter);
        let needed = vec![BTreeSet::new(); targets.len()];
        let batch = Self {
            load,
            transaction,
            core,
            meter,
            connections,
            targets,
            deleted,
            needed,
            migrated,
            emptied,
            taken,
            aside: Aside::default(),
            broken: false,
        };
        Ok(batch)
    }

    /// Sends a chunk of rows.
    pub(crate) async fn send(&mut self) -> Result<(), Error> {
        self.check_whole()?;
        self.broken = true;
        let (deadline, waits) = (self.deadline(), self.waits());
        let sent = within(deadline, waits, self.send_or_spread()).await;
        self.went_well(sent)
    }

    async fn send_or_spread(&mut self) -> Result<(), Error> {
        self.divide().await?;
        self.load.copy().send(&self.transaction).await?;
        self.spread().await
    }

    /// Takes further connections, once there is enough for them.
    async fn spread(&mut self) -> Result<(), Error> {
        if self.load.copy().overflows()
            && let Some(connections) = &mut self.connections
        {
            let Self { load, transaction, core, targets, .. } = self;
            if load.copied().has_to_go_alone() {
                return load.copy().spread(Vec::new(), None, transaction).await;
            }
            parallel::spread(connections, transaction, core, targets, load).await?;
        }
        Ok(())
    }

    /// A batch of which rows were lost on the way takes no more and is not committed.
    fn check_whole(&self) -> Result<(), Error> {
        if self.broken { Err(self.refuse()) } else { Ok(()) }
    }

    #[cold]
    fn refuse(&self) -> Error {
        self.locate(Error::new(ErrorKind::Poisoned, "cannot go on with the batch"))
    }

    /// Whether parts of the rows may be encoded and sent apart: not where the order in which they are
    /// sent has to be that in which they arrived.
    pub(super) fn takes_parts(&self) -> bool {
        let [target] = self.targets.as_slice() else { return false };
        // The rows of parts have numbers of their own.
        if self.core.settings.set_aside.is_some() {
            return false;
        }
        self.load.is_staging() || !target.upserts(self.core.settings.upsert)
    }

    /// How rows of the only table are encoded.
    pub(super) fn encoding(&self) -> Option<Encoding<'_>> {
        self.load.encoding()
    }

    /// Rows were encoded apart.
    pub(super) fn count(&mut self, rows: u64) {
        self.taken.rows += rows;
    }

    /// Sends what is encoded of a part.
    pub(super) async fn send_apart(&mut self, apart: &mut Apart) -> Result<(), Error> {
        self.check_whole()?;
        self.broken = true;
        let (deadline, waits) = (self.deadline(), self.waits());
        let send = async {
            self.divide_apart(apart).await?;
            self.load.copy().send_apart(apart, &self.transaction).await?;
            self.spread().await
        };
        let sent = within(deadline, waits, send).await;
        self.went_well(sent)
    }

    /// Tells how far it is, if what was sent arrived.
    fn went_well(&mut self, sent: Result<(), Error>) -> Result<(), Error> {
        sent.map_err(|error| self.locate(error))?;
        self.broken = false;
        let progress = self.progress(Phase::Copy);
        self.meter.tell(&progress);
        Ok(())
    }

    /// The error of a row that could not be encoded.
    pub(super) fn failed(&self, failed: &Failed) -> Error {
        self.locate_as_is(self.load.failed(failed, self.core))
    }

    /// The error of a source that failed instead of returning the next row.
    pub(super) fn source_failed(&self, number: u64, source: BoxError) -> Error {
        let failed = Error::new(ErrorKind::Source, "cannot get the next row from its source");
        self.locate_as_is(failed.in_row(number).caused_by(source))
    }

    /// Whether the role may write the comment that holds the high watermark.
    pub(crate) fn check_may_store(&self) -> Result<(), Error> {
        store::check_may_store(self.core, &self.targets).map_err(|error| self.locate(error))
    }

    /// The number of the row that comes next, among all rows of the batch.
    pub(crate) fn next_row(&self) -> u64 {
        self.taken.rows + 1
    }

    /// How long the server may take to answer.
    pub(super) fn deadline(&self) -> Option<Deadline> {
        self.core.deadline.clone()
    }

    pub(super) fn waits(&self) -> Waits<'c> {
        self.meter.waits()
    }

    /// The error, in this batch.
    pub(crate) fn locate(&self, error: Error) -> Error {
        self.locate_as_is(self.aside.place(error))
    }

    /// The error, in this batch, where its row is numbered among all that came.
    pub(super) fn locate_as_is(&self, error: Error) -> Error {
        self.taken.tell();
        self.core.locate(error)
    }

    fn progress(&self, phase: Phase) -> Progress {
        let before = self.core.progress(phase);
        Progress {
            rows: before.rows + self.taken.rows,
            bytes: before.bytes + self.load.bytes(),
            ..before
        }
    }

    fn enter(&mut self, phase: Phase) {
        let progress = self.progress(phase);
        self.meter.enter(&progress);
    }

    /// Does all that is left to do, and commits. Returns whether the high watermark is cleared.
    pub(super) async fn commit<M, H: Hook<M>>(
        mut self,
        pending: Option<Pending>,
        hook: &mut H,
        metadata: M,
    ) -> Result<bool, Error> {
        self.check_whole()?;
        self.check_share()?;
        let completed = self.complete(pending, hook, metadata).await;
        let completed = completed.map_err(|error| self.locate(error))?;
        let bytes = self.load.bytes();
        let Self {
            mut load,
            transaction,
            core,
            meter,
            targets,
            deleted,
            migrated,
            emptied,
            taken,
            aside,
            ..
        } = self;
        meter.tell_rejected(aside.rows());
        let lanes = load.copy().take_lanes();
        drop(load);
        let batch = core.totals.batches + 1;
        let committed = close::commit_batch(transaction, core, completed.storing.as_ref()).await;
        meter.spans.count(taken.rows, bytes);
        meter.leave();
        taken.tell();
        let rows = taken.rows;
        committed.map_err(|error| core.locate(error))?;
        lanes.into_iter().for_each(|mut lane| lane.keep());
        core.targets = targets;
        core.totals.batches = batch;
        core.replaced.iter_mut().zip(&deleted).for_each(|(all, replaced)| *all += replaced);
        core.totals.rows += rows;
        core.totals.bytes += bytes;
        core.totals.migrated.extend(migrated.into_statements());
        for ((report, counts), deleted) in
            core.totals.tables.iter_mut().zip(completed.counts).zip(deleted)
        {
            counts.add_to(report);
            report.deleted += deleted;
        }
        for (table, report) in core.totals.tables.iter_mut().enumerate() {
            let rejected = aside.of_table(table);
            report.received += rejected;
            report.rejected += rejected;
            core.rejects_exist.get_mut(table).into_iter().for_each(|exist| *exist |= rejected > 0);
        }
        let set_aside = aside.rows().len();
        if let Some(budget) = core.settings.set_aside {
            let kept = usize::try_from(budget.at_most).unwrap_or(usize::MAX);
            core.totals.rejects.extend(aside.into_rows());
            core.totals.rejects.truncate(kept);
        }
        let cleared = completed.pending == Some(Pending::Clear);
        match core.settings.visibility {
            Visibility::AfterEachBatch => core.store.keep(completed.pending.as_ref()),
            Visibility::AfterLastBatch => {
                core.pending = completed.pending.or(core.pending.take());
                core.emptied |= emptied;
                core.hold();
            }
        }
        tracing::info!(parent: &meter.spans.ingest, batch, rows, bytes, set_aside, "batch committed");
        Ok(cleared)
    }
}

impl fmt::Debug for OpenBatch<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenBatch")
            .field("targets", &self.targets)
            .field("rows", &self.taken.rows)
            .finish_non_exhaustive()
    }
}
