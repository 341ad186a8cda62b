//! What an ingest did.

mod counters;
mod plan;
mod rejected;
mod version;

pub use plan::Plan;
pub use rejected::Rejected;
pub use version::VersionOutcome;

use crate::ident::QualifiedName;
use crate::wait::Wait;
use counters::phase_seconds;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// A phase of an ingest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Reading the catalog and comparing the tables with their definitions.
    Inspect,
    /// Changing tables in place, before the first batch.
    Migrate,
    /// Beginning a batch: locking, creating tables.
    Begin,
    /// Taking rows from their source, encoding and sending them.
    Copy,
    /// Merging the rows of an upsert into the table.
    Merge,
    /// Building indexes and constraints of a new table, and its statistics.
    Index,
    /// The hook.
    Hook,
    /// Waiting for ACCESS EXCLUSIVE and putting a table in the place of another.
    Swap,
    /// Storing the high watermark and committing.
    Commit,
    /// Waiting for what others hold, which [`Progress::wait`] describes: told after a second, and
    /// again after twice the time each, up to every 30 seconds. Its time counts as that of the phase in
    /// which it happens, which is told again afterwards.
    ///
    /// The locks of tables are waited for in attempts, between which it is seen who is in the way. What
    /// is waited for within a statement (a row, a key, an older transaction, a lock that a trigger
    /// takes) can be seen only from another connection: with [`connections`](crate::Ingest::connections)
    /// it is told as well. Without, whether the server waits or works is unknown: this phase is not told,
    /// and the event of level WARN that comes after ten seconds names the server's process.
    Wait,
}

impl Phase {
    pub(crate) const ALL: [Self; 9] = [
        Self::Inspect,
        Self::Migrate,
        Self::Begin,
        Self::Copy,
        Self::Merge,
        Self::Index,
        Self::Hook,
        Self::Swap,
        Self::Commit,
    ];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Inspect => "inspect",
            Self::Migrate => "migrate",
            Self::Begin => "begin",
            Self::Copy => "copy",
            Self::Merge => "merge",
            Self::Index => "index",
            Self::Hook => "hook",
            Self::Swap => "swap",
            Self::Commit => "commit",
            Self::Wait => "wait",
        })
    }
}

/// How far an ingest has come.
///
/// Serializes with the names of its fields; a phase as it is displayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Progress {
    /// The batch, counted from 1; 0 before the first.
    pub batch: u64,
    /// What is being done.
    pub phase: Phase,
    /// Rows received so far, in all batches, and keys of rows to delete.
    pub rows: u64,
    /// Bytes encoded so far, in all batches.
    pub bytes: u64,
    /// In [`Phase::Wait`], what is waited for, and who is in the way.
    pub wait: Option<Wait>,
}

/// What an ingest did to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TableReport {
    /// The table.
    pub table: QualifiedName,
    /// Rows received, those that were set aside included.
    pub received: u64,
    /// Rows that are in the table now and were not before.
    pub inserted: u64,
    /// Rows that took the place of a different one with the same primary key.
    pub updated: u64,
    /// Rows that were in the table already, all columns equal.
    pub unchanged: u64,
    /// Rows that were skipped, as their key was there already
    /// ([`Upsert::KeepExisting`](crate::Upsert::KeepExisting)): in the table, or in a row before them.
    pub existing: u64,
    /// Rows that were skipped, as the table had a newer one with their key
    /// ([`newest_by`](derive@crate::IngestTable#the-newest-of-several-versions)).
    pub stale: u64,
    /// Rows deleted: by [`Delete`](crate::Delete), and by the deletes among the rows
    /// ([`Change::Delete`](crate::Change::Delete), [`SessionBatch::delete`](crate::SessionBatch::delete)).
    ///
    /// `received` less `inserted`, `updated`, `unchanged`, `existing`, `stale` and `rejected` is the number
    /// of rows that a later, or newer, row or delete of the same batch and primary key replaced.
    pub deleted: u64,
    /// Keys that came to be deleted of which the table had no row.
    pub missing: u64,
    /// Rows that were set aside ([`Ingest::set_aside`](crate::Ingest::set_aside)).
    pub rejected: u64,
}

impl TableReport {
    pub(crate) fn new(table: QualifiedName) -> Self {
        Self {
            table,
            received: 0,
            inserted: 0,
            updated: 0,
            unchanged: 0,
            existing: 0,
            stale: 0,
            deleted: 0,
            missing: 0,
            rejected: 0,
        }
    }
}

/// What a [`Kept`] difference is a difference of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeptKind {
    /// A column that the struct does not have.
    Column,
    /// The type of a column.
    Type,
    /// The collation of a column.
    Collation,
    /// Whether a column is NOT NULL.
    Nullability,
    /// The default of a column.
    Default,
    /// An index, or a unique constraint with it, that the struct does not have.
    Index,
    /// A primary key that the struct does not have.
    PrimaryKey,
    /// In a table of high watermarks, that of a table that does not exist. Plans alone name it.
    HighWatermark,
}

/// A difference between a table and its definition that an ingest leaves, since no ingest made what is
/// there or the [`Migration`](crate::Migration) setting keeps it; or the high watermark of a table that
/// does not exist. Displays as the table and the
/// difference, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Kept {
    /// The table.
    pub table: QualifiedName,
    /// What is different.
    pub kind: KeptKind,
    /// The name of the column or index; of a high watermark, its source.
    pub name: String,
    /// The difference, in words: `column "id" is not in the struct`.
    pub difference: String,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.table, self.difference)
    }
}

/// What an ingest did. Displays as a short table.
///
/// Serializes with the names of its fields, `rejects` among them, and `phases` as `phase_seconds`, an object: each
/// phase with its time in seconds.
///
/// ```
/// # use pg_bulk_ingest::Report;
/// fn log(report: &Report<i64>) -> serde_json::Result<String> {
///     // {"batches":1,"rows":3,…,"phase_seconds":{"inspect":0.004,"copy":0.01}}
///     serde_json::to_string(report)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report<W> {
    /// Batches committed.
    pub batches: u64,
    /// Rows received, of all tables, and keys of rows to delete.
    pub rows: u64,
    /// Bytes of encoded rows.
    pub bytes: u64,
    /// What became of the rows, table by table.
    pub tables: Vec<TableReport>,
    /// What was created or changed for the tables to be as they are defined.
    pub migrated: Plan,
    /// The differences from their definitions that the tables still have: what no ingest made is
    /// left alone ([`Migration`](crate::Migration)).
    pub kept: Vec<Kept>,
    /// The high watermark of the last batch that had one; otherwise that after which the ingest
    /// began, unless a [`Delete`](crate::Delete) cleared it.
    pub high_watermark: Option<W>,
    /// Why nothing was done, with [`Overlap::Skip`](crate::Overlap::Skip).
    pub skipped: Option<String>,
    /// The time that each phase took in all; a phase that did not occur is left out.
    #[serde(rename = "phase_seconds", serialize_with = "phase_seconds")]
    pub phases: Vec<(Phase, Duration)>,
    /// What became of the version that was filled ([`Ingest::version`](crate::Ingest::version)).
    pub version: Option<VersionOutcome>,
    pub(crate) rejects: Vec<Rejected>,
}

impl<W> Report<W> {
    /// The rows that were set aside ([`Ingest::set_aside`](crate::Ingest::set_aside)), in the order in which
    /// they came: as many as may be of one batch. Of an ingest of many batches there may have been more,
    /// which [`TableReport::rejected`] counts.
    ///
    /// ```
    /// # use pg_bulk_ingest::Report;
    /// fn log(report: &Report<i64>) {
    ///     for rejected in report.rejects() {
    ///         eprintln!("{rejected}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn rejects(&self) -> &[Rejected] {
        &self.rejects
    }

    /// The report of an ingest into these tables that did nothing.
    pub(crate) fn of_skipped(tables: Vec<QualifiedName>, reason: String) -> Self {
        Self {
            batches: 0,
            rows: 0,
            bytes: 0,
            tables: tables.into_iter().map(TableReport::new).collect(),
            migrated: Plan::default(),
            kept: Vec::new(),
            high_watermark: None,
            skipped: Some(reason),
            phases: Vec::new(),
            version: None,
            rejects: Vec::new(),
        }
    }
}

impl<W: fmt::Debug> fmt::Display for Report<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |table: &TableReport| format!("{}.{}", table.table.schema(), table.table.name());
        let width = self.tables.iter().map(|table| name(table).chars().count()).max();
        let width = width.unwrap_or_default().max("table".len());
        let mut columns: Vec<(&str, fn(&TableReport) -> u64)> = vec![
            ("received", |table| table.received),
            ("inserted", |table| table.inserted),
            ("updated", |table| table.updated),
            ("unchanged", |table| table.unchanged),
        ];
        if self.tables.iter().any(|table| table.existing > 0) {
            columns.push(("existing", |table| table.existing));
        }
        if self.tables.iter().any(|table| table.stale > 0) {
            columns.push(("stale", |table| table.stale));
        }
        columns.push(("deleted", |table| table.deleted));
        if self.tables.iter().any(|table| table.missing > 0) {
            columns.push(("missing", |table| table.missing));
        }
        if self.tables.iter().any(|table| table.rejected > 0) {
            columns.push(("rejected", |table| table.rejected));
        }
        write!(f, "{:width$}", "table")?;
        columns.iter().try_for_each(|(title, _)| write!(f, "  {title:>10}"))?;
        writeln!(f)?;
        for table in &self.tables {
            write!(f, "{:width$}", name(table))?;
            columns.iter().try_for_each(|(_, number)| write!(f, "  {:>10}", number(table)))?;
            writeln!(f)?;
        }
        let count = |number: u64, one: &str, many: &str| {
            format!("{number} {}", if number == 1 { one } else { many })
        };
        let batches = count(self.batches, "batch", "batches");
        let rows = count(self.rows, "row", "rows");
        write!(f, "{batches}, {rows}, {} bytes", self.bytes)?;
        match self.migrated.statements().len() {
            0 => {}
            1 => write!(f, ", migrated by 1 statement")?,
            statements => write!(f, ", migrated by {statements} statements")?,
        }
        if let Some(outcome) = &self.version {
            write!(f, ", {outcome}")?;
        }
        if let Some(reason) = &self.skipped {
            write!(f, ", skipped: {reason}")?;
        }
        if let Some(watermark) = &self.high_watermark {
            write!(f, ", high watermark {watermark:?}")?;
        }
        for (i, (phase, time)) in self.phases.iter().enumerate() {
            let lead = if i == 0 { "\n" } else { ", " };
            write!(f, "{lead}{phase} {:.3} s", time.as_secs_f64())?;
        }
        Ok(())
    }
}
