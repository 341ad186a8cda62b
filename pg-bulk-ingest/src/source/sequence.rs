//! Rows in a sequence, which is cut into batches where the high watermark changes.

mod iterated;
mod streamed;

pub(crate) use iterated::Piece;
pub(crate) use streamed::StreamedPiece;

use crate::error::{BoxError, Error, ErrorKind};
use crate::options::Cut;
use crate::table::RowOf;
use serde::Serialize;
use std::fmt;
use tokio::time::Instant;

/// Where batches end, and what the rows have to be like.
pub(crate) struct Rules<W> {
    pub(crate) cut: Cut,
    /// Whether the second high watermark, which is not equal to the first, may follow it.
    pub(crate) may_follow: fn(&W, &W) -> bool,
    /// Whether no two rows that follow each other have equal high watermarks, so that a batch may end after
    /// any of them.
    pub(crate) distinct: bool,
}

impl<W> Default for Rules<W> {
    fn default() -> Self {
        Self { cut: Cut::default(), may_follow: |_, _| true, distinct: false }
    }
}

impl<W: PartialEq + Serialize> Rules<W> {
    /// Checks the high watermark of a row by that of the row before.
    fn check(&self, before: Option<&W>, next: &W) -> Result<(), Error> {
        let Some(before) = before else { return Ok(()) };
        let may = if before == next { !self.distinct } else { (self.may_follow)(before, next) };
        if may { Ok(()) } else { Err(out_of_order(before, next)) }
    }
}

#[cold]
fn out_of_order<W: Serialize>(before: &W, next: &W) -> Error {
    let json = |w| serde_json::to_string(w).unwrap_or_else(|error| format!("unreadable ({error})"));
    let kind = ErrorKind::OutOfOrder { before: json(before), high_watermark: json(next) };
    Error::new(kind, "cannot take the next row")
}

#[cold]
fn source_failed(source: BoxError) -> Error {
    Error::new(ErrorKind::Source, "cannot get the next row from its source").caused_by(source)
}

impl<W> fmt::Debug for Rules<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("cut", &self.cut).finish_non_exhaustive()
    }
}

/// A row that is in no batch yet.
struct Held<R, W> {
    row: R,
    high_watermark: W,
    /// The instant at which a batch that begins with it may end.
    ends: Option<Instant>,
}

/// Rows of which some are in batches already.
pub(crate) struct Sequence<I, R, K, W> {
    rows: I,
    high_watermark: K,
    rules: Rules<W>,
    /// The first row of the next batch.
    next: Option<Held<R, W>>,
    /// The row after that, if it was waited for before the batch began; or that there is none.
    second: Option<Option<Held<R, W>>>,
    /// The instant at which the batch may end.
    ends: Option<Instant>,
    /// The high watermark of the last row that is in a batch; before the first, that after which the ingest
    /// begins.
    last: Option<W>,
    /// Errors that came before the first row, to be set aside in the first batch, and how many may be.
    early: Vec<BoxError>,
    early_at_most: u64,
}

impl<I, R, K, W> Sequence<I, R, K, W> {
    pub(crate) fn new(rows: I, high_watermark: K, rules: Rules<W>, after: Option<W>) -> Self {
        Self {
            rows,
            high_watermark,
            rules,
            next: None,
            second: None,
            ends: None,
            last: after,
            early: Vec::new(),
            early_at_most: 0,
        }
    }

    /// Sets aside so many errors at most that come before the first row.
    pub(crate) fn early_errors(self, at_most: u64) -> Self {
        Self { early_at_most: at_most, ..self }
    }
}

impl<I, R, K, W: PartialEq + Serialize> Sequence<I, R, K, W> {
    /// Holds a row that follows the one that is held, or else the last that is in a batch.
    fn hold<S>(&mut self, row: R) -> Result<Held<R, W>, Error>
    where
        S: ?Sized,
        R: RowOf<S>,
        K: FnMut(&R::Row) -> W,
    {
        let Some(inner) = row.row() else { return Err(source_failed(row.into_error())) };
        let high_watermark = (self.high_watermark)(inner);
        let before = self.next.as_ref().map(|held| &held.high_watermark).or(self.last.as_ref());
        self.rules.check(before, &high_watermark)?;
        Ok(Held { row, high_watermark, ends: self.rules.cut.ends() })
    }
}
