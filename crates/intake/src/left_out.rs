//! Rows that are no records: empty ones, which spreadsheets keep by the thousand, and totals below the last record.

use panoh_dictionary::{Does, Source, fold};

use crate::header::Header;
use crate::row::RawRow;

/// Columns of a table in which a row with one cell is no record.
const WIDE: usize = 4;

/// How such rows are told.
pub(crate) struct LeftOut {
    /// For each column of the file whether the mapping ignores it, as it does a column of row numbers.
    ignored: Vec<bool>,
    /// Whether the mapping drops a column of the file.
    drops: bool,
    /// For each column of the file whether it says who a row is about, or which record it is.
    names: Vec<bool>,
    /// Whether every cell is read; where one is not, no row can be told to be empty.
    whole: bool,
    /// Folded words for a total.
    totals: Vec<String>,
    /// First letters of those words: most rows are told by one letter.
    letters: Vec<char>,
}

/// Why a row is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its cells are blank, but for ignored ones.
    Empty,
    /// Its first filled cell is a word for a total.
    Total,
}

impl LeftOut {
    pub(crate) fn new(source: &Source, header: &Header) -> Self {
        let drops = |&at: &usize| matches!(source.columns[at].does, Does::Drop { .. });
        let is_ignored = |&at: &usize| matches!(source.columns[at].does, Does::Ignore { .. });
        Self {
            ignored: header.mapped.iter().map(is_ignored).collect(),
            drops: header.mapped.iter().any(drops),
            names: header.mapped.iter().map(|&at| matches!(source.columns[at].does, Does::Identity(_))).collect(),
            whole: true,
            totals: source.file.total_rows.clone(),
            letters: source.file.total_rows.iter().filter_map(|word| word.chars().next()).collect(),
        }
    }

    /// Notes that the rows of the file come without the cells of columns that the mapping drops.
    pub(crate) fn without_dropped_cells(&mut self) {
        self.whole = !self.drops;
    }

    /// Whether the row is no record, and why.
    pub(crate) fn why(&self, row: &RawRow) -> Option<Why> {
        // Something stands in the row that cannot be read: that is no empty row.
        if row.flaw.is_some() {
            return None;
        }
        // In a row of another width no cell can be told to be an ignored one.
        let known = row.len() == self.ignored.len();
        let filled = |&at: &usize| !is_blank(row.cell(at));
        let first = (0..row.len()).find(filled);
        let Some(first) = first else { return self.whole.then_some(Why::Empty) };
        // Of a total nobody says who it is; a count may stand below a name.
        let names = |from: usize| (from..row.len()).filter(|at| known && self.names[*at] && filled(at)).count();
        if self.is_total(row.cell(first)) && names(first + 1) < 2 {
            return Some(Why::Total);
        }
        let is_filled = |at: usize| !self.ignored[at] && filled(&at);
        (self.whole && known && !(first..row.len()).any(is_filled)).then_some(Why::Empty)
    }

    /// The only filled cell of a row of a wide table, when it names somebody or a record and the row says nothing more: who
    /// signed the list, or a note below it.
    pub(crate) fn lone_name(&self, row: &RawRow) -> Option<usize> {
        let width = self.ignored.iter().filter(|ignored| !**ignored).count();
        if !self.whole || row.len() != self.ignored.len() || width < WIDE {
            return None;
        }
        let mut filled = (0..row.len()).filter(|&at| !self.ignored[at] && !is_blank(row.cell(at)));
        let first = filled.next()?;
        (self.names[first] && filled.next().is_none()).then_some(first)
    }

    fn is_total(&self, cell: &[u8]) -> bool {
        let Ok(cell) = std::str::from_utf8(cell) else { return false };
        let first = cell.trim_start().chars().flat_map(char::to_lowercase).next();
        let said = |cell: &str| self.totals.contains(&fold(cell));
        first.is_some_and(|letter| self.letters.contains(&letter))
            && (said(cell) || said(cell.trim_end_matches([':', ' '])))
    }
}

fn is_blank(cell: &[u8]) -> bool {
    match cell.first() {
        None => true,
        Some(byte) if byte.is_ascii_graphic() => false,
        Some(_) => std::str::from_utf8(cell).is_ok_and(|cell| cell.trim().is_empty()),
    }
}
