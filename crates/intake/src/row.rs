//! One row as it stands in the file, before anything about it is known to be right or safe to show.
//!
//! Cells may hold names, telephone numbers and whole stories. The type is therefore a dead end: it cannot be
//! serialised, its `Debug` shows a shape, and only this crate can read a cell.

use std::fmt;
use std::ops::Range;

use crate::rule::Rule;

/// The most bytes of one cell. Longer cells are refused: they are free text that lost its closing quote.
pub(crate) const CELL_LIMIT: usize = 1 << 20;
/// The most bytes of one row.
pub(crate) const ROW_LIMIT: usize = 1 << 24;
/// The most cells of one row.
pub(crate) const CELLS_LIMIT: usize = 1 << 14;

/// U+FFFD in UTF-8.
const LOST: &[u8] = "\u{fffd}".as_bytes();

/// The raw cells of one row of an export. Outside this crate nothing can be done with it.
///
/// It is not `Serialize`, so no report or log can hold one by accident:
///
/// ```compile_fail,E0277
/// fn written<T: serde::Serialize>() {}
/// written::<panoh_intake::RawRow>();
/// ```
///
/// A rejection is what may be written instead:
///
/// ```
/// fn written<T: serde::Serialize>() {}
/// written::<panoh_intake::Rejection>();
/// ```
#[derive(Default)]
pub struct RawRow {
    bytes: Vec<u8>,
    cells: Vec<Range<usize>>,
    /// What the reader of the file found wrong with the row, with the cell where that can be told.
    pub(crate) flaw: Option<(Rule, Option<usize>)>,
    pub(crate) place: Place,
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The first line of the row, counted from 1; in a Parquet file or a sheet the number of the row.
    pub(crate) line: u64,
    /// The last line of the row.
    pub(crate) last_line: u64,
}

impl RawRow {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.cells.clear();
        self.flaw = None;
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The bytes of a cell; `at` is below [`RawRow::len`].
    pub(crate) fn cell(&self, at: usize) -> &[u8] {
        &self.bytes[self.cells[at].clone()]
    }

    /// Takes a whole line at once and cuts it at each separator, eight bytes at a time: cells are short, and a search that
    /// begins anew after each would take most of its time to begin.
    pub(crate) fn push_line(&mut self, line: &[u8], separator: u8) {
        const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        self.bytes.extend_from_slice(line);
        let separators = u64::from_le_bytes([separator; 8]);
        let (eights, rest) = line.as_chunks::<8>();
        let mut begin = 0;
        for (eight, at) in eights.iter().zip((0..).step_by(8)) {
            let differs = u64::from_le_bytes(*eight) ^ separators;
            // The high bit of each byte that differs in nothing.
            let mut found = !(((differs & LOW) + LOW) | differs | LOW);
            while found != 0 {
                self.end_at(&mut begin, at + found.trailing_zeros() as usize / 8);
                found &= found - 1;
            }
        }
        for (byte, at) in rest.iter().zip(line.len() - rest.len()..) {
            if *byte == separator {
                self.end_at(&mut begin, at);
            }
        }
        self.cells.push(begin..line.len());
    }

    // Ends a cell at a separator, as long as the row may have more cells.
    fn end_at(&mut self, begin: &mut usize, end: usize) {
        if self.cells.len() < CELLS_LIMIT {
            self.cells.push(*begin..end);
            *begin = end + 1;
        }
    }

    /// Adds bytes to the cell that is being written.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A writer for the cell that is being written.
    pub(crate) fn writer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Ends the cell that is being written.
    pub(crate) fn end_cell(&mut self) {
        if self.cells.len() <= CELLS_LIMIT {
            let begin = self.cells.last().map_or(0, |cell| cell.end + 1);
            self.cells.push(begin..self.bytes.len());
        }
        // Stands between the cells, so that half a letter at the end of one cannot be completed by the next.
        self.bytes.push(b',');
    }

    /// Takes the last `beside` cells away, all blank, behind `width` others. A row of another width stays one.
    pub(crate) fn drop_blank_end(&mut self, width: usize, beside: usize) {
        if self.len() == width + beside && (width..self.len()).all(|at| self.cell(at).trim_ascii().is_empty()) {
            self.cells.truncate(width);
        } else if self.len() == width {
            self.flaw = Some((Rule::WrongNumberOfCells, None));
        }
    }

    /// Whether a cell holds rows of the file as its text: one of its whole lines has as many separators as a full row, or
    /// its first and last line have so many together, as the end of one row and the beginning of another have. Where most
    /// of them have a blank behind them they are the commas of a story: between cells stands none.
    pub(crate) fn swallows_rows(&self, separator: u8, least: usize) -> bool {
        let count = |line: &[u8]| {
            let signs = memchr::memchr_iter(separator, line);
            signs.fold((0, 0), |(all, close), at| (all + 1, close + usize::from(line.get(at + 1) != Some(&b' '))))
        };
        let is_row = |(all, close): (usize, usize)| all >= least && 2 * close >= all;
        (0..self.len()).map(|at| self.cell(at)).filter(|cell| memchr::memchr(b'\n', cell).is_some()).any(|cell| {
            let lines: Vec<_> = cell.split(|byte| *byte == b'\n').map(count).collect();
            let (Some((first, rest)), Some(last)) = (lines.split_first(), lines.last()) else { return false };
            let inner = &rest[..rest.len() - 1];
            inner.iter().copied().any(is_row) || is_row((first.0 + last.0, first.1 + last.1))
        })
    }

    /// What makes the row unreadable whatever its columns mean: the first rule that it breaks, with the cell where that
    /// can be told.
    pub(crate) fn broken(&self, width: usize) -> Option<(Rule, Option<usize>)> {
        if self.len() != width {
            return Some((Rule::WrongNumberOfCells, None));
        }
        if self.flaw.is_some() {
            return self.flaw;
        }
        if let Err(error) = std::str::from_utf8(&self.bytes) {
            return Some((Rule::NotUtf8, self.cell_at(error.valid_up_to())));
        }
        if let Some(lost) = self.lost_letter() {
            return Some((Rule::NotInEncoding, self.cell_at(lost)));
        }
        if let Some(nul) = memchr::memchr(0, &self.bytes) {
            return Some((Rule::NulByte, self.cell_at(nul)));
        }
        if self.bytes.len() > CELL_LIMIT {
            let long = self.cells.iter().position(|cell| cell.len() > CELL_LIMIT);
            return long.map(|at| (Rule::CellTooLarge, Some(at)));
        }
        None
    }

    // U+FFFD stands where a letter was lost, here or in a program before. Two names that lost different letters would look
    // the same.
    fn lost_letter(&self) -> Option<usize> {
        let mut from = 0;
        // Its first byte begins few other letters, so text without it costs one look.
        while let Some(found) = memchr::memchr(LOST[0], &self.bytes[from..]) {
            let at = from + found;
            if self.bytes[at..].starts_with(LOST) {
                return Some(at);
            }
            from = at + 1;
        }
        None
    }

    fn cell_at(&self, byte: usize) -> Option<usize> {
        self.cells.iter().position(|cell| cell.contains(&byte))
    }
}

impl fmt::Debug for RawRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRow")
            .field("line", &self.place.line)
            .field("cells", &self.cells.len())
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
