//! Turns one export file into a stream of checked record batches with identities still sealed, plus what was refused.
//!
//! ```text
//! file ─► rows of raw cells ─► steps of the mapping ─► draft of a row ─► record batch + sealed identity
//!          (csv, parquet)       (program, meaning)      (draft)      └─► rejection: line, column, rule, remedy
//! ```
//!
//! A mapping is compiled once into a program that only knows places and numbers. What a cell means is worked out once
//! for each spelling of a column and found again by its bytes, so that a checked cell costs little more than a copied
//! one. At most one batch of rows and one row of the file are in memory.
//!
//! # What cannot leave
//!
//! Raw cells live in [`RawRow`] and die with it. Names, documents and birth dates are sealed in the moment in which the
//! row is taken; free text is never copied out of the row. A rejection says where and why, never what.

mod assembly;
mod codes;
mod columns;
mod csv;
mod draft;
mod error;
mod file;
mod header;
mod meaning;
mod memo;
mod parquet;
mod program;
mod reader;
mod rejection;
mod row;
#[cfg(test)]
mod tests;

use std::path::Path;

use panoh_dictionary::{Dictionary, Source};
use panoh_identity::{FileDigest, Sealer};

pub use error::{ColumnName, HeaderProblems, IntakeError};
pub use file::digest;
pub use reader::{Batch, Reader, Sealed, SealedIdentity};
pub use rejection::{Rejection, Rule};
pub use row::RawRow;

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
}

/// Opens an export file, CSV or Parquet, and compares its header with the mapping. `file` is the digest of the same
/// file, see [`digest()`].
///
/// The whole file is refused when a column is unknown, is there twice or is missing without being optional.
pub fn open(path: &Path, file: &FileDigest, intake: Intake<'_>) -> Result<Reader, IntakeError> {
    let Intake { dictionary, source, sealer, batch_rows } = intake;
    let (opened, names) = file::open(path, source)?;
    let header = header::fit(&names, source)?;
    let program = program::compile(dictionary, source, &header)?;
    let wanted: Vec<_> =
        program.names.iter().enumerate().map(|(at, name)| program.reads(at).then_some(name.as_str())).collect();
    let rows = opened.rows(&wanted)?;
    let stamp = assembly::Stamp { sealer: sealer.clone(), source: source.name.clone(), file: *file };
    Ok(Reader::new(rows, assembly::Assembly::new(program, stamp), batch_rows))
}
