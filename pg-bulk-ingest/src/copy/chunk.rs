//! Buffers that are used again, and the messages that they are sent in.

use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// The greatest length of a message in bytes: PostgreSQL takes up to 1 GB, but reads a message
/// whole.
const MESSAGE: usize = 2 * 1024 * 1024;

/// Buffers kept for use, and the greatest capacity of one that is kept.
const KEPT: usize = 8;
const KEPT_CAPACITY: usize = 2 * 1024 * 1024;

/// Rows of a table, encoded.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) data: Vec<u8>,
    /// Which rows they are.
    pub(super) spans: Vec<Span>,
}

impl Chunk {
    /// So many rows of a table, of which so many were before.
    pub(super) fn new(data: Vec<u8>, before: u64, rows: u64) -> Self {
        Self { data, spans: vec![Span { before, rows }] }
    }
}

/// Rows of a table that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// How many rows were before.
    pub(super) before: u64,
    pub(super) rows: u64,
}

/// Buffers to be used again once the driver has sent what is in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Vec<Vec<u8>>>>);

impl Pool {
    /// An empty buffer to follow one of this capacity: growing to it would copy what is in it.
    pub(super) fn take(&self, capacity: usize) -> Vec<u8> {
        self.lock(Vec::pop).unwrap_or_else(|| Vec::with_capacity(capacity.min(KEPT_CAPACITY)))
    }

    /// The messages that carry a chunk. Once they are dropped, its buffer is to be taken again.
    pub(super) fn messages(&self, chunk: Vec<u8>) -> impl Iterator<Item = Bytes> + use<> {
        let mut rest = Bytes::from_owner(Lent { buffer: chunk, pool: self.clone() });
        std::iter::from_fn(move || {
            (!rest.is_empty()).then(|| rest.split_to(rest.len().min(MESSAGE)))
        })
    }

    fn give(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= KEPT_CAPACITY {
            buffer.clear();
            self.lock(|buffers| {
                if buffers.len() < KEPT {
                    buffers.push(buffer);
                }
            });
        }
    }

    fn lock<T>(&self, with: impl FnOnce(&mut Vec<Vec<u8>>) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A buffer that goes back to its pool.
struct Lent {
    buffer: Vec<u8>,
    pool: Pool,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.buffer));
    }
}
