//! What is left to do once a batch has all its rows, but for the commit.

use super::OpenBatch;
use crate::error::Error;
use crate::hook::Hook;
use crate::merge::COUNTED_FROM;
use crate::options::{Delete, Visibility};
use crate::report::Phase;
use crate::session::core::Pending;
use crate::session::load::{Counts, Load};
use crate::session::missing::{self, Change};
use crate::session::store::{self, Storing};
use crate::session::target::Target;
use crate::session::{close, parallel, rejects, visible};
use futures_util::future::join;

/// What a batch did that is complete but for the commit.
pub(super) struct Completed {
    pub(super) counts: Vec<Counts>,
    /// What becomes of the high watermark.
    pub(super) pending: Option<Pending>,
    pub(super) storing: Option<Storing>,
}

impl OpenBatch<'_, '_> {
    /// Does all that is left to do but for the commit.
    pub(super) async fn complete<M, H: Hook<M>>(
        &mut self,
        pending: Option<Pending>,
        hook: &mut H,
        metadata: M,
    ) -> Result<Completed, Error> {
        if !self.load.is_small(self.core, &self.targets) {
            self.divide_all().await?;
            self.load.copy().finish(&self.transaction).await?;
        }
        let Self { load, transaction, core, targets, .. } = self;
        parallel::settle(transaction, core, targets, load).await?;
        self.divide_staged().await?;
        if self.load.is_staged() {
            self.enter(Phase::Merge);
        }
        self.allow_refusals();
        let emptied = self.emptied || self.core.emptied;
        let deletes = self.core.settings.delete != Delete::Off && self.core.totals.batches == 0;
        let clears = deletes || self.emptied && self.core.store.has_row();
        let pending = pending.or(clears.then_some(Pending::Clear));
        let first = self.targets.first();
        let is_in_comment =
            first.is_some_and(|first| self.core.store.concerns_comment(first, emptied));
        // The look at the comment takes a lock, which must not go with a savepoint.
        let has_savepoints = self.core.settings.set_aside.is_some() || self.load.has_keys();
        let reads_ahead =
            !H::EXISTS && !has_savepoints && pending.is_some() && is_in_comment && self.is_plain();
        let reading = async {
            match reads_ahead {
                true => {
                    Some(store::read_comment(&self.transaction, self.core, &self.targets).await)
                }
                false => None,
            }
        };
        let merging = self.load.merge(&self.transaction, self.core, &self.targets);
        // In one round trip. If the merge fails, the other is only refused.
        let (counts, read) = join(merging, reading).await;
        // It names the last of too many rows, where that is why the merge ended.
        self.set_refused_aside()?;
        let mut counts = counts?;
        let read = store::read_ahead(read)?;
        if Load::is_into_new(self.core, &self.targets) {
            self.enter(Phase::Index);
        }
        let sent = self.load.copy().sent(self.core.transaction);
        let Self { transaction, core, targets, .. } = self;
        let built = Load::build(transaction, core, targets, &mut counts, sent.as_deref()).await?;
        self.migrated.extend(built.into_statements());
        self.load.clear(&self.transaction, self.core).await?;
        let Self { transaction, core, targets, aside, .. } = self;
        let kept = rejects::keep(transaction, core, targets, aside).await?;
        self.migrated.extend(kept);
        if self.core.settings.visibility == Visibility::AfterEachBatch {
            let changes = counts.iter().zip(&self.deleted).map(|(counts, replaced)| Change {
                inserted: counts.inserted,
                deleted: counts.deleted + replaced,
                replaced: *replaced,
            });
            let changes = changes.collect::<Vec<_>>();
            missing::check(&self.transaction, self.core, &self.targets, &changes).await?;
        }
        if H::EXISTS {
            self.enter(Phase::Hook);
            self.core.hooked = true;
            visible::run_hook(&self.transaction, &self.targets, hook, metadata).await?;
        }
        let mut storing = None;
        if self.core.settings.visibility == Visibility::AfterEachBatch {
            let locks = |target: &Target| target.replaces.is_some() || target.is_extended;
            if self.targets.iter().any(locks) {
                self.enter(Phase::Swap);
            }
            let swapped = close::replace(&self.transaction, self.core, &mut self.targets).await?;
            self.migrated.extend(swapped.into_statements());
            self.enter(Phase::Commit);
            let commented = close::comment(&self.transaction, self.core, &mut self.targets).await?;
            let commented = commented.into_statements();
            // A comment that was read before these is not what it is now.
            let read = read.filter(|_| commented.is_empty());
            self.migrated.extend(commented);
            if let Some(pending) = &pending {
                let Self { transaction, core, targets, taken, .. } = self;
                let done = (taken.rows, emptied);
                storing = store::storing(transaction, core, targets, pending, read, done).await?;
            } else {
                storing = store::checking(self.core, &self.targets);
            }
        }
        Ok(Completed { counts, pending, storing })
    }

    /// Whether all that is left to do is a short merge and the high watermark: then the lock for the
    /// latter is not held for long if it is taken with the merge.
    fn is_plain(&self) -> bool {
        self.core.settings.visibility == Visibility::AfterEachBatch
            && self.targets.len() == 1
            && self.taken.rows < COUNTED_FROM
            && !Load::is_into_new(self.core, &self.targets)
    }
}
