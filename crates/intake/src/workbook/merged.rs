//! Merged cells. A spreadsheet shows the value of the first of them over all; the others hold nothing, or something that
//! nobody sees. Whether that value holds for each row that it is shown beside is for people to say.

use std::cmp::Reverse;

/// A range of merged cells; rows and columns are counted from 0, the last ones belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) top: u32,
    pub(super) bottom: u32,
    pub(super) left: u32,
    pub(super) right: u32,
    /// Whether each row merges its own cells, so that it stands for as many ranges as it has rows.
    pub(super) in_each_row: bool,
}

/// The merged cells of a sheet, gone through row by row.
#[derive(Default)]
pub(super) struct Merged {
    row: u32,
    /// Those further down, the nearest last.
    below: Vec<Span>,
    /// Those that reach into the row, and whether their first cell is filled.
    open: Vec<(Span, bool)>,
}

impl Span {
    fn begins(&self, row: u32, column: u32) -> bool {
        column == self.left && (self.in_each_row || row == self.top)
    }
}

impl Merged {
    pub(super) fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| Reverse(span.top));
        Self { row: 0, below: spans, open: Vec::new() }
    }

    /// Goes to a row at or below the present one.
    pub(super) fn begin(&mut self, row: u32) {
        self.row = row;
        self.open.retain(|(span, _)| span.bottom >= row);
        while let Some(span) = self.below.pop_if(|span| span.top <= row) {
            if span.bottom >= row {
                self.open.push((span, false));
            }
        }
        for (span, is_filled) in &mut self.open {
            *is_filled &= !span.in_each_row;
        }
    }

    /// Notes that a cell of the row is filled.
    pub(super) fn fill(&mut self, column: u32) {
        for (span, is_filled) in &mut self.open {
            *is_filled |= span.begins(self.row, column);
        }
    }

    /// Whether a cell of the row lies under another one.
    pub(super) fn covers(&self, column: u32) -> bool {
        let under = |span: &Span| (span.left..=span.right).contains(&column) && !span.begins(self.row, column);
        self.open.iter().any(|(span, _)| under(span))
    }

    /// The columns below `width` in which a cell of the row lies under a filled one.
    pub(super) fn covered(&self, width: u32) -> Vec<u32> {
        let filled = self.open.iter().filter(|(_, is_filled)| *is_filled);
        let columns = filled.flat_map(|(span, _)| {
            let columns = span.left..span.right.saturating_add(1).min(width);
            columns.filter(|column| !span.begins(self.row, *column))
        });
        let mut columns: Vec<u32> = columns.collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(top: u32, bottom: u32, left: u32, right: u32) -> Span {
        Span { top, bottom, left, right, in_each_row: false }
    }

    #[test]
    fn what_lies_under_a_filled_cell_is_told_row_by_row() {
        let mut merged = Merged::new(vec![span(4, 6, 1, 1), span(1, 1, 0, 9), span(4, 5, 3, 4), span(5, 5, 7, 7)]);
        let mut seen = Vec::new();
        for row in 0..8 {
            merged.begin(row);
            for column in [0, 1] {
                merged.fill(column);
            }
            seen.push(merged.covered(6));
        }
        let nothing = Vec::new;
        let title = vec![1, 2, 3, 4, 5];
        assert_eq!(seen, [nothing(), title, nothing(), nothing(), nothing(), vec![1], vec![1], nothing()]);
    }

    #[test]
    fn a_cell_is_covered_whether_or_not_the_first_is_filled() {
        let mut merged = Merged::new(vec![span(2, 3, 1, 2)]);
        let covers = |merged: &Merged| (0..4).filter(|column| merged.covers(*column)).collect::<Vec<_>>();
        let mut seen = Vec::new();
        for row in 1..5 {
            merged.begin(row);
            seen.push(covers(&merged));
            assert!(merged.covered(4).is_empty(), "nothing is filled");
        }
        assert_eq!(seen, [vec![], vec![2], vec![1, 2], vec![]]);
    }

    #[test]
    fn rows_may_be_left_out_and_repeated() {
        let mut merged = Merged::new(vec![span(1, 3, 0, 1), Span { in_each_row: true, ..span(5, 9, 0, 1) }]);
        merged.begin(2);
        assert_eq!((merged.covered(9), merged.covers(0)), (vec![], true), "the first cell is not there");
        for row in [6, 7] {
            merged.begin(row);
            assert!(merged.covered(9).is_empty(), "the first cell of the row comes before the others");
            merged.fill(0);
            assert_eq!((merged.covered(9), merged.covers(0), merged.covers(1)), (vec![1], false, true));
        }
    }
}
