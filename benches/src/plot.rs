//! Plots, as SVG.

use crate::figure::short;
use std::fmt::Write;

/// A plot.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    pub(crate) title: String,
    pub(crate) unit: &'static str,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A bar for each name.
    Bars(Vec<Bar>),
    /// A bar for each name, of its ratio to the first. Those that go far beyond it are cut off.
    Ratios(Vec<Bar>),
    /// Values against rows, of which the scale is logarithmic.
    AgainstRows(Vec<Series>),
    /// Values against seconds.
    AgainstTime(Vec<Series>),
}

pub(crate) type Bar = (String, f64);

/// A name, and points.
pub(crate) type Series = (String, Vec<(f64, f64)>);

const WIDTH: f64 = 820.0;
/// Where bars begin: their names end there.
const NAMES: f64 = 340.0;
/// The length of the longest bar; its value follows.
const LONGEST: f64 = 420.0;
/// Where the bars of ratios are cut off: beyond it nobody compares, and below it one should.
const CUT: f64 = 4.0;
/// The height of a bar, with what is between it and the next.
const STEP: f64 = 24.0;

/// What is around the lines, and how high they go.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 48.0;
const TOP: f64 = 30.0;
const HEIGHT: f64 = 200.0;
const BELOW: f64 = 40.0;

/// The colours of lines, ours first.
const COLOURS: [&str; 4] = ["#1f6fb2", "#d9822b", "#5f9e6e", "#9467a9"];

/// Whether a contender is this library.
fn is_own(name: &str) -> bool {
    name.starts_with("pg-bulk-ingest")
}

impl Plot {
    /// The name of a file for it.
    pub(crate) fn file_name(&self) -> String {
        let title = self.title.to_lowercase();
        let words = title.split(|c: char| !c.is_ascii_alphanumeric() && c != ',');
        let words = words.filter(|word| !word.is_empty()).map(|word| word.replace(',', ""));
        words.collect::<Vec<_>>().join("-") + ".svg"
    }

    pub(crate) fn svg(&self) -> String {
        match &self.kind {
            Kind::Bars(bars) => bars_svg(bars, f64::INFINITY),
            Kind::Ratios(bars) => bars_svg(bars, CUT),
            Kind::AgainstRows(series) => lines_svg(series, "rows", f64::log10),
            Kind::AgainstTime(series) => lines_svg(series, "seconds", |seconds| seconds),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few bars")]
fn bars_svg(bars: &[Bar], cut: f64) -> String {
    let greatest = bars.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max).min(cut);
    let height = bars.len() as f64 * STEP;
    let mut svg = begin(height);
    for (place, (name, value)) in bars.iter().enumerate() {
        let (top, length) = (place as f64 * STEP, value.min(cut) / greatest * LONGEST);
        let beyond = if *value > cut { " →" } else { "" };
        let (class, foot) = (if is_own(name) { "own" } else { "" }, top + 16.0);
        let _ = write!(
            svg,
            "<text class=\"{class}\" x=\"{}\" y=\"{foot}\" text-anchor=\"end\">{}</text>\
             <rect class=\"{class}\" x=\"{NAMES}\" y=\"{}\" width=\"{length:.1}\" height=\"16\"/>\
             <text class=\"{class}\" x=\"{:.1}\" y=\"{foot}\">{}{beyond}</text>",
            NAMES - 8.0,
            escaped(name),
            top + 4.0,
            NAMES + length + 6.0,
            short(*value),
        );
    }
    svg + "</svg>"
}

#[expect(clippy::cast_precision_loss, reason = "there are few lines")]
fn lines_svg(series: &[Series], across: &str, scale: fn(f64) -> f64) -> String {
    let points = || series.iter().flat_map(|(_, points)| points);
    let first = points().map(|(x, _)| scale(*x)).fold(f64::INFINITY, f64::min);
    let last = points().map(|(x, _)| scale(*x)).fold(f64::NEG_INFINITY, f64::max);
    let highest = round_up(points().map(|(_, y)| *y).fold(f64::MIN_POSITIVE, f64::max));
    let (foot, right) = (TOP + HEIGHT, WIDTH - RIGHT);
    let x = |x| LEFT + (scale(x) - first) / (last - first).max(f64::MIN_POSITIVE) * (right - LEFT);
    let y = |y: f64| foot - y / highest * HEIGHT;
    let mut svg = begin(foot + BELOW);
    for part in 0..=4 {
        let value = highest * f64::from(part) / 4.0;
        let _ = write!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            y(value) + 4.0,
            short(value),
            at = y(value),
        );
    }
    for (value, label) in marks(series, across) {
        let at = x(value);
        let below = foot + 18.0;
        let _ =
            write!(svg, "<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{label}</text>");
    }
    let _ = write!(
        svg,
        "<text x=\"{right}\" y=\"{}\" text-anchor=\"end\">{across}</text>",
        foot + 34.0
    );
    for (place, (name, points)) in series.iter().enumerate() {
        let (colour, left) = (COLOURS[place % COLOURS.len()], LEFT + place as f64 * 260.0);
        let points = points.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)));
        let _ = write!(
            svg,
            "<polyline points=\"{}\" stroke=\"{colour}\"/><text x=\"{left}\" y=\"14\" \
             fill=\"{colour}\">{}</text>",
            points.collect::<Vec<_>>().join(" "),
            escaped(name),
        );
    }
    svg + "</svg>"
}

/// The next number whose quarters are easily read.
fn round_up(value: f64) -> f64 {
    let unit = 10_f64.powf(value.log10().floor());
    let units = [1.0, 2.0, 4.0, 8.0].into_iter().find(|units| value <= units * unit);
    units.unwrap_or(10.0) * unit
}

/// What is written below the lines: each number of rows, or some of the seconds.
fn marks(series: &[Series], across: &str) -> Vec<(f64, String)> {
    let points = series.iter().flat_map(|(_, points)| points).map(|(x, _)| *x);
    if across == "rows" {
        let mut rows = points.collect::<Vec<_>>();
        rows.sort_by(f64::total_cmp);
        rows.dedup();
        return rows.into_iter().map(|rows| (rows, short(rows))).collect();
    }
    let last = points.fold(0.0, f64::max);
    (0..=4).map(|part| last * f64::from(part) / 4.0).map(|at| (at, short(at))).collect()
}

fn begin(height: f64) -> String {
    format!(
        "<svg width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\">"
    )
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
