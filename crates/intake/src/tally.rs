//! What intake put right, noted or left out, counted: beside the rejections the other half of what a report must say.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::mend::Mend;

/// Counts of what happened to rows that were not refused. It holds no value of any cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Cells of rows that were taken, by the kind of mend; a cell may count under several kinds.
    pub mended: BTreeMap<Mend, u64>,
    /// Rows that were taken although they break a rule between two columns that the mapping only notes; the key says the
    /// rule in codes of the dictionary.
    pub noted: BTreeMap<String, u64>,
    /// Rows left out because all their cells are blank but for those that the mapping ignores.
    pub empty_rows: u64,
    /// Rows left out because their first filled cell is a word for a total.
    pub total_rows: u64,
}

impl Tally {
    /// Adds the counts of another part of the file.
    pub fn add(&mut self, other: &Self) {
        for (mend, cells) in &other.mended {
            *self.mended.entry(*mend).or_default() += cells;
        }
        for (note, rows) in &other.noted {
            *self.noted.entry(note.clone()).or_default() += rows;
        }
        self.empty_rows += other.empty_rows;
        self.total_rows += other.total_rows;
    }

    /// Counts cells that were mended in one way.
    pub(crate) fn count(&mut self, mend: Mend, cells: u64) {
        if cells > 0 {
            *self.mended.entry(mend).or_default() += cells;
        }
    }

    /// Counts a row under a note.
    pub(crate) fn note(&mut self, note: &str) {
        match self.noted.get_mut(note) {
            Some(rows) => *rows += 1,
            None => {
                self.noted.insert(note.to_owned(), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_are_written_under_their_names() {
        let mut one = Tally::default();
        one.count(Mend::Dash, 1);
        one.count(Mend::LetterCase, 1);
        one.count(Mend::TwoDigitYear, 0);
        one.note("a without b");
        one.empty_rows = 2;
        let mut sum = one.clone();
        sum.count(Mend::Dash, 1);
        sum.total_rows = 1;
        sum.add(&one);
        assert_eq!(
            serde_json::to_value(&sum).expect("plain data"),
            serde_json::json!({
                "mended": { "letter_case": 2, "dash": 3 },
                "noted": { "a without b": 2 },
                "empty_rows": 4,
                "total_rows": 1,
            })
        );
    }
}
