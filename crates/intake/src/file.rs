//! Opens an export file: tells its kind by its first bytes, reads its header, and then gives its rows one by one.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use panoh_dictionary::Source;
use panoh_identity::{FileDigest, Sealer};

use crate::csv::CsvRows;
use crate::error::IntakeError;
use crate::parquet::{ParquetFile, ParquetRows};
use crate::rejection::Rule;
use crate::row::RawRow;

const PARQUET: &[u8; 4] = b"PAR1";

/// A file whose header was read.
pub(crate) enum Opened {
    Csv(CsvRows<File>, PathBuf),
    Parquet(ParquetFile),
}

/// The rows of a file of any kind.
pub(crate) enum Rows {
    Csv(CsvRows<File>, PathBuf),
    Parquet(ParquetRows),
}

/// The keyed digest of a whole file, in constant memory. It names the load of the file, so it is taken before the rows
/// are read.
pub fn digest(path: &Path, sealer: &Sealer) -> Result<FileDigest, IntakeError> {
    let failed = |source| IntakeError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let mut digester = sealer.digester();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(digester.finish()),
            Ok(bytes) => digester.update(&piece[..bytes]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Opens a file and reads the names of its columns.
pub(crate) fn open(path: &Path, source: &Source) -> Result<(Opened, Vec<String>), IntakeError> {
    let failed = |source| IntakeError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut first = [0; 4];
    let parquet = size >= 4 && file.read_exact(&mut first).map(|()| first == *PARQUET).map_err(failed)?;
    if parquet {
        let opened = ParquetFile::open(file, size)?;
        let header = opened.header();
        return Ok((Opened::Parquet(opened), header));
    }
    file.rewind().map_err(failed)?;
    let mut rows = CsvRows::new(file, source.csv).map_err(failed)?;
    if rows.is_utf16() {
        return Err(IntakeError::Utf16);
    }
    let mut first = RawRow::default();
    let read = rows.next(&mut first).map_err(failed)?.ok_or(IntakeError::Empty)?;
    let broken = read.err().or_else(|| first.broken(first.len()).map(|(rule, _)| rule));
    if let Some(rule) = broken {
        return Err(IntakeError::BrokenHeader { rule });
    }
    let header = (0..first.len()).map(|at| String::from_utf8_lossy(first.cell(at)).into_owned()).collect();
    Ok((Opened::Csv(rows, path.to_owned()), header))
}

impl Opened {
    /// Starts reading; `wanted` holds for each column its name in the mapping when anything looks at its cells.
    pub(crate) fn rows(self, wanted: &[Option<&str>]) -> Result<Rows, IntakeError> {
        match self {
            Self::Csv(rows, path) => Ok(Rows::Csv(rows, path)),
            Self::Parquet(file) => file.rows(wanted).map(Rows::Parquet),
        }
    }
}

impl Rows {
    /// Puts the next row into `row`. None at the end; a rule when the row cannot be split into cells.
    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Option<Result<(), Rule>>, IntakeError> {
        match self {
            Self::Csv(rows, path) => rows.next(row).map_err(|source| IntakeError::Read { path: path.clone(), source }),
            Self::Parquet(rows) => Ok(rows.next(row)?.then_some(Ok(()))),
        }
    }

    /// Bytes of the file that were read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        match self {
            Self::Csv(rows, _) => rows.bytes_read,
            Self::Parquet(rows) => rows.bytes_read(),
        }
    }
}
