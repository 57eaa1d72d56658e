//! Why a whole file is refused. A bad row is no error but a rejection.
//!
//! Nothing here holds a cell. Names of unknown columns come from the first row of the file, which may be a row of
//! people when the header was forgotten: [`ColumnName`] decides what may be shown.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::archive::ArchiveProblem;
use crate::frames::WorkbookProblem;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no first row.
    #[error("the file is empty; export it again")]
    Empty,
    /// The row that should hold the column names is not there.
    #[error(
        "the column names should stand in row {header_row}, but {}; correct `header_row` in the mapping or --header-row",
        what_is_there(*header_row, *last)
    )]
    NoHeaderRow {
        /// Where it should be, counted from 1.
        header_row: u32,
        /// The last row of the file; none when only the row in question is blank.
        last: Option<u64>,
    },
    /// No encoding has that name.
    #[error("{name} is no encoding that is read; write one of {}", panoh_dictionary::ENCODINGS.join(", "))]
    UnknownEncoding {
        /// The name as it was asked for.
        name: String,
    },
    /// The bytes do not tell their encoding.
    #[error(
        "the file is not UTF-8 and may be written in {}; look at it in each of them and say with --encoding which is right",
        candidates.join(" or ")
    )]
    AmbiguousEncoding {
        /// Names of encodings, the likeliest ones.
        candidates: Vec<&'static str>,
    },
    /// The file is written in another encoding than was said.
    #[error("the file is {found}, not {declared} as the mapping or --encoding says; correct it or leave it out")]
    WrongEncoding {
        /// What was said.
        declared: &'static str,
        /// What the bytes prove.
        found: &'static str,
    },
    /// An archive is not unpacked.
    #[error("{problem}")]
    Archive {
        /// Why not.
        problem: ArchiveProblem,
    },
    /// A workbook is not read.
    #[error("{problem}")]
    Workbook {
        /// Why not.
        problem: WorkbookProblem,
    },
    /// The mapping takes numbers for days that are counted from another day than those of the workbook.
    #[error(
        "the mapping reads numbers of the column {column} as days of the count {declared}, and the workbook counts its days \
         from {found}; declare in a mapping for such workbooks the count that they have, excel-1900 or excel-1904, or give \
         the cells of the column the type of a date and take {declared} out of the mapping"
    )]
    OtherDayCount {
        /// The column as the mapping calls it.
        column: String,
        /// What the mapping declares.
        declared: String,
        /// What the workbook says.
        found: &'static str,
    },
    /// The file is a workbook and nothing was given that reads workbooks. A fault of the caller.
    #[error("the file is a workbook, and nothing is set up that reads workbooks; save it as CSV")]
    NoSheetReader,
    /// The first row cannot be split into names.
    #[error("the header row breaks the rule {rule}; {}", rule.remedy(crate::Language::En))]
    BrokenHeader {
        /// The rule.
        rule: crate::Rule,
    },
    /// The file is one JSON array.
    #[error("the file is one JSON array; export it as JSON Lines, with one object a line and nothing around them")]
    JsonArray,
    /// No cell of the first row is a column of the mapping.
    #[error(
        "none of the {columns} cells in the first row is a column of the mapping {mapping}; check that the file has a header \
         row, that it uses the separator of the mapping, and that this is the right mapping"
    )]
    NoHeader {
        /// Number of cells in the first row.
        columns: usize,
        /// The mapping.
        mapping: String,
    },
    /// The columns of the file are not those of the mapping.
    #[error("the header does not fit the mapping {mapping}{problems}")]
    Header {
        /// The mapping.
        mapping: String,
        /// What is wrong with the columns.
        problems: HeaderProblems,
    },
    /// The mapping names something that the dictionary does not have; it was checked against another one.
    #[error("the mapping {mapping} names the {what} {name}, which this dictionary does not have; use them together")]
    Mapping {
        /// The mapping.
        mapping: String,
        /// Kind of the thing.
        what: &'static str,
        /// Its name in the mapping.
        name: String,
    },
    /// The file begins like Parquet but cannot be read as such. The reader's own words are left out because they may
    /// quote a value.
    #[error("the Parquet file cannot be read after row {row}; export it again")]
    DamagedParquet {
        /// Rows that could be read.
        row: u64,
    },
    /// A wanted column of a Parquet file has a type that is not plain.
    #[error(
        "the Parquet column {column} has the type {type_name}; write it as text, number, truth value, date or time"
    )]
    ParquetType {
        /// The column as the mapping calls it.
        column: String,
        /// Its Arrow type.
        type_name: String,
    },
    /// The checked values do not make a batch of the table. A fault of this program.
    #[error("the checked rows do not make a batch; this is a fault of the program")]
    Batch {
        /// What Arrow said; it sees codes and counts only, never raw text.
        #[source]
        source: arrow::error::ArrowError,
    },
}

/// Unknown columns that one message lists.
const SHOWN: usize = 40;

/// What is wrong with the columns of a file, all at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderProblems {
    /// Columns that the mapping does not know.
    pub unknown: Vec<ColumnName>,
    /// Columns that the mapping needs and the file lacks, as the mapping calls them.
    pub missing: Vec<String>,
    /// Columns that are there more than once, as the mapping calls them.
    pub doubled: Vec<String>,
}

/// A column of a file that the mapping does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnName {
    /// Its place, counted from 1.
    pub position: usize,
    /// Its name, when it reads like one. Shown is what is at most 64 letters long, has no `@` and no four digits in a
    /// row: a date, a telephone number, a document or an address in the place of a name stays hidden.
    pub name: Option<String>,
}

impl ColumnName {
    pub(crate) fn new(position: usize, name: &str) -> Self {
        let four_digits = name.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
        let plain = name.chars().count() <= 64 && !name.contains('@') && !name.chars().any(char::is_control);
        let shown = plain && !four_digits && !name.is_empty();
        Self { position, name: shown.then(|| name.to_owned()) }
    }
}

fn what_is_there(header_row: u32, last: Option<u64>) -> String {
    match last {
        Some(1) if header_row > 1 => "the file has only 1 row".to_owned(),
        Some(last) if u64::from(header_row) > last => format!("the file has only {last} rows"),
        Some(_) => "nothing stands there or below".to_owned(),
        None => "that row is blank".to_owned(),
    }
}

/// Whether a cell of a row that should hold names is none: a telephone number, a date, the number of a document, an address
/// of electronic mail. Few columns are called by so many digits and so few letters.
pub(crate) fn is_data(cell: &str) -> bool {
    let count = |is: fn(char) -> bool| cell.chars().filter(|letter| is(*letter)).count();
    let (digits, letters) = (count(char::is_numeric), count(char::is_alphabetic));
    cell.contains('@') || digits >= 5 && 2 * digits >= letters
}

/// Whether a cell holds digits and no letter.
pub(crate) fn is_number(cell: &str) -> bool {
    cell.chars().any(char::is_numeric) && !cell.chars().any(char::is_alphabetic)
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "`{name}` (number {})", self.position),
            None => write!(f, "number {}", self.position),
        }
    }
}

impl HeaderProblems {
    /// Leaves the places of unknown columns and takes away their names.
    pub(crate) fn hide_names(&mut self) {
        for column in &mut self.unknown {
            column.name = None;
        }
    }

    pub(crate) fn any(&self) -> bool {
        !(self.unknown.is_empty() && self.missing.is_empty() && self.doubled.is_empty())
    }
}

impl fmt::Display for HeaderProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.unknown.is_empty() {
            let unknown: Vec<_> = self.unknown.iter().take(SHOWN).map(ToString::to_string).collect();
            let more = self.unknown.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            write!(
                f,
                "; columns that it does not know: {}{more}; add them to the mapping, if only as dropped",
                unknown.join(", ")
            )?;
        }
        if !self.missing.is_empty() {
            write!(f, "; columns that are missing: {}; export them too", self.missing.join(", "))?;
        }
        if !self.doubled.is_empty() {
            write!(f, "; columns that are there more than once: {}; keep one", self.doubled.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_in_the_place_of_names_is_known() {
        for cell in
            ["тел. +992 66 100 00 01", "12.03.1990", "5 сентября 1990", "A1234567", "x@example.org", "400000001"]
        {
            assert!(is_data(cell), "{cell}");
        }
        for name in ["Q12 (2)", "Год 2018", "Количество лиц, получивших помощь в 2018–2020 годах", "Ф.И.О.", ""]
        {
            assert!(!is_data(name) && !is_number(name), "{name}");
        }
        assert!(["12", "1.5.90", "№ 7"].into_iter().all(is_number));
    }

    #[test]
    fn only_what_reads_like_a_column_name_is_shown() {
        for name in ["Ф.И.О.", "date of birth", "Q12 (2)"] {
            assert_eq!(ColumnName::new(3, name).name.as_deref(), Some(name));
        }
        let long = "a".repeat(65);
        for name in ["", "+992 90 1234567", "1987-05-02", "someone@example.org", "two\nlines", &long] {
            assert_eq!(ColumnName::new(3, name), ColumnName { position: 3, name: None }, "{name}");
            assert_eq!(ColumnName::new(3, name).to_string(), "number 3");
        }
    }
}
