//! Rows that are set aside, so that the rest of their batch goes on.

use super::batch::OpenBatch;
use super::refused::Refusal;
use crate::copy::Failed;
use crate::error::{BoxError, Error, ErrorKind};
use crate::ident::QualifiedName;
use crate::report::Rejected;
use std::collections::BTreeMap;

/// The rows that a batch has set aside.
#[derive(Debug, Default)]
pub(super) struct Aside {
    rejected: Vec<Rejected>,
    /// The table of each, and whether its number is one of the rows of that table.
    /// It is not for one that the server refused, which was numbered with those that were sent.
    places: Vec<(usize, bool)>,
    /// Each as JSON, where the server had it and it is kept.
    shown: Vec<Option<String>>,
    /// How many have each place.
    counts: BTreeMap<(usize, bool), u64>,
}

impl Aside {
    /// How many rows of a table were set aside.
    pub(super) fn of_table(&self, table: usize) -> u64 {
        self.numbered(table) + self.counts.get(&(table, false)).copied().unwrap_or_default()
    }

    /// How many of them have a number among the rows of the table.
    fn numbered(&self, table: usize) -> u64 {
        self.counts.get(&(table, true)).copied().unwrap_or_default()
    }

    /// Those of a table, each as JSON where that is known.
    pub(super) fn in_table(&self, table: usize) -> impl Iterator<Item = (&Rejected, Option<&str>)> {
        let all = self.rejected.iter().zip(&self.places).zip(&self.shown);
        all.filter(move |((_, (of, _)), _)| *of == table)
            .map(|((rejected, _), shown)| (rejected, shown.as_deref()))
    }

    pub(super) fn rows(&self) -> &[Rejected] {
        &self.rejected
    }

    pub(super) fn into_rows(self) -> Vec<Rejected> {
        self.rejected
    }

    /// The number that a row of a table has among all that came, of which it is the `number`th that was not
    /// set aside.
    fn number_of(&self, table: &QualifiedName, number: u64) -> u64 {
        let of_table = self.rejected.iter().zip(&self.places);
        let of_table =
            of_table.filter(|(row, (_, is_numbered))| *is_numbered && row.table == *table);
        of_table.fold(number, |number, (row, _)| number + u64::from(row.row <= number))
    }

    /// The error, at the number that its row has among all that came.
    pub(super) fn place(&self, error: Error) -> Error {
        match (error.table(), error.row()) {
            (Some(table), Some(row)) if !self.rejected.is_empty() => {
                let number = self.number_of(table, row);
                error.of_row(number)
            }
            _ => error,
        }
    }
}

impl OpenBatch<'_, '_> {
    /// A row could not be encoded: it is set aside, or its error is returned.
    #[cold]
    pub(super) fn refuse_value(&mut self, failed: Failed) -> Result<(), Error> {
        let Failed { table, row, error } = failed;
        let row = row.map(|row| row + self.aside.numbered(table));
        let error = self.load.failed(&Failed { table, row, error }, self.core);
        match self.core.settings.set_aside {
            Some(_) if row.is_some() => self.set_aside((table, true), &error, None),
            // A row that should have been deleted would stay, and nobody looks for it among rejects.
            _ => Err(self.locate_as_is(error)),
        }
    }

    /// The source returned an error instead of a row: it is set aside, or returned, as it is where no rows
    /// come after it.
    #[cold]
    pub(crate) fn refuse_source(&mut self, source: BoxError, ends: bool) -> Result<(), Error> {
        let failed = Error::new(ErrorKind::Source, "cannot get the next row from its source");
        let error = failed.in_row(self.next_row()).caused_by(source);
        match self.core.settings.set_aside {
            Some(budget) if budget.source_errors && !ends => {
                self.set_aside((0, self.targets.len() == 1), &error, None)
            }
            _ => Err(self.locate_as_is(error)),
        }
    }

    /// Says how many rows the server may refuse.
    pub(super) fn allow_refusals(&mut self) {
        let Some(budget) = self.core.settings.set_aside else { return };
        let allowed = budget.allows(self.taken.rows);
        let set_aside = self.aside.rejected.len() as u64;
        if let Some(refusals) = &mut self.load.refusals {
            refusals.allowed = allowed.saturating_sub(set_aside);
            refusals.keeps = budget.in_table;
        }
    }

    /// Sets the rows aside that the server refused.
    pub(super) fn set_refused_aside(&mut self) -> Result<(), Error> {
        let refusals = self.load.refusals.as_mut();
        let refusals = refusals.map(|refusals| std::mem::take(&mut refusals.refusals));
        for Refusal { table, error, rows } in refusals.into_iter().flatten() {
            let mut error = self.core.settings.show(error);
            for (row, shown) in rows {
                let number = self.aside.number_of(&self.core.targets[table].name, row);
                error = error.of_row(number);
                self.set_aside((table, false), &error, shown)?;
                // It was taken.
                self.taken.rows -= 1;
            }
        }
        self.check_share()
    }

    fn set_aside(
        &mut self,
        place: (usize, bool),
        error: &Error,
        shown: Option<String>,
    ) -> Result<(), Error> {
        let (table, _) = place;
        let rejected = Rejected {
            table: self.core.targets[table].name.clone(),
            batch: self.core.totals.batches + 1,
            row: error.row().unwrap_or_default(),
            column: error.column().map(str::to_owned),
            sqlstate: error.code().map(|code| code.code().to_owned()),
            message: error.reason(),
        };
        let at_most = self.core.settings.set_aside.map_or(0, |budget| budget.at_most);
        if self.aside.rejected.len() as u64 >= at_most {
            return Err(self.too_many(&rejected, at_most));
        }
        tracing::debug!(%rejected, "row set aside");
        self.aside.rejected.push(rejected);
        self.aside.places.push(place);
        self.aside.shown.push(shown);
        *self.aside.counts.entry(place).or_default() += 1;
        self.taken.rows += 1;
        Ok(())
    }

    /// More rows of the batch are to be set aside than may be, of which this is the last.
    fn too_many(&self, last: &Rejected, allowed: u64) -> Error {
        let kind = ErrorKind::TooManyRejected { allowed };
        let error = Error::new(kind, "cannot set a row aside").in_table(&last.table);
        let error = error.in_row(last.row).caused_by(last.message.clone());
        let error = last.column.iter().fold(error, Error::in_column);
        self.locate_as_is(error)
    }

    /// Checks how many of the batch's rows were set aside, now that all have come.
    pub(super) fn check_share(&self) -> Result<(), Error> {
        let (Some(budget), Some(last)) = (self.core.settings.set_aside, self.aside.rejected.last())
        else {
            return Ok(());
        };
        let allowed = budget.allows(self.taken.rows);
        match self.aside.rejected.len() as u64 > allowed {
            true => Err(self.too_many(last, allowed)),
            false => Ok(()),
        }
    }
}
