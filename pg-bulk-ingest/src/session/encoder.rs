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
use crate::hook::NoHook;
use crate::ident::QualifiedName;
use crate::source::RowSource;
use crate::table::RowOf;
use crate::watermark;
use serde::Serialize;

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

    /// What another session carries on after an error, in a batch of so many rows if in any.
    pub(crate) fn hand_over(&mut self, count: u64, new: Option<&W>) -> Carried<W>
    where
        W: Serialize + Clone,
    {
        let store = &self.core.store;
        let seen = store.position();
        let json = new.and_then(|after| watermark::write(after, self.read).ok());
        // That of a table which is gone is cleared by the batch that creates it.
        let creates = self.core.targets.first().is_some_and(|first| first.current.is_none());
        let is_stored = json.is_some() || creates && store.has_row();
        let committed = if is_stored { store.position_after(json) } else { seen.clone() };
        let totals = std::mem::take(&mut self.core.totals);
        let (high_watermark, new) = (self.high_watermark.take(), new.cloned());
        Carried { totals, count, seen, committed, high_watermark, new }
    }

    /// Carries on what another session began. Nobody else may have stored a high watermark of the source since.
    pub(crate) fn carry_on(&mut self, carried: Carried<W>) -> Result<(), Error> {
        let Carried { mut totals, seen, high_watermark, .. } = carried;
        let migrated = std::mem::take(&mut self.core.totals.migrated);
        totals.migrated.extend(migrated.into_statements());
        self.core.totals = totals;
        self.high_watermark = high_watermark;
        if self.core.store.position() != seen {
            let error = concurrent("it stored a high watermark");
            return Err(self.core.locate(error));
        }
        Ok(())
    }
}

/// What a session hands over to the one that carries on after an error.
#[derive(Debug)]
pub(crate) struct Carried<W> {
    totals: Totals,
    /// The rows of the batch that was under way.
    count: u64,
    /// Where the high watermark was, and where it is if that batch is committed after all.
    seen: Position,
    committed: Position,
    /// The high watermark of the session, and that of the batch.
    high_watermark: Option<W>,
    new: Option<W>,
}

impl<W> Carried<W> {
    /// The number of batches that were committed.
    pub(crate) fn batches(&self) -> u64 {
        self.totals.batches
    }

    /// The batch that was under way is committed.
    pub(crate) fn with_batch(mut self) -> Self {
        self.totals.batches += 1;
        self.totals.rows += self.count;
        self.seen = self.committed.clone();
        self.high_watermark = self.new.take().or(self.high_watermark);
        self
    }
}

/// Rows that are encoded, as the rows of a batch.
#[derive(Clone, Copy)]
pub(crate) struct EncodedRows<'e> {
    /// What encodes rows as these are.
    pub(crate) encoder: &'e Encoder,
    pub(crate) pages: &'e [Page],
}

impl<S: ?Sized, W: Send> RowSource<S, W> for EncodedRows<'_> {
    async fn write_into(self, batch: &mut OpenBatch<'_, '_>) -> Result<Option<W>, Error> {
        batch.write_encoded(self).await.map(|()| None)
    }
}

impl OpenBatch<'_, '_> {
    /// Writes rows that are encoded.
    async fn write_encoded(&mut self, rows: EncodedRows<'_>) -> Result<(), Error> {
        let EncodedRows { encoder, pages } = rows;
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
