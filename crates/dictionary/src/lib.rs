//! Says which tables, columns and codes exist and how each column must be treated.
//!
//! The words live in `data-dictionary/` as TOML and CSV, so that people who do not write Rust can read and change them. They
//! are checked wholly when loaded: an unknown key, a double code or a reference to nothing is an error that names file and
//! line. What this crate hands out can therefore be used without another check.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

mod check_columns;
mod code;
mod date;
mod date_format;
mod error;
mod files;
mod headers;
mod months;
mod raw_column;
mod raw_source;
mod read_codes;
mod read_columns;
mod read_dates;
mod read_file;
mod read_headers;
mod read_rules;
mod read_sources;
mod read_tables;
mod read_words;
mod rules;
mod shape;
mod source;
mod table;
mod words;

#[cfg(test)]
mod tests;

pub use code::{Code, CodeList, Labels, Standard};
pub use date::Date;
pub use date_format::DateFormat;
pub use error::{DictionaryError, Place, Problem};
pub use headers::{HeaderMeans, HeaderWords};
pub use rules::{Days, Holds, Implies, Otherwise, Sums};
pub use shape::{ENCODINGS, FileShape, Separator, encoding};
pub use source::{
    AgeFromBirth, AgeTarget, BasisWhen, CodeRule, Constant, Does, Identity, PlacePart, Reference, Sets, Sex, Source,
    SourceColumn, SourcePlace,
};
pub use table::{Column, Kind, Origin, Population, Role, Table, Treatment, YEARS, place_fields};
pub use words::{Absence, AbsenceWords, Accept, CodeWords, Said, fold};

/// A checked dictionary. Cheap to clone.
#[derive(Clone)]
pub struct Dictionary {
    inner: Arc<Inner>,
}

struct Inner {
    tables: Vec<Table>,
    lists: Vec<Arc<CodeList>>,
    sources: Vec<Source>,
    headers: Vec<HeaderWords>,
    digest: String,
}

impl Dictionary {
    /// The dictionary that this build was made with.
    pub fn builtin() -> Result<Self, DictionaryError> {
        Self::of(&files::embedded())
    }

    /// A dictionary from a folder with `tables/`, `codes/`, `sources/` and, where proposals are wanted, `headers.toml`.
    pub fn load(dir: &Path) -> Result<Self, DictionaryError> {
        Self::of(&files::of_folder(dir)?)
    }

    fn of(files: &files::Files) -> Result<Self, DictionaryError> {
        let lists = read_codes::read(files)?;
        let tables = read_tables::read(files, &lists)?;
        let sources = read_sources::read(files, &lists, &tables)?;
        let headers = read_headers::read(files, &lists, &tables)?;
        let digest = files::digest(files);
        Ok(Self { inner: Arc::new(Inner { tables, lists, sources, headers, digest }) })
    }

    /// All tables, in the order of their names.
    pub fn tables(&self) -> &[Table] {
        &self.inner.tables
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.inner.tables.iter().find(|table| table.name == name)
    }

    /// All code lists, in the order of `codes/lists.toml`.
    pub fn lists(&self) -> &[Arc<CodeList>] {
        &self.inner.lists
    }

    /// The code list of that name.
    pub fn list(&self, name: &str) -> Option<&Arc<CodeList>> {
        self.inner.lists.iter().find(|list| list.name == name)
    }

    /// All source mappings, in the order of their names.
    pub fn sources(&self) -> &[Source] {
        &self.inner.sources
    }

    /// The source mapping of that name.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.inner.sources.iter().find(|source| source.name == name)
    }

    /// How exports name their columns; empty when the dictionary has no `headers.toml`.
    pub fn headers(&self) -> &[HeaderWords] {
        &self.inner.headers
    }

    /// Reads a mapping that is not part of the dictionary and checks it against this dictionary. `file_name` is what
    /// errors call the file. Its name must not be the name of a mapping of the dictionary, because the name is stored with
    /// every row.
    pub fn parse_source(&self, file_name: &str, toml: &str) -> Result<Source, DictionaryError> {
        let text = files::Text::new(file_name, toml.as_bytes())?;
        let (source, name) = read_sources::read_source(text, &self.inner.lists, &self.inner.tables)?;
        if self.source(&source.name).is_some() {
            return Err(text.error(&name, Problem::NameTaken(source.name)));
        }
        Ok(source)
    }

    /// SHA-256 of all files in 64 lower-case hexadecimal digits: two dictionaries with one digest say the same.
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dictionary").field("digest", &self.inner.digest).finish_non_exhaustive()
    }
}
