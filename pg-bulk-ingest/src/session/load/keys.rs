//! The keys of a batch whose rows are deleted, and where its rows are staged.

use super::Load;
use crate::merge::{Deletes, Staging};

impl Load {
    /// Whether rows are to be deleted by their keys.
    pub(in super::super) fn has_keys(&self) -> bool {
        self.copy.has_keys()
    }

    /// How many keys came for a table.
    pub(in super::super) fn keys(&self, position: usize) -> u64 {
        self.copy.keys(position)
    }

    /// The keys that came for a table, if any.
    pub(in super::super) fn keys_of(&self, position: usize) -> Option<&Deletes> {
        let deletes = self.deletes.get(position).and_then(Option::as_ref);
        deletes.filter(|_| self.copy.keys(position) > 0)
    }

    /// The tables in which the rows of a table are staged.
    pub(in super::super) fn staged(&self, position: usize) -> Vec<String> {
        let staging = self.staging.get(position).and_then(Option::as_ref);
        let staging = staging.filter(|_| self.copy.is_created(position));
        staging.map(Staging::tables).unwrap_or_default()
    }
}
