//! What is to be measured, and what was.

use crate::plot::{Kind, Plot};
use crate::target::{Bound, Target};
use std::cell::{Ref, RefCell};
use std::path::PathBuf;

/// All suites, in the order in which they run. That of memory comes before those that leave much to
/// the allocator.
pub(crate) const SUITES: [&str; 16] = [
    "compile",
    "count",
    "memory",
    "load",
    "small",
    "inserter",
    "sources",
    "autovacuum",
    "growth",
    "upsert",
    "sizes",
    "changes",
    "partitions",
    "rebuild",
    "migrate",
    "views",
];

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
    /// Where to write each plot as a file.
    pub(crate) images: Option<PathBuf>,
    plots: RefCell<Vec<Plot>>,
    targets: RefCell<Vec<Target>>,
}

impl Settings {
    pub(crate) fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut settings = Self {
            smoke: false,
            rounds: 5,
            rows: 1_000_000,
            suites: Vec::new(),
            html: None,
            images: None,
            plots: RefCell::default(),
            targets: RefCell::default(),
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
                "--plots" => {
                    settings.images = Some(arguments.next().expect("a path follows").into());
                }
                // `cargo bench` adds it.
                "--bench" => {}
                suite => {
                    let is_known = suite == "targets" || SUITES.contains(&suite);
                    assert!(is_known, "{suite} is none of {SUITES:?}");
                    settings.suites.push(suite.to_owned());
                }
            }
        }
        settings
    }

    /// Whether a suite is asked for: all are for `targets`, or if none is named.
    pub(crate) fn runs(&self, suite: &str) -> bool {
        self.suites.is_empty() || self.names("targets") || self.names(suite)
    }

    /// Whether a suite is asked for by its name.
    pub(crate) fn names(&self, suite: &str) -> bool {
        self.suites.iter().any(|asked| asked == suite)
    }

    /// The rounds of what takes long: three of five.
    pub(crate) fn some(&self) -> usize {
        self.rounds.div_ceil(2)
    }

    /// The rounds of what takes very long: one of five.
    pub(crate) fn few(&self) -> usize {
        self.rounds.div_ceil(5)
    }

    /// Adds a plot to the page.
    pub(crate) fn plot(&self, title: impl Into<String>, unit: &'static str, kind: Kind) {
        self.plots.borrow_mut().push(Plot { title: title.into(), unit, kind });
    }

    /// All plots.
    pub(crate) fn plots(&self) -> Ref<'_, Vec<Plot>> {
        self.plots.borrow()
    }

    /// Says what was measured of a target. Without a measurement it is not a number, and nothing is
    /// said.
    pub(crate) fn target(&self, what: impl Into<String>, bound: Bound, measured: f64) {
        if !measured.is_nan() {
            self.targets.borrow_mut().push(Target { what: what.into(), bound, measured });
        }
    }

    /// The targets of which something was measured.
    pub(crate) fn targets(&self) -> Ref<'_, Vec<Target>> {
        self.targets.borrow()
    }
}
