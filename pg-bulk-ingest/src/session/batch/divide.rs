//! The partitions for the rows of a batch, which are there before the rows are.

use super::OpenBatch;
use crate::copy::{Apart, Needed};
use crate::error::Error;
use crate::session::partition;

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

    async fn need(&mut self, (table, slots): Needed) -> Result<(), Error> {
        if let Some(needed) = self.needed.get_mut(table) {
            needed.extend(slots);
        }
        if self.load.stages(table) {
            return Ok(());
        }
        self.load.copy().pause().await?;
        self.make_partitions(table).await
    }

    /// Makes the partitions for the rows that are going to be merged: late, as others who make some wait
    /// from then on.
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
        let Self { transaction, core, targets, .. } = self;
        let made = partition::make(transaction, core, &targets[table], &slots).await?;
        self.migrated.extend(made);
        Ok(())
    }
}
