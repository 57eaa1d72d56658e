//! How noise is spread: for each possible count, how often it is what is published. Two counts that differ by one person have
//! nearly the same picture, and that is the protection.

use super::canvas::{Anchor, Canvas, Letters, Paint, length, wrapped};

/// Curves over one axis of persons.
#[derive(Debug, Clone)]
pub(crate) struct Bells {
    /// What the axis is.
    pub(crate) x_title: String,
    pub(crate) curves: Vec<Bell>,
    /// Writes the numbers of the axis.
    pub(crate) tick: fn(f64) -> String,
}

/// One curve: a normal density.
#[derive(Debug, Clone)]
pub(crate) struct Bell {
    pub(crate) label: String,
    pub(crate) mean: f64,
    pub(crate) standard_error: f64,
    pub(crate) paint: Paint,
    /// Whether the middle 95 % are marked.
    pub(crate) interval: bool,
}

impl Bells {
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let spread = self.curves.iter().map(|bell| bell.standard_error).fold(0.5, f64::max);
        let low = self.curves.iter().map(|bell| bell.mean).fold(f64::INFINITY, f64::min) - 3.6 * spread;
        let high = self.curves.iter().map(|bell| bell.mean).fold(f64::NEG_INFINITY, f64::max) + 3.6 * spread;
        let mut top = 0.0;
        for (at, bell) in self.curves.iter().enumerate() {
            for (line, text) in wrapped(&bell.label, canvas.width - 34.0, 14.0).iter().enumerate() {
                top += 20.0;
                if line == 0 {
                    let dashes = if at == 0 { "" } else { "6 4" };
                    canvas.dashed((0.0, top - 5.0), (26.0, top - 5.0), bell.paint, 3.0, dashes);
                }
                canvas.text((34.0, top), Letters::PLAIN.painted(bell.paint), text);
            }
        }
        let (top, bottom) = (top + 16.0, top + 176.0);
        let paper = canvas.width;
        let x = move |persons: f64| (persons - low) / (high - low) * paper;
        let height = bottom - top;
        let lines: Vec<Vec<(f64, f64)>> = self
            .curves
            .iter()
            .map(|bell| {
                let y = |persons: f64| {
                    let z = (persons - bell.mean) / bell.standard_error;
                    bottom - height * (-z * z / 2.0).exp() * spread.min(bell.standard_error) / bell.standard_error
                };
                (0..=120).map(|step| low + (high - low) * f64::from(step) / 120.0).map(|at| (x(at), y(at))).collect()
            })
            .collect();
        for (at, (bell, points)) in self.curves.iter().zip(&lines).enumerate() {
            if bell.interval {
                let half = panoh_publication::half_width(bell.standard_error);
                let (from, to) = (x(bell.mean - half), x(bell.mean + half));
                let inside: Vec<(f64, f64)> =
                    points.iter().copied().filter(|(place, _)| (from..=to).contains(place)).collect();
                if let (Some(first), Some(last)) = (inside.first().copied(), inside.last().copied()) {
                    let mut outline = vec![(first.0, bottom)];
                    outline.extend(inside);
                    outline.push((last.0, bottom));
                    canvas.area(&outline, bell.paint, 0.2);
                }
            }
            canvas.path(points, bell.paint, 2.5, if at == 0 { "" } else { "6 4" });
        }
        canvas.line((0.0, bottom), (canvas.width, bottom), Paint::Ink, 1.0);
        let widest = length(&(self.tick)(high), 13.0) + 16.0;
        let step = ((high - low) * widest / canvas.width).ceil().max(1.0);
        let mut tick = (low / step).ceil() * step;
        while tick <= high {
            if x(tick) > 12.0 && x(tick) < canvas.width - 12.0 {
                canvas.line((x(tick), bottom), (x(tick), bottom + 5.0), Paint::Ink, 1.0);
                canvas.text((x(tick), bottom + 20.0), Letters::QUIET.anchored(Anchor::Middle), &(self.tick)(tick));
            }
            tick += step;
        }
        canvas.text((canvas.width / 2.0, bottom + 40.0), Letters::QUIET.anchored(Anchor::Middle), &self.x_title);
        canvas.height = bottom + 44.0;
    }
}
