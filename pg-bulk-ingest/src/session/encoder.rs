//! Rows that are encoded while no batch is open, and go into one later.

use super::batch::OpenBatch;
use super::core::{Core, Totals};
use super::load::{Load, value_error};
use super::open::concurrent;
use super::store::Position;
use super::{Session, deleting};
use crate::copy::{Encoded, Page};
use crate::deadline::within;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::hook::{Hook, NoHook};
use crate::ident::QualifiedName;
use crate::options::{Delete, Visibility};
use crate::table::RowOf;
use crate::watermark;
use serde::Serialize;

const START: &str = "cannot start the ingest";

/// Encodes rows while no batch is open.
pub(crate) struct Encoder {
    encoded: Encoded,
    tables: Vec<(QualifiedName, &'static Table)>,
    show_values: bool,
    /// Why each table takes no deletes, if it takes none.
    no_deletes: Vec<Error>,
}

impl Encoder {
    fn new(core: &Core) -> Self {
        let tables = core.targets.iter().map(|target| (target.name.clone(), target.definition));
        Self {
            encoded: Encoded::for_copies_like(Load::new(core, &core.targets).copied()),
            tables: tables.collect(),
            show_values: core.settings.show_values,
            no_deletes: core.targets.iter().map(|target| deleting::refused(target, core)).collect(),
        }
    }

    /// The rows, and the keys to delete.
    pub(crate) fn count(&self) -> u64 {
        self.encoded.count()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.encoded.bytes()
    }

    /// Encodes a row. One that fails leaves nothing behind.
    pub(crate) fn push<S: ?Sized, R: RowOf<S>>(&mut self, row: R) -> Result<(), Error> {
        if row.row().is_none() {
            let failed = Error::new(ErrorKind::Source, "cannot get the next row from its source");
            return Err(failed.caused_by(row.into_error()));
        }
        if row.is_delete() && !self.encoded.takes_keys(row.table()) {
            return Err(self.no_deletes[row.table()].clone());
        }
        self.encoded.push::<S, R>(&row).map_err(|failed| {
            let (name, table) = &self.tables[failed.table];
            value_error(&failed, name, table, self.show_values)
        })
    }

    /// Whether the other encodes rows as this one does.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.encoded.is_like(&other.encoded)
    }

    /// The error where rows that it has encoded would be taken for others.
    pub(crate) fn changed() -> Error {
        let change = "it changed the types of columns for which rows were encoded".to_owned();
        Error::new(ErrorKind::ConcurrentIngest { change }, "cannot write a row")
    }

    /// Takes out all that is encoded.
    pub(crate) fn take(&mut self) -> Vec<Page> {
        self.encoded.take()
    }
}

impl<S: ?Sized, W, H> Session<'_, S, W, H> {
    /// Makes the tables such that rows can be encoded before a batch begins, and stay so: those that do not
    /// exist are created, and those that cannot be changed in place are rebuilt, by a batch without rows.
    pub(crate) async fn settle(&mut self) -> Result<(), Error> {
        refuse_settings(&self.core)?;
        let is_settled = |core: &Core| {
            let mut targets = core.targets.iter();
            targets.all(|target| target.current.is_some() && target.outstanding.is_none())
        };
        if is_settled(&self.core) {
            return Ok(());
        }
        let batch = self.batch().await?;
        let open = batch.open;
        let (deadline, waits) = (open.deadline(), open.waits());
        within(deadline, waits, open.commit(None, &mut NoHook, ())).await.map(|_| ())
    }

    /// What encodes rows for its batches, once the tables are [settled](Self::settle).
    pub(crate) fn encoder(&self) -> Encoder {
        Encoder::new(&self.core)
    }

    /// Ingests a batch of rows that are encoded.
    pub(crate) async fn ingest_encoded(
        &mut self,
        encoder: &Encoder,
        pages: &[Page],
        high_watermark: Option<W>,
    ) -> Result<(), Error>
    where
        W: Serialize,
        H: Hook<()>,
    {
        let mut batch = self.batch().await?;
        let open = batch.open_batch();
        if high_watermark.is_some() {
            open.check_may_store()?;
        }
        open.write_encoded(encoder, pages).await?;
        batch.commit_with(high_watermark, ()).await
    }

    /// What another session carries on after an error, in a batch of so many rows if in any.
    pub(crate) fn hand_over(&mut self, count: u64, high_watermark: Option<&W>) -> Carried
    where
        W: Serialize,
    {
        let store = &self.core.store;
        let seen = store.position();
        let json = high_watermark.and_then(|after| watermark::write(after, self.read).ok());
        // That of a table which is gone is cleared by the batch that creates it.
        let creates = self.core.targets.first().is_some_and(|first| first.current.is_none());
        let is_stored = json.is_some() || creates && store.has_row();
        let committed = if is_stored { store.position_after(json) } else { seen.clone() };
        let totals = std::mem::take(&mut self.core.totals);
        Carried { totals, count, seen, committed }
    }

    /// Carries on what another session began. Nobody else may have stored a high watermark of the source since.
    pub(crate) fn carry_on(&mut self, carried: Carried) -> Result<(), Error> {
        let Carried { mut totals, seen, .. } = carried;
        let migrated = std::mem::take(&mut self.core.totals.migrated);
        totals.migrated.extend(migrated.into_statements());
        self.core.totals = totals;
        if self.core.store.position() != seen {
            let error = concurrent("it stored a high watermark");
            return Err(self.core.locate(error));
        }
        Ok(())
    }
}

/// What a session hands over to the one that carries on after an error.
#[derive(Debug)]
pub(crate) struct Carried {
    totals: Totals,
    /// The rows of the batch that was under way.
    count: u64,
    /// Where the high watermark was, and where it is if that batch is committed after all.
    seen: Position,
    committed: Position,
}

impl Carried {
    /// The number of batches that were committed.
    pub(crate) fn batches(&self) -> u64 {
        self.totals.batches
    }

    /// The batch that was under way is committed.
    pub(crate) fn with_batch(mut self) -> Self {
        self.totals.batches += 1;
        self.totals.rows += self.count;
        Self { seen: self.committed.clone(), ..self }
    }
}

/// Settings by which the tables would be others in the first batch, or rows stay invisible in all.
fn refuse_settings(core: &Core) -> Result<(), Error> {
    let settings = &core.settings;
    let reason = if settings.delete != Delete::Off || settings.deletes_missing {
        "an inserter adds rows to what is there: it takes no `delete`"
    } else if settings.visibility != Visibility::AfterEachBatch {
        "an inserter makes each batch visible: it takes no `Visibility::AfterLastBatch`"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Unsupported { reason: reason.to_owned() }, START))
}

impl OpenBatch<'_, '_> {
    /// Writes rows that are encoded.
    async fn write_encoded(&mut self, encoder: &Encoder, pages: &[Page]) -> Result<(), Error> {
        if !encoder.encoded.is_for(self.load.copied()) {
            return Err(self.locate(Encoder::changed()));
        }
        for page in pages {
            let is_full = self.load.copy().append(page);
            self.count(page.count());
            if is_full {
                self.send().await?;
            }
        }
        Ok(())
    }
}
