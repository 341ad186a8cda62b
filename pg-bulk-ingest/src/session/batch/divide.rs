//! The partitions for the rows of a batch, which are there before the rows are.

use super::OpenBatch;
use crate::copy::{Apart, Needed};
use crate::error::Error;
use crate::execute::query;
use crate::options::Visibility;
use crate::partition;
use crate::session::load::Load;
use crate::session::open;
use crate::session::partition::{MAKE, Made, Where, make};
use crate::session::target::Target;

impl OpenBatch<'_, '_> {
    /// Makes the partitions for the rows that are sent next, if they go straight into their table.
    pub(super) async fn divide(&mut self) -> Result<(), Error> {
        match self.load.copy().look_at_next() {
            Some(needed) => self.need(needed).await,
            None => Ok(()),
        }
    }

    /// Makes the partitions for the rows of a part, if they go straight into their table.
    pub(super) async fn divide_apart(&mut self, apart: &Apart) -> Result<(), Error> {
        match self.load.copy().look_apart(apart) {
            Some(needed) => self.need(needed).await,
            None => Ok(()),
        }
    }

    /// Makes the partitions for all rows that are buffered and go straight into their tables.
    pub(super) async fn divide_all(&mut self) -> Result<(), Error> {
        for needed in self.load.copy().look_at_all() {
            self.need(needed).await?;
        }
        Ok(())
    }

    /// Those of rows that are going to be merged are made later, unless they can be made before the batch
    /// has done anything.
    async fn need(&mut self, (table, slots): Needed) -> Result<(), Error> {
        if let Some(needed) = self.needed.get_mut(table) {
            needed.extend(slots);
        }
        if self.load.stages(table) && !self.can_begin_again() {
            return Ok(());
        }
        self.load.copy().pause().await?;
        self.make_partitions(table).await
    }

    /// Makes the partitions for the rows that are going to be merged.
    pub(super) async fn divide_staged(&mut self) -> Result<(), Error> {
        for table in 0..self.needed.len() {
            self.make_partitions(table).await?;
        }
        Ok(())
    }

    async fn make_partitions(&mut self, table: usize) -> Result<(), Error> {
        let Some(needed) = self.needed.get_mut(table) else { return Ok(()) };
        let slots = std::mem::take(needed);
        if slots.is_empty() {
            return Ok(());
        }
        let place = match (self.is_new(table), self.can_begin_again()) {
            (true, _) => Where::New,
            (false, true) => Where::Apart,
            (false, false) => Where::Beside,
        };
        let Self { transaction, core, targets, .. } = self;
        let Made { statements, is_apart, locks, later } =
            make(transaction, core, &targets[table], &slots, place).await?;
        if is_apart {
            self.begin_again().await?;
        }
        if let Some(target) = self.targets.get_mut(table) {
            target.is_extended |= locks;
            target.later.extend(later);
        }
        self.migrated.extend(statements);
        Ok(())
    }

    /// Whether the batch created the table, or one that is going to replace it.
    fn is_new(&self, table: usize) -> bool {
        let before = self.core.targets.get(table).map(|target| target.current.is_some());
        let is_new = |target: &Target| {
            target.replaces.is_some() || before == Some(false) && !target.is_adopted
        };
        self.targets.get(table).is_some_and(is_new)
    }

    /// Whether the batch's transaction has done nothing yet that another could not do again.
    fn can_begin_again(&self) -> bool {
        self.core.settings.visibility == Visibility::AfterEachBatch
            && !self.load.copied().has_begun()
            && self.deleted.iter().all(|deleted| *deleted == 0)
            && self.targets.iter().all(|target| target.replaces.is_none())
            && !Load::is_into_new(self.core, &self.targets)
    }

    /// Commits what was made so far, which readers then see before the first row, and begins the batch
    /// again.
    async fn begin_again(&mut self) -> Result<(), Error> {
        let Self { transaction, core, .. } = self;
        query(transaction, partition::COMMIT, MAKE).await?;
        let entered = open::enter(transaction, core).await?;
        self.core.transaction = entered.transaction;
        self.meter.served_by(entered.process);
        // What is to be made after the batch is of the batch.
        let before = std::mem::replace(&mut self.targets, entered.targets);
        for (target, before) in self.targets.iter_mut().zip(before) {
            target.later = before.later;
        }
        self.load.copy().forget();
        Ok(())
    }
}
