//! Reads the cells of a workbook. Runs in a process of its own, because a workbook of a few kilobytes can ask for more
//! memory than there is, and its reader has returned another cell's text before: what goes wrong here ends with the
//! child.
//!
//! Cells become text as in the other formats: dates as `2018-05-01`, with the time after a blank unless it is midnight,
//! whole numbers without decimals, truth values as `TRUE` and `FALSE`.

use std::io::{self, BufWriter, Cursor, Read, Write};

use calamine::{
    Data, DataRef, ExcelDateTime, ExcelDateTimeType, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible,
};
use calamine::{Xls, XlsError, Xlsx, XlsxError};
use jiff::ToSpan;
use jiff::civil::date;
use rustix::process::{Resource, Rlimit, setrlimit};
use zip::ZipArchive;

use crate::frames::{self, Cell, Frame, WorkbookProblem};
use crate::row::ROW_LIMIT;

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
        return send_range(&mut book, names, "", out);
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Stop::Problem(WorkbookProblem::Damaged))?;
    let has = |wanted: &str| archive.file_names().any(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case(wanted)));
    if has("mimetype") && has("content.xml") {
        let mut book: Ods<_> = open(bytes, |error| matches!(error, OdsError::Password))?;
        return send_range(&mut book, names, ODS, out);
    }
    if has("xl/workbook.bin") {
        return Err(Stop::Problem(WorkbookProblem::Xlsb));
    }
    if !has("[Content_Types].xml") {
        return Err(Stop::Problem(WorkbookProblem::NoWorkbook));
    }
    let book: Xlsx<_> = open(bytes, |error| matches!(error, XlsxError::Password))?;
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

/// The sheet to read, and the place of its name among those asked for.
fn choose(
    sheets: &[Sheet],
    names: &[String],
    mut has_cells: impl FnMut(&str) -> Result<bool, Stop>,
) -> Result<(String, Option<u32>), Stop> {
    let found = names.iter().position(|name| sheets.iter().any(|sheet| sheet.name == *name));
    if let Some(at) = found {
        return Ok((names[at].clone(), Some(at as u32)));
    }
    if !names.is_empty() {
        return Err(Stop::Problem(WorkbookProblem::NoSheet));
    }
    let mut only = None;
    for sheet in sheets {
        let shown = sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
        if shown && has_cells(&sheet.name)? && only.replace(&sheet.name).is_some() {
            return Err(Stop::Problem(WorkbookProblem::ManySheets));
        }
    }
    only.map(|name| (name.clone(), None)).ok_or(Stop::Problem(WorkbookProblem::Empty))
}

// XLS and ODS are read whole by their readers.
fn send_range<RS: io::Read + io::Seek, R: Reader<RS>>(
    book: &mut R,
    names: &[String],
    kind: &str,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let damaged = |_| Stop::Problem(WorkbookProblem::Damaged);
    let sheets = book.sheets_metadata().to_vec();
    let mut filled = |name: &str| book.worksheet_range(name).map(|range| !range.is_empty()).map_err(damaged);
    let (name, asked) = choose(&sheets, names, &mut filled)?;
    frames::write(out, Frame::Sheet(asked), &[])?;
    let range: Range<Data> = book.worksheet_range(&name).map_err(damaged)?;
    let (top, left) = range.start().unwrap_or_default();
    for (row, cells) in (top..).zip(range.rows()) {
        let mut line = Line { row, ..Line::default() };
        for (column, cell) in (left..).zip(cells) {
            line.push(column, cell, kind)?;
        }
        line.send(out)?;
    }
    Ok(())
}

// The cells of an XLSX workbook come one by one, so that two cells far apart cost no more than any two.
fn send_xlsx(mut book: Xlsx<Cursor<&[u8]>>, names: &[String], out: &mut impl Write) -> Result<(), Stop> {
    let damaged = |_| Stop::Problem(WorkbookProblem::Damaged);
    let sheets = book.sheets_metadata().to_vec();
    let (name, asked) = choose(&sheets, names, |name| {
        let mut cells = book.worksheet_cells_reader(name).map_err(damaged)?;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            if !matches!(cell.get_value(), DataRef::Empty) {
                return Ok(true);
            }
        }
        Ok(false)
    })?;
    frames::write(out, Frame::Sheet(asked), &[])?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
    let mut line = Line::default();
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        if row < line.row {
            return Err(Stop::Problem(WorkbookProblem::Damaged));
        }
        if row > line.row {
            line.send(out)?;
            line.begin(row);
        }
        line.push(column, &Data::from(cell.get_value().clone()), "")?;
    }
    line.send(out)
}

/// The filled cells of one row.
#[derive(Default)]
struct Line {
    /// Counted from 0.
    row: u32,
    cells: Vec<u8>,
    /// The column after the last cell.
    next: u32,
    too_large: bool,
}

impl Line {
    fn begin(&mut self, row: u32) {
        self.cells.clear();
        (self.row, self.next, self.too_large) = (row, 0, false);
    }

    // Two cells in one place would be two people's, so the order of the file must be that of the columns.
    fn push(&mut self, column: u32, value: &Data, kind: &str) -> Result<(), Stop> {
        let Some((text, error)) = text_of(value, kind) else { return Ok(()) };
        if column < self.next {
            return Err(Stop::Problem(WorkbookProblem::Damaged));
        }
        self.next = column.saturating_add(1);
        self.too_large |= self.cells.len() + text.len() > ROW_LIMIT;
        if !self.too_large {
            frames::push_cell(&mut self.cells, Cell { column, error, text: text.as_bytes() });
        }
        Ok(())
    }

    fn send(&self, out: &mut impl Write) -> Result<(), Stop> {
        let number = self.row.saturating_add(1);
        if self.too_large {
            frames::write(out, Frame::LargeRow(number), &[])?;
        } else if !self.cells.is_empty() {
            frames::write(out, Frame::Row(number), &self.cells)?;
        }
        Ok(())
    }
}

const ODS: &str = "ods";

/// What a spreadsheet shows in place of a value that it cannot work out.
const ERRORS: [&str; 7] = ["#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// The text of a cell and whether it is an error; none when it is empty.
fn text_of(value: &Data, kind: &str) -> Option<(String, bool)> {
    let text = match value {
        Data::Empty => return None,
        Data::Error(_) => return Some((String::new(), true)),
        // The reader of ODS gives errors as text.
        Data::String(text) if kind == ODS && (ERRORS.contains(&text.as_str()) || text.starts_with("Err:")) => {
            return Some((String::new(), true));
        }
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(moment) => moment_text(*moment),
        Data::DateTimeIso(moment) => {
            let moment = moment.split_once('.').map_or(moment.as_str(), |(seconds, _)| seconds);
            moment.strip_suffix("T00:00:00").unwrap_or(moment).replacen('T', " ", 1)
        }
    };
    (!text.is_empty()).then_some((text, false))
}

// Minus nought is nought.
fn number_text(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// Days are counted from 1900 with a leap day that there never was, or from 1904. A time without a day, a span of time and
/// what lies after the year 9999 are no dates and stay what they are.
fn moment_text(moment: ExcelDateTime) -> String {
    let value = moment.as_f64();
    let counts_from_1904 = moment == ExcelDateTime::new(value, ExcelDateTimeType::DateTime, true);
    if moment.is_duration() || !(0.0..2_958_466.0).contains(&value) {
        return number_text(value);
    }
    let seconds = (value * 86_400.0).round() as i64;
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
    let day = match days {
        _ if counts_from_1904 => date(1904, 1, 1).checked_add(days.days()),
        0 => return clock,
        60 => return "1900-02-29".to_owned(),
        1..60 => date(1899, 12, 31).checked_add(days.days()),
        _ => date(1899, 12, 30).checked_add(days.days()),
    };
    match day {
        Ok(day) if time == 0 => day.to_string(),
        Ok(day) => format!("{day} {clock}"),
        Err(_) => number_text(value),
    }
}

#[cfg(test)]
mod tests;
