//! Rows of partitioned tables: which partitions they are for, before they are sent.

use super::{Apart, BUDGET, Copy};
use crate::error::Error;
use crate::partition::{Division, Scan, Slot};
use std::collections::BTreeSet;

/// The slots that rows of a table are for, of those that no row before them was for.
pub(crate) type Needed = (usize, BTreeSet<Slot>);

impl Copy {
    /// Looks at the rows of a table for the slots that they are for. The first are held back as long as
    /// that is no burden: before any is sent, partitions can be made without being a part of the batch.
    pub(crate) fn divide(&mut self, table: usize, division: Division) {
        if let Some(rows) = self.tables.get_mut(table) {
            rows.chunk = BUDGET;
            rows.scan = Some(Scan::new(division));
        }
    }

    /// Looks at the rows that are sent next.
    pub(crate) fn look_at_next(&mut self) -> Option<Needed> {
        self.next().and_then(|table| self.look_at(table))
    }

    /// Looks at all rows that are buffered, and have not been looked at: they are sent next.
    pub(crate) fn look_at_all(&mut self) -> Vec<Needed> {
        (0..self.tables.len()).filter_map(|table| self.look_at(table)).collect()
    }

    /// Looks at the rows of a part.
    pub(crate) fn look_apart(&mut self, apart: &Apart) -> Option<Needed> {
        let needed = self.tables.first_mut()?.scan.as_mut()?.look(apart.buffered());
        (!needed.is_empty()).then_some((0, needed))
    }

    fn look_at(&mut self, table: usize) -> Option<Needed> {
        let rows = self.tables.get_mut(table)?;
        let needed = rows.scan.as_mut()?.look(&rows.buffer);
        (!needed.is_empty()).then_some((table, needed))
    }

    /// Whether any rows, or what they need, may have reached the server.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// What was prepared for rows is gone with its transaction.
    pub(crate) fn forget(&mut self) {
        for rows in &mut self.tables {
            rows.prepared = None;
        }
    }

    /// Ends the `COPY` in progress, so that other statements can be run.
    pub(crate) async fn pause(&mut self) -> Result<(), Error> {
        self.end().await
    }
}
