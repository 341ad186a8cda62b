//! Where batches of rows in a sequence end.

use std::time::Duration;
use tokio::time::Instant;

/// Where [`Ingest::rows`](crate::Ingest::rows) and [`Ingest::row_stream`](crate::Ingest::row_stream) end a
/// batch: at the first change of the high watermark
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
    period: Option<Duration>,
}

/// 64 MiB or 1,000,000 rows, whichever a batch has first.
impl Default for Cut {
    fn default() -> Self {
        Self { rows: 1_000_000, bytes: 64 << 20, period: None }
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
        Self { rows, bytes: u64::MAX, period: None }
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
        Self { rows: u64::MAX, bytes, period: None }
    }

    /// A batch ends where the high watermark changes once this much time has passed since its first row came.
    ///
    /// With [`row_stream`](crate::Ingest::row_stream) the time passes without rows as well: when it is over, a
    /// batch ends before the newest row, if that has another high watermark than the one before it. The newest
    /// row itself waits until the next says that it was the last of its high watermark, or the stream ends;
    /// where rows are [`distinct`](crate::Rows::distinct) it does not. It needs a tokio runtime whose time
    /// driver is enabled, as `#[tokio::main]` has it; in one without, tokio panics.
    ///
    /// With [`rows`](crate::Ingest::rows) it is looked at when a row comes whose high watermark is another.
    ///
    /// ```no_run
    /// # use futures_util::Stream;
    /// # use pg_bulk_ingest::{Cut, Error, IngestTable, ingest};
    /// # use std::time::Duration;
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Event { offset: i64 }
    /// # async fn run(
    /// #     client: &mut tokio_postgres::Client,
    /// #     events: impl Stream<Item = Event> + Send,
    /// # ) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .row_stream(|_: Option<i64>| events, |event| event.offset)
    ///     .cut(Cut::period(Duration::from_secs(1)))
    ///     .distinct()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn period(period: Duration) -> Self {
        Self { rows: u64::MAX, bytes: u64::MAX, period: Some(period) }
    }

    /// The instant at which a batch may end whose first row comes now; `None` if there is none.
    pub(crate) fn ends(self) -> Option<Instant> {
        self.period.and_then(|period| Instant::now().checked_add(period))
    }

    /// Whether a batch has enough, which may end at an instant.
    #[inline]
    pub(crate) fn is_reached(
        self,
        rows: u64,
        bytes: impl FnOnce() -> u64,
        ends: Option<Instant>,
    ) -> bool {
        rows >= self.rows
            || (self.bytes < u64::MAX && bytes() >= self.bytes)
            || ends.is_some_and(|ends| Instant::now() >= ends)
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
            assert_eq!(cut.is_reached(rows, || bytes, None), expected, "{cut:?} {rows} {bytes}");
        }
    }
}
