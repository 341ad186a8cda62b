//! Settings of an ingest.

mod backoff;
mod cut;
mod fuse;
mod linger;
mod set_aside;
mod versions;

pub use backoff::Backoff;
pub use cut::Cut;
pub use fuse::Fuse;
pub use linger::Linger;
pub(crate) use set_aside::{Budget, OnRejected};
pub use set_aside::{Rejects, SetAside};
pub use versions::Versions;

use crate::finite::to_json;
use crate::ident::QualifiedName;
use serde::Serialize;
use std::time::Duration;

/// Where an ingest begins: what is given to the function that makes its batches.
#[derive(Debug, Default)]
#[non_exhaustive]
pub enum HighWatermark {
    /// After the high watermark that is stored with the data: the default.
    #[default]
    Latest,
    /// At the beginning: none is given.
    Earliest,
    /// After a value made by [`HighWatermark::value`].
    #[doc(hidden)]
    Value(Result<String, serde_json::Error>),
}

impl HighWatermark {
    /// After this value, whatever is stored. It has to be of the type that the batches' high
    /// watermarks have, or of one that serde writes alike.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, HighWatermark, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client, events: Vec<Event>) -> Result<(), Error> {
    /// ingest::<Event>(client)
    ///     .high_watermark(HighWatermark::value(1_000))
    ///     .batches(|_: Option<i64>| Batch::new(events).high_watermark(2_000))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn value<W: Serialize>(watermark: W) -> Self {
        Self::Value(to_json(&watermark))
    }
}

/// Where high watermarks are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Watermarks {
    /// In the comment on the table, as the Python package stores them: the default. Storing one takes
    /// SHARE UPDATE EXCLUSIVE on the table at the end of the batch, for which a VACUUM by hand is waited
    /// for, and which ends an autovacuum: fine for batches minutes apart, and not for one a second. The
    /// role has to own the table.
    #[default]
    Comment,
    /// In a table, made by [`Watermarks::table`].
    #[doc(hidden)]
    Table(QualifiedName),
}

impl Watermarks {
    /// In this table, which is created if it is absent. It has a row for each
    /// [source](crate::Ingest::source) of each ingested table, and can be shared by many: columns
    /// `table_schema`, `table_name`, `source`, `high_watermark` (json, NULL for none), `batch` (how often
    /// the row was written), `rows` (ingested in all) and `committed_at`.
    ///
    /// Storing a high watermark updates that row, and takes no lock on the ingested table: batches
    /// leave autovacuum alone, and no VACUUM holds them up. The role needs SELECT, INSERT and UPDATE on
    /// the table, and need not own the ingested one.
    ///
    /// A high watermark that is in the comment on the ingested table, or in another table that the
    /// comment names, moves with the first batch that stores one, in its transaction. The comment then
    /// names this table, so that [`Watermarks::Comment`] moves it back. (If the role does not own the
    /// ingested table, its comment stays as it is.)
    ///
    /// ```
    /// use pg_bulk_ingest::Watermarks;
    ///
    /// let watermarks = Watermarks::table("ops", "ingest_state");
    /// # let _ = watermarks;
    /// ```
    #[must_use]
    pub fn table(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Table(QualifiedName::new(schema, name))
    }
}

/// What an ingest does if another one of the same [source](crate::Ingest::source) is in a batch when it
/// starts.
///
/// It concerns ingests that begin after the stored high watermark. Between two batches nothing is
/// held, so an ingest that starts then does not notice the other; whichever of the two commits second
/// fails with [`ErrorKind::ConcurrentIngest`](crate::ErrorKind::ConcurrentIngest), and nothing is
/// ingested twice. With [`AfterLastBatch`](Visibility::AfterLastBatch) all batches are one transaction,
/// and so no other ingest of the source starts beside it.
///
/// A batch ends with its session: if its program is killed, when the server notices. Behind a
/// transaction pooler it works alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overlap {
    /// It fails at once, with [`ErrorKind::Overlap`](crate::ErrorKind::Overlap): the default.
    #[default]
    Error,
    /// It waits until the other's batch is over, and reads the high watermark then. The wait is told by
    /// [`Progress::wait`](crate::Progress::wait) and a WARN, and bounded by
    /// [`timeout`](crate::Ingest::timeout).
    Wait,
    /// It does nothing, and returns a report whose [`skipped`](crate::Report::skipped) says why.
    /// [`start`](crate::Ingest::start), which has no report to return, fails as with
    /// [`Error`](Self::Error).
    Skip,
}

/// When rows become visible to other sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Visibility {
    /// Those of each batch when it is done, at once: the default.
    #[default]
    AfterEachBatch,
    /// Those of all batches when the last is done, at once. All batches are one transaction. With
    /// a [`Delete`], readers see a full refresh as one instant.
    AfterLastBatch,
}

/// What becomes of a row whose key is in the table already: the primary key, or the columns of `merge_on`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Upsert {
    /// If the table has a key that rows come with, the new row replaces the old one: the default. Of
    /// rows of one batch with equal keys the last one stays.
    ///
    /// A value of another unique or exclusion constraint, or a unique index, that one row of a batch
    /// gives up can be taken by another: rows are written in such an order. Of rows that take each
    /// other's in a circle (a swap), one is given NULL before, and so is updated twice, which triggers
    /// see; where it cannot be NULL, that is [`ErrorKind::UniqueCycle`](crate::ErrorKind::UniqueCycle).
    #[default]
    IfPrimaryKey,
    /// It is skipped, and the row that is there stays as it is; of rows of one batch with equal keys the
    /// first one is taken. What is skipped is counted as
    /// [`existing`](crate::TableReport::existing), and takes no value of a sequence. A table without a
    /// primary key is refused ([`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported)). The role need
    /// not have UPDATE on the table.
    KeepExisting,
    /// Rows are only added; a key that is there already is an error.
    Off,
}

/// Whether the rows that were there are deleted.
///
/// With `BeforeFirstBatch` and `All`, and a batch, the rows go to a new table, which replaces the live one. All
/// objects that depend on the
/// live table are carried over, views and materialized views included. What cannot be carried over
/// (inheritance, users of the row type) is refused before the load, with
/// [`ErrorKind::DependentObjects`](crate::ErrorKind::DependentObjects), and so is what the role may not do, with
/// [`ErrorKind::InsufficientPrivilege`](crate::ErrorKind::InsufficientPrivilege). Of what is carried over,
/// - CHECK, EXCLUDE and foreign key constraints hold for the new rows, a CHECK that is NOT VALID too; a
///   foreign key that is NOT VALID stays so, and the new rows are not held against it;
/// - triggers and rules do not fire for the rows of the first batch (with
///   [`AfterLastBatch`](Visibility::AfterLastBatch): of all batches), nor those on DELETE for the rows
///   that go, and policies do not apply to them;
/// - a foreign key of another table has to find its rows again. It is checked before readers are kept
///   out; from then on writers of that table wait (SHARE ROW EXCLUSIVE), and at the end its readers
///   too (ACCESS EXCLUSIVE), for the instant of the swap;
/// - an identity goes on where it was.
///
/// A partitioned table is replaced with its partitions, to any depth. Each keeps its name, its bounds, and what it has
/// of its own, but for the order of its columns and the names of its NOT NULL constraints, which are those of the table.
/// They are locked together with it. A partition that is a foreign table, or is being detached, is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delete {
    /// They stay: the default.
    #[default]
    Off,
    /// They are deleted together with the first batch, in its transaction: a new table takes the
    /// place of the live one. If there is no batch, they stay.
    ///
    /// Views that depend on the table, to any depth, are made again over the new one, and are locked
    /// in ACCESS EXCLUSIVE mode together with it. A materialized view that held data holds that of
    /// the new table; it is filled before the locks are asked for, if the role may create schemas.
    BeforeFirstBatch,
    /// They are deleted as by [`BeforeFirstBatch`](Self::BeforeFirstBatch), and also if there is no
    /// batch: the table is then truncated, and materialized views stay as they are.
    All,
    /// The rows of the ingest are the whole: what is in the table and did not come is deleted at the end, by its
    /// key, in the transaction of all batches ([`AfterLastBatch`](Visibility::AfterLastBatch), which it
    /// implies). Rows that came unchanged are not written, so that the WAL is that of the differences; the
    /// table stays the same one, with its views and indexes, under ROW EXCLUSIVE alone; triggers on DELETE
    /// fire. Tables of a set lose rows after those that refer to them.
    ///
    /// A source that returns what is new since the stored high watermark is not the whole: begin with
    /// [`HighWatermark::Earliest`].
    ///
    /// Without a batch nothing is deleted; a batch without rows deletes all, if the
    /// [fuse](crate::Ingest::fuse) lets it.
    ///
    /// The tables need a key ([`Upsert::IfPrimaryKey`] or [`Upsert::KeepExisting`]); with
    /// [`set_aside`](crate::Ingest::set_aside) it is refused, as a row that is set aside would count as one that
    /// did not come ([`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported)). The role needs DELETE and
    /// SELECT on the table.
    Missing,
}

/// What becomes of a table that does not match its definition.
///
/// What an ingest made of a table, it may drop; what it did not make, it leaves alone. The comment
/// on the table remembers what was made: the columns, indexes, constraints and defaults that an
/// ingest created. A comment without a `"pg-bulk-ingest"` key is of a table that somebody else made;
/// one that the Python package, or an earlier version, wrote is of a table that was made wholly.
/// [`Report::kept`](crate::Report::kept) has what is left alone, which is also logged at WARN once an
/// ingest; so is every statement that drops a column.
///
/// How each difference is migrated, what it locks and what it costs is in the repository's
/// `docs/migration.md`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Migration {
    /// The default. What the table lacks is added. What an ingest made is changed until it is as
    /// defined, and dropped where the struct does not have it.
    ///
    /// What no ingest made stays, over rebuilds and [`Delete`] too: columns, indexes, constraints
    /// and defaults that the struct does not have, a type that is wider than defined, and whether a
    /// column is NOT NULL. A column that no ingest made is widened in place, and not retyped
    /// otherwise; a table that no ingest made is not rebuilt, and the order of its columns does not
    /// count. What can be neither changed nor left is refused
    /// ([`ErrorKind::CannotMigrate`](crate::ErrorKind::CannotMigrate)): a NOT NULL column without a default
    /// that the struct does not have, a primary key of other columns, a change that needs a rebuild.
    #[default]
    Evolve,
    /// The table becomes exactly the struct, whatever was there and whoever made it: what the struct
    /// does not have is dropped.
    Exact,
    /// What is missing is added, columns are renamed where the struct says so, and types are widened
    /// where that rewrites nothing. Nothing is
    /// dropped, narrowed or rebuilt: what is there but not defined stays, columns, indexes, defaults,
    /// a primary key. A column that allows NULL, or longer values than are defined, stays so. What
    /// would need a rebuild, and a primary key of other columns than defined, is an error.
    AdditiveOnly,
    /// Any difference is an error, [`ErrorKind::SchemaMismatch`](crate::ErrorKind::SchemaMismatch), also one that
    /// `Evolve` would leave alone, and so is a table that does not exist.
    Freeze,
}

/// Whether the order of a table's columns has to be that of the struct's fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnOrder {
    /// It has: the default. A table whose columns are in another order, or that lacks one which is
    /// not the last, is rebuilt. The order of a table that no ingest made does not count
    /// ([`Migration`]).
    #[default]
    Exact,
    /// It has not. Columns that are missing are added at the end, in place.
    Any,
}

/// How locks are waited for that readers of the table would queue behind.
///
/// Everything but `comment_lock_timeout` concerns ACCESS EXCLUSIVE, which is needed for the instant in which
/// a table replaces another. It is asked for in short attempts, between which readers go
/// on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locks {
    /// How long one attempt waits, and so the longest that a reader queues: 300 ms. It is cut to
    /// half of the server's `deadlock_timeout`, so that it is never the reader that a deadlock
    /// ends.
    pub attempt: Duration,
    /// After how long the sessions that are in the way are terminated: 5 minutes. `None`: never;
    /// after 5 minutes it is an error.
    ///
    /// In the way is a transaction that has held a lock through a whole attempt. A session whose
    /// transactions are shorter is not terminated, whatever it holds at the moment of the look. Only
    /// if the lock is still not granted 30 s later, since others come without a gap whose transactions
    /// are all longer than an attempt, are those terminated, too, that have just begun. A minute after
    /// the first look it is an error.
    pub terminate_after: Option<Duration>,
    /// How long SHARE UPDATE EXCLUSIVE is waited for, which writing the high watermark takes:
    /// 5 minutes, and then it is an error. No reader and no writer queues behind it; a VACUUM or
    /// CREATE INDEX may be in the way, which is not terminated.
    pub comment_lock_timeout: Duration,
}

impl Default for Locks {
    fn default() -> Self {
        Self {
            attempt: Duration::from_millis(300),
            terminate_after: Some(Duration::from_secs(300)),
            comment_lock_timeout: Duration::from_secs(300),
        }
    }
}
