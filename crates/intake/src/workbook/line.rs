//! One row of a sheet on its way to the parent.

use std::io::Write;

use super::Stop;
use super::merged::Merged;
use crate::frames::{self, Cell, Flaw, Frame, WorkbookProblem};
use crate::row::ROW_LIMIT;

/// The filled cells of one row.
pub(super) struct Line {
    /// Counted from 0.
    row: u32,
    cells: Vec<u8>,
    /// The column after the last cell.
    next: u32,
    too_large: bool,
    /// Whether a cell holds more than blanks.
    is_filled: bool,
    /// The column after the last filled one of any row so far. The header is among those rows, so that no column of the
    /// table lies further to the right.
    width: u32,
    merged: Merged,
}

impl Line {
    /// The first row.
    pub(super) fn new(mut merged: Merged) -> Self {
        merged.begin(0);
        Self { row: 0, cells: Vec::new(), next: 0, too_large: false, is_filled: false, width: 0, merged }
    }

    pub(super) fn row(&self) -> u32 {
        self.row
    }

    /// Begins a row; they come in their order.
    pub(super) fn begin(&mut self, row: u32) {
        self.cells.clear();
        (self.row, self.next, self.too_large, self.is_filled) = (row, 0, false, false);
        self.merged.begin(row);
    }

    /// Adds a cell. Two cells in one place would be two people's, so the order of the file must be that of the columns.
    pub(super) fn push(&mut self, column: u32, read: &Result<String, Flaw>) -> Result<(), Stop> {
        if column < self.next {
            return Err(Stop::Problem(WorkbookProblem::Damaged));
        }
        self.next = column.saturating_add(1);
        let is_blank = read.as_ref().is_ok_and(|text| text.trim().is_empty());
        let is_hidden = self.merged.covers(column);
        if is_hidden && is_blank {
            return Ok(());
        }
        if !is_blank {
            self.is_filled = true;
            self.width = self.width.max(self.next);
            self.merged.fill(column);
        }
        let (flaw, text) = match read {
            _ if is_hidden => (Some(Flaw::Merged), ""),
            Ok(text) => (None, text.as_str()),
            Err(flaw) => (Some(*flaw), ""),
        };
        self.too_large |= self.cells.len() + text.len() > ROW_LIMIT;
        if !self.too_large {
            frames::push_cell(&mut self.cells, Cell { column, flaw, text: text.as_bytes() });
        }
        Ok(())
    }

    /// Sends the row. Cells under a merged one go with it when the row holds anything else: a row that only shows the
    /// lower part of a merged cell is empty.
    pub(super) fn send(&self, out: &mut impl Write) -> Result<(), Stop> {
        let number = self.row.saturating_add(1);
        if self.too_large {
            frames::write(out, Frame::LargeRow(number), &[])?;
        } else if !self.cells.is_empty() {
            let covered = if self.is_filled { self.merged.covered(self.width) } else { Vec::new() };
            frames::write(
                out,
                Frame::Row(number),
                with_covered(&self.cells, &covered).as_deref().unwrap_or(&self.cells),
            )?;
        }
        Ok(())
    }
}

// None where there is nothing to add.
fn with_covered(cells: &[u8], covered: &[u32]) -> Option<Vec<u8>> {
    if covered.is_empty() {
        return None;
    }
    let mut all = frames::cells(cells)?;
    let hidden = covered.iter().filter(|column| all.binary_search_by_key(*column, |cell| cell.column).is_err());
    let added: Vec<_> = hidden.map(|&column| Cell { column, flaw: Some(Flaw::Merged), text: b"" }).collect();
    all.extend(added);
    all.sort_by_key(|cell| cell.column);
    let mut joined = Vec::with_capacity(cells.len());
    for cell in all {
        frames::push_cell(&mut joined, cell);
    }
    Some(joined)
}
