//! Lines over the years with their 95 % intervals as bands. Names stand at the ends of the lines, or above the picture where
//! it is narrow.

use super::Width;
use super::canvas::{Anchor, Canvas, Letters, Paint, length, shortened, wrapped};
use super::scale::Scale;

/// Besides colour, lines differ in their dashes.
const DASHES: [&str; 6] = ["", "8 4", "3 3", "10 3 3 3", "14 4", "1 4"];
/// How much wider heavy letters are.
const BOLD: f64 = 1.1;
/// Room between names that stand below each other.
const GAP: f64 = 17.0;

/// A line chart.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    /// What the horizontal axis is.
    pub(crate) x_title: String,
    /// What the vertical axis is.
    pub(crate) y_title: String,
    /// Labels of the horizontal axis.
    pub(crate) x: Vec<String>,
    pub(crate) series: Vec<Line>,
    /// Breaks in the series.
    pub(crate) marks: Vec<Mark>,
    /// The place of the first provisional label, and the word for it.
    pub(crate) provisional: Option<(usize, String)>,
    /// Writes the numbers of the vertical axis.
    pub(crate) tick: fn(f64) -> String,
}

/// One line: a point for each label of the axis.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) points: Vec<Point>,
    pub(crate) paint: Paint,
    /// Whether the estimates say anything; else the band alone is drawn.
    pub(crate) sure: bool,
}

/// An estimate with the half-width of its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) value: f64,
    pub(crate) half_width: f64,
}

/// A break: what stands at this place and after it cannot be compared with what stands before.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) at: usize,
    /// A letter; what it means stands below the picture.
    pub(crate) sign: String,
}

/// Where the figure lies on the paper.
struct Plot<'a> {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    labels: &'a [String],
    y: Scale,
}

impl Plot<'_> {
    fn x(&self, at: usize) -> f64 {
        let last = self.labels.len().saturating_sub(1).max(1) as f64;
        self.left + 14.0 + (self.right - self.left - 28.0) * at as f64 / last
    }

    /// Half the way from one label to the next.
    fn half_step(&self) -> f64 {
        (self.x(1) - self.x(0)) / 2.0
    }
}

impl Lines {
    pub(super) fn draw(&self, canvas: &mut Canvas, width: Width) {
        let mut top = 0.0;
        for line in wrapped(&self.y_title, canvas.width, 13.0) {
            top += 17.0;
            canvas.text((0.0, top - 3.0), Letters::QUIET, &line);
        }
        let beside = width == Width::Wide && self.series.len() > 1;
        if !beside && self.series.len() > 1 {
            top = self.legend(canvas, top + 6.0);
        }
        top += 16.0;
        let longest = self.series.iter().map(|line| BOLD * length(&line.label, 13.0)).fold(0.0, f64::max);
        let names = if beside { longest.min(210.0) + 20.0 } else { 8.0 };
        let bottom = top + if width == Width::Wide { 250.0 } else { 200.0 };
        let reach = |line: &Line| {
            let ends = |point: &Point| [point.value - point.half_width, point.value + point.half_width];
            line.points.iter().flat_map(ends).collect::<Vec<_>>()
        };
        let y = Scale::new(self.series.iter().flat_map(reach), bottom, top, 5);
        let ticks = y.ticks.iter().map(|tick| length(&(self.tick)(*tick), 13.0)).fold(0.0, f64::max);
        let plot = Plot { left: ticks + 8.0, right: canvas.width - names, top, bottom, labels: &self.x, y };
        self.ground(canvas, &plot);
        for line in &self.series {
            self.band(canvas, line, &plot);
        }
        for (at, line) in self.series.iter().enumerate().filter(|(_, line)| line.sure) {
            self.stroke(canvas, (at, line), &plot);
        }
        if beside {
            self.names(canvas, &plot);
        }
        canvas.height = bottom + 44.0;
    }

    /// Names with a piece of their lines, above the picture; returns where they end.
    fn legend(&self, canvas: &mut Canvas, top: f64) -> f64 {
        let (mut x, mut y) = (0.0, top + 14.0);
        for (at, line) in self.series.iter().enumerate() {
            let label = shortened(&line.label, canvas.width - 34.0, 13.0);
            let wide = 34.0 + length(&label, 13.0) + 14.0;
            if x > 0.0 && x + wide > canvas.width {
                (x, y) = (0.0, y + 19.0);
            }
            canvas.dashed((x, y - 4.0), (x + 26.0, y - 4.0), line.paint, 3.0, DASHES[at % DASHES.len()]);
            canvas.text((x + 32.0, y), Letters { size: 13.0, ..Letters::PLAIN }, &label);
            x += wide;
        }
        y + 4.0
    }

    /// Axes, breaks and what is provisional.
    fn ground(&self, canvas: &mut Canvas, plot: &Plot<'_>) {
        if let Some((from, word)) = &self.provisional {
            let left = (plot.x(*from) - plot.half_step().min(24.0)).max(plot.left);
            canvas.rectangle((left, plot.top), (plot.right - left, plot.bottom - plot.top), Paint::Tone, 1.0);
            let letters = Letters { size: 12.0, ..Letters::QUIET }.anchored(Anchor::End);
            canvas.text((plot.right, plot.top - 5.0), letters, word);
        }
        for tick in &plot.y.ticks {
            let (y, zero) = (plot.y.at(*tick), *tick == 0.0);
            let paint = if zero { Paint::Ink } else { Paint::Grid };
            canvas.line((plot.left, y), (plot.right, y), paint, 1.0);
            let letters = Letters::QUIET.anchored(Anchor::End);
            canvas.text((plot.left - 6.0, y + 4.5), letters, &(self.tick)(*tick));
        }
        let widest = self.x.iter().map(|label| length(label, 13.0)).fold(1.0, f64::max);
        let fit = ((plot.right - plot.left - 28.0) / (widest + 8.0)).floor().max(1.0) as usize + 1;
        let every = self.x.len().div_ceil(fit).max(1);
        // Counted from the end, so that the latest year has its label.
        let last = self.x.len().saturating_sub(1);
        for (at, label) in self.x.iter().enumerate().filter(|(at, _)| (last - at).is_multiple_of(every)) {
            canvas.text((plot.x(at), plot.bottom + 20.0), Letters::QUIET.anchored(Anchor::Middle), label);
        }
        let middle = f64::midpoint(plot.left, plot.right);
        canvas.text((middle, plot.bottom + 40.0), Letters::QUIET.anchored(Anchor::Middle), &self.x_title);
        for mark in &self.marks {
            let x = plot.x(mark.at) - plot.half_step();
            canvas.dashed((x, plot.top), (x, plot.bottom), Paint::Quiet, 1.5, "4 3");
            canvas.text((x, plot.top - 5.0), Letters::QUIET.anchored(Anchor::Middle).bold(), &mark.sign);
        }
    }

    fn stroke(&self, canvas: &mut Canvas, (at, line): (usize, &Line), plot: &Plot<'_>) {
        let points: Vec<(f64, f64)> =
            line.points.iter().enumerate().map(|(at, point)| (plot.x(at), plot.y.at(point.value))).collect();
        // A line does not lead over a break.
        for (from, to) in pieces(&self.marks, points.len()) {
            canvas.path(&points[from..to], line.paint, 2.5, DASHES[at % DASHES.len()]);
        }
        for (at, point) in points.iter().enumerate() {
            let hollow = self.provisional.as_ref().is_some_and(|(from, _)| at >= *from);
            canvas.dot(*point, 3.5, line.paint, hollow);
        }
    }

    /// Names at the ends of the lines, moved apart where they would cover each other.
    fn names(&self, canvas: &mut Canvas, plot: &Plot<'_>) {
        let end = |line: &Line| line.points.last().map_or(plot.bottom, |point| plot.y.at(point.value));
        let mut places: Vec<(usize, f64)> = self.series.iter().map(end).enumerate().collect();
        places.sort_by(|one, other| one.1.total_cmp(&other.1));
        for at in 1..places.len() {
            places[at].1 = places[at].1.max(places[at - 1].1 + GAP);
        }
        // If that ran over the lower edge, push back up.
        let mut lowest = plot.bottom + 4.0;
        for place in places.iter_mut().rev() {
            place.1 = place.1.min(lowest);
            lowest = place.1 - GAP;
        }
        for (at, y) in places {
            let line = &self.series[at];
            if (y - end(line)).abs() > 4.0 {
                canvas.line((plot.right - 8.0, end(line)), (plot.right + 5.0, y), line.paint, 1.0);
            }
            let letters = Letters { size: 13.0, ..Letters::PLAIN }.painted(line.paint).bold();
            let label = shortened(&line.label, (canvas.width - plot.right - 10.0) / BOLD, 13.0);
            canvas.text((plot.right + 9.0, y + 4.5), letters, &label);
        }
    }

    /// The 95 % interval as a band, which does not lead over a break either.
    fn band(&self, canvas: &mut Canvas, line: &Line, plot: &Plot<'_>) {
        let edge = |sign: f64, (from, to): (usize, usize)| {
            let place = move |at: usize| {
                let point = line.points[at];
                (plot.x(at), plot.y.at(point.value + sign * point.half_width))
            };
            (from..to).map(place).collect::<Vec<_>>()
        };
        for piece in pieces(&self.marks, line.points.len()) {
            let mut outline = edge(1.0, piece);
            outline.extend(edge(-1.0, piece).into_iter().rev());
            canvas.area(&outline, line.paint, 0.18);
        }
    }
}

/// The places between breaks, from and to.
pub(super) fn pieces(marks: &[Mark], points: usize) -> Vec<(usize, usize)> {
    let ends = marks.iter().map(|mark| mark.at.min(points)).chain([points]);
    let mut from = 0;
    ends.map(|to| (std::mem::replace(&mut from, to), to)).filter(|(from, to)| from < to).collect()
}
