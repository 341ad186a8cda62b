//! What was measured, as a page with plots.

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
    Bars(Vec<(String, f64)>),
    /// Costs against rows, of which the scale is logarithmic.
    Line(Vec<(f64, f64)>),
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 180.0;
/// The height of a bar, with what is between it and the next.
const STEP: f64 = 24.0;

/// The page.
pub(crate) fn page(version: u32, rounds: usize, plots: &[Plot]) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>pg-bulk-ingest: \
         performance</title>\n<style>body {{ font: 14px sans-serif; margin: 2em }} \
         text {{ font: 12px sans-serif }} rect {{ fill: #88a }} .own {{ fill: #37b }} \
         polyline {{ fill: none; stroke: #37b; stroke-width: 2 }} line {{ stroke: #ccc }}</style>\n\
         <h1>pg-bulk-ingest: performance</h1>\n<p>PostgreSQL {version}, medians of {rounds} \
         rounds.</p>\n"
    );
    for Plot { title, unit, kind } in plots {
        let svg = match kind {
            Kind::Bars(bars) => bars_svg(bars),
            Kind::Line(points) => line_svg(points),
        };
        let _ = writeln!(html, "<h2>{}</h2>\n<p>{}</p>\n{svg}", escaped(title), escaped(unit));
    }
    html + "</html>\n"
}

#[expect(clippy::cast_precision_loss, reason = "there are few bars")]
fn bars_svg(bars: &[(String, f64)]) -> String {
    let greatest = bars.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
    let mut svg = svg(WIDTH + 400.0, bars.len() as f64 * STEP);
    for (place, (name, value)) in bars.iter().enumerate() {
        let (top, length) = (place as f64 * STEP, value / greatest * WIDTH);
        let class = if name.starts_with("pg-bulk-ingest") { " class=\"own\"" } else { "" };
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{}\">{}</text><rect{class} x=\"330\" y=\"{}\" width=\"{length:.1}\" \
             height=\"16\"/><text x=\"{:.1}\" y=\"{}\">{value:.2}</text>",
            top + 16.0,
            escaped(name),
            top + 4.0,
            length + 336.0,
            top + 16.0,
        );
    }
    svg + "</svg>"
}

fn line_svg(points: &[(f64, f64)]) -> String {
    let bounds = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (first, last) = bounds(&mut points.iter().map(|(rows, _)| rows.log10()));
    let (_, highest) = bounds(&mut points.iter().map(|(_, cost)| *cost));
    let width = (last - first).max(f64::MIN_POSITIVE);
    let place = |rows: f64, cost: f64| {
        let x = 40.0 + (rows.log10() - first) / width * WIDTH;
        (x, 10.0 + HEIGHT * (1.0 - cost / highest.max(f64::MIN_POSITIVE)))
    };
    let mut svg = svg(WIDTH + 160.0, HEIGHT + 40.0);
    let foot = HEIGHT + 10.0;
    let _ = write!(svg, "<line x1=\"40\" y1=\"{foot}\" x2=\"{}\" y2=\"{foot}\"/>", WIDTH + 40.0);
    let mut line = String::new();
    for (rows, cost) in points {
        let (x, y) = place(*rows, *cost);
        let _ = write!(line, "{x:.1},{y:.1} ");
        let _ = write!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\">{cost:.2}</text><text x=\"{x:.1}\" y=\"{}\">{rows}\
             </text>",
            y - 4.0,
            foot + 18.0,
        );
    }
    let _ = write!(svg, "<polyline points=\"{}\"/></svg>", line.trim_end());
    svg
}

fn svg(width: f64, height: f64) -> String {
    format!("<svg width=\"{width}\" height=\"{height}\" xmlns=\"http://www.w3.org/2000/svg\">")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
