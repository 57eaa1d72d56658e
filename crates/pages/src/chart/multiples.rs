//! Many small lines on one scale, so that their heights may be compared.

use super::canvas::{Anchor, Canvas, Letters, Paint, shortened, wrapped};
use super::lines::pieces;
use super::scale::Scale;
use super::{Mark, Point, Width};

/// Small pictures beside each other.
#[derive(Debug, Clone)]
pub(crate) struct Multiples {
    /// What is counted.
    pub(crate) y_title: String,
    /// First and last label of the horizontal axis of each.
    pub(crate) x: Vec<String>,
    pub(crate) panels: Vec<Panel>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) provisional: Option<usize>,
    pub(crate) tick: fn(f64) -> String,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) label: String,
    pub(crate) points: Vec<Point>,
}

const HIGH: f64 = 92.0;

impl Multiples {
    pub(super) fn draw(&self, canvas: &mut Canvas, width: Width) {
        let across = if width == Width::Wide { 4 } else { 2 };
        let gap = 22.0;
        let wide = (canvas.width - gap * (across - 1) as f64) / across as f64;
        canvas.text((0.0, 13.0), Letters::QUIET, &shortened(&self.y_title, canvas.width, 13.0));
        let reach = |panel: &Panel| {
            let ends = |point: &Point| [point.value - point.half_width, point.value + point.half_width];
            panel.points.iter().flat_map(ends).collect::<Vec<_>>()
        };
        for (at, panel) in self.panels.iter().enumerate() {
            let (column, row) = (at % across, at / across);
            let (left, top) = ((wide + gap) * column as f64, 26.0 + (HIGH + 76.0) * row as f64);
            let letters = Letters { size: 13.0, ..Letters::PLAIN }.bold();
            for (line, text) in wrapped(&panel.label, wide, 13.5).iter().take(2).enumerate() {
                canvas.text((left, top + 12.0 + 16.0 * line as f64), letters, &shortened(text, wide, 13.5));
            }
            let (top, bottom) = (top + 40.0, top + 40.0 + HIGH);
            let y = Scale::new(self.panels.iter().flat_map(reach), bottom, top, 3);
            let last = self.x.len().saturating_sub(1).max(1) as f64;
            let x = |at: usize| left + 30.0 + (wide - 36.0) * at as f64 / last;
            self.one(canvas, panel, (left, wide), (&y, &x));
            canvas.height = bottom + 26.0;
        }
    }

    fn one(
        &self,
        canvas: &mut Canvas,
        panel: &Panel,
        (left, wide): (f64, f64),
        (y, x): (&Scale, &dyn Fn(usize) -> f64),
    ) {
        let small = Letters { size: 11.5, ..Letters::QUIET };
        let bottom = y.at(y.ticks[0]);
        for tick in &y.ticks {
            let paint = if *tick == 0.0 { Paint::Ink } else { Paint::Grid };
            canvas.line((left + 26.0, y.at(*tick)), (left + wide, y.at(*tick)), paint, 1.0);
            canvas.text((left + 22.0, y.at(*tick) + 4.0), small.anchored(Anchor::End), &(self.tick)(*tick));
        }
        let edge = |sign: f64| {
            let place = move |(at, point): (usize, &Point)| (x(at), y.at(point.value + sign * point.half_width));
            panel.points.iter().enumerate().map(place).collect::<Vec<_>>()
        };
        let (upper, points, lower) = (edge(1.0), edge(0.0), edge(-1.0));
        for (from, to) in pieces(&self.marks, points.len()) {
            let mut outline = upper[from..to].to_vec();
            outline.extend(lower[from..to].iter().rev());
            canvas.area(&outline, Paint::Series(0), 0.18);
            canvas.path(&points[from..to], Paint::Series(0), 2.0, "");
        }
        for mark in &self.marks {
            let place = x(mark.at) - (x(1) - x(0)) / 2.0;
            canvas.dashed((place, y.at(y.ticks[y.ticks.len() - 1])), (place, bottom), Paint::Quiet, 1.0, "3 3");
        }
        for (at, point) in points.iter().enumerate().filter(|(at, _)| self.provisional.is_some_and(|from| *at >= from))
        {
            let _ = at;
            canvas.dot(*point, 3.0, Paint::Series(0), true);
        }
        if let (Some(first), Some(last)) = (self.x.first(), self.x.last()) {
            canvas.text((x(0) - 4.0, bottom + 17.0), small, first);
            canvas.text((left + wide, bottom + 17.0), small.anchored(Anchor::End), last);
        }
    }
}
