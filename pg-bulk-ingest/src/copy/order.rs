//! In which order the rows of a keyed table arrived that went over several connections.
//!
//! Nothing in a row tells it, and neither does its place in the table: several connections write
//! there, and where free pages are is shared between them. But each `COPY` leaves its transaction
//! and its number within it in the rows that it writes (`xmin`, `cmin`). So each carries one chunk,
//! in which keys are distinct, and what is kept here is which chunk that was.

use super::chunk::Chunk;
use super::latest::keep_latest;
use crate::merge::Sent;

/// The bytes of a chunk that is a `COPY` of its own. It costs two round trips, for which its
/// connection waits until this program gets a turn, on a machine whose processors the server keeps
/// busy too: at a quarter of the size, two connections were no faster than one.
pub(super) const CHUNK: usize = 2 * 1024 * 1024 - super::CHUNK;

/// The chunks that went over several connections.
#[derive(Debug)]
pub(super) struct Order {
    /// The fields of the primary key, in ascending order.
    key: Vec<usize>,
    /// The connection of each chunk, and the rows before it.
    chunks: Vec<(usize, u64)>,
    /// The rows that were not sent, as later ones of their chunk replace them.
    pub(super) replaced: u64,
}

impl Order {
    pub(super) fn new(mut key: Vec<usize>) -> Self {
        key.sort_unstable();
        Self { key, chunks: Vec::new(), replaced: 0 }
    }

    /// Makes the keys of a chunk distinct.
    pub(super) fn keep_latest(&mut self, chunk: &mut Chunk) {
        self.replaced += keep_latest(chunk, &self.key);
    }

    /// A chunk goes over a connection.
    pub(super) fn push(&mut self, connection: usize, chunk: &Chunk) {
        let before = chunk.spans.first().map_or(0, |span| span.before);
        self.chunks.push((connection, before));
    }

    /// What went over connections whose transactions have these ids.
    pub(super) fn sent(&self, transactions: &[u64]) -> Vec<Sent> {
        let mut numbers = vec![0; transactions.len()];
        let sent = self.chunks.iter().filter_map(|(connection, before)| {
            let number = numbers.get_mut(*connection)?;
            *number += 1;
            #[expect(clippy::cast_possible_truncation, reason = "that is what `xmin` is")]
            let transaction = *transactions.get(*connection)? as u32;
            Some(Sent { transaction, number: *number, before: *before })
        });
        sent.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::chunk::Chunk;
    use super::Order;
    use crate::merge::Sent;

    #[test]
    fn copies_are_numbered_within_their_transaction() {
        let mut order = Order::new(vec![0]);
        for (connection, before) in [(1, 0), (0, 10), (1, 30)] {
            order.push(connection, &Chunk::new(Vec::new(), before, 10));
        }
        let sent = |transaction, number, before| Sent { transaction, number, before };
        let all = [sent(8, 1, 0), sent(7, 1, 10), sent(8, 2, 30)];
        assert_eq!(order.sent(&[7, (1 << 32) + 8]), all);
    }
}
