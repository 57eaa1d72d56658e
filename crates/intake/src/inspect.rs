//! Looks at an export that nobody has described yet: where its column names are, which shipped mapping fits, and what each
//! column seems to hold.
//!
//! What is handed out are places, counts, names of columns and our own words. No cell is: cells are counted in memory and
//! forgotten. Names of columns are shown only when the row that they stand in is recognised as one, because the first row
//! of a file without names is a person.

mod evidence;
mod propose;
mod similar;
#[cfg(test)]
mod tests;
mod writing;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use panoh_dictionary::{Dictionary, FileShape, Separator, Source};
use serde::Serialize;

use crate::error::{IntakeError, is_data, is_number};
use crate::file::{self, Expected, Opened};
use crate::row::RawRow;
use crate::{Options, Rule, WorkbookProblem, rejection};
use evidence::Evidence;
pub use propose::Sure;
use propose::{Proposed, Vocabulary};

/// Rows from the top among which the column names are looked for.
const ROWS_WITH_NAMES: u32 = 15;

/// Longest name of a column, in bytes. What is longer is text of a row.
const LONGEST_NAME: usize = 300;

/// Most columns of a file that is looked at; registers have a few hundred at most.
const MOST_COLUMNS: usize = 1_000;

/// Most cells that are compared with the known words to find the row of names.
const MOST_COMPARED: usize = 10 * MOST_COLUMNS;

/// Rows that are looked at; enough to meet the words of a register, and quick.
const ROWS_SEEN: u64 = 50_000;

/// What is asked of an inspection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look<'a> {
    /// Table that a mapping should be proposed for; otherwise the one that the names fit best.
    pub table: Option<&'a str>,
    /// Row that holds the column names, counted from 1; said by the user, so its cells are shown unless they look like data.
    pub header_row: Option<u32>,
    /// Sheet of a workbook; otherwise the only visible one with cells.
    pub sheet: Option<&'a str>,
}

/// What an export looks like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// Kind of the file and how it is written: encoding, separator, sheet.
    pub file: String,
    /// Row of the column names, counted from 1.
    pub header_row: u32,
    /// Whether that row was recognised as column names (or the user said so). Without it no name is shown and no mapping
    /// proposed.
    pub header_known: bool,
    /// Rows that were looked at.
    pub rows_seen: u64,
    /// Whether these are all rows of the file.
    pub whole: bool,
    /// Rows that could not be split into as many cells as there are names.
    pub rows_broken: u64,
    /// Shipped mappings that know the names, the best first.
    pub fits: Vec<Fit>,
    /// The table that the proposal feeds.
    pub table: String,
    /// The columns in the order of the file.
    pub columns: Vec<ColumnSeen>,
    /// A mapping as TOML; none when the header is not known.
    pub mapping: Option<String>,
}

/// How well a shipped mapping fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// Name of the mapping.
    pub source: String,
    /// Columns of the file that it knows.
    pub known: usize,
    /// Columns of the file that it does not know.
    pub unknown: usize,
    /// Columns that it needs and the file lacks.
    pub missing: usize,
}

impl Fit {
    /// Whether the file can be loaded by the mapping as it is.
    pub fn is_whole(&self) -> bool {
        self.unknown == 0 && self.missing == 0
    }
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnSeen {
    /// Letters of the column, as spreadsheets count.
    pub place: String,
    /// Its name, when it is recognised as one or the user said where the names are.
    pub name: Option<String>,
    /// Share of the cells that hold something, 0 to 1.
    pub filled: f64,
    /// What the proposed mapping does with it.
    pub proposal: String,
    /// How sure that is.
    pub sure: Sure,
    /// Why.
    pub why: String,
}

/// Looks at a file.
pub fn inspect(
    path: &Path,
    dictionary: &Dictionary,
    options: &Options,
    look: &Look<'_>,
) -> Result<Inspection, IntakeError> {
    let vocabulary = Vocabulary::new(dictionary);
    let mut top =
        Top { path, dictionary, options, vocabulary: &vocabulary, sheets: Vec::new(), compared: RefCell::default() };
    top.choose_sheet(look.sheet)?;
    let (header_row, recognised) = match look.header_row {
        Some(row) => (row.max(1), true),
        None => top.header_row()?,
    };
    let (opened, names) = top.open(header_row)?;
    if names.len() > MOST_COLUMNS {
        return Err(IntakeError::BrokenHeader { rule: Rule::RowTooLarge });
    }
    // A row of people may be glued to the names. What is not recognised as a name is shown only when the user has said
    // where the names are, and nothing in that row says that it is one of data.
    let trusted = look.header_row.is_some() && !names.iter().any(|name| is_data(name));
    let is_shown = |name: &str| recognised && (top.knows(name) || trusted && !is_number(name));
    let shown: Vec<Option<&str>> = names.iter().map(|name| Some(name.trim()).filter(|name| is_shown(name))).collect();
    let described = opened.described();
    let (sheet, first_column) = match opened.site() {
        rejection::Site::Sheet { name, first_column } => (name, first_column),
        _ => (None, 0),
    };
    let table = match look.table {
        Some(name) => dictionary.table(name).ok_or_else(|| IntakeError::Mapping {
            mapping: "inspect".into(),
            what: "table",
            name: name.to_owned(),
        })?,
        None => vocabulary.table(&names).expect("a dictionary has a table"),
    };
    let mut seen: Vec<Evidence> = names.iter().map(|_| Evidence::default()).collect();
    let counted = observe(opened.only_looked_at(), &names, &mut seen)?;
    let proposed = vocabulary.propose(table, &names, &seen);
    let frame = writing::Frame {
        name: "proposal",
        table: &table.name,
        header_row,
        encoding: described.encoding,
        sheet: sheet.as_deref(),
    };
    let pairs: Vec<(Option<&str>, &Proposed)> = shown.iter().copied().zip(&proposed).collect();
    Ok(Inspection {
        file: described.text,
        header_row,
        header_known: recognised,
        rows_seen: counted.rows,
        whole: counted.whole,
        rows_broken: counted.broken,
        fits: if recognised { fits(dictionary, &names, header_row) } else { Vec::new() },
        table: table.name.clone(),
        columns: columns(&pairs, &seen, first_column),
        mapping: recognised.then(|| writing::mapping(&frame, &pairs)),
    })
}

/// How an open file is written, for people.
pub(crate) struct Described {
    pub(crate) text: String,
    /// Encoding of a text file that is not UTF-8.
    pub(crate) encoding: Option<&'static str>,
}

impl Opened {
    fn described(&self) -> Described {
        let about = self.about();
        let encoding = about.encoding.map(crate::encoding::Encoding::name);
        let separator = about.separator.map(|separator| match separator {
            b'\t' => "separated by tab".to_owned(),
            sign => format!("separated by {}", char::from(sign)),
        });
        let packed = about.packed.map(|packed| format!("in {packed}"));
        let parts = [Some(about.kind.to_owned()), packed, encoding.map(str::to_owned), separator];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Described { text, encoding: encoding.filter(|encoding| *encoding != "utf-8") }
    }
}

/// Where the rows of a file begin, and by what names are recognised.
struct Top<'a> {
    path: &'a Path,
    dictionary: &'a Dictionary,
    options: &'a Options,
    vocabulary: &'a Vocabulary<'a>,
    /// Sheets to look for in a workbook; none for the only one that is visible.
    sheets: Vec<String>,
    /// Names that were compared with the known words, and whether one resembles them.
    compared: RefCell<HashMap<String, bool>>,
}

impl Top<'_> {
    /// The sheet that was asked for; without one the only visible sheet, and where there are several the one that a
    /// shipped mapping knows.
    fn choose_sheet(&mut self, asked: Option<&str>) -> Result<(), IntakeError> {
        self.sheets = asked.map(str::to_owned).into_iter().collect();
        if asked.is_some() {
            return Ok(());
        }
        let several = IntakeError::Workbook { problem: WorkbookProblem::ManySheets };
        if let Err(IntakeError::Workbook { problem: WorkbookProblem::ManySheets }) = self.rows() {
            self.sheets = self.dictionary.sources().iter().flat_map(|source| source.file.sheets.clone()).collect();
            if self.sheets.is_empty() || self.rows().is_err() {
                return Err(several);
            }
        }
        Ok(())
    }

    /// The first rows with their places.
    fn rows(&self) -> Result<Vec<(u64, Vec<String>)>, IntakeError> {
        self.with(1, |expected| file::top_rows(self.path, expected, self.options, ROWS_WITH_NAMES))
    }

    fn open(&self, header_row: u32) -> Result<(Opened, Vec<String>), IntakeError> {
        self.with(header_row, |expected| file::open(self.path, expected, self.options))
    }

    /// The row with the most known names, and whether it is a row of names.
    fn header_row(&self) -> Result<(u32, bool), IntakeError> {
        let mut best = (1, 0, 0);
        for (at, names) in self.rows()? {
            if names.len() > MOST_COLUMNS {
                continue;
            }
            let known = names.iter().filter(|name| !name.trim().is_empty() && self.knows(name)).count();
            let filled = names.iter().filter(|name| !name.trim().is_empty()).count();
            if known > best.1 {
                best = (u32::try_from(at).unwrap_or(1), known, filled);
            }
        }
        let (at, known, filled) = best;
        Ok((at, known >= 2 && known * 3 >= filled))
    }

    fn with<T>(&self, header_row: u32, work: impl FnOnce(&Expected<'_>) -> T) -> T {
        let shape = FileShape {
            encoding: None,
            separator: Separator::Auto,
            quote: b'"',
            sheets: self.sheets.clone(),
            header_row,
            first_row: header_row + 1,
            total_rows: Vec::new(),
            replace_by_record_id: false,
        };
        work(&Expected { shape: &shape, knows: &|name| self.knows(name), keys: None })
    }

    fn knows(&self, name: &str) -> bool {
        let name = name.trim();
        if name.len() > LONGEST_NAME {
            return false;
        }
        let shipped = || self.dictionary.sources().iter().any(|source| source.column(name).is_some());
        let recognised = || shipped() || self.resembles(name);
        // A column without a name is one too: many lists number their rows in such a one, or under a sign. One letter alone
        // is more likely an answer than a name.
        ["", "№", "#"].contains(&name) || (name.chars().count() > 1 && recognised())
    }

    // A file is asked about under several encodings and separators; one of endless lines must not take all day.
    fn resembles(&self, name: &str) -> bool {
        let mut compared = self.compared.borrow_mut();
        if let Some(known) = compared.get(name) {
            return *known;
        }
        let known = compared.len() < MOST_COMPARED && self.vocabulary.recognises(name) > 0.8;
        if compared.len() < MOST_COMPARED {
            compared.insert(name.to_owned(), known);
        }
        known
    }
}

struct Counted {
    rows: u64,
    broken: u64,
    whole: bool,
}

fn observe(opened: Opened, names: &[String], seen: &mut [Evidence]) -> Result<Counted, IntakeError> {
    let mut rows = opened.rows(&vec![Some(""); names.len()])?;
    let mut row = RawRow::default();
    let mut counted = Counted { rows: 0, broken: 0, whole: true };
    while let Some(split) = rows.next(&mut row)? {
        if counted.rows == ROWS_SEEN {
            counted.whole = false;
            break;
        }
        let broken = split.is_err() || row.broken(names.len()).is_some();
        let says_something = |at: usize| !names[at].trim().is_empty() && !row.cell(at).trim_ascii().is_empty();
        if !broken && !(0..names.len()).any(says_something) {
            // Numbered in advance and never filled in.
            continue;
        }
        counted.rows += 1;
        if broken {
            counted.broken += 1;
            // The reading ends at such a row.
            counted.whole &= split != Err(Rule::RowTooLarge);
            continue;
        }
        for (at, evidence) in seen.iter_mut().enumerate() {
            evidence.observe(&String::from_utf8_lossy(row.cell(at)));
        }
    }
    Ok(counted)
}

fn columns(pairs: &[(Option<&str>, &Proposed)], seen: &[Evidence], first_column: usize) -> Vec<ColumnSeen> {
    let column = |(at, ((name, proposed), evidence)): (usize, (&(Option<&str>, &Proposed), &Evidence))| ColumnSeen {
        place: rejection::letters(first_column + at),
        name: name.map(str::to_owned),
        filled: evidence.share_filled(),
        proposal: writing::short(&proposed.verb),
        sure: proposed.sure,
        why: proposed.why.clone(),
    };
    pairs.iter().zip(seen).enumerate().map(column).collect()
}

/// Shipped mappings that know at least half of the names, those that fit whole first.
fn fits(dictionary: &Dictionary, names: &[String], header_row: u32) -> Vec<Fit> {
    let fit = |source: &Source| {
        let known = names.iter().filter(|name| source.column(name).is_some()).count();
        let has =
            |header: &str| names.iter().any(|name| source.column(name).is_some_and(|column| column.header == header));
        let missing = source.columns.iter().filter(|column| !column.optional && !has(&column.header)).count();
        let elsewhere = usize::from(source.file.header_row != header_row);
        Fit { source: source.name.clone(), known, unknown: names.len() - known + elsewhere, missing }
    };
    let mut fits: Vec<Fit> = dictionary.sources().iter().map(fit).filter(|fit| 2 * fit.known > names.len()).collect();
    fits.sort_by_key(|fit| (fit.unknown + fit.missing, usize::MAX - fit.known));
    fits
}
