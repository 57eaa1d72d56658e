//! Horizontal bars with their intervals, in the order given.

use std::fmt::Write as _;

use super::lines::shortened;
use super::scale::Scale;
use super::{COLOURS, Caption, GRID, INK, QUIET, WIDTH, begin, line, text, whole};

const RIGHT: f64 = 640.0;
/// Between a label and its bar.
const GAP: f64 = 12.0;
/// Room for labels: as much as the longest needs, within these.
const LABELS: (f64, f64) = (120.0, 330.0);
/// Width of a letter in the widest of the usual fonts; in narrower ones labels have room to spare.
const LETTER: f64 = 8.3;
const TOP: f64 = 16.0;
const ROW: f64 = 30.0;
const BAR: f64 = 16.0;

/// A chart of counts by code.
#[derive(Debug, Clone)]
pub(crate) struct BarChart {
    pub(crate) caption: Caption,
    /// What the horizontal axis is.
    pub(crate) x_title: String,
    /// The bars, from top to bottom.
    pub(crate) bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) half_width: f64,
    /// Value and error as the reader sees them.
    pub(crate) shown: String,
    /// Sums such as "all other" step back.
    pub(crate) quiet: bool,
}

pub(crate) fn bar_chart(chart: &BarChart) -> String {
    let bottom = TOP + ROW * chart.bars.len() as f64;
    let mut svg = begin(&chart.caption, bottom + 74.0);
    let reach = chart.bars.iter().flat_map(|bar| [bar.value - bar.half_width, bar.value + bar.half_width]);
    let left = room(&chart.bars) + GAP;
    let x = Scale::new(reach, left, RIGHT, 5);
    for tick in &x.ticks {
        let place = x.at(*tick);
        line(
            &mut svg,
            (place, TOP - 4.0),
            (place, bottom),
            &format!("stroke=\"{}\"", if *tick == 0.0 { INK } else { GRID }),
        );
        text(&mut svg, (place, bottom + 20.0), &format!("text-anchor=\"middle\" fill=\"{QUIET}\""), &whole(*tick));
    }
    let middle = f64::midpoint(left, RIGHT);
    text(&mut svg, (middle, bottom + 42.0), &format!("text-anchor=\"middle\" fill=\"{QUIET}\""), &chart.x_title);
    for (position, bar) in chart.bars.iter().enumerate() {
        row(&mut svg, bar, left - GAP, TOP + ROW * (position as f64 + 0.5), &x);
    }
    svg.push_str("</svg>");
    svg
}

/// What the longest label needs.
fn room(bars: &[Bar]) -> f64 {
    let longest = bars.iter().map(|bar| bar.label.chars().count()).max().unwrap_or_default();
    (longest as f64 * LETTER).clamp(LABELS.0, LABELS.1)
}

fn row(svg: &mut String, bar: &Bar, labels: f64, middle: f64, x: &Scale) {
    text(svg, (labels, middle + 5.0), "text-anchor=\"end\"", &shortened(&bar.label, labels / LETTER));
    let (from, to) = (x.at(bar.value.min(0.0)), x.at(bar.value.max(0.0)));
    let colour = if bar.quiet { "#9a9a9a" } else { COLOURS[0] };
    let (y, width) = (middle - BAR / 2.0, to - from);
    let _ = write!(
        svg,
        "<rect x=\"{from:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR:.1}\" fill=\"{colour}\" \
         fill-opacity=\"0.75\"/>"
    );
    let (lower, upper) = (x.at(bar.value - bar.half_width), x.at(bar.value + bar.half_width));
    let ink = format!("stroke=\"{INK}\" stroke-width=\"1.5\"");
    line(svg, (lower, middle), (upper, middle), &ink);
    for end in [lower, upper] {
        line(svg, (end, middle - 5.0), (end, middle + 5.0), &ink);
    }
    text(svg, (WIDTH, middle + 5.0), "text-anchor=\"end\" font-weight=\"600\"", &bar.shown);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_leaves_the_picture() {
        for label in ["Russia", "Kazakhstan → United Arab Emirates", &"Very long name ".repeat(9)] {
            let bar = |label: &str| Bar {
                label: label.to_owned(),
                value: 10.0,
                half_width: 5.0,
                shown: "10 ± 5".to_owned(),
                quiet: false,
            };
            let bars = [bar(label), bar("Türkiye")];
            let shown = shortened(label, room(&bars) / LETTER);
            assert!(shown.chars().count() as f64 * LETTER <= room(&bars), "{label}");
            assert!(label.chars().count() > 39 || shown == label, "{label} is shown whole");
        }
    }
}
