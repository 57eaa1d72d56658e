//! What is said about a row that was refused: where it stands, which rule it breaks, what to do. Never what it holds.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::row::Place;

/// One reason why a row was refused. A row with several bad cells has several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The first line of the row in the file, counted from 1 with the header. In a Parquet file the number of the row.
    pub line: u64,
    /// The last line of the row. Differs from `line` when a quoted cell runs over several lines.
    pub last_line: u64,
    /// The column as the mapping calls it; none when the row as a whole is at fault.
    pub column: Option<String>,
    /// The rule that was broken.
    pub rule: Rule,
    /// What to do about it, in English.
    pub remedy: &'static str,
}

/// The rules that a row can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The row has more or fewer cells than the header.
    WrongNumberOfCells,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The row holds a NUL byte.
    NulByte,
    /// A quote stands where it neither opens nor closes a cell and is not doubled.
    StrayQuote,
    /// A quoted cell has no end.
    UnclosedQuote,
    /// A cell is longer than a mebibyte.
    CellTooLarge,
    /// A row is longer than 16 mebibytes or has more than 16,384 cells.
    RowTooLarge,
    /// A word is neither a code of the column nor a word for not knowing.
    UnknownWord,
    /// The cell is not a year from 1900 to 2099.
    NotAYear,
    /// The cell is not a date of those years in a format that the mapping declares.
    NotADate,
    /// The cell is not a number of completed years from 0 to 120.
    NotAnAge,
    /// The cell is neither a word for yes nor one for no.
    NotYesOrNo,
    /// The birth date is later than the date at which the age is asked.
    BornTooLate,
    /// The region does not belong to the country beside it.
    RegionOutsideCountry,
    /// The cells of one journey list differently many places.
    UnevenPlaces,
    /// A place has a country or region but nothing says what happened there.
    PlaceWithoutRole,
    /// The mapping refuses rows with this word, for example for want of consent.
    RefusedByMapping,
}

impl Rule {
    /// The name of the rule in reports, lower snake case, and what to do about it.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::WrongNumberOfCells => (
                "wrong_number_of_cells",
                "give the row as many cells as the header; put quotes around a cell that holds the separator",
            ),
            Self::NotUtf8 => ("not_utf8", "save the file as UTF-8"),
            Self::NulByte => ("nul_byte", "export the file again; it was damaged on the way"),
            Self::StrayQuote => (
                "stray_quote",
                "put quotes around the whole cell and double each quote inside it; check all lines of this row",
            ),
            Self::UnclosedQuote => (
                "unclosed_quote",
                "close the quote that opens a cell of this row; all lines from here to the end were taken as its text",
            ),
            Self::CellTooLarge => ("cell_too_large", "shorten the cell to 1 MiB, or close a quote that was left open"),
            Self::RowTooLarge => ("row_too_large", "shorten the row to 16 MiB, or close a quote that was left open"),
            Self::UnknownWord => {
                ("unknown_word", "correct the word, or give it a code under `translate` in the source mapping")
            }
            Self::NotAYear => ("not_a_year", "write the year in four digits, from 1900 to 2099"),
            Self::NotADate => {
                ("not_a_date", "write a date of the years 1900 to 2099 in a format that the source mapping declares")
            }
            Self::NotAnAge => ("not_an_age", "write the age in completed years, from 0 to 120"),
            Self::NotYesOrNo => ("not_yes_or_no", "write one of the words for yes or no of the source mapping"),
            Self::BornTooLate => ("born_too_late", "correct the birth date or the date of registration"),
            Self::RegionOutsideCountry => ("region_outside_country", "correct the region or the country beside it"),
            Self::UnevenPlaces => ("uneven_places", "list equally many places in each column of the journey"),
            Self::PlaceWithoutRole => ("place_without_role", "say what happened at the place"),
            Self::RefusedByMapping => {
                ("refused_by_mapping", "leave the row out; the source mapping gives the reason at this column")
            }
        }
    }

    /// The name of the rule in reports.
    pub fn id(self) -> &'static str {
        self.texts().0
    }

    /// What to do about it, in English.
    pub fn remedy(self) -> &'static str {
        self.texts().1
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    /// The name of the rule.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl Rejection {
    pub(crate) fn new(place: Place, column: Option<&str>, rule: Rule) -> Self {
        let Place { line, last_line } = place;
        Self { line, last_line, column: column.map(str::to_owned), rule, remedy: rule.remedy() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_is_written_with_its_place_rule_and_remedy() {
        let place = Place { line: 7, last_line: 8 };
        let written =
            serde_json::to_value(Rejection::new(place, Some("gender"), Rule::UnknownWord)).expect("plain data");
        assert_eq!(
            written,
            serde_json::json!({
                "line": 7,
                "last_line": 8,
                "column": "gender",
                "rule": "unknown_word",
                "remedy": "correct the word, or give it a code under `translate` in the source mapping",
            })
        );
    }
}
