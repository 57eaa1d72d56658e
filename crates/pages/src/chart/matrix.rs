//! From where to where as a table of shades: the darker, the more persons. A cell that does not stand out from the noise is
//! empty, which is not the same as none.

use super::Width;
use super::canvas::{Anchor, Canvas, Letters, Paint, length, shortened, wrapped};

/// A matrix of places.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    /// What rows and columns are.
    pub(crate) heads: [String; 2],
    pub(crate) rows: Vec<String>,
    pub(crate) columns: Vec<String>,
    /// For each row its cells; none where nothing stands out.
    pub(crate) cells: Vec<Vec<Option<Shade>>>,
}

/// A cell that stands out.
#[derive(Debug, Clone)]
pub(crate) struct Shade {
    pub(crate) value: f64,
    pub(crate) shown: String,
}

impl Matrix {
    pub(super) fn draw(&self, canvas: &mut Canvas, width: Width) {
        let size = if width == Width::Wide { 13.0 } else { 12.0 };
        let longest = self.rows.iter().map(|row| length(row, size)).fold(0.0, f64::max);
        let left = (longest + 10.0).min(canvas.width * 0.38);
        let cell = ((canvas.width - left) / self.columns.len().max(1) as f64).min(110.0);
        let mut top = 0.0;
        for line in wrapped(&self.heads.join(" → "), canvas.width, 13.0) {
            top += 17.0;
            canvas.text((0.0, top - 3.0), Letters::QUIET, &line);
        }
        // Heads of columns stand aslant when they are longer than a column is wide.
        let heads: Vec<Vec<String>> = self.columns.iter().map(|name| wrapped(name, cell - 6.0, size)).collect();
        let lines = heads.iter().map(Vec::len).max().unwrap_or(1);
        top += 8.0;
        for (at, head) in heads.iter().enumerate() {
            let x = left + cell * (at as f64 + 0.5);
            for (line, text) in head.iter().enumerate() {
                let y = top + (size + 3.0) * (lines - head.len() + line + 1) as f64;
                let letters = Letters { size, ..Letters::PLAIN }.anchored(Anchor::Middle);
                canvas.text((x, y), letters, &shortened(text, cell - 2.0, size));
            }
        }
        top += (size + 3.0) * lines as f64 + 8.0;
        let most = self.cells.iter().flatten().flatten().map(|shade| shade.value).fold(1.0, f64::max);
        for (at, (name, cells)) in self.rows.iter().zip(&self.cells).enumerate() {
            let y = top + 34.0 * at as f64;
            let letters = Letters { size, ..Letters::PLAIN }.anchored(Anchor::End);
            canvas.text((left - 8.0, y + 21.0), letters, &shortened(name, left - 8.0, size));
            for (column, shade) in cells.iter().enumerate() {
                let x = left + cell * column as f64;
                canvas.rectangle((x + 1.0, y + 1.0), (cell - 2.0, 32.0), Paint::Tone, 1.0);
                let Some(shade) = shade else { continue };
                // Square roots, because areas are compared; light enough that the words on it can be read.
                canvas.rectangle(
                    (x + 1.0, y + 1.0),
                    (cell - 2.0, 32.0),
                    Paint::Series(0),
                    0.08 + 0.32 * (shade.value / most).max(0.0).sqrt(),
                );
                let letters = Letters { size, ..Letters::PLAIN }.anchored(Anchor::Middle);
                canvas.text((x + cell / 2.0, y + 21.0), letters, &shade.shown);
            }
        }
        canvas.height = top + 34.0 * self.rows.len() as f64 + 4.0;
    }
}
