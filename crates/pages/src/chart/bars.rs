//! Ranked values as bars, each with a line for its 95 % interval.

use super::Width;
use super::canvas::{Anchor, Canvas, Letters, Paint, length, shortened, wrapped};
use super::scale::Scale;

/// A bar chart.
#[derive(Debug, Clone)]
pub(crate) struct Bars {
    /// What is counted.
    pub(crate) x_title: String,
    /// From top to bottom.
    pub(crate) rows: Vec<Bar>,
    /// Writes the numbers of the axis.
    pub(crate) tick: fn(f64) -> String,
}

/// One bar.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    /// Lower and upper end of the interval.
    pub(crate) interval: (f64, f64),
    /// The value in words.
    pub(crate) shown: String,
    pub(crate) paint: Paint,
    /// Whether the estimate says anything; else the interval alone is drawn.
    pub(crate) sure: bool,
}

impl Bars {
    pub(super) fn draw(&self, canvas: &mut Canvas, width: Width) {
        let mut top = 0.0;
        for line in wrapped(&self.x_title, canvas.width, 13.0) {
            top += 17.0;
            canvas.text((0.0, top - 3.0), Letters::QUIET, &line);
        }
        let narrow = width == Width::Narrow;
        let longest = |of: fn(&Bar) -> &str| self.rows.iter().map(|bar| length(of(bar), 14.0)).fold(0.0, f64::max);
        let left = if narrow { 0.0 } else { (longest(|bar| &bar.label) + 10.0).min(270.0) };
        let right = canvas.width - if narrow { 0.0 } else { longest(|bar| &bar.shown) + 10.0 };
        let ends = |bar: &Bar| [bar.value, bar.interval.0, bar.interval.1];
        let x = Scale::new(self.rows.iter().flat_map(ends), left, right, if narrow { 3 } else { 5 });
        let step = if narrow { 48.0 } else { 32.0 };
        let bottom = top + 26.0 + step * self.rows.len() as f64;
        for tick in &x.ticks {
            let paint = if *tick == 0.0 { Paint::Ink } else { Paint::Grid };
            canvas.line((x.at(*tick), top + 24.0), (x.at(*tick), bottom), paint, 1.0);
            let anchor = if narrow && *tick <= 0.0 {
                Anchor::Start
            } else if narrow && x.at(*tick) > canvas.width - 20.0 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            canvas.text((x.at(*tick), top + 18.0), Letters::QUIET.anchored(anchor), &(self.tick)(*tick));
        }
        for (at, bar) in self.rows.iter().enumerate() {
            let y = top + 26.0 + step * at as f64;
            let middle = if narrow { y + 32.0 } else { y + 16.0 };
            if narrow {
                let room = canvas.width - length(&bar.shown, 14.0) - 12.0;
                canvas.text(
                    (0.0, y + 16.0),
                    Letters { halo: true, ..Letters::PLAIN },
                    &shortened(&bar.label, room, 14.0),
                );
                let shown = Letters { halo: true, ..Letters::PLAIN }.anchored(Anchor::End);
                canvas.text((canvas.width, y + 16.0), shown, &bar.shown);
            } else {
                let label = shortened(&bar.label, left - 8.0, 14.0);
                canvas.text((left - 8.0, middle + 5.0), Letters::PLAIN.anchored(Anchor::End), &label);
                canvas.text((canvas.width, middle + 5.0), Letters::PLAIN.anchored(Anchor::End), &bar.shown);
            }
            let (zero, end) = (x.at(0.0), x.at(bar.value));
            if bar.sure {
                canvas.rectangle((zero.min(end), middle - 9.0), ((end - zero).abs(), 18.0), bar.paint, 0.75);
            }
            let (low, high) = (x.at(bar.interval.0), x.at(bar.interval.1));
            canvas.line((low, middle), (high, middle), Paint::Ink, 2.0);
            for end in [low, high] {
                canvas.line((end, middle - 5.0), (end, middle + 5.0), Paint::Ink, 2.0);
            }
        }
        canvas.height = bottom + 2.0;
    }
}
