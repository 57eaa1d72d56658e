//! What is said about a row that was refused: where it stands, which rule it breaks, what to do. Never what it holds.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::language::Language;
use crate::row::Place as RowPlace;
use crate::rule::Rule;

/// One reason why a row was refused. A row with several bad cells has several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The first line of the row in the file, counted from 1 with the header. In a workbook and in a Parquet file the
    /// number of the row.
    pub line: u64,
    /// The last line of the row. Differs from `line` when a quoted cell runs over several lines.
    pub last_line: u64,
    /// What `line` counts.
    pub place: Place,
    /// The column as the mapping calls it; none when the row as a whole is at fault.
    pub column: Option<String>,
    /// The column as spreadsheets call it: A, B … Z, AA; none where `column` is none and in files without an order of
    /// columns.
    pub column_letter: Option<String>,
    /// The rule that was broken.
    pub rule: Rule,
}

/// What the line of a rejection counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Lines of a text file.
    Line,
    /// Rows of a Parquet file, without a header.
    Row,
    /// Lines of a JSON Lines file, each an object of its own.
    Entry,
    /// Rows of a sheet; its name when the mapping names it. Another name may be one of a person and is not told.
    Sheet(Option<Arc<str>>),
}

/// Where the rows of a file stand and how its columns are lettered.
#[derive(Debug, Clone)]
pub(crate) enum Site {
    /// A text file with separators.
    Lines,
    /// A Parquet file.
    Rows,
    /// A JSON Lines file.
    Entries,
    /// A sheet of a workbook.
    Sheet {
        /// Its name, when the mapping names it.
        name: Option<Arc<str>>,
        /// The column of the sheet, counted from 0, in which the first cell of every row stands.
        first_column: usize,
    },
}

/// A rejection as it is written in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written<'a> {
    /// See [`Rejection::line`].
    pub line: u64,
    /// See [`Rejection::last_line`].
    pub last_line: u64,
    /// Where the row or cell is, in words.
    pub place: String,
    /// See [`Rejection::column`].
    pub column: Option<&'a str>,
    /// See [`Rejection::column_letter`].
    pub column_letter: Option<&'a str>,
    /// The name of the rule.
    pub rule: Rule,
    /// What is wrong, as a sentence.
    pub title: &'static str,
    /// What to do about it, as a sentence.
    pub remedy: &'static str,
}

impl Rejection {
    /// The rejection with its texts in one language.
    pub fn written(&self, language: Language) -> Written<'_> {
        Written {
            line: self.line,
            last_line: self.last_line,
            place: self.place_text(language),
            column: self.column.as_deref(),
            column_letter: self.column_letter.as_deref(),
            rule: self.rule,
            title: self.rule.title(language),
            remedy: self.rule.remedy(language),
        }
    }

    /// Where the row or cell is, in words: "line 7, column C", "sheet Case Sheet, cell C17".
    pub fn place_text(&self, language: Language) -> String {
        let words = match language {
            Language::En => ["line", "lines", "row", "entry", "sheet", "cell", "column"],
            Language::Ru => ["строка", "строки", "запись", "строка", "лист", "ячейка", "столбец"],
            Language::Tg => ["сатри", "сатрҳои", "сабти", "сатри", "варақи", "катаки", "сутуни"],
        };
        let [line, lines, row, entry, sheet, cell, column] = words;
        let number = self.line;
        let counted = match &self.place {
            Place::Sheet(name) => {
                let sheet = name.as_ref().map(|name| format!("{sheet} {name}, ")).unwrap_or_default();
                return match &self.column_letter {
                    Some(letter) => format!("{sheet}{cell} {letter}{number}"),
                    None => format!("{sheet}{row} {number}"),
                };
            }
            Place::Line if self.last_line > number => format!("{lines} {number}–{}", self.last_line),
            Place::Line => format!("{line} {number}"),
            Place::Row => format!("{row} {number}"),
            Place::Entry => format!("{entry} {number}"),
        };
        match &self.column_letter {
            Some(letter) => format!("{counted}, {column} {letter}"),
            None => counted,
        }
    }

    /// `at` is the place of the cell at fault in its row.
    pub(crate) fn new(site: &Site, row: RowPlace, column: Option<(usize, &str)>, rule: Rule) -> Self {
        let RowPlace { line, last_line } = row;
        let (place, first_column) = match site {
            Site::Lines => (Place::Line, Some(0)),
            Site::Rows => (Place::Row, None),
            Site::Entries => (Place::Entry, None),
            Site::Sheet { name, first_column } => (Place::Sheet(name.clone()), Some(*first_column)),
        };
        let column_letter = column.zip(first_column).map(|((at, _), first)| letters(first + at));
        Self { line, last_line, place, column: column.map(|(_, name)| name.to_owned()), column_letter, rule }
    }
}

impl Serialize for Rejection {
    /// As written in English.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written(Language::En).serialize(serializer)
    }
}

// The name of a column in spreadsheets, counted from 0: A to Z, then AA.
pub(crate) fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(b'A' + (left % 26) as u8);
        left /= 26;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: RowPlace = RowPlace { line: 7, last_line: 8 };

    #[test]
    fn a_rejection_is_written_with_its_place_rule_and_remedy() {
        let rejection = Rejection::new(&Site::Lines, PLACE, Some((2, "gender")), Rule::UnknownWord);
        assert_eq!(
            serde_json::to_value(&rejection).expect("plain data"),
            serde_json::json!({
                "line": 7,
                "last_line": 8,
                "place": "lines 7–8, column C",
                "column": "gender",
                "column_letter": "C",
                "rule": "unknown_word",
                "title": "The word is neither a code of the column nor a word for not knowing.",
                "remedy": "Correct the word, or give it a code under `translate` in the source mapping.",
            })
        );
        let written = rejection.written(Language::Tg);
        assert_eq!((written.place.as_str(), written.rule), ("сатрҳои 7–8, сутуни C", Rule::UnknownWord));
        assert_eq!(written.remedy, Rule::UnknownWord.remedy(Language::Tg));
    }

    #[test]
    fn places_are_told_as_the_file_has_them() {
        let one = RowPlace { line: 17, last_line: 17 };
        let sheet = |name: Option<&str>| Site::Sheet { name: name.map(Into::into), first_column: 1 };
        for (site, column, said) in [
            (Site::Lines, None, ["line 17", "строка 17", "сатри 17"]),
            (Site::Rows, Some((1, "sex")), ["row 17", "запись 17", "сабти 17"]),
            (Site::Entries, Some((1, "sex")), ["entry 17", "строка 17", "сатри 17"]),
            (
                sheet(Some("Case Sheet")),
                Some((1, "sex")),
                ["sheet Case Sheet, cell C17", "лист Case Sheet, ячейка C17", "варақи Case Sheet, катаки C17"],
            ),
            (sheet(None), Some((1, "sex")), ["cell C17", "ячейка C17", "катаки C17"]),
            (sheet(None), None, ["row 17", "запись 17", "сабти 17"]),
        ] {
            let rejection = Rejection::new(&site, one, column, Rule::NotAYear);
            assert_eq!(Language::ALL.map(|language| rejection.place_text(language)), said);
        }
    }

    #[test]
    fn columns_are_lettered_as_in_spreadsheets() {
        for (column, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), expected);
        }
    }
}
