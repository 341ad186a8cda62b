//! Spans of a session, of its batches and of their phases, for subscribers that measure them.
//!
//! They begin when they are made and end when they are dropped; none is entered, as what is polled in between may be
//! the caller's. What nobody subscribes to is not made.

use crate::ident::QualifiedName;
use crate::report::{Phase, Progress};
use tracing::Span;
use tracing::field::Empty;

#[derive(Debug)]
pub(super) struct Spans {
    pub(super) ingest: Span,
    batch: Option<Span>,
    phase: Option<Span>,
    /// The table, if it is one.
    table: Option<QualifiedName>,
    database: Option<String>,
}

impl Spans {
    pub(super) fn new(tables: &str, table: Option<QualifiedName>) -> Self {
        let ingest = tracing::info_span!("ingest", tables);
        Self { ingest, batch: None, phase: None, table, database: None }
    }

    /// From now on it is known in which database the tables are.
    pub(super) fn in_database(&mut self, database: &str) {
        self.database = Some(database.to_owned());
    }

    /// A phase begins, and the one before ends.
    pub(super) fn enter(&mut self, progress: &Progress) {
        self.phase = None;
        let Progress { batch: number, phase, .. } = *progress;
        let Self { ingest, batch, table, database, .. } = self;
        if phase == Phase::Begin {
            *batch = Some(
                tracing::info_span!(parent: &*ingest, "batch", batch = number, rows = Empty, bytes = Empty),
            );
        }
        let table = table.as_ref();
        let name = || table.map(|table| format!("{}.{}", table.schema(), table.name()));
        let parent = batch.as_ref().unwrap_or(ingest);
        let span = tracing::info_span!(
            parent: parent,
            "phase",
            otel.name = name().map_or_else(|| phase.to_string(), |name| format!("{phase} {name}")),
            otel.kind = "client",
            db.system.name = "postgresql",
            db.namespace = database.as_deref(),
            db.collection.name = name(),
            db.operation.name = %phase,
        );
        self.phase = Some(span);
    }

    /// The batch has so many rows, of so many bytes.
    pub(super) fn count(&self, rows: u64, bytes: u64) {
        if let Some(batch) = &self.batch {
            batch.record("rows", rows).record("bytes", bytes);
        }
    }

    /// The phase ends, and its batch; what follows is the caller's own.
    pub(super) fn leave(&mut self) {
        (self.phase, self.batch) = (None, None);
    }
}
