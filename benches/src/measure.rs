//! Rounds, and the medians of what they measured.

use crate::html::{Kind, Plot};
use rustix::time::{ClockId, clock_gettime};
use std::cell::RefCell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What is to be measured.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Everything once, on little data: whether it works, not how fast it is.
    pub(crate) smoke: bool,
    pub(crate) rounds: usize,
    /// Rows of W; N has five times as many.
    pub(crate) rows: usize,
    suites: Vec<String>,
    /// Where to write a page with plots.
    pub(crate) html: Option<PathBuf>,
    plots: RefCell<Vec<Plot>>,
}

impl Settings {
    pub(crate) fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut settings = Self {
            smoke: false,
            rounds: 5,
            rows: 1_000_000,
            suites: Vec::new(),
            html: None,
            plots: RefCell::default(),
        };
        while let Some(argument) = arguments.next() {
            let mut number =
                || arguments.next().and_then(|n| n.parse().ok()).expect("a number follows");
            match argument.as_str() {
                "--smoke" => (settings.smoke, settings.rounds, settings.rows) = (true, 1, 1_000),
                "--rounds" => settings.rounds = number(),
                "--rows" => settings.rows = number(),
                "--html" => {
                    settings.html = Some(arguments.next().expect("a path follows").into());
                }
                // `cargo bench` adds it.
                "--bench" => {}
                suite => settings.suites.push(suite.to_owned()),
            }
        }
        settings
    }

    /// Whether a suite is asked for: all are, unless some are named.
    pub(crate) fn runs(&self, suite: &str) -> bool {
        self.suites.is_empty() || self.names(suite)
    }

    /// Adds a plot to the page.
    pub(crate) fn plot(&self, title: impl Into<String>, unit: &'static str, kind: Kind) {
        self.plots.borrow_mut().push(Plot { title: title.into(), unit, kind });
    }

    /// All plots.
    pub(crate) fn plots(&self) -> Vec<Plot> {
        self.plots.borrow().clone()
    }

    /// Whether a suite is asked for by its name.
    pub(crate) fn names(&self, suite: &str) -> bool {
        self.suites.iter().any(|asked| asked == suite)
    }
}

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Of this process: the client.
    pub(crate) cpu: Duration,
}

/// Measures a future.
pub(crate) async fn cost(run: impl Future<Output = ()>) -> Cost {
    let (start, cpu) = (Instant::now(), cpu_time());
    run.await;
    Cost { wall: start.elapsed(), cpu: cpu_time() - cpu }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// The costs of contenders, round by round; the first is the reference.
#[derive(Debug)]
pub(crate) struct Rounds {
    names: Vec<String>,
    costs: Vec<Vec<Cost>>,
}

impl Rounds {
    pub(crate) fn new(names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Self { costs: vec![Vec::new(); names.len()], names }
    }

    pub(crate) fn add(&mut self, contender: usize, cost: Cost) {
        self.costs[contender].push(cost);
    }

    /// Prints a table: the median of each contender, and of its ratio to the reference of the same
    /// round.
    pub(crate) fn print(&self, settings: &Settings, title: &str) {
        let mut bars = Vec::new();
        println!("{title}");
        println!("{:44} {:>8} {:>8} {:>8} {:>8}", "", "wall s", "ratio", "cpu s", "ratio");
        for (name, costs) in self.names.iter().zip(&self.costs) {
            let wall = median(costs.iter().map(|cost| cost.wall.as_secs_f64()));
            let cpu = median(costs.iter().map(|cost| cost.cpu.as_secs_f64()));
            let pairs = || costs.iter().zip(&self.costs[0]);
            let wall_ratio =
                median(pairs().map(|(cost, reference)| ratio(cost.wall, reference.wall)));
            let cpu_ratio = median(pairs().map(|(cost, reference)| ratio(cost.cpu, reference.cpu)));
            println!("{name:44} {wall:>8.3} {wall_ratio:>8.2} {cpu:>8.3} {cpu_ratio:>8.2}");
            bars.push((name.clone(), wall_ratio));
        }
        settings.plot(title, "wall time, as a ratio to the first", Kind::Bars(bars));
        println!();
    }
}

fn ratio(cost: Duration, reference: Duration) -> f64 {
    cost.as_secs_f64() / reference.as_secs_f64()
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values = values.collect::<Vec<_>>();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
