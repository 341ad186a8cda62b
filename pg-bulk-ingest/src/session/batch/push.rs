//! Rows that are encoded into a batch.

use super::OpenBatch;
use crate::copy::{Copy, Failed};
use crate::error::{BoxError, Error};
use crate::session::deleting;
use crate::table::RowOf;

/// Why no more rows are encoded for now.
#[derive(Debug)]
pub(crate) enum Pushed<R> {
    /// It is time to [`send`](OpenBatch::send); there may be more.
    Full,
    /// There are no more.
    Exhausted,
    /// This row was not admitted.
    Refused(R),
}

/// What a batch has taken so far.
#[derive(Clone, Copy)]
pub(crate) struct Fill<'a> {
    pub(crate) rows: u64,
    copy: &'a Copy,
}

impl Fill<'_> {
    /// The bytes of the rows, as they are sent.
    pub(crate) fn bytes(self) -> u64 {
        self.copy.encoded()
    }
}

/// What ends a loop over rows before they do.
enum Stop {
    Full,
    Refused,
    At(Refused),
}

/// Why a row is not in the batch.
enum Refused {
    /// It could not be encoded.
    Value(Failed),
    /// Its source returned an error instead of it.
    Source(BoxError),
    /// It is a key, and the table of this position deletes nothing by keys.
    Key(usize),
}

impl OpenBatch<'_, '_> {
    /// What the batch has taken so far.
    pub(crate) fn fill(&self) -> Fill<'_> {
        Fill { rows: self.taken.rows, copy: self.load.copied() }
    }

    /// Encodes a row. Returns whether it is time to [`send`](Self::send).
    #[inline]
    pub(crate) fn push<S: ?Sized, R: RowOf<S>>(&mut self, row: R) -> Result<bool, Error> {
        self.check_whole()?;
        // A panic of the row's own code leaves half of it in the buffer.
        self.broken = true;
        if row.row().is_none() {
            self.broken = false;
            return self.refuse_source(row.into_error(), R::ERRORS_END).map(|()| false);
        }
        if row.is_delete() && !self.load.copied().takes_keys(row.table()) {
            self.broken = false;
            return Err(self.refuse_key(row.table()));
        }
        let encoded = self.load.copy().encode(&row);
        self.broken = false;
        match encoded {
            Ok(full) => {
                self.taken.rows += 1;
                Ok(full)
            }
            Err(failed) => self.refuse_value(failed).map(|()| false),
        }
    }

    #[cold]
    fn refuse_key(&self, table: usize) -> Error {
        self.locate(deleting::refused(&self.targets[table], self.core))
    }

    /// Encodes rows until it is time to [`send`](Self::send). Returns whether there may be more.
    #[inline]
    pub(crate) fn push_all<S, I>(&mut self, rows: &mut I) -> Result<bool, Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>>,
    {
        let pushed = self.push_while::<S, I>(rows, |_, _| true)?;
        Ok(matches!(pushed, Pushed::Full))
    }

    /// Encodes rows until it is time to [`send`](Self::send), or one is not admitted.
    #[inline]
    pub(crate) fn push_while<S, I>(
        &mut self,
        rows: &mut I,
        mut admits: impl FnMut(&<I::Item as RowOf<S>>::Row, Fill<'_>) -> bool,
    ) -> Result<Pushed<I::Item>, Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>>,
    {
        loop {
            match self.push_until::<S, I>(rows, &mut admits)? {
                Ok(pushed) => return Ok(pushed),
                Err(Refused::Value(failed)) => self.refuse_value(failed)?,
                Err(Refused::Source(error)) => self.refuse_source(error, I::Item::ERRORS_END)?,
                Err(Refused::Key(table)) => return Err(self.refuse_key(table)),
            }
        }
    }

    /// Encodes rows until it is time to [`send`](Self::send), one is not admitted, or one is refused.
    #[inline]
    fn push_until<S, I>(
        &mut self,
        rows: &mut I,
        admits: &mut impl FnMut(&<I::Item as RowOf<S>>::Row, Fill<'_>) -> bool,
    ) -> Result<Result<Pushed<I::Item>, Refused>, Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>>,
    {
        self.check_whole()?;
        // A panic of the rows' own code leaves half of one in the buffer.
        self.broken = true;
        let mut taken = self.taken.rows;
        let mut refused = None;
        let copy = self.load.copy();
        let stopped = rows.try_for_each(|row| {
            let Some(inner) = row.row() else {
                return Err(Stop::At(Refused::Source(row.into_error())));
            };
            if row.is_delete() && !copy.takes_keys(row.table()) {
                return Err(Stop::At(Refused::Key(row.table())));
            }
            if !admits(inner, Fill { rows: taken, copy }) {
                refused = Some(row);
                return Err(Stop::Refused);
            }
            let full = copy
                .encode::<S, I::Item>(&row)
                .map_err(|failed| Stop::At(Refused::Value(failed)))?;
            taken += 1;
            if full { Err(Stop::Full) } else { Ok(()) }
        });
        self.taken.rows = taken;
        self.broken = false;
        match (stopped, refused) {
            (Err(Stop::Full), _) => Ok(Ok(Pushed::Full)),
            (_, Some(row)) => Ok(Ok(Pushed::Refused(row))),
            (Err(Stop::At(refused)), None) => Ok(Err(refused)),
            (Ok(()) | Err(Stop::Refused), None) => Ok(Ok(Pushed::Exhausted)),
        }
    }
}
