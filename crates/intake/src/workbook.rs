//! Reads the cells of a workbook. Runs in a process of its own, because a workbook of a few kilobytes can ask for more
//! memory than there is, and its reader has returned another cell's text before: what goes wrong here ends with the
//! child.
//!
//! What its reader does not tell is looked up beside it: a formula that nobody has worked out is no empty cell, and a cell
//! under a merged one is not known to be empty.

mod cell_text;
mod line;
mod markup;
mod merged;
mod ods;

use std::io::{self, BufWriter, Cursor, Read, Write};

use calamine::{Data, DataRef, Dimensions, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible};
use calamine::{Xls, XlsError, Xlsx, XlsxError};
use rustix::process::{Resource, Rlimit, setrlimit};
use zip::ZipArchive;

use crate::frames::{self, DayCount, Flaw, Frame, WorkbookProblem};
use cell_text::{Kind, text_of};
use line::Line;
use merged::{Merged, Span};

/// What the child does: limits itself to so many bytes of memory and seconds of work, then reads a workbook from `input`
/// and writes the cells of one sheet to `output`. Made for [`crate::SheetReader`], which starts the child and appends the
/// two numbers to its arguments.
pub fn sheet_child(memory_bytes: u64, seconds: u64, input: impl Read, output: impl Write) -> io::Result<()> {
    let limit = |resource, most, last| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(last) });
    // A dump of the memory would hold names.
    limit(Resource::Core, 0, 0)?;
    // At the first limit the system says why it ends the process, at the last one it does not.
    limit(Resource::Cpu, seconds, seconds.saturating_add(1))?;
    limit(Resource::As, memory_bytes, memory_bytes)?;
    answer(input, output)
}

/// Reads a request and a workbook and writes the answer.
pub(crate) fn answer(mut input: impl Read, output: impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, output);
    let names = frames::read_request(&mut input)?;
    let mut bytes = Vec::new();
    let read = match input.read_to_end(&mut bytes) {
        Ok(_) => send_sheet(&bytes, &names, &mut out),
        Err(_) => Err(Stop::Problem(WorkbookProblem::Memory)),
    };
    match read {
        Ok(()) => frames::write(&mut out, Frame::End, &[])?,
        Err(Stop::Problem(problem)) => frames::write(&mut out, Frame::Problem(problem), &[])?,
        Err(Stop::Output(error)) => return Err(error),
    }
    out.flush()
}

/// Why the work ends early.
enum Stop {
    Problem(WorkbookProblem),
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn send_sheet(bytes: &[u8], names: &[String], out: &mut impl Write) -> Result<(), Stop> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        let mut book: Xls<_> = open(bytes, |error| matches!(error, XlsError::Password))?;
        let about = |book: &mut Xls<_>, name: &str| {
            let merged = book.merge_cells_by_sheet_name(name).map_err(damaged)?;
            let days = day_count(book.has_1904_epoch());
            Ok(About { merged: merged.iter().map(span).collect(), errors: Vec::new(), days })
        };
        return send_range(&mut book, names, Kind::Excel, about, out);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    // Of two parts with one name each program may read another one.
    if archive.has_duplicate_names() {
        return Err(Stop::Problem(WorkbookProblem::Damaged));
    }
    let has = |wanted: &str| archive.file_names().any(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case(wanted)));
    if has("mimetype") && has("content.xml") {
        if ods::is_encrypted(&mut archive) {
            return Err(Stop::Problem(WorkbookProblem::Password));
        }
        let mut content = ods::look_through(&mut archive).ok_or(Stop::Problem(WorkbookProblem::Damaged))?;
        let mut book: Ods<_> = open(bytes, |error| matches!(error, OdsError::Password))?;
        let about = |_: &mut Ods<_>, name: &str| Ok(content.about(name));
        return send_range(&mut book, names, Kind::Ods, about, out);
    }
    if has("xl/workbook.bin") {
        return Err(Stop::Problem(WorkbookProblem::Xlsb));
    }
    if !has("[Content_Types].xml") {
        return Err(Stop::Problem(WorkbookProblem::NoWorkbook));
    }
    let book: Xlsx<_> = open(bytes, |error| matches!(error, XlsxError::Password))?;
    markup::look_through(&mut archive).ok_or(Stop::Problem(WorkbookProblem::Damaged))?;
    send_xlsx(book, names, out)
}

fn open<'a, R: Reader<Cursor<&'a [u8]>>>(bytes: &'a [u8], protected: fn(&R::Error) -> bool) -> Result<R, Stop> {
    R::new(Cursor::new(bytes)).map_err(|error| {
        // A protected XLSX workbook is an encrypted stream in the container of an XLS workbook.
        let wide: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = protected(&error) || memchr::memmem::find(bytes, &wide).is_some();
        Stop::Problem(if encrypted { WorkbookProblem::Password } else { WorkbookProblem::Damaged })
    })
}

/// The sheet to read.
struct Chosen {
    name: String,
    /// The place of its name among those asked for.
    asked: Option<u32>,
    /// How many others people see that hold cells.
    others: u32,
}

impl Chosen {
    fn send(&self, days: DayCount, out: &mut impl Write) -> io::Result<()> {
        if self.others > 0 {
            frames::write(out, Frame::Others(self.others), &[])?;
        }
        frames::write(out, Frame::Sheet(self.asked, days), &[])
    }
}

fn choose(
    sheets: &[Sheet],
    names: &[String],
    mut has_cells: impl FnMut(&str) -> Result<bool, Stop>,
) -> Result<Chosen, Stop> {
    let is_shown = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let found = names.iter().position(|name| sheets.iter().any(|sheet| sheet.name == *name));
    if let Some(at) = found {
        let others = sheets.iter().filter(is_shown).filter(|sheet| sheet.name != names[at]);
        // One that cannot be read holds something.
        let others = others.filter(|sheet| has_cells(&sheet.name).unwrap_or(true)).count() as u32;
        return Ok(Chosen { name: names[at].clone(), asked: Some(at as u32), others });
    }
    if !names.is_empty() {
        return Err(Stop::Problem(WorkbookProblem::NoSheet));
    }
    let mut only = None;
    for sheet in sheets.iter().filter(is_shown) {
        if has_cells(&sheet.name)? && only.replace(&sheet.name).is_some() {
            return Err(Stop::Problem(WorkbookProblem::ManySheets));
        }
    }
    only.map(|name| Chosen { name: name.clone(), asked: None, others: 0 }).ok_or(Stop::Problem(WorkbookProblem::Empty))
}

/// What is told of a sheet beside the values of its cells.
struct About {
    merged: Vec<Span>,
    /// The cells that show an error in place of their value, from top to bottom.
    errors: Vec<Span>,
    /// From when days are counted.
    days: DayCount,
}

// XLS and ODS are read whole by their readers.
fn send_range<RS: io::Read + io::Seek, R: Reader<RS>>(
    book: &mut R,
    names: &[String],
    kind: Kind,
    about: impl FnOnce(&mut R, &str) -> Result<About, Stop>,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let sheets = book.sheets_metadata().to_vec();
    let chosen = choose(&sheets, names, |name| {
        let has_values = !book.worksheet_range(name).map_err(damaged)?.is_empty();
        Ok(has_values || !book.worksheet_formula(name).map_err(damaged)?.is_empty())
    })?;
    let About { merged, errors, days } = about(book, &chosen.name)?;
    chosen.send(days, out)?;
    let values: Range<Data> = book.worksheet_range(&chosen.name).map_err(damaged)?;
    let formulas: Range<String> = book.worksheet_formula(&chosen.name).map_err(damaged)?;
    let starts = || values.start().into_iter().chain(formulas.start());
    let ends = || values.end().into_iter().chain(formulas.end());
    let (Some(top), Some(left)) = (starts().map(|at| at.0).min(), starts().map(|at| at.1).min()) else {
        return Ok(());
    };
    let (bottom, right) = ends().fold((top, left), |most, at| (most.0.max(at.0), most.1.max(at.1)));
    let mut line = Line::new(Merged::new(merged));
    let mut errors = &errors[..];
    for row in top..=bottom {
        line.begin(row);
        errors = &errors[errors.iter().take_while(|cells| cells.bottom < row).count()..];
        let in_row = &errors[..errors.iter().take_while(|cells| cells.top <= row).count()];
        for column in left..=right {
            if in_row.iter().any(|cells| (cells.left..=cells.right).contains(&column)) {
                line.push(column, &Err(Flaw::Error))?;
                continue;
            }
            let value = values.get_value((row, column)).unwrap_or(&Data::Empty);
            let has_formula = || formulas.get_value((row, column)).is_some_and(|formula| !formula.is_empty());
            push(&mut line, column, value, kind, has_formula)?;
        }
        line.send(out)?;
    }
    Ok(())
}

// The cells of an XLSX workbook come one by one, so that two cells far apart cost no more than any two.
fn send_xlsx(mut book: Xlsx<Cursor<&[u8]>>, names: &[String], out: &mut impl Write) -> Result<(), Stop> {
    let sheets = book.sheets_metadata().to_vec();
    let chosen = choose(&sheets, names, |name| {
        let mut cells = book.worksheet_cells_reader(name).map_err(damaged)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(damaged)? {
            if !matches!(cell.value, DataRef::Empty) || cell.formula.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    })?;
    chosen.send(day_count(book.has_1904_epoch()), out)?;
    let merged = book.merge_cells_by_sheet_name(&chosen.name).map_err(damaged)?;
    let mut cells = book.worksheet_cells_reader(&chosen.name).map_err(damaged)?;
    let mut line = Line::new(Merged::new(merged.iter().map(span).collect()));
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(damaged)? {
        let (row, column) = cell.pos;
        if row < line.row() {
            return Err(Stop::Problem(WorkbookProblem::Damaged));
        }
        if row > line.row() {
            line.send(out)?;
            line.begin(row);
        }
        push(&mut line, column, &Data::from(cell.value), Kind::Excel, || cell.formula.is_some())?;
    }
    line.send(out)
}

// A formula whose value is the empty text has a value. One without any was never worked out: whoever wrote the file only
// wrote the formula down.
fn push(
    line: &mut Line,
    column: u32,
    value: &Data,
    kind: Kind,
    has_formula: impl FnOnce() -> bool,
) -> Result<(), Stop> {
    match value {
        Data::Empty if has_formula() => line.push(column, &Err(Flaw::FormulaWithoutValue)),
        value => text_of(value, kind).map_or(Ok(()), |read| line.push(column, &read)),
    }
}

fn damaged<E>(_: E) -> Stop {
    Stop::Problem(WorkbookProblem::Damaged)
}

fn day_count(counts_from_1904: bool) -> DayCount {
    if counts_from_1904 { DayCount::From1904 } else { DayCount::From1900 }
}

// Written from any corner to the opposite one.
fn span(of: &Dimensions) -> Span {
    let (one, other) = (of.start, of.end);
    let ((top, bottom), (left, right)) =
        ((one.0.min(other.0), one.0.max(other.0)), (one.1.min(other.1), one.1.max(other.1)));
    Span { top, bottom, left, right, in_each_row: false }
}

#[cfg(test)]
mod tests;
