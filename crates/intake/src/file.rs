//! Opens an export file: tells its kind by its first bytes and never by its name, reads the names of its columns, and then
//! gives its rows one by one.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use panoh_dictionary::{FileShape, Source};
use panoh_identity::{FileDigest, Sealer};

use crate::Options;
use crate::archive::{self, ArchiveProblem, Counted, Input, Zip};
use crate::csv::CsvRows;
use crate::encoding::Encoding;
use crate::error::IntakeError;
use crate::frames::{DayCount, WorkbookProblem};
use crate::json_lines::JsonRows;
use crate::parquet::{ParquetFile, ParquetRows};
use crate::rejection::Site;
use crate::row::RawRow;
use crate::rule::Rule;
use crate::sheet::{SheetAnswer, SheetFile, SheetRows};
use crate::text::Text;

/// What is known of a file before it is read.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// How such files are written.
    pub(crate) shape: &'a FileShape,
    /// Whether a text is the name of a column.
    pub(crate) knows: &'a dyn Fn(&str) -> bool,
    /// The mapping that gives the keys of a JSON Lines file; without it they are gathered from its first entries.
    pub(crate) keys: Option<&'a Source>,
}

/// A file whose column names were read.
pub(crate) struct Opened {
    kind: Kind,
    about: About,
    progress: Progress,
}

/// The rows of a file of any kind.
pub(crate) struct Rows {
    rows: KindOfRows,
    progress: Progress,
}

/// A file by its kind.
pub(crate) enum Kind {
    Csv(CsvRows<Input>),
    JsonLines(JsonRows<Input>),
    Sheet(SheetFile),
    Parquet(ParquetFile<File>),
    ParquetInMemory(ParquetFile<Bytes>),
}

enum KindOfRows {
    Csv(CsvRows<Input>),
    JsonLines(JsonRows<Input>),
    Sheet(SheetRows),
    Parquet(ParquetRows),
}

/// How a file turned out to be written, for people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) kind: &'static str,
    pub(crate) packed: Option<&'static str>,
    pub(crate) encoding: Option<Encoding>,
    pub(crate) separator: Option<u8>,
}

/// How far the reading of a file has come.
struct Progress {
    path: PathBuf,
    size: u64,
    read: Arc<AtomicU64>,
}

/// What the first bytes say.
enum Content {
    Parquet(File),
    PackedParquet(Bytes),
    Workbook(Input),
    Text(Input),
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
pub(crate) fn open(
    path: &Path,
    expected: &Expected<'_>,
    options: &Options,
) -> Result<(Opened, Vec<String>), IntakeError> {
    let (content, packed, progress) = content(path)?;
    let (kind, header, about) = match content {
        Content::Parquet(file) => {
            let opened = ParquetFile::open(file, progress.size)?;
            let header = opened.header();
            (Kind::Parquet(opened), header, About::new("Parquet"))
        }
        Content::PackedParquet(bytes) => {
            let opened = ParquetFile::open(bytes, progress.size)?;
            let header = opened.header();
            (Kind::ParquetInMemory(opened), header, About::new("Parquet"))
        }
        Content::Workbook(input) => {
            let answer = start(input, packed, expected, options, path)?;
            let opened = SheetFile::new(answer, expected.shape, (expected.knows)(""))?;
            let header = opened.header.clone();
            (Kind::Sheet(opened), header, About::new("workbook"))
        }
        Content::Text(input) => Text::new(input, declared(expected, options)?, expected, path)?.open(expected, path)?,
    };
    Ok((Opened { kind, about: About { packed, ..about }, progress }, header))
}

/// The first rows of a file with their places, for telling which of them holds the names. A Parquet or JSON Lines file has
/// only one such row.
pub(crate) fn top_rows(
    path: &Path,
    expected: &Expected<'_>,
    options: &Options,
    most: u32,
) -> Result<Vec<(u64, Vec<String>)>, IntakeError> {
    let (content, packed, _) = content(path)?;
    match content {
        Content::Workbook(input) => start(input, packed, expected, options, path)?.top(most),
        Content::Text(input) => Ok(Text::new(input, declared(expected, options)?, expected, path)?.top(expected, most)),
        Content::Parquet(_) | Content::PackedParquet(_) => Ok(vec![(1, open(path, expected, options)?.1)]),
    }
}

/// What an error of reading means: an archive that is not as it should be, or the system.
pub(crate) fn fault(path: &Path, error: io::Error) -> IntakeError {
    match error.downcast::<ArchiveProblem>() {
        Ok(problem) => IntakeError::Archive { problem },
        Err(source) => IntakeError::Read { path: path.to_owned(), source },
    }
}

fn content(path: &Path) -> Result<(Content, Option<&'static str>, Progress), IntakeError> {
    let failed = |error| fault(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut first = Vec::new();
    file.by_ref().take(4).read_to_end(&mut first).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let progress = |read| Progress { path: path.to_owned(), size, read };
    match &first[..] {
        PARQUET => Ok((Content::Parquet(file), None, progress(Arc::default()))),
        ZIP | EMPTY_ZIP => {
            let whole = file.try_clone().map_err(failed)?;
            match archive::unzip(file).map_err(failed)? {
                (Zip::Workbook, _) => {
                    let (mut counted, read) = Counted::new(whole);
                    counted.rewind().map_err(failed)?;
                    Ok((Content::Workbook(Box::new(counted)), None, progress(read)))
                }
                (Zip::Entry(input), read) => Ok((packed(input, path)?, Some("zip"), progress(read))),
            }
        }
        [0x1f, 0x8b, ..] => {
            let (counted, read) = Counted::new(file);
            let input = archive::gunzip(counted, Arc::clone(&read));
            Ok((packed(input, path)?, Some("gzip"), progress(read)))
        }
        first => {
            let (counted, read) = Counted::new(file);
            let input: Input = Box::new(counted);
            let content = if first == OLE { Content::Workbook(input) } else { Content::Text(input) };
            Ok((content, None, progress(read)))
        }
    }
}

const PARQUET: &[u8] = b"PAR1";
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
/// The container of XLS workbooks and of encrypted XLSX workbooks.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0";

// What is inside an archive.
fn packed(mut input: Input, path: &Path) -> Result<Content, IntakeError> {
    let failed = |error| fault(path, error);
    let mut first = Vec::new();
    input.by_ref().take(4).read_to_end(&mut first).map_err(failed)?;
    let kind = first.clone();
    let input: Input = Box::new(Cursor::new(first).chain(input));
    match &kind[..] {
        PARQUET => Ok(Content::PackedParquet(archive::whole(input).map_err(failed)?.into())),
        ZIP | OLE => Ok(Content::Workbook(input)),
        EMPTY_ZIP | [0x1f, 0x8b, ..] => Err(IntakeError::Archive { problem: ArchiveProblem::Nested }),
        _ => Ok(Content::Text(input)),
    }
}

fn start(
    workbook: Input,
    packed: Option<&str>,
    expected: &Expected<'_>,
    options: &Options,
    path: &Path,
) -> Result<SheetAnswer, IntakeError> {
    let reader = options.sheet_reader.as_ref().ok_or(IntakeError::NoSheetReader)?;
    reader.start(workbook, expected.shape, path).map_err(|error| match error {
        IntakeError::Workbook { problem: WorkbookProblem::NoWorkbook } if packed.is_some() => {
            IntakeError::Archive { problem: ArchiveProblem::Nested }
        }
        other => other,
    })
}

// The command line has the last word.
fn declared(expected: &Expected<'_>, options: &Options) -> Result<Option<Encoding>, IntakeError> {
    let name = options.encoding.as_ref().or(expected.shape.encoding.as_ref());
    let unknown = |name: &String| IntakeError::UnknownEncoding { name: name.clone() };
    name.map(|name| Encoding::named(name).ok_or_else(|| unknown(name))).transpose()
}

impl About {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, packed: None, encoding: None, separator: None }
    }
}

impl Opened {
    /// How the file turned out to be written.
    pub(crate) fn about(&self) -> About {
        self.about
    }

    /// Where its rows stand.
    pub(crate) fn site(&self) -> Site {
        match &self.kind {
            Kind::Csv(_) => Site::Lines,
            Kind::JsonLines(_) => Site::Entries,
            Kind::Sheet(sheet) => Site::Sheet { name: sheet.name.clone(), first_column: sheet.first_column },
            Kind::Parquet(_) | Kind::ParquetInMemory(_) => Site::Rows,
        }
    }

    /// Whether the file knows types, so that dates come as `YYYY-MM-DD`.
    pub(crate) fn typed_dates(&self) -> bool {
        matches!(self.kind, Kind::Sheet(_) | Kind::Parquet(_) | Kind::ParquetInMemory(_))
    }

    /// From when a workbook counts its days.
    pub(crate) fn days(&self) -> Option<DayCount> {
        match &self.kind {
            Kind::Sheet(sheet) => Some(sheet.days),
            Kind::Csv(_) | Kind::JsonLines(_) | Kind::Parquet(_) | Kind::ParquetInMemory(_) => None,
        }
    }

    /// How many other sheets of a workbook people see that hold cells.
    pub(crate) fn other_sheets(&self) -> u32 {
        match &self.kind {
            Kind::Sheet(sheet) => sheet.others,
            Kind::Csv(_) | Kind::JsonLines(_) | Kind::Parquet(_) | Kind::ParquetInMemory(_) => 0,
        }
    }

    /// The same for a look at some of its rows, which is to be quick.
    pub(crate) fn only_looked_at(mut self) -> Self {
        if let Kind::Csv(rows) = &mut self.kind {
            rows.end_at_large(true);
        }
        self
    }

    /// Starts reading; `wanted` holds for each column its name when anything looks at its cells.
    pub(crate) fn rows(self, wanted: &[Option<&str>]) -> Result<Rows, IntakeError> {
        let rows = match self.kind {
            Kind::Csv(rows) => KindOfRows::Csv(rows),
            Kind::JsonLines(rows) => KindOfRows::JsonLines(rows),
            Kind::Sheet(file) => KindOfRows::Sheet(file.rows(wanted)),
            Kind::Parquet(file) => KindOfRows::Parquet(file.rows(wanted)?),
            Kind::ParquetInMemory(file) => KindOfRows::Parquet(file.rows(wanted)?),
        };
        Ok(Rows { rows, progress: self.progress })
    }
}

impl Rows {
    /// Puts the next row into `row`. None at the end; a rule when the row cannot be split into cells.
    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Option<Result<(), Rule>>, IntakeError> {
        let failed = |error| fault(&self.progress.path, error);
        match &mut self.rows {
            KindOfRows::Csv(rows) => rows.next(row).map_err(failed),
            KindOfRows::JsonLines(rows) => rows.next(row).map_err(failed),
            KindOfRows::Sheet(rows) => rows.next(row),
            KindOfRows::Parquet(rows) => Ok(rows.next(row)?.then_some(Ok(()))),
        }
    }

    /// Bytes of the file that were read so far. A workbook is read whole before its first row.
    pub(crate) fn bytes_read(&self) -> u64 {
        match &self.rows {
            KindOfRows::Parquet(rows) => rows.bytes_read(),
            KindOfRows::Sheet(_) => self.progress.size,
            KindOfRows::Csv(_) | KindOfRows::JsonLines(_) => self.progress.read.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests;
