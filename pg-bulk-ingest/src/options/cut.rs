//! Where batches of rows in a sequence end.

/// Where [`Ingest::rows`](crate::Ingest::rows) ends a batch: at the first change of the high watermark
/// from one row to the next once this much is in the batch. Rows in a sequence with equal high watermarks
/// are all in one batch, however many they are.
///
/// ```
/// use pg_bulk_ingest::Cut;
///
/// assert_eq!(Cut::default(), Cut::default());
/// assert_ne!(Cut::each(), Cut::rows(50_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cut {
    rows: u64,
    bytes: u64,
}

/// 64 MiB or 1,000,000 rows, whichever a batch has first.
impl Default for Cut {
    fn default() -> Self {
        Self { rows: 1_000_000, bytes: 64 << 20 }
    }
}

impl Cut {
    /// A batch ends wherever the high watermark changes: it has one high watermark.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Cut, Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Reading { day: i32, value: f64 }
    /// # async fn run(client: &mut tokio_postgres::Client, readings: Vec<Reading>) -> Result<(), Error> {
    /// // One batch for each day.
    /// ingest::<Reading>(client)
    ///     .rows(|_: Option<i32>| readings, |reading| reading.day)
    ///     .cut(Cut::each())
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn each() -> Self {
        Self::rows(0)
    }

    /// A batch ends where the high watermark changes once it has this many rows.
    ///
    /// ```
    /// # use pg_bulk_ingest::Cut;
    /// let cut = Cut::rows(50_000);
    /// # let _ = cut;
    /// ```
    #[must_use]
    pub const fn rows(rows: u64) -> Self {
        Self { rows, bytes: u64::MAX }
    }

    /// A batch ends where the high watermark changes once it has this many bytes, as they are sent to
    /// the server ([`Progress::bytes`](crate::Progress)).
    ///
    /// ```
    /// # use pg_bulk_ingest::Cut;
    /// let cut = Cut::bytes(16 << 20); // 16 MiB
    /// # let _ = cut;
    /// ```
    #[must_use]
    pub const fn bytes(bytes: u64) -> Self {
        Self { rows: u64::MAX, bytes }
    }

    /// Whether a batch has enough.
    #[inline]
    pub(crate) fn is_reached(self, rows: u64, bytes: impl FnOnce() -> u64) -> bool {
        rows >= self.rows || (self.bytes < u64::MAX && bytes() >= self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Cut;

    #[test]
    fn a_batch_has_enough_once_it_has_so_many_rows_or_bytes() {
        for (cut, rows, bytes, expected) in [
            (Cut::default(), 999_999, (64 << 20) - 1, false),
            (Cut::default(), 1_000_000, 0, true),
            (Cut::default(), 1, 64 << 20, true),
            (Cut::each(), 1, 0, true),
            (Cut::rows(3), 2, u64::MAX, false),
            (Cut::rows(3), 3, 0, true),
            (Cut::bytes(3), u64::MAX - 1, 2, false),
            (Cut::bytes(3), 1, 3, true),
            (Cut::rows(u64::MAX), 1 << 40, 1 << 60, false),
        ] {
            assert_eq!(cut.is_reached(rows, || bytes), expected, "{cut:?} {rows} {bytes}");
        }
    }
}
