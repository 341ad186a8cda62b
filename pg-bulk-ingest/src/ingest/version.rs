//! Versions of a table.

use super::Ingest;
use crate::definition::Table;
use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::hook::OnCreate;
use crate::ident::QualifiedName;
use crate::options::Versions;
use crate::report::Plan;
#[cfg(doc)]
use crate::report::VersionOutcome;
use crate::session::{self, Asked, Prepared, Settings};
use crate::table::{IngestTable, Versioned};
use std::fmt;
use tokio_postgres::Client;

impl<S: IngestTable + ?Sized, H> Ingest<'_, S, H> {
    /// Fills a version of the table: a partition of its own, which readers see whole once the ingest is finished,
    /// and until then not at all. Default: rows go into the table itself.
    ///
    /// The struct has `partition_by = "list (column)"`; the label is the value of that column in all rows, which
    /// PostgreSQL checks as they are loaded. The version is filled as a table of its own, by any
    /// number of batches. When the ingest is finished, one transaction attaches it, shows it in a view
    /// `<table>_latest` in the same schema, and removes the versions that are not [kept](Self::versions).
    ///
    /// - If the version is published already, nothing is done: the report has [`VersionOutcome::Exists`], and
    ///   [`start`](Self::start) returns [`ErrorKind::VersionExists`].
    /// - If its contents are those of the newest version, it is dropped: the report has
    ///   [`VersionOutcome::Equal`]. Both are counted and digested for that (128 bits, in any order of rows),
    ///   without the column of the label and those that the server fills.
    /// - If an ingest of the version was interrupted, the next one of the same label carries on after the high
    ///   watermark that it stored. Without one, or with a [`Delete`](crate::Delete), the version is
    ///   filled anew.
    ///
    /// Who may read the whole table when the view is made may read the view. A view of one's own over it is
    /// kept as long as the columns stay; where the struct has lost one that the view shows, or has another
    /// order, the view is made again, with its owner, grants and comment.
    ///
    /// Locks: of the table SHARE UPDATE EXCLUSIVE while the version is compared and attached, so that readers go
    /// on; ACCESS EXCLUSIVE on the view, and where versions are removed, or before PostgreSQL 12, on the
    /// table, which are waited for in short attempts ([`Locks`](crate::Locks)) and held for an instant. The role
    /// owns the table and may create in its schema.
    ///
    /// ```no_run
    /// # use chrono::NaiveDate;
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, Versions, ingest};
    /// #[derive(IngestTable)]
    /// #[ingest(table = "rate", primary_key(day, currency), partition_by = "list (day)")]
    /// struct Rate {
    ///     day: NaiveDate,
    ///     currency: String,
    ///     value: f64,
    /// }
    ///
    /// # async fn run(client: &mut tokio_postgres::Client, today: NaiveDate, rates: Vec<Rate>) -> Result<(), Error> {
    /// let report = ingest::<Rate>(client)
    ///     .version(today)
    ///     .versions(Versions::keep(3))
    ///     .batches(|_: Option<NoWatermark>| Batch::new(rates))
    ///     .await?;
    /// println!("{report}"); // … version published, removed: 2026-11-26
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the ingest begins: [`ErrorKind::Unsupported`] for a label that is no value of the column, a table with a
    /// default partition, a column that is an identity, and where a name is taken by what no ingest made;
    /// [`ErrorKind::InsufficientPrivilege`].
    pub fn version(mut self, label: impl fmt::Display) -> Self
    where
        S: Versioned,
    {
        self.version = Some(Asked { label: label.to_string(), definition: S::VERSION });
        self
    }

    /// Which versions are kept, of an ingest with a [`version`](Self::version). Default: [`Versions::all`].
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, Versions, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t", partition_by = "list (run)")]
    /// # struct Row { run: i32 }
    /// # async fn load(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// ingest::<Row>(client)
    ///     .version(7)
    ///     .versions(Versions::keep(2).even_if_equal())
    ///     .batches(|_: Option<NoWatermark>| Batch::new([Row { run: 7 }]))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn versions(mut self, versions: Versions) -> Self {
        self.settings.versions = versions;
        self
    }
}

/// What a session fills.
pub(super) struct Filling {
    pub(super) tables: Vec<(QualifiedName, &'static Table)>,
    pub(super) settings: Settings,
    /// What was done before it begins.
    pub(super) migrated: Plan,
}

/// Makes the partitioned table of a version, and looks for that, if one is filled.
pub(super) async fn prepare(
    client: &mut Client,
    tables: Vec<(QualifiedName, &'static Table)>,
    settings: Settings,
    asked: Option<Asked>,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<Filling, Error> {
    let (Some(asked), Some(table)) = (asked, tables.first()) else {
        return Ok(Filling { tables, settings, migrated: Plan::default() });
    };
    // Few ingests have a version, and all have the size of its future otherwise.
    let prepared = session::prepare(client, table.clone(), settings, &asked, on_create);
    let prepared = Box::pin(prepared).await?;
    let Prepared { name, definition, settings, migrated } = prepared;
    Ok(Filling { tables: vec![(name, definition)], settings, migrated })
}
