//! Lines over years with error bands, labelled at their ends.

use std::fmt::Write as _;

use super::scale::Scale;
use super::{COLOURS, Caption, GRID, INK, QUIET, WIDTH, begin, line, text, whole};

const HEIGHT: f64 = 400.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 520.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 326.0;
/// Least distance between two labels.
const LABEL_GAP: f64 = 18.0;
/// Lines differ by dashes as well as by colour, for print and for every eye.
const DASHES: [&str; 6] = ["", "7 4", "2 4", "10 3 2 3", "4 2", "1 3"];

/// A chart of counts over years.
#[derive(Debug, Clone)]
pub(crate) struct LineChart {
    pub(crate) caption: Caption,
    /// What the horizontal axis is.
    pub(crate) x_title: String,
    /// What the vertical axis is.
    pub(crate) y_title: String,
    /// Labels of the horizontal axis.
    pub(crate) x: Vec<String>,
    /// The lines.
    pub(crate) series: Vec<Series>,
}

/// One line: a value for each label of the axis, all with the same half-width of the interval.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) label: String,
    pub(crate) values: Vec<f64>,
    pub(crate) half_width: f64,
}

pub(crate) fn line_chart(chart: &LineChart) -> String {
    let mut svg = begin(&chart.caption, HEIGHT);
    let reach = |series: &Series| {
        let half = series.half_width;
        series.values.iter().flat_map(move |value| [value - half, value + half]).collect::<Vec<_>>()
    };
    let y = Scale::new(chart.series.iter().flat_map(reach), BOTTOM, TOP, 6);
    let last = chart.x.len().saturating_sub(1).max(1) as f64;
    let x = |position: usize| LEFT + 14.0 + (RIGHT - LEFT - 28.0) * position as f64 / last;
    axes(&mut svg, chart, &y, x);
    for (at, series) in chart.series.iter().enumerate() {
        band(&mut svg, series, at, &y, x);
    }
    for (at, series) in chart.series.iter().enumerate() {
        stroke(&mut svg, series, at, &y, x);
    }
    labels(&mut svg, &chart.series, &y);
    svg.push_str("</svg>");
    svg
}

fn axes(svg: &mut String, chart: &LineChart, y: &Scale, x: impl Fn(usize) -> f64) {
    text(svg, (0.0, 14.0), &format!("fill=\"{QUIET}\""), &chart.y_title);
    for tick in &y.ticks {
        let zero = *tick == 0.0;
        let stroke = format!("stroke=\"{}\"", if zero { INK } else { GRID });
        line(svg, (LEFT, y.at(*tick)), (RIGHT, y.at(*tick)), &stroke);
        text(svg, (LEFT - 8.0, y.at(*tick) + 5.0), &format!("text-anchor=\"end\" fill=\"{QUIET}\""), &whole(*tick));
    }
    // With many years every second or third label is enough.
    let every = chart.x.len().div_ceil(12).max(1);
    for (position, label) in chart.x.iter().enumerate().filter(|(position, _)| position % every == 0) {
        text(svg, (x(position), BOTTOM + 22.0), &format!("text-anchor=\"middle\" fill=\"{QUIET}\""), label);
    }
    let middle = f64::midpoint(LEFT, RIGHT);
    text(svg, (middle, BOTTOM + 44.0), &format!("text-anchor=\"middle\" fill=\"{QUIET}\""), &chart.x_title);
}

/// The 95 % interval as a band.
fn band(svg: &mut String, series: &Series, at: usize, y: &Scale, x: impl Fn(usize) -> f64) {
    let half = series.half_width;
    let upper = series.values.iter().enumerate().map(|(position, value)| (x(position), y.at(value + half)));
    let lower = series.values.iter().enumerate().rev().map(|(position, value)| (x(position), y.at(value - half)));
    let mut points = String::new();
    for (px, py) in upper.chain(lower) {
        let _ = write!(points, "{px:.1},{py:.1} ");
    }
    let _ = write!(svg, "<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"0.18\"/>", points.trim_end(), colour(at));
}

fn stroke(svg: &mut String, series: &Series, at: usize, y: &Scale, x: impl Fn(usize) -> f64) {
    let (colour, dashes) = (colour(at), DASHES[at % DASHES.len()]);
    let mut points = String::new();
    for (position, value) in series.values.iter().enumerate() {
        let _ = write!(points, "{:.1},{:.1} ", x(position), y.at(*value));
    }
    let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
    let points = points.trim_end();
    let _ =
        write!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\"{dashes}/>");
    for (position, value) in series.values.iter().enumerate() {
        let _ =
            write!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{colour}\"/>", x(position), y.at(*value));
    }
}

/// Names at the ends of the lines, moved apart where they would cover each other.
fn labels(svg: &mut String, series: &[Series], y: &Scale) {
    let end = |series: &Series| series.values.last().map_or(BOTTOM, |value| y.at(*value));
    let mut places: Vec<(usize, f64)> = series.iter().map(end).enumerate().collect();
    places.sort_by(|one, other| one.1.total_cmp(&other.1));
    for position in 1..places.len() {
        places[position].1 = places[position].1.max(places[position - 1].1 + LABEL_GAP);
    }
    // If that ran over the lower edge, push back up.
    let mut lowest = BOTTOM + 8.0;
    for place in places.iter_mut().rev() {
        place.1 = place.1.min(lowest);
        lowest = place.1 - LABEL_GAP;
    }
    for (at, place) in places {
        let label = &series[at].label;
        if (place - end(&series[at])).abs() > 4.0 {
            line(svg, (RIGHT - 6.0, end(&series[at])), (RIGHT + 8.0, place), &format!("stroke=\"{}\"", colour(at)));
        }
        let attributes = format!("fill=\"{}\" font-weight=\"600\" font-size=\"13\"", colour(at));
        text(svg, (RIGHT + 12.0, place + 5.0), &attributes, &shortened(label, (WIDTH - RIGHT - 12.0) / 7.4));
    }
}

fn colour(at: usize) -> &'static str {
    COLOURS[at % COLOURS.len()]
}

/// Cuts a label that would leave the picture; the table beside the chart has it whole.
pub(super) fn shortened(label: &str, most: f64) -> String {
    let most = most as usize;
    if label.chars().count() <= most {
        return label.to_owned();
    }
    let mut short: String = label.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}
