//! Rows of a part of a batch, which are encoded apart from those of other parts, at the same time.

use super::chunk::Chunk;
use super::{CHUNK, Copy, Failed};
use crate::encode::{RowEncoder, TargetType};
use crate::error::{BoxError, Error, numbered_in_part};
use crate::table::RowOf;
use tokio_postgres::Transaction;

/// The bytes of a part that are encoded at once, before all parts' are sent.
const STEP: usize = 4 * CHUNK;

/// The rows of a part that are encoded but not sent.
#[derive(Debug, Default)]
pub(crate) struct Apart {
    /// Its number, from 0.
    part: u64,
    buffer: Vec<u8>,
    /// The rows that were sent, and those in the buffer.
    sent: u64,
    rows: u64,
}

/// What is to be known of a table to encode its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoding<'a> {
    targets: &'a [TargetType],
    fields: i16,
    numbered: bool,
}

/// Why a row of a part was not encoded.
#[derive(Debug)]
pub(crate) enum Refused {
    Value(Failed),
    /// There is an error instead of the row of this number.
    Source {
        row: u64,
        error: BoxError,
    },
}

impl Apart {
    pub(crate) fn new(part: u64) -> Self {
        Self { part, ..Self::default() }
    }

    /// The rows that were encoded.
    pub(crate) fn received(&self) -> u64 {
        self.sent + self.rows
    }

    /// The rows that were not sent.
    pub(super) fn buffered(&self) -> &[u8] {
        &self.buffer
    }

    /// Encodes rows until there are enough to send. Returns whether there may be more.
    pub(crate) fn fill<S: ?Sized, R: RowOf<S>>(
        &mut self,
        rows: &mut impl Iterator<Item = R>,
        encoding: Encoding<'_>,
    ) -> Result<bool, Refused> {
        let Encoding { targets, fields, numbered } = encoding;
        for row in rows {
            let start = self.buffer.len();
            let number = numbered_in_part(self.part, self.received() + 1);
            if row.row().is_none() {
                return Err(Refused::Source { row: number, error: row.into_error() });
            }
            let mut encoder = RowEncoder::begin(&mut self.buffer, targets, fields);
            row.encode_row(&mut encoder);
            if numbered {
                encoder.number(number);
            }
            if let Err(error) = encoder.finish() {
                self.buffer.truncate(start);
                return Err(Refused::Value(Failed { table: 0, row: Some(number), error }));
            }
            self.rows += 1;
            if self.buffer.len() >= STEP {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Copy {
    /// How rows of the only table are encoded.
    pub(crate) fn encoding(&self) -> Option<Encoding<'_>> {
        let [rows] = self.tables.as_slice() else { return None };
        Some(Encoding { targets: &rows.targets, fields: rows.fields, numbered: rows.numbered })
    }

    /// Sends what is encoded of a part of the rows of the only table.
    pub(crate) async fn send_apart(
        &mut self,
        apart: &mut Apart,
        transaction: &Transaction<'_>,
    ) -> Result<(), Error> {
        if apart.rows == 0 {
            return Ok(());
        }
        let next = self.pool.take(apart.buffer.capacity());
        let data = std::mem::replace(&mut apart.buffer, next);
        let before = numbered_in_part(apart.part, apart.sent);
        let rows = std::mem::take(&mut apart.rows);
        let chunk = Chunk::new(data, before, rows);
        apart.sent += rows;
        self.tables[0].received += rows;
        self.tables[0].sent += rows;
        self.bytes += chunk.data.len() as u64;
        match self.dealing {
            Some(_) => self.deal(chunk, transaction).await,
            None => self.send_alone(0, chunk, transaction).await,
        }
    }
}
