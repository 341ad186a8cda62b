//! Rows that were taken and are given up without a word, but for one in the log.

use super::meter::Meter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows that are not committed yet. Dropped, it logs that they are rolled back, unless they were
/// committed or an error was returned.
#[derive(Debug)]
pub(super) struct Uncommitted {
    span: tracing::Span,
    tables: Arc<str>,
    /// What is dropped, and without what.
    what: &'static str,
    pub(super) rows: u64,
    /// Whether the caller knows what became of them.
    is_told: AtomicBool,
}

impl Uncommitted {
    /// Those of a batch.
    pub(super) fn of_batch(meter: &Meter<'_>) -> Self {
        Self::new(meter, "a batch was dropped without `commit`")
    }

    /// Those of all batches of a session that commits them as one.
    pub(super) fn of_session(meter: &Meter<'_>) -> Self {
        Self::new(meter, "the session was dropped without `finish`")
    }

    fn new(meter: &Meter<'_>, what: &'static str) -> Self {
        let (span, tables) = (meter.spans.ingest.clone(), Arc::clone(&meter.tables));
        Self { span, tables, what, rows: 0, is_told: AtomicBool::new(false) }
    }

    /// These rows are not committed yet.
    pub(super) fn hold(&mut self, rows: u64) {
        self.rows = rows;
        *self.is_told.get_mut() = false;
    }

    /// They are committed, or an error is returned.
    pub(super) fn tell(&self) {
        self.is_told.store(true, Ordering::Relaxed);
    }
}

impl Drop for Uncommitted {
    fn drop(&mut self) {
        let Self { span, tables, what, rows, is_told } = self;
        if *rows > 0 && !*is_told.get_mut() {
            tracing::warn!(parent: &*span, tables = &**tables, rows, "{what}: its rows are rolled back");
        }
    }
}
