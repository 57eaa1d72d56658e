//! What parent and child say to each other while a workbook is read.
//!
//! The parent writes how many sheet names it asks for, the names, and the bytes of the workbook. The child answers with
//! frames: a letter, the length of what follows, and that. Numbers are little-endian and of four bytes. A problem is a
//! number and never a text, because the words of a reader may quote a cell.

use std::io::{self, Read, Write};

use crate::row::{CELLS_LIMIT, ROW_LIMIT};
use crate::rule::Rule;

/// Why a workbook is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookProblem {
    /// It is none, or its reader cannot make sense of it.
    #[error("the workbook is damaged; open it, save it anew as XLSX and try again")]
    Damaged,
    /// It is an archive without the parts of a workbook.
    #[error("the file is an archive but no workbook; pack one export in it, or give the export itself")]
    NoWorkbook,
    /// It is XLSB, the binary form.
    #[error("the workbook is of the kind XLSB; save it as XLSX")]
    Xlsb,
    /// It is encrypted.
    #[error("the workbook is protected by a password; save it without one")]
    Password,
    /// None of the sheets that the mapping names is there.
    #[error("the workbook has none of the sheets that the mapping names under `file.sheet`; add the name of the sheet")]
    NoSheet,
    /// The mapping names no sheet and several can be meant.
    #[error(
        "several visible sheets hold cells; name the one to read under `file.sheet` in the mapping, or by --sheet of inspect"
    )]
    ManySheets,
    /// There is nothing in it.
    #[error("the workbook holds no cell in a visible sheet; export it again, or name the sheet under `file.sheet`")]
    Empty,
    /// Reading takes more memory than it may.
    #[error(
        "reading the workbook takes more memory than is allowed; delete unused sheets and cells, or save it as CSV"
    )]
    Memory,
    /// Reading takes more time than it may.
    #[error("reading the workbook takes more time than is allowed; delete unused sheets and cells, or save it as CSV")]
    Time,
    /// The child could not be started or ended without an answer.
    #[error("the program that reads workbooks could not be run; this is a fault of the installation")]
    Child,
}

/// All problems; the place of one is its number in a frame.
const PROBLEMS: [WorkbookProblem; 10] = [
    WorkbookProblem::Damaged,
    WorkbookProblem::NoWorkbook,
    WorkbookProblem::Xlsb,
    WorkbookProblem::Password,
    WorkbookProblem::NoSheet,
    WorkbookProblem::ManySheets,
    WorkbookProblem::Empty,
    WorkbookProblem::Memory,
    WorkbookProblem::Time,
    WorkbookProblem::Child,
];

/// The most bytes of a frame: a row of the largest size with a head for each cell.
const FRAME_LIMIT: usize = ROW_LIMIT + CELLS_LIMIT * CELL_HEAD + 4;
const CELL_HEAD: usize = 9;

/// One frame without the cells of a row, which stay in the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// So many other sheets that people see hold cells and are not read. Comes first, and not where there are none.
    Others(u32),
    /// The sheet was chosen: the place of its name among those asked for, none when it was the only one. With it comes the
    /// day from which the workbook counts.
    Sheet(Option<u32>, DayCount),
    /// A row with this number, counted from 1. Its cells follow in the buffer.
    Row(u32),
    /// A row with this number that is too large.
    LargeRow(u32),
    /// The sheet ends.
    End,
    /// The workbook is not read.
    Problem(WorkbookProblem),
}

/// One cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell<'a> {
    /// Counted from 0.
    pub(crate) column: u32,
    /// Why it must not be read.
    pub(crate) flaw: Option<Flaw>,
    /// Empty where there is a flaw.
    pub(crate) text: &'a [u8],
}

/// Why a cell must not be read: what a program would take from it is not what people see in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It shows an error such as `#N/A`.
    Error,
    /// It holds a formula, and the file does not say what comes of it.
    FormulaWithoutValue,
    /// It lies under a merged cell: people see the value of that one, or a value of its own that nobody sees.
    Merged,
}

/// All flaws; the place of one, counted from 1, is its number in a cell.
const FLAWS: [Flaw; 3] = [Flaw::Error, Flaw::FormulaWithoutValue, Flaw::Merged];

impl Flaw {
    /// The rule that a row with such a cell breaks.
    pub(crate) fn rule(self) -> Rule {
        match self {
            Self::Error => Rule::ErrorCell,
            Self::FormulaWithoutValue => Rule::FormulaWithoutValue,
            Self::Merged => Rule::MergedCells,
        }
    }
}

/// The day from which a workbook counts its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayCount {
    From1900,
    From1904,
    /// Some other day, as ODS workbooks may choose it.
    Other,
}

/// All counts; the place of one is its number in a frame.
const DAY_COUNTS: [DayCount; 3] = [DayCount::From1900, DayCount::From1904, DayCount::Other];

/// In the number of a sheet the bits from here on tell the count of days.
const DAY_COUNT_BITS: u32 = 30;

/// Writes what the parent asks before the workbook.
pub(crate) fn write_request(out: &mut impl Write, sheets: &[String]) -> io::Result<()> {
    out.write_all(&(sheets.len() as u32).to_le_bytes())?;
    for name in sheets {
        out.write_all(&(name.len() as u32).to_le_bytes())?;
        out.write_all(name.as_bytes())?;
    }
    Ok(())
}

/// Reads what the parent asks.
pub(crate) fn read_request(input: &mut impl Read) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for _ in 0..number(input)? {
        let mut name = Vec::new();
        let length = u64::from(number(input)?);
        input.take(length).read_to_end(&mut name)?;
        names.push(String::from_utf8(name).map_err(|_| io::ErrorKind::InvalidData)?);
    }
    Ok(names)
}

/// Adds a cell to the cells of a row.
pub(crate) fn push_cell(cells: &mut Vec<u8>, cell: Cell<'_>) {
    cells.extend_from_slice(&cell.column.to_le_bytes());
    let flaw = FLAWS.iter().position(|known| Some(*known) == cell.flaw).map_or(0, |at| at as u8 + 1);
    cells.push(flaw);
    cells.extend_from_slice(&(cell.text.len() as u32).to_le_bytes());
    cells.extend_from_slice(cell.text);
}

/// Writes a frame; `cells` are those of a row.
pub(crate) fn write(out: &mut impl Write, frame: Frame, cells: &[u8]) -> io::Result<()> {
    let (letter, number) = match frame {
        Frame::Sheet(at, days) => {
            let days = DAY_COUNTS.iter().position(|known| *known == days).unwrap_or(0) as u32;
            (b'S', at.map_or(0, |at| at + 1) | days << DAY_COUNT_BITS)
        }
        Frame::Others(sheets) => (b'O', sheets),
        Frame::Row(row) if cells.len() + 4 <= FRAME_LIMIT => (b'R', row),
        Frame::Row(row) | Frame::LargeRow(row) => return write_small(out, b'L', row),
        Frame::End => (b'E', 0),
        Frame::Problem(problem) => (b'P', PROBLEMS.iter().position(|known| *known == problem).unwrap_or(0) as u32),
    };
    if letter != b'R' {
        return write_small(out, letter, number);
    }
    out.write_all(&[letter])?;
    out.write_all(&(cells.len() as u32 + 4).to_le_bytes())?;
    out.write_all(&number.to_le_bytes())?;
    out.write_all(cells)
}

fn write_small(out: &mut impl Write, letter: u8, number: u32) -> io::Result<()> {
    out.write_all(&[letter])?;
    out.write_all(&4_u32.to_le_bytes())?;
    out.write_all(&number.to_le_bytes())
}

/// Reads a frame; the cells of a row come into `cells`. An answer that is not as said above is invalid data.
pub(crate) fn read(input: &mut impl Read, cells: &mut Vec<u8>) -> io::Result<Frame> {
    let mut letter = [0];
    input.read_exact(&mut letter)?;
    let length = number(input)? as usize;
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    if !(4..=FRAME_LIMIT).contains(&length) {
        return Err(invalid());
    }
    let value = number(input)?;
    cells.clear();
    cells.resize(length - 4, 0);
    input.read_exact(cells)?;
    match letter[0] {
        b'S' => {
            let days = DAY_COUNTS.get((value >> DAY_COUNT_BITS) as usize).ok_or_else(invalid)?;
            let at = value & ((1 << DAY_COUNT_BITS) - 1);
            Ok(Frame::Sheet(at.checked_sub(1), *days))
        }
        b'O' => Ok(Frame::Others(value)),
        b'R' => Ok(Frame::Row(value)),
        b'L' => Ok(Frame::LargeRow(value)),
        b'E' => Ok(Frame::End),
        b'P' => PROBLEMS.get(value as usize).map(|problem| Frame::Problem(*problem)).ok_or_else(invalid),
        _ => Err(invalid()),
    }
}

/// The cells of a row; none where the bytes are not as said above.
pub(crate) fn cells(mut bytes: &[u8]) -> Option<Vec<Cell<'_>>> {
    let mut cells = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(CELL_HEAD)?;
        let part = |at: usize| head[at..at + 4].try_into().ok().map(u32::from_le_bytes);
        let (text, rest) = rest.split_at_checked(part(5)? as usize)?;
        let flaw = match head[4] {
            0 => None,
            number => Some(*FLAWS.get(usize::from(number) - 1)?),
        };
        cells.push(Cell { column: part(0)?, flaw, text });
        bytes = rest;
    }
    let in_order = cells.windows(2).all(|two| two[0].column < two[1].column);
    let few = cells.last().is_none_or(|last| (last.column as usize) < CELLS_LIMIT);
    (in_order && few).then_some(cells)
}

fn number(input: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_written() {
        let mut row = Vec::new();
        push_cell(&mut row, Cell { column: 0, flaw: None, text: "Ҷ".as_bytes() });
        for (column, flaw) in (7..).zip(FLAWS) {
            push_cell(&mut row, Cell { column, flaw: Some(flaw), text: b"" });
        }
        let sheets = DAY_COUNTS.map(|days| Frame::Sheet(Some(3), days));
        let frames =
            [Frame::Others(2), Frame::Sheet(None, DayCount::From1900), Frame::Row(9), Frame::LargeRow(10), Frame::End]
                .into_iter();
        for frame in frames.chain(sheets).chain(PROBLEMS.map(Frame::Problem)) {
            let given: &[u8] = if frame == Frame::Row(9) { &row } else { &[] };
            let mut bytes = Vec::new();
            write(&mut bytes, frame, given).expect("memory takes everything");
            let mut seen = Vec::new();
            assert_eq!(read(&mut &bytes[..], &mut seen).ok(), Some(frame));
            assert_eq!(seen, given);
        }
        let read = cells(&row).expect("cells in order");
        assert_eq!((read[0].text, read[0].flaw, read[1].column), ("Ҷ".as_bytes(), None, 7));
        assert_eq!(read[1..].iter().map(|cell| cell.flaw).collect::<Vec<_>>(), FLAWS.map(Some));
    }

    #[test]
    fn a_row_that_is_too_large_is_named_only() {
        let mut bytes = Vec::new();
        write(&mut bytes, Frame::Row(5), &vec![0; FRAME_LIMIT]).expect("memory takes everything");
        assert_eq!(read(&mut &bytes[..], &mut Vec::new()).ok(), Some(Frame::LargeRow(5)));
    }

    #[test]
    fn an_answer_that_is_none_is_refused() {
        let frames: [&[u8]; 6] = [
            b"",
            b"E",
            b"X\x04\0\0\0\0\0\0\0",
            b"R\xff\xff\xff\xff\0\0\0\0",
            b"P\x04\0\0\0\x63\0\0\0",
            b"S\x04\0\0\0\0\0\0\xc0",
        ];
        for bytes in frames {
            assert!(read(&mut &bytes[..], &mut Vec::new()).is_err(), "{bytes:?}");
        }
        let mut disordered = Vec::new();
        push_cell(&mut disordered, Cell { column: 1, flaw: None, text: b"a" });
        push_cell(&mut disordered, Cell { column: 1, flaw: None, text: b"b" });
        assert_eq!(cells(&disordered), None);
        assert_eq!(cells(&disordered[..12]), None);
        let mut unknown = disordered[..10].to_vec();
        unknown[4] = FLAWS.len() as u8 + 1;
        assert_eq!(cells(&unknown), None, "a flaw that there is not");
    }

    #[test]
    fn names_are_asked_for_as_given() {
        let names = vec!["Case Sheet".to_owned(), "Лист1".to_owned()];
        let mut bytes = Vec::new();
        write_request(&mut bytes, &names).expect("memory takes everything");
        assert_eq!(read_request(&mut &bytes[..]).ok(), Some(names));
        assert!(read_request(&mut &b"\x01\0\0\0\x02\0\0\0\xff\xfe"[..]).is_err());
    }
}
