//! What the figures should be.

use crate::figure::figure;
use std::fmt;

/// The most, or the least, that a figure should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(bound) => write!(f, "≤ {}", figure(*bound)),
            Self::AtLeast(bound) => write!(f, "≥ {}", figure(*bound)),
        }
    }
}

/// A target, and what was measured of it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) what: String,
    pub(crate) bound: Bound,
    pub(crate) measured: f64,
}

impl Target {
    /// Whether the figure as it is printed keeps to its bound.
    pub(crate) fn is_met(&self) -> bool {
        let measured = (self.measured * 100.0).round() / 100.0;
        match self.bound {
            Bound::AtMost(bound) => measured <= bound,
            Bound::AtLeast(bound) => measured >= bound,
        }
    }

    pub(crate) fn verdict(&self) -> &'static str {
        if self.is_met() { "met" } else { "not met" }
    }
}

/// Prints the targets, as a table that can go into docs/performance.md.
pub(crate) fn print(targets: &[Target], smoke: bool) {
    if targets.is_empty() {
        return;
    }
    if smoke {
        println!("Of so few rows the figures say nothing.\n");
    }
    println!("| {:70} | {:>9} | {:>9} | {:7} |", "", "target", "measured", "");
    println!("|{:-<72}|{:->11}|{:->11}|{:-<9}|", "", ":", ":", "");
    for target in targets {
        let Target { what, bound, measured } = target;
        let (bound, measured, verdict) = (bound.to_string(), figure(*measured), target.verdict());
        println!("| {what:70} | {bound:>9} | {measured:>9} | {verdict:7} |");
    }
}
