//! Rows that come in parts, which are encoded at the same time.

use super::batch::OpenBatch;
use crate::copy::{Apart, Refused};
use crate::error::Error;
use crate::table::RowOf;
use std::collections::VecDeque;
use std::num::NonZero;
use std::thread::{self, ScopedJoinHandle};

/// How many parts are encoded at the same time at most: what is encoded of each is in memory.
const AT_ONCE: usize = 8;

/// A part: its rows, and what is encoded of them.
struct Part<I> {
    rows: I,
    apart: Apart,
    /// Whether there may be more rows.
    goes_on: bool,
}

impl OpenBatch<'_, '_> {
    /// Writes rows that come in parts. Rows of later parts count as later arrivals.
    pub(crate) async fn write_parts<S, I>(&mut self, parts: Vec<I>) -> Result<(), Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>> + Send,
    {
        if I::Item::CHANGES || !self.takes_parts() {
            for mut rows in parts {
                while self.push_all::<S, _>(&mut rows)? {
                    self.send().await?;
                }
            }
            return Ok(());
        }
        let part = |(part, rows)| Part { rows, apart: Apart::new(part), goes_on: true };
        let mut waiting = (0..).zip(parts).map(part).collect::<VecDeque<_>>();
        let at_once = thread::available_parallelism().map_or(1, NonZero::get).min(AT_ONCE);
        let mut running: Vec<Part<I>> = Vec::new();
        loop {
            running.retain(|part| part.goes_on);
            while running.len() < at_once
                && let Some(part) = waiting.pop_front()
            {
                running.push(part);
            }
            if running.is_empty() {
                return Ok(());
            }
            self.encode_parts::<S, I>(&mut running)?;
            for part in &mut running {
                self.send_apart(&mut part.apart).await?;
            }
        }
    }

    /// Encodes some rows of each part, each on a thread of its own; this one waits for them, as it
    /// would encode the rows itself.
    fn encode_parts<S, I>(&mut self, parts: &mut [Part<I>]) -> Result<(), Error>
    where
        S: ?Sized,
        I: Iterator<Item: RowOf<S>> + Send,
    {
        let before = parts.iter().map(|part| part.apart.received()).sum::<u64>();
        let encoded = match (self.encoding(), &mut *parts) {
            (Some(encoding), [first, others @ ..]) => thread::scope(|scope| {
                let fill = move |part: &mut Part<I>| {
                    part.goes_on = part.apart.fill::<S, I::Item>(&mut part.rows, encoding)?;
                    Ok::<_, Refused>(())
                };
                let threads = others.iter_mut().map(|part| scope.spawn(move || fill(part)));
                let threads = threads.collect::<Vec<_>>();
                let encoded = fill(first);
                let join = |thread: ScopedJoinHandle<'_, _>| {
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                threads.into_iter().map(join).fold(encoded, Result::and)
            }),
            _ => Ok(()),
        };
        let after = parts.iter().map(|part| part.apart.received()).sum::<u64>();
        self.count(after - before);
        encoded.map_err(|refused| match refused {
            Refused::Value(failed) => self.failed(&failed),
            Refused::Source { row, error } => self.source_failed(row, error),
        })
    }
}
