//! When an inserter writes the rows that it has.

use std::time::Duration;

/// How much an [inserter](crate::Ingest::inserter) collects for one batch: it is written as soon as one of
/// these is reached, and the batch before it is committed.
///
/// Meanwhile rows for the next batch are collected, as many at most: the memory that encoded rows take is
/// bounded by twice `bytes`, and a row more of each.
///
/// ```
/// use pg_bulk_ingest::Linger;
/// use std::time::Duration;
///
/// // A row is visible a tenth of a second after it was written, and the time that the batch takes.
/// let linger = Linger { period: Duration::from_millis(100), ..Linger::default() };
/// assert_eq!(linger.rows, 50_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Linger {
    /// Rows, and keys to delete.
    pub rows: u64,
    /// Bytes, as the rows are sent.
    pub bytes: usize,
    /// How long the first row of a batch waits for others. Zero: a batch has what came while the one before
    /// it was written.
    pub period: Duration,
}

/// 50,000 rows, 16 MiB or a second.
impl Default for Linger {
    fn default() -> Self {
        Self { rows: 50_000, bytes: 16 << 20, period: Duration::from_secs(1) }
    }
}

impl Linger {
    /// Whether so much is enough for a batch.
    pub(crate) fn is_reached(&self, rows: u64, bytes: usize) -> bool {
        rows > 0 && (rows >= self.rows || bytes >= self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Linger;

    #[test]
    fn a_batch_has_a_row_at_least() {
        let none = Linger { rows: 0, bytes: 0, ..Linger::default() };
        assert!(!none.is_reached(0, 0));
        assert!(none.is_reached(1, 1));
        let linger = Linger { rows: 10, bytes: 100, ..Linger::default() };
        assert!(!linger.is_reached(9, 99));
        assert!(linger.is_reached(10, 0));
        assert!(linger.is_reached(1, 100));
    }
}
