//! What a report counts, for exporters of metrics.

use super::{Phase, TableReport};
use serde::{Serialize, Serializer};
use std::time::Duration;

impl TableReport {
    /// Each count under the name of its field, `received` first: for an exporter of metrics, whose counters all of
    /// them can be added to. Their order is that of the fields, and their number may grow.
    ///
    /// ```
    /// # use pg_bulk_ingest::Report;
    /// # fn add_to_counter(name: String, table: String, count: u64) {}
    /// fn export<W>(report: &Report<W>) {
    ///     for table in &report.tables {
    ///         for (name, count) in table.counters() {
    ///             add_to_counter(format!("ingest_rows_{name}_total"), table.table.to_string(), count);
    ///         }
    ///     }
    /// }
    /// ```
    pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let Self {
            table: _,
            received,
            inserted,
            updated,
            unchanged,
            existing,
            stale,
            deleted,
            missing,
            rejected,
        } = self;
        [
            ("received", *received),
            ("inserted", *inserted),
            ("updated", *updated),
            ("unchanged", *unchanged),
            ("existing", *existing),
            ("stale", *stale),
            ("deleted", *deleted),
            ("missing", *missing),
            ("rejected", *rejected),
        ]
        .into_iter()
    }
}

/// The time of each phase, in seconds.
pub(super) fn phase_seconds<S: Serializer>(
    phases: &[(Phase, Duration)],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(phases.iter().map(|(phase, time)| (phase, Seconds(*time))))
}

struct Seconds(Duration);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        crate::wait::seconds(&self.0, to)
    }
}
