//! The state of a session that does not depend on the types of its rows.

use super::store::Store;
use super::target::Target;
use super::uncommitted::Uncommitted;
use crate::catalog::{FoundEnum, Server};
use crate::deadline::{Canceler, Deadline};
use crate::definition::{EnumType, Index, Table};
use crate::error::Error;
use crate::execute::Waiting;
use crate::ident::QualifiedName;
use crate::options::{
    Budget, ColumnOrder, Delete, Fuse, Locks, Migration, Overlap, Upsert, Versions, Visibility,
    Watermarks,
};
use crate::report::{Phase, Plan, Progress, Rejected, TableReport, VersionOutcome};
use crate::version::Draft;
use crate::watermark::Unreadable;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio_postgres::Client;

/// The settings of an ingest but for those that depend on a type.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) visibility: Visibility,
    pub(crate) upsert: Upsert,
    /// Whether tables are replaced by new ones, without their rows.
    pub(crate) delete: Delete,
    /// Whether the rows of a table go that did not come ([`Delete::Missing`]; `delete` is off then).
    pub(crate) deletes_missing: bool,
    /// How many rows may be deleted.
    pub(crate) fuse: Option<Fuse>,
    pub(crate) migration: Migration,
    pub(crate) column_order: ColumnOrder,
    pub(crate) locks: Locks,
    pub(crate) show_values: bool,
    pub(crate) timeout: Option<Duration>,
    /// How the server is asked to give up once it takes longer.
    pub(crate) canceler: Canceler,
    /// In bytes, for building indexes.
    pub(crate) index_memory: Option<u64>,
    /// Whether rows may go over several connections.
    pub(crate) several_connections: bool,
    /// Whether a hook is called for tables that are created.
    pub(crate) has_on_create: bool,
    /// Whether a batch may be committed in part, where servers commit one by one.
    pub(crate) allow_partial_commit: bool,
    /// Where high watermarks are stored.
    pub(crate) watermarks: Watermarks,
    /// The source that the rows come from, which has a high watermark of its own.
    pub(crate) source: String,
    pub(crate) overlap: Overlap,
    /// Whether the ingest begins after the stored high watermark.
    pub(crate) begins_after_stored: bool,
    /// Whether few rows may be merged by one statement, without a `COPY`.
    pub(crate) small_merges: bool,
    /// How many rows may be set aside, if any.
    pub(crate) set_aside: Option<Budget>,
    /// Which versions of a table are kept.
    pub(crate) versions: Versions,
    /// The version of a partitioned table that the table is filled as.
    pub(crate) version: Option<Draft>,
}

impl Settings {
    /// Whether rows of a table are merged on its key.
    pub(super) fn upserts(&self, table: &Table) -> bool {
        self.upsert != Upsert::Off && !table.merge_key().is_empty()
    }

    /// Whether rows of a table that are there may be updated.
    pub(super) fn updates(&self, table: &Table) -> bool {
        self.upserts(table) && self.upsert != Upsert::KeepExisting
    }

    /// How long the server may take to answer on this connection.
    pub(super) fn deadline(&self, client: &Client) -> Result<Option<Deadline>, Error> {
        let deadline = |timeout| Deadline::new(timeout, client, self.canceler.clone());
        self.timeout.map(deadline).transpose()
    }

    /// Whether rows that are set aside are kept in a table.
    pub(super) fn keeps_rejects(&self) -> bool {
        self.set_aside.is_some_and(|budget| budget.in_table)
    }

    /// The error, with values of rows if these are to be shown.
    pub(super) fn show(&self, error: Error) -> Error {
        if self.show_values { error.with_values() } else { error }
    }

    /// Whether the constraints of a new table are built before its rows are copied straight into it:
    /// they then meet them one by one, and an error names its row. Indexes that constrain nothing can
    /// wait where rows may go over several connections. A hook finds the table with all of them, and may
    /// make it one whose rows cannot be told apart afterwards by their places.
    pub(super) fn constrains_early(&self, table: &Table) -> bool {
        let constrained =
            !table.primary_key().is_empty() || table.indexes().iter().any(Index::is_unique);
        // Text is read in a staging table, and rows from there are merged; so are rows of which the
        // first with a key counts, if for some columns alone, or the newest.
        let copied = !self.upserts(table) && (constrained || !self.several_connections);
        // And so are those that take a value of a sequence each.
        let first_counts = self.upsert == Upsert::KeepExisting
            || self.upserts(table)
                && (table.version().is_some()
                    || table.keeps_any()
                    || table.computes_any()
                    || table.takes_numbers());
        // PostgreSQL attaches partitions to the indexes that are there.
        let is_partitioned = table.partitioning().is_some();
        self.has_on_create || table.has_text() || is_partitioned || copied || first_counts
    }
}

/// The state of a session that does not depend on the types of its rows.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) server: Server,
    pub(super) settings: Settings,
    /// How long the server may take to answer.
    pub(super) deadline: Option<Deadline>,
    /// The enum types of the tables' columns.
    pub(super) enums: Vec<&'static EnumType>,
    /// What there was under their names when the session began.
    pub(super) found: Vec<FoundEnum>,
    /// As of the last batch that was committed.
    pub(super) targets: Vec<Target>,
    /// Whether each was there when the session began.
    pub(super) existed: Vec<bool>,
    /// Rows of each that went with a table that was replaced.
    pub(super) replaced: Vec<u64>,
    /// Where the high watermark is stored, and what it was when it was seen last.
    pub(super) store: Store,
    /// The comment on the first table, if it cannot be read.
    pub(super) unreadable: Option<String>,
    /// What the high watermark is going to be when the transaction of all batches is committed.
    pub(super) pending: Option<Pending>,
    /// Whether a hook has run.
    pub(super) hooked: bool,
    /// The id of the transaction in progress.
    pub(super) transaction: u64,
    pub(super) totals: Totals,
    /// Whether a killed ingest may have left tables behind.
    pub(super) leftovers: bool,
    /// The rows of batches that are complete, and not committed before the session is finished.
    pub(super) uncommitted: Option<Uncommitted>,
    /// Whether the transaction of all batches deleted the rows of all sources, or created their table.
    pub(super) emptied: bool,
    /// Whether other nodes would not see a high watermark that is stored on this one.
    pub(super) stores_elsewhere: bool,
    /// Whether the table is there for the rows of each that are set aside, if they are kept.
    pub(super) rejects_exist: Vec<bool>,
    /// Whether the server has refused to take rows in another way than by `COPY`.
    pub(super) copies_only: AtomicBool,
}

/// What becomes of the stored high watermark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pending {
    Set(String),
    Clear,
}

impl Pending {
    /// The high watermark that will be stored then, as JSON.
    pub(super) fn watermark(&self) -> Option<&str> {
        match self {
            Self::Set(watermark) => Some(watermark),
            Self::Clear => None,
        }
    }
}

/// What the batches that were committed did.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    pub(super) batches: u64,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) tables: Vec<TableReport>,
    pub(super) migrated: Plan,
    /// Rows that were set aside, the first of them.
    pub(super) rejects: Vec<Rejected>,
    /// What became of the version that the table was filled as.
    pub(super) version: Option<VersionOutcome>,
}

impl Core {
    /// The error, in the batch that is under way.
    pub(super) fn locate(&self, error: Error) -> Error {
        self.know();
        self.settings.show(error.in_batch(self.totals.batches + 1))
    }

    /// The caller knows what became of the batches: they are committed, or an error is returned.
    pub(super) fn know(&self) {
        self.uncommitted.iter().for_each(Uncommitted::tell);
    }

    /// The batches that are complete are not committed before the session is finished.
    pub(super) fn hold(&mut self) {
        let rows = self.totals.rows;
        self.uncommitted.iter_mut().for_each(|held| held.hold(rows));
    }

    pub(super) fn new(
        server: Server,
        settings: Settings,
        enums: Vec<&'static EnumType>,
        found: Vec<FoundEnum>,
        targets: Vec<Target>,
        store: Store,
    ) -> Self {
        let existed = targets.iter().map(|target| target.current.is_some()).collect();
        let replaced = vec![0; targets.len()];
        let tables = targets.iter().map(|target| TableReport::new(target.name.clone())).collect();
        Self {
            server,
            settings,
            deadline: None,
            enums,
            found,
            targets,
            existed,
            replaced,
            store,
            unreadable: None,
            pending: None,
            hooked: false,
            transaction: 0,
            leftovers: false,
            uncommitted: None,
            emptied: false,
            stores_elsewhere: false,
            rejects_exist: Vec::new(),
            copies_only: AtomicBool::new(false),
            totals: Totals { tables, ..Totals::default() },
        }
    }

    /// An error if the comment that holds the high watermark cannot be read, or written.
    pub(super) fn check_readable(&self, action: &'static str) -> Result<(), Error> {
        let Some(comment) = &self.unreadable else { return Ok(()) };
        let error = Unreadable.error(Some(comment), action);
        Err(self.targets.iter().take(1).fold(error, |error, first| error.in_table(&first.name)))
    }

    /// Whether ingests of other sources may be in a batch meanwhile: the tables stay as they are, and
    /// each source has a high watermark of its own.
    pub(super) fn goes_beside_other_sources(&self) -> bool {
        let stays = |target: &Target| target.current.is_some() && target.outstanding.is_none();
        let deletes = self.settings.delete != Delete::Off || self.settings.deletes_missing;
        let is_whole = deletes
            && (self.totals.batches == 0 || self.settings.visibility == Visibility::AfterLastBatch);
        let has_leftovers = self.leftovers && self.totals.batches == 0;
        self.store.source().is_some()
            && !is_whole
            && !has_leftovers
            && self.targets.iter().all(stays)
    }

    pub(super) fn waiting(&self) -> Waiting<'_> {
        Waiting::new(&self.settings.locks, &self.server)
    }

    /// How far it is, with nothing of the next batch done.
    pub(super) fn progress(&self, phase: Phase) -> Progress {
        let Totals { batches, rows, bytes, .. } = self.totals;
        Progress { batch: batches + 1, phase, rows, bytes, wait: None }
    }

    /// The tables by the names they have once they are visible.
    pub(super) fn names(&self) -> Vec<QualifiedName> {
        self.targets.iter().map(|target| target.name.clone()).collect()
    }
}
