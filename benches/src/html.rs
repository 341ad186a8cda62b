//! What was measured, as a page: the targets, and plots.

use crate::figure::{count, figure};
use crate::plot::{Plot, escaped};
use crate::settings::Settings;
use crate::target::Target;
use std::fmt::Write;

const STYLE: &str = "
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 860px; margin: 2em auto;
    padding: 0 1em }
h1 { font-size: 24px }
h2 { font-size: 17px; margin: 2.2em 0 0 }
p { margin: 0 0 0.6em; color: #666 }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid #ddd; white-space: nowrap }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal }
.met { color: #2a7d46 }
.missed { color: #b3352c }
svg { max-width: 100%; height: auto }
";

/// That of the plots.
const PLOTS: &str = "
svg { background: white }
text { font: 12px system-ui, sans-serif }
text.own { font-weight: bold }
rect { fill: #a9b4c2 }
rect.own { fill: #1f6fb2 }
line { stroke: #e3e3e3 }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round }
";

/// A plot as a file of its own.
pub(crate) fn image(plot: &Plot) -> String {
    plot.svg().replacen('>', &format!("><style>{PLOTS}</style>"), 1)
}

/// The page.
pub(crate) fn page(version: u32, settings: &Settings) -> String {
    let Settings { rounds, rows, .. } = settings;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>pg-bulk-ingest: performance</title>\n<style>{STYLE}{PLOTS}</style>\n\
         <h1>pg-bulk-ingest: performance</h1>\n\
         <p>PostgreSQL {version}, {processors} processors, {} rows of W and {} of N, medians of \
         at most {rounds} rounds.</p>\n",
        count(*rows),
        count(rows * 5),
    );
    targets(&mut html, &settings.targets());
    for plot in settings.plots().iter() {
        let (title, unit) = (escaped(&plot.title), escaped(plot.unit));
        let _ = writeln!(html, "<h2>{title}</h2>\n<p>{unit}</p>\n{}", plot.svg());
    }
    html + "</html>\n"
}

fn targets(html: &mut String, targets: &[Target]) {
    if targets.is_empty() {
        return;
    }
    html.push_str("<table>\n<tr><th></th><th>target</th><th>measured</th><th></th></tr>\n");
    for target in targets {
        let class = if target.is_met() { "met" } else { "missed" };
        let Target { what, bound, measured } = target;
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{bound}</td><td class=\"{class}\">{}</td><td class=\"{class}\">{}\
             </td></tr>",
            escaped(what),
            figure(*measured),
            target.verdict(),
        );
    }
    html.push_str("</table>\n");
}
