//! Rows and keys that are encoded before there is a batch for them.

use super::deletes::Keys;
use super::{CHUNK, Copy, Failed, Rows};
use crate::encode::TargetType;
use crate::table::RowOf;

/// Encodes rows as they are encoded for a [`Copy`], which they can be [appended](Copy::append) to.
pub(crate) struct Encoded {
    copy: Copy,
    /// What is encoded, but for what is still in the buffers.
    pages: Vec<Page>,
    /// The rows and keys.
    count: u64,
    /// Their bytes.
    bytes: usize,
    /// Where the buffer of a table ended before a row that is being encoded: still there if its code panicked.
    begun: Option<(usize, usize)>,
}

/// Encoded rows or keys of one table.
#[derive(Debug)]
pub(crate) struct Page {
    table: usize,
    /// Whether they are keys to delete.
    keys: bool,
    count: u64,
    data: Vec<u8>,
}

impl Encoded {
    /// Encodes rows for any copy that is [like](Copy::is_like) this one.
    pub(crate) fn for_copies_like(copy: &Copy) -> Self {
        Self { copy: copy.emptied(), pages: Vec::new(), count: 0, bytes: 0, begun: None }
    }

    /// The rows and keys.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Their bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether keys of a table can be taken.
    pub(crate) fn takes_keys(&self, table: usize) -> bool {
        self.copy.takes_keys(table)
    }

    /// Encodes a row. One that fails, or whose own code panics, leaves nothing behind.
    pub(crate) fn push<S: ?Sized, R: RowOf<S>>(&mut self, row: &R) -> Result<(), Failed> {
        self.take_back();
        let at = if row.is_delete() { self.copy.keys_at(row.table()) } else { row.table() };
        let before = self.copy.tables[at].buffer.len();
        self.begun = Some((at, before));
        let encoded = self.copy.encode::<S, R>(row);
        self.begun = None;
        encoded?;
        let filled = self.copy.tables[at].buffer.len();
        self.count += 1;
        self.bytes += filled - before;
        if filled >= CHUNK {
            self.turn(at);
        }
        Ok(())
    }

    /// Takes back what a row has left whose code panicked.
    fn take_back(&mut self) {
        if let Some((at, length)) = self.begun.take() {
            self.copy.tables[at].buffer.truncate(length);
        }
    }

    /// Makes a page of what is in a buffer.
    fn turn(&mut self, at: usize) {
        let of_keys = |keys: &Keys| matches!(keys, Keys::Sent(sent) if *sent == at);
        let keys = self.copy.keys.iter().position(of_keys);
        let Rows { buffer, received, sent, .. } = &mut self.copy.tables[at];
        if !buffer.is_empty() {
            let count = *received - *sent;
            let next = Vec::with_capacity(buffer.capacity());
            let data = std::mem::replace(buffer, next);
            self.pages.push(Page { table: keys.unwrap_or(at), keys: keys.is_some(), count, data });
            *sent = *received;
        }
    }

    /// Takes out all that is encoded, to go on with what comes after it.
    pub(crate) fn take(&mut self) -> Vec<Page> {
        self.take_back();
        (0..self.copy.tables.len()).for_each(|at| self.turn(at));
        let pages = std::mem::take(&mut self.pages);
        *self = Self::for_copies_like(&self.copy);
        pages
    }

    /// Whether the other encodes rows in the same way.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.copy.is_like(&other.copy)
    }

    /// Whether its rows can be appended to this copy.
    pub(crate) fn is_for(&self, copy: &Copy) -> bool {
        self.copy.is_like(copy)
    }
}

impl Copy {
    /// One for the same tables, without rows.
    fn emptied(&self) -> Self {
        let mut copy = Self::new();
        copy.tables.extend(self.tables.iter().take(self.keys.len()).map(Rows::emptied));
        copy.keys.extend(self.keys.iter().map(|keys| match keys {
            Keys::Refused => Keys::Refused,
            Keys::Ready(rows) => Keys::Ready(Box::new(rows.emptied())),
            Keys::Sent(at) => Keys::Ready(Box::new(self.tables[*at].emptied())),
        }));
        copy
    }

    /// How the rows of each table are encoded, and then its keys if it takes any.
    fn encodings(&self) -> impl Iterator<Item = Option<(&[TargetType], i16, bool)>> {
        let rows = self.tables.iter().take(self.keys.len()).map(Some);
        let keys = self.keys.iter().map(|keys| match keys {
            Keys::Refused => None,
            Keys::Ready(rows) => Some(&**rows),
            Keys::Sent(at) => Some(&self.tables[*at]),
        });
        let rows = rows.chain(keys);
        rows.map(|rows| rows.map(|rows| (rows.targets.as_slice(), rows.fields, rows.numbered)))
    }

    /// Whether rows of its tables are encoded as those of the other's.
    fn is_like(&self, other: &Self) -> bool {
        self.encodings().eq(other.encodings())
    }

    /// Appends rows, or keys, that are encoded. Returns whether it is time to send.
    pub(crate) fn append(&mut self, page: &Page) -> bool {
        let Page { table, keys, count, data } = page;
        let at = if *keys { self.keys_at(*table) } else { *table };
        let rows = &mut self.tables[at];
        rows.buffer.extend_from_slice(data);
        rows.received += count;
        rows.buffer.len() >= rows.chunk && (self.is_next(at) || self.is_over_budget())
    }
}

impl Rows {
    /// Rows of this table that go this way, none of which has come.
    fn emptied(&self) -> Self {
        let Self { table, targets, fields, route, columns, chunk, .. } = self;
        let rows = Self::new(table.clone(), targets.clone(), *fields, route.clone());
        Self { columns: columns.clone(), chunk: *chunk, ..rows }
    }
}

impl Page {
    /// The rows or keys.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}
