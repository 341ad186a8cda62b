//! Rows that are refused for the same reason.

use super::Error;

impl Error {
    /// Rows of these numbers are refused for the same reason as the one that it names.
    pub(crate) fn with_alike(mut self, rows: Vec<u64>) -> Self {
        self.0.place.alike = rows;
        self
    }

    /// The numbers of the rows that are refused for the same reason, besides the one that it names.
    pub(crate) fn take_alike(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.0.place.alike)
    }
}
