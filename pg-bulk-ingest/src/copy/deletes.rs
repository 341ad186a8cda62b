//! Keys whose rows are to be deleted, on their way to the server beside the rows.

use super::{Copy, Failed, Route, Rows, field_count};
use crate::encode::{RowEncoder, TargetType};
use crate::ident::QualifiedName;
use crate::table::RowOf;

/// Where the keys of a table go.
#[derive(Debug)]
pub(super) enum Keys {
    /// Nowhere: the table's rows are not merged by a key.
    Refused,
    /// To a table that is not there yet.
    Ready(Box<Rows>),
    /// To the one at this position.
    Sent(usize),
}

/// How the keys of a table reach the server.
#[derive(Debug)]
pub(crate) struct KeyRoute {
    pub(crate) table: QualifiedName,
    /// The positions in the table of the columns that come.
    pub(crate) columns: Vec<usize>,
    pub(crate) types: Vec<TargetType>,
    pub(crate) route: Route,
}

impl Copy {
    /// Says how keys of the next table reach the server; `None` if it takes none.
    pub(crate) fn add_keys(&mut self, keys: Option<KeyRoute>) {
        self.keys.push(match keys {
            None => Keys::Refused,
            Some(KeyRoute { table, columns, types, route }) => {
                let fields = field_count(columns.len() + 1);
                Keys::Ready(Box::new(Rows { columns, ..Rows::new(table, types, fields, route) }))
            }
        });
    }

    /// Whether keys of a table can be taken. Where rows go over several connections without numbers, those
    /// before a delete cannot be told from those after it.
    pub(crate) fn takes_keys(&self, table: usize) -> bool {
        let is_dealt = self.is_dealt() && self.is_ordered();
        !is_dealt && !matches!(self.keys.get(table), None | Some(Keys::Refused))
    }

    /// The keys that came for a table.
    pub(crate) fn keys(&self, table: usize) -> u64 {
        match self.keys.get(table) {
            Some(Keys::Sent(at)) => self.received(*at),
            _ => 0,
        }
    }

    /// Whether keys came for any table.
    pub(crate) fn has_keys(&self) -> bool {
        self.keys.iter().any(|keys| matches!(keys, Keys::Sent(_)))
    }

    /// Encodes a key, with its place among the rows of its table. Returns whether it is time to send.
    #[cold]
    #[inline(never)]
    pub(super) fn encode_key<S: ?Sized, R: RowOf<S>>(&mut self, key: &R) -> Result<bool, Failed> {
        let table = key.table();
        let at = self.keys_at(table);
        let before = self.tables[table].received;
        let rows = &mut self.tables[at];
        let start = rows.buffer.len();
        let mut encoder = RowEncoder::begin(&mut rows.buffer, &rows.targets, rows.fields);
        key.encode_row(&mut encoder);
        encoder.number(before);
        if let Err(error) = encoder.finish() {
            rows.buffer.truncate(start);
            let column = error.column().and_then(|column| rows.columns.get(column)).copied();
            let error = match column {
                Some(column) => error.at_column(column),
                None => error,
            };
            return Err(Failed { table, row: None, error });
        }
        rows.received += 1;
        Ok(rows.buffer.len() >= rows.chunk && (self.is_next(at) || self.is_over_budget()))
    }

    /// The position at which keys of a table are collected.
    pub(super) fn keys_at(&mut self, table: usize) -> usize {
        let next = self.tables.len();
        match std::mem::replace(&mut self.keys[table], Keys::Sent(next)) {
            Keys::Ready(rows) => {
                self.tables.push(*rows);
                next
            }
            Keys::Sent(at) => {
                self.keys[table] = Keys::Sent(at);
                at
            }
            // Not taken: whoever asks has looked.
            Keys::Refused => {
                self.keys[table] = Keys::Refused;
                table
            }
        }
    }
}
