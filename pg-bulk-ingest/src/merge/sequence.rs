//! In which order rows are written, so that a value is given up before another row takes it.

use std::collections::{HashMap, VecDeque};
use tokio_postgres::SimpleQueryMessage;

/// A row takes the value of a unique index that another row of the batch gives up, or one that an exclusion
/// constraint keeps from standing beside the other's. The rows are known by their ordinals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wait {
    /// The position of the index.
    pub(crate) index: usize,
    pub(crate) taker: u64,
    pub(crate) holder: u64,
}

impl Wait {
    /// Reads the answer to [`Staging::waits`](super::Staging::waits), one wait in each row.
    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Vec<Self> {
        let wait = |message: &SimpleQueryMessage| {
            let SimpleQueryMessage::Row(row) = message else { return None };
            Some(Self {
                index: row.get(0)?.parse().ok()?,
                taker: row.get(1)?.parse().ok()?,
                holder: row.get(2)?.parse().ok()?,
            })
        };
        messages.iter().filter_map(wait).collect()
    }
}

/// The order in which rows that wait for each other are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// All that wait or are waited for.
    pub(crate) rows: Vec<u64>,
    /// Those that have to give up their value before any row is written: of an index at a position.
    pub(crate) released: Vec<(usize, u64)>,
}

/// Rows that wait for each other in a circle, and none of which can give up its value before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// The positions of the indexes by which they do.
    pub(crate) indexes: Vec<usize>,
    /// The first of the rows.
    pub(crate) row: u64,
}

impl Sequence {
    /// Finds the order. In each circle one row gives up its value before, by the first index by which
    /// that is possible.
    pub(crate) fn of(waits: &[Wait], can_release: impl Fn(usize) -> bool) -> Result<Self, Cycle> {
        let mut graph = Graph::new(waits);
        let is_ready = |row: &usize| graph.pending[*row] == 0;
        let mut ready = (0..graph.rows.len()).filter(is_ready).collect::<VecDeque<_>>();
        let mut sequence =
            Self { rows: Vec::with_capacity(graph.rows.len()), released: Vec::new() };
        let mut written = vec![false; graph.rows.len()];
        let mut first_left = 0;
        loop {
            while let Some(row) = ready.pop_front() {
                written[row] = true;
                sequence.rows.push(graph.rows[row]);
                graph.open(row, |_| true, &mut ready);
            }
            while written.get(first_left) == Some(&true) {
                first_left += 1;
            }
            if first_left == written.len() {
                return Ok(sequence);
            }
            let circle = graph.circle(first_left);
            let Some(wait) = circle.iter().find(|wait| can_release(wait.index)) else {
                let mut indexes = circle.iter().map(|wait| wait.index).collect::<Vec<_>>();
                indexes.sort_unstable();
                indexes.dedup();
                let row = circle.iter().map(|wait| wait.taker).min().unwrap_or_default();
                return Err(Cycle { indexes, row });
            };
            sequence.released.push((wait.index, wait.holder));
            let holder = graph.position(wait.holder);
            graph.open(holder, |index| index == wait.index, &mut ready);
        }
    }
}

/// The rows and what they wait for.
struct Graph<'a> {
    waits: &'a [Wait],
    /// The ordinals of the rows, which are known by their positions here.
    rows: Vec<u64>,
    /// For how many others each still waits.
    pending: Vec<usize>,
    /// The positions of the waits of each row.
    of_taker: Vec<Vec<usize>>,
    /// The positions of the waits for each row.
    of_holder: Vec<Vec<usize>>,
    /// Whether each wait is over.
    over: Vec<bool>,
}

impl<'a> Graph<'a> {
    fn new(waits: &'a [Wait]) -> Self {
        let mut rows = waits.iter().flat_map(|wait| [wait.taker, wait.holder]).collect::<Vec<_>>();
        rows.sort_unstable();
        rows.dedup();
        let (none, count) = (vec![Vec::new(); rows.len()], rows.len());
        let mut graph = Self {
            waits,
            rows,
            pending: vec![0; count],
            of_taker: none.clone(),
            of_holder: none,
            over: vec![false; waits.len()],
        };
        for (at, wait) in waits.iter().enumerate() {
            let (taker, holder) = (graph.position(wait.taker), graph.position(wait.holder));
            graph.pending[taker] += 1;
            graph.of_taker[taker].push(at);
            graph.of_holder[holder].push(at);
        }
        graph
    }

    fn position(&self, row: u64) -> usize {
        self.rows.binary_search(&row).unwrap_or_default()
    }

    /// The values that a row had, of these indexes, can be taken.
    fn open(&mut self, row: usize, of: impl Fn(usize) -> bool, ready: &mut VecDeque<usize>) {
        for &at in &self.of_holder[row] {
            if self.over[at] || !of(self.waits[at].index) {
                continue;
            }
            self.over[at] = true;
            let taker = self.position(self.waits[at].taker);
            self.pending[taker] -= 1;
            if self.pending[taker] == 0 {
                ready.push_back(taker);
            }
        }
    }

    /// Follows the waits from a row, where each row waits for another, until they come round.
    fn circle(&self, from: usize) -> Vec<Wait> {
        let (mut path, mut reached, mut row) = (Vec::new(), HashMap::new(), from);
        loop {
            if let Some(at) = reached.insert(row, path.len()) {
                return path.split_off(at);
            }
            let open = self.of_taker[row].iter().find(|at| !self.over[**at]);
            let Some(wait) = open.map(|at| self.waits[*at]) else { return Vec::new() };
            path.push(wait);
            row = self.position(wait.holder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cycle, Sequence, Wait};

    fn waits(of: &[(usize, u64, u64)]) -> Vec<Wait> {
        of.iter().map(|&(index, taker, holder)| Wait { index, taker, holder }).collect()
    }

    #[test]
    fn who_waits_comes_after_whom_it_waits_for() {
        let sequence =
            Sequence::of(&waits(&[(0, 1, 2), (0, 2, 3), (1, 1, 3), (1, 5, 1)]), |_| false);
        let expected = Sequence { rows: vec![3, 2, 1, 5], released: vec![] };
        assert_eq!(sequence, Ok(expected));
    }

    #[test]
    fn a_circle_is_broken_once() {
        let round = waits(&[(0, 1, 2), (0, 2, 3), (0, 3, 1), (0, 7, 8), (0, 8, 7), (1, 9, 8)]);
        let expected = Sequence { rows: vec![1, 3, 2, 7, 8, 9], released: vec![(0, 2), (0, 8)] };
        assert_eq!(Sequence::of(&round, |index| index == 0), Ok(expected));
        let expected = Cycle { indexes: vec![0], row: 1 };
        assert_eq!(Sequence::of(&round, |index| index == 1), Err(expected));
    }

    #[test]
    fn a_circle_through_two_indexes_is_broken_by_either() {
        let round = waits(&[(0, 1, 2), (1, 2, 1), (0, 3, 1)]);
        for (index, rows) in [(0, vec![1, 2, 3]), (1, vec![2, 1, 3])] {
            let released = vec![(index, 2 - index as u64)];
            let sequence = Sequence::of(&round, |other| other == index);
            assert_eq!(sequence, Ok(Sequence { rows, released }));
        }
        let expected = Cycle { indexes: vec![0, 1], row: 1 };
        assert_eq!(Sequence::of(&round, |_| false), Err(expected));
    }
}
