//! Horizontal bars with their intervals, in the order given.

use std::fmt::Write as _;

use super::lines::shortened;
use super::scale::Scale;
use super::{COLOURS, Caption, GRID, INK, QUIET, WIDTH, begin, line, text, whole};

const LEFT: f64 = 250.0;
const RIGHT: f64 = 640.0;
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
    let x = Scale::new(reach, LEFT, RIGHT, 5);
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
    let middle = f64::midpoint(LEFT, RIGHT);
    text(&mut svg, (middle, bottom + 42.0), &format!("text-anchor=\"middle\" fill=\"{QUIET}\""), &chart.x_title);
    for (position, bar) in chart.bars.iter().enumerate() {
        row(&mut svg, bar, TOP + ROW * (position as f64 + 0.5), &x);
    }
    svg.push_str("</svg>");
    svg
}

fn row(svg: &mut String, bar: &Bar, middle: f64, x: &Scale) {
    text(svg, (LEFT - 12.0, middle + 5.0), "text-anchor=\"end\"", &shortened(&bar.label, (LEFT - 12.0) / 7.2));
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
