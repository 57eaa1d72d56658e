//! Turns one export file into a stream of checked record batches with identities still sealed, plus what was refused.
//!
//! ```text
//! file ─► rows of raw cells ─► steps of the mapping ─► draft of a row ─► record batch + sealed identity
//!         (file, text, sheet,  (program, meaning)      (draft)      └─► rejection: place, column, rule, remedy
//!          json_lines, parquet)
//! ```
//!
//! Workbooks are read by a child process, see [`SheetReader`]; only text comes back from it.
//!
//! A mapping is compiled once into a program that only knows places and numbers. What a cell means is worked out once
//! for each spelling of a column and found again by its bytes, so that a checked cell costs little more than a copied
//! one. At most one batch of rows and one row of the file are in memory.
//!
//! # What cannot leave
//!
//! Raw cells live in [`RawRow`] and die with it. Names, documents and birth dates are sealed in the moment in which the
//! row is taken; free text is never copied out of the row. A rejection says where and why, never what.

mod archive;
mod assembly;
mod checks;
mod codes;
mod columns;
mod csv;
mod dates;
mod draft;
mod encoding;
mod error;
mod file;
mod frames;
mod header;
mod inspect;
mod json_lines;
mod koi8t;
mod language;
mod left_out;
mod letters;
mod meaning;
mod memo;
mod mend;
mod name;
mod number;
mod parquet;
mod person;
mod program;
mod reader;
mod rejection;
mod row;
mod rule;
mod sheet;
#[cfg(test)]
mod specimens;
mod spelling;
mod tally;
mod telling;
#[cfg(test)]
mod tests;
mod text;
mod workbook;

use std::path::Path;
use std::sync::Arc;

use panoh_dictionary::{Dictionary, Source};
use panoh_identity::{FileDigest, Sealer};

pub use archive::ArchiveProblem;
pub use error::{ColumnName, HeaderProblems, IntakeError};
pub use file::digest;
pub use frames::WorkbookProblem;
pub use inspect::{ColumnSeen, Fit, Inspection, Look, Sure, inspect};
pub use language::Language;
pub use mend::Mend;
pub use number::record_number;
pub use reader::{Batch, Reader, RefusedRecord, Sealed, SealedIdentity};
pub use rejection::{Place, Rejection, Written};
pub use row::RawRow;
pub use rule::Rule;
pub use sheet::SheetReader;
pub use tally::Tally;
pub use workbook::sheet_child;

/// What is needed to read an export.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    /// The words.
    pub dictionary: &'a Dictionary,
    /// The mapping of the file's columns, checked against the same dictionary.
    pub source: &'a Source,
    /// Makes link keys and pseudonyms.
    pub sealer: &'a Sealer,
    /// The most rows of the file that go into one batch; at least one does.
    pub batch_rows: usize,
    /// The latest year that is believed, usually the present one.
    pub latest_year: i16,
    /// What was said beside the mapping.
    pub options: &'a Options,
}

/// What is said beside the mapping about how a file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The encoding of a file of text, one of [`panoh_dictionary::ENCODINGS`]; it stands above that of the mapping.
    pub encoding: Option<String>,
    /// How a process is started that reads workbooks. Without it a workbook is refused.
    pub sheet_reader: Option<SheetReader>,
    /// Threads that check rows, beside the one that splits the file; at least one does. What is read does not depend on
    /// it.
    pub threads: usize,
}

/// Opens an export file and compares its header with the mapping. `file` is the digest of the same file, see
/// [`digest()`].
///
/// CSV, JSON Lines, Parquet, XLSX, XLS and ODS are read, alone or in a gzip or zip archive. Their content tells which it
/// is. The whole file is refused when a column is unknown, is there twice or is missing without being optional.
pub fn open(path: &Path, file: &FileDigest, intake: Intake<'_>) -> Result<Reader, IntakeError> {
    let Intake { dictionary, source, sealer, batch_rows, latest_year, options } = intake;
    let knows = |name: &str| source.column(name).is_some();
    let expected = file::Expected { shape: &source.file, knows: &knows, keys: Some(source) };
    let (opened, names) = file::open(path, &expected, options)?;
    let header = header::fit(&names, source)?;
    let given = program::Given { typed_dates: opened.typed_dates(), days: opened.days(), latest_year };
    let mut program = program::compile(dictionary, source, &header, given)?;
    let wanted: Vec<_> =
        program.names.iter().enumerate().map(|(at, name)| program.reads(at).then_some(name.as_str())).collect();
    let (site, other_sheets) = (opened.site(), opened.other_sheets());
    let rows = opened.rows(&wanted)?;
    if matches!(site, rejection::Site::Rows) {
        // Of a Parquet file only those columns are decoded that something looks at.
        program.left_out.without_dropped_cells();
    }
    let stamp = assembly::Stamp { sealer: sealer.clone(), source: source.name.clone(), file: *file };
    // Which records were there before is a question to all rows in their order.
    let threads = if program.replaces { 1 } else { options.threads.max(1) };
    let (program, stamp) = (Arc::new(program), Arc::new(stamp));
    let assembly = || assembly::Assembly::new(program.clone(), stamp.clone(), site.clone());
    let mut reader = Reader::new(rows, (0..threads).map(|_| assembly()).collect(), batch_rows);
    reader.other_sheets = other_sheets;
    Ok(reader)
}
