//! What became of the rows of a table.

use super::Core;
use crate::options::Upsert;
use crate::report::TableReport;

/// What became of the rows of one table.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Counts {
    pub(in super::super) received: u64,
    pub(in super::super) inserted: u64,
    pub(in super::super) updated: u64,
    pub(in super::super) unchanged: u64,
    pub(in super::super) existing: u64,
    pub(in super::super) stale: u64,
    /// Rows deleted by the keys that came, and keys of which there was no row.
    pub(in super::super) deleted: u64,
    pub(in super::super) missing: u64,
}

impl Counts {
    /// Of these rows, of which so many were inserted, updated, unchanged and stale.
    pub(super) fn merged(core: &Core, received: u64, merged: [u64; 4]) -> Self {
        let [inserted, updated, unchanged, stale] = merged;
        match core.settings.upsert {
            Upsert::KeepExisting => {
                let existing = received - inserted.min(received);
                Self { received, inserted, existing, ..Self::default() }
            }
            _ => Self { received, inserted, updated, unchanged, stale, ..Self::default() },
        }
    }

    /// Adds them to those of the batches before.
    pub(in super::super) fn add_to(self, report: &mut TableReport) {
        report.received += self.received;
        report.inserted += self.inserted;
        report.updated += self.updated;
        report.unchanged += self.unchanged;
        report.existing += self.existing;
        report.stale += self.stale;
        report.deleted += self.deleted;
        report.missing += self.missing;
    }
}
