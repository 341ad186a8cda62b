//! Faults at every message, poll and row of an ingest. After each the table holds a whole number of
//! batches, the high watermark is theirs, nothing else is left, and running again converges.
//!
//! `cargo test` takes some of the steps; `SWEEP=full` takes all, and prints what was done.

mod check;
mod crash;
mod fault;
mod scenario;
mod source;

use scenario::SCENARIOS;
use std::collections::BTreeMap;

/// How many faults of a kind a scenario gets unless all are asked for.
const SOME: usize = 2;

/// Whether every step is taken.
fn is_full() -> bool {
    std::env::var("SWEEP").is_ok_and(|sweep| sweep == "full")
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
    let sweep = |scenario| tokio::spawn(fault::sweep(scenario));
    let chosen =
        SCENARIOS.iter().filter(|scenario| only.as_ref().is_none_or(|o| o == scenario.name));
    let running = chosen.map(sweep).collect::<Vec<_>>();
    let mut tally = Tally::default();
    for scenario in running {
        tally.add(scenario.await.unwrap());
    }
    tally.end("sweep");
}
