//! Where the rows of a scenario come from, and where they fail.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How a source fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failing {
    Error,
    Panic,
}

/// The rows of one run.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// How many batches there are.
    pub(super) batches: i32,
    /// At which row it fails, counted over all batches from 1.
    pub(super) failing: Option<(usize, Failing)>,
    pub(super) timeout: Option<Duration>,
    /// Where further connections go to.
    pub(super) url: String,
    taken: Arc<AtomicUsize>,
}

impl Source {
    pub(super) fn new(batches: i32, url: &str) -> Self {
        Self { batches, failing: None, timeout: None, url: url.to_owned(), taken: Arc::default() }
    }

    /// A row, or what happens in its place.
    pub(super) fn pass<R>(&self, row: R) -> Result<R, &'static str> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
        match self.failing {
            Some((at, Failing::Error)) if at == number => Err("no more rows"),
            // A panic that nobody prints.
            Some((at, Failing::Panic)) if at == number => resume_unwind(Box::new("no more rows")),
            _ => Ok(row),
        }
    }
}
