//! Faults at every message, poll and row of an ingest. After each the table holds a whole number of
//! batches, the high watermark is theirs, nothing else is left, and running again converges.
//!
//! `cargo test` takes some of the steps; `SWEEP=full` takes all, `SWEEP=5` each fifth. Both print what
//! is done as they go.

mod check;
mod crash;
mod fault;
mod scenario;
mod source;

use futures_util::{StreamExt, stream};
use scenario::{CHANGES, CREATED, MERGED, SCENARIOS, VERSIONED, WRITTEN, partitioned};
use std::collections::BTreeMap;

/// How many scenarios run at once: each waits most of the time.
const AT_ONCE: usize = 6;

/// Which of the steps are taken.
#[derive(Debug, Clone, Copy)]
enum Steps {
    /// So many of each kind of fault.
    Some(usize),
    /// Each of that number, from one of the first.
    Each(usize),
}

impl Steps {
    fn asked_for() -> Self {
        match std::env::var("SWEEP").as_deref() {
            Ok("full") => Self::Each(1),
            Ok(sweep) => Self::Each(sweep.parse().unwrap()),
            Err(_) => Self::Some(1),
        }
    }

    /// How far apart they are of so many, where a kind may ask for fewer.
    fn of(self, steps: usize, factor: usize) -> usize {
        let step = match self {
            Self::Some(some) => steps.div_ceil(some),
            Self::Each(step) => step * factor,
        };
        step.max(1)
    }

    /// Whether somebody asked for more than the tests take.
    fn are_many(self) -> bool {
        matches!(self, Self::Each(_))
    }
}

/// What a sweep did.
#[derive(Debug, Default)]
struct Tally {
    /// Faults that happened, by kind.
    faults: BTreeMap<&'static str, usize>,
    /// Times that an invariant was looked at.
    checks: usize,
    failures: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        for (kind, count) in other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        self.checks += other.checks;
        self.failures.extend(other.failures);
    }

    /// Prints how far it is, if that takes a while.
    fn progress(&self, what: &str) {
        if Steps::asked_for().are_many() {
            let injected = self.faults.values().sum::<usize>();
            println!("{what}: {injected} faults so far, {} failures", self.failures.len());
        }
    }

    /// Prints it, and fails if anything did.
    fn end(self, what: &str) {
        let injected = self.faults.values().sum::<usize>();
        println!("{what}: {injected} faults injected");
        for (kind, count) in &self.faults {
            println!("  {count:6}  {kind}");
        }
        println!("  {:6}  invariants checked", self.checks);
        println!("  {:6}  failures", self.failures.len());
        assert!(injected > 0, "no fault was injected");
        assert!(self.failures.is_empty(), "{}", self.failures.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_anywhere_leaves_whole_batches_and_running_again_converges() {
    let only = std::env::var("SCENARIO").ok();
    let chosen = SCENARIOS
        .iter()
        .chain(MERGED)
        .chain(partitioned())
        .chain(VERSIONED)
        .chain(WRITTEN)
        .chain(CHANGES)
        .chain(CREATED)
        .filter(|scenario| only.as_ref().is_none_or(|o| o == scenario.name));
    let mut running = stream::iter(chosen.map(|scenario| tokio::spawn(fault::sweep(scenario))))
        .buffer_unordered(AT_ONCE);
    let mut tally = Tally::default();
    while let Some(scenario) = running.next().await {
        tally.add(scenario.unwrap());
    }
    tally.end("sweep");
}
