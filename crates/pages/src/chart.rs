//! Pictures as SVG text. A chart is a value: what to draw, with every word in the reader's language. Drawing it gives a whole
//! picture with title, description, axes, error bars and source, that needs no style sheet and no script, so that a copied
//! picture still says what it shows, how sure it is and where it comes from.
//!
//! Each chart is drawn in two widths, for wide and for narrow screens, because letters that shrink with a picture cannot be
//! read on a phone. Colours are attributes, which a page's style sheet may replace through classes; that is how pictures
//! follow a dark screen.

mod bars;
mod bells;
mod canvas;
mod flows;
mod lines;
mod matrix;
mod multiples;
mod scale;

pub(crate) use bars::{Bar, Bars};
pub(crate) use bells::{Bell, Bells};
pub(crate) use canvas::Paint;
pub(crate) use flows::{Flow, Flows};
pub(crate) use lines::{Line, Lines, Mark, Point};
pub(crate) use matrix::{Matrix, Shade};
pub(crate) use multiples::{Multiples, Panel};

use canvas::Canvas;

/// A picture before it is drawn.
#[derive(Debug, Clone)]
pub(crate) enum Chart {
    /// Values over the years, with error bands.
    Lines(Lines),
    /// Ranked values with intervals.
    Bars(Bars),
    /// From where to where, as ribbons.
    Flows(Flows),
    /// From where to where, as a table of shades.
    Matrix(Matrix),
    /// Many small lines on one scale.
    Multiples(Multiples),
    /// How noise is spread.
    Bells(Bells),
}

/// How wide a picture is, in its own units, which are pixels at the size it is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// For screens, print and documents.
    Wide,
    /// For phones.
    Narrow,
}

/// What stands on every picture.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caption {
    /// Prefix of the ids inside the picture, unique on a page.
    pub(crate) id: String,
    /// What the picture says.
    pub(crate) title: String,
    /// The picture in words, for those who cannot see it.
    pub(crate) description: String,
    /// What must be known to read it: breaks, provisional years.
    pub(crate) notes: Vec<String>,
    /// Release, day, cost, and whether it is synthetic.
    pub(crate) source: String,
}

impl Width {
    fn units(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Narrow => 360.0,
        }
    }
}

impl Chart {
    /// The picture inside a page, where its title stands above it as a heading.
    pub(crate) fn inline(&self, caption: &Caption, width: Width) -> String {
        let prefix = match width {
            Width::Wide => "w",
            Width::Narrow => "n",
        };
        self.drawn(caption, width).into_svg(caption, prefix, false)
    }

    /// The picture as a file: its title is written above it, and it has a size of its own.
    pub(crate) fn standalone(&self, caption: &Caption) -> String {
        let mut svg = self.drawn(caption, Width::Wide).into_svg(caption, "f", true);
        svg.push('\n');
        svg
    }

    fn drawn(&self, caption: &Caption, width: Width) -> Canvas {
        let mut canvas = Canvas::new(width.units());
        match self {
            Self::Lines(lines) => lines.draw(&mut canvas, width),
            Self::Bars(bars) => bars.draw(&mut canvas, width),
            Self::Flows(flows) => flows.draw(&mut canvas, width),
            Self::Matrix(matrix) => matrix.draw(&mut canvas, width),
            Self::Multiples(multiples) => multiples.draw(&mut canvas, width),
            Self::Bells(bells) => bells.draw(&mut canvas),
        }
        canvas.footer(&caption.notes, &caption.source);
        canvas
    }
}

#[cfg(test)]
mod tests;
