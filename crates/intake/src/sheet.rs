//! Gets the rows of a workbook from a child process: starts it, gives it the file, takes its rows, and ends it when it
//! says nothing for too long.
//!
//! The child limits its own memory and working time. What it says is checked here as if it came from anybody.

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use panoh_dictionary::FileShape;

use crate::archive::Input;
use crate::error::IntakeError;
use crate::frames::{self, DayCount, Flaw, Frame, WorkbookProblem};
use crate::row::{Place, RawRow};
use crate::rule::Rule;

/// How a process is started that reads workbooks. It must do nothing but call [`crate::sheet_child`] with the last two of
/// its arguments, its standard input and its standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetReader {
    /// The program, usually this one.
    pub program: PathBuf,
    /// Its arguments; memory in bytes and time in seconds are appended.
    pub arguments: Vec<String>,
    /// The most memory that the process may map. The program itself is part of it.
    pub memory_bytes: u64,
    /// The longest that it may work, and the longest that it may say nothing.
    pub seconds: u64,
}

/// A workbook whose sheet was chosen.
pub(crate) struct SheetAnswer {
    frames: Frames,
    name: Option<Arc<str>>,
    days: DayCount,
    others: u32,
}

/// A workbook whose header was read.
pub(crate) struct SheetFile {
    frames: Frames,
    /// The name of the sheet when the mapping gives it.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) header: Vec<String>,
    /// The column of the sheet in which the first name stands, counted from 0.
    pub(crate) first_column: usize,
    /// From when the workbook counts its days.
    pub(crate) days: DayCount,
    /// How many other sheets people see that hold cells.
    pub(crate) others: u32,
    first_row: u32,
}

/// Reads the rows of a sheet one by one.
pub(crate) struct SheetRows {
    frames: Frames,
    first_column: usize,
    first_row: u32,
    /// For each column of the header whether anything looks at its cells.
    wanted: Vec<bool>,
    has_ended: bool,
}

/// The child's answer, and the child.
struct Frames {
    input: Box<dyn Read + Send>,
    running: Option<Running>,
    cells: Vec<u8>,
    path: PathBuf,
}

impl SheetReader {
    /// Starts a child and gives it a workbook.
    pub(crate) fn start(&self, workbook: Input, shape: &FileShape, path: &Path) -> Result<SheetAnswer, IntakeError> {
        let failed = |_| IntakeError::Workbook { problem: WorkbookProblem::Child };
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .args([self.memory_bytes.to_string(), self.seconds.to_string()])
            // A passphrase may stand in the environment.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The words of a panic may quote a cell.
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let stdin = child.stdin.take().expect("it was asked for");
        let mut stdout = child.stdout.take().expect("it was asked for");
        let names = shape.sheets.clone();
        let feeder = thread::spawn(move || feed(workbook, stdin, &names));
        let (sender, pieces) = sync_channel(4);
        thread::spawn(move || pass_on(&mut stdout, &sender));
        let patience = Duration::from_secs(self.seconds.max(1));
        let input = Box::new(Pieces { coming: pieces, patience, piece: Vec::new(), given: 0 });
        let running = Some(Running { child, feeder: Some(feeder) });
        SheetAnswer::read(Frames { input, running, cells: Vec::new(), path: path.to_owned() }, shape)
    }
}

impl SheetAnswer {
    fn read(mut frames: Frames, shape: &FileShape) -> Result<Self, IntakeError> {
        let (others, chosen) = match frames.next()? {
            Frame::Others(sheets) => (sheets, frames.next()?),
            chosen => (0, chosen),
        };
        let (name, days) = match chosen {
            Frame::Sheet(asked, days) => (asked.and_then(|at| shape.sheets.get(at as usize)), days),
            _ => return Err(IntakeError::Workbook { problem: WorkbookProblem::Child }),
        };
        Ok(Self { frames, name: name.map(|name| Arc::from(name.as_str())), days, others })
    }

    /// The first rows with their numbers, each from its first filled cell on.
    pub(crate) fn top(mut self, most: u32) -> Result<Vec<(u64, Vec<String>)>, IntakeError> {
        let mut rows = Vec::new();
        loop {
            match self.frames.next()? {
                Frame::Row(number) if number <= most => {
                    // A row that cannot be shown as names is none of names.
                    let names = header(&self.frames.cells).map_or(Vec::new(), |(_, names)| names);
                    rows.push((u64::from(number), names));
                }
                Frame::LargeRow(number) if number <= most => {}
                _ => return Ok(rows),
            }
        }
    }
}

impl SheetFile {
    /// Reads up to the row of the names. With `unnamed` the column before the first name belongs to the table too: the
    /// mapping knows a column without a name, as templates have one that numbers their rows.
    pub(crate) fn new(answer: SheetAnswer, shape: &FileShape, unnamed: bool) -> Result<Self, IntakeError> {
        let SheetAnswer { mut frames, name, days, others } = answer;
        let header_row = shape.header_row;
        let mut last = 0;
        loop {
            match frames.next()? {
                Frame::Row(row) | Frame::LargeRow(row) if row < header_row => last = u64::from(row),
                Frame::Row(row) if row == header_row => break,
                Frame::LargeRow(row) if row == header_row => {
                    return Err(IntakeError::BrokenHeader { rule: Rule::RowTooLarge });
                }
                Frame::Row(_) | Frame::LargeRow(_) => return Err(IntakeError::NoHeaderRow { header_row, last: None }),
                _ if last > 0 => return Err(IntakeError::NoHeaderRow { header_row, last: Some(last) }),
                _ => return Err(IntakeError::Empty),
            }
        }
        let (mut first_column, mut header) = header(&frames.cells).map_err(|error| match error {
            IntakeError::Empty => IntakeError::NoHeaderRow { header_row, last: None },
            other => other,
        })?;
        if unnamed && first_column > 0 {
            first_column -= 1;
            header.insert(0, String::new());
        }
        Ok(Self { frames, name, header, first_column, days, others, first_row: shape.first_row })
    }

    /// Starts reading; `wanted` holds for each column its name when anything looks at its cells.
    pub(crate) fn rows(self, wanted: &[Option<&str>]) -> SheetRows {
        let Self { frames, first_column, first_row, .. } = self;
        SheetRows {
            frames,
            first_column,
            first_row,
            wanted: wanted.iter().map(Option::is_some).collect(),
            has_ended: false,
        }
    }
}

// The names reach from the first filled cell to the last one. Under a merged cell of titles there is no name.
fn header(cells: &[u8]) -> Result<(usize, Vec<String>), IntakeError> {
    let cells = frames::cells(cells).ok_or(IntakeError::Workbook { problem: WorkbookProblem::Child })?;
    if let Some(flaw) = cells.iter().filter_map(|cell| cell.flaw).find(|flaw| *flaw != Flaw::Merged) {
        return Err(IntakeError::BrokenHeader { rule: flaw.rule() });
    }
    let filled: Vec<_> = cells.iter().filter(|cell| !is_blank(cell.text)).collect();
    let (Some(first), Some(last)) = (filled.first(), filled.last()) else { return Err(IntakeError::Empty) };
    let mut names = vec![String::new(); (last.column - first.column) as usize + 1];
    for cell in &filled {
        names[(cell.column - first.column) as usize] = String::from_utf8_lossy(cell.text).into_owned();
    }
    Ok((first.column as usize, names))
}

fn is_blank(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.trim().is_empty())
}

impl SheetRows {
    /// Puts the next row into `row`. None at the end of the sheet and ever after; a rule when the row is too large. Rows
    /// without a filled cell are not told apart from rows that are not there.
    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Option<Result<(), Rule>>, IntakeError> {
        if self.has_ended {
            return Ok(None);
        }
        loop {
            let (number, read) = match self.frames.next()? {
                Frame::Row(number) => (number, Ok(())),
                Frame::LargeRow(number) => (number, Err(Rule::RowTooLarge)),
                Frame::End => {
                    self.has_ended = true;
                    return self.frames.finish().map(|()| None);
                }
                _ => return Err(IntakeError::Workbook { problem: WorkbookProblem::Child }),
            };
            if number < self.first_row {
                continue;
            }
            row.clear();
            row.place = Place { line: u64::from(number), last_line: u64::from(number) };
            if read.is_ok() {
                self.fill(row)?;
            }
            return Ok(Some(read));
        }
    }

    // A cell beside the table makes the row too wide: its column has no name. One under a merged cell is no cell of its own.
    fn fill(&self, row: &mut RawRow) -> Result<(), IntakeError> {
        let cells =
            frames::cells(&self.frames.cells).ok_or(IntakeError::Workbook { problem: WorkbookProblem::Child })?;
        let mut beside = false;
        for cell in &cells {
            let at = (cell.column as usize).checked_sub(self.first_column).filter(|at| *at < self.wanted.len());
            let Some(at) = at else {
                beside |= cell.flaw.map_or(!is_blank(cell.text), |flaw| flaw != Flaw::Merged);
                continue;
            };
            while row.len() < at {
                row.end_cell();
            }
            if let Some(flaw) = cell.flaw.filter(|_| self.wanted[at]) {
                row.flaw = row.flaw.or(Some((flaw.rule(), Some(at))));
            }
            row.push_bytes(cell.text);
            row.end_cell();
        }
        while row.len() < self.wanted.len() {
            row.end_cell();
        }
        if beside {
            row.flaw = Some((Rule::WrongNumberOfCells, None));
        }
        Ok(())
    }
}

impl Frames {
    fn next(&mut self) -> Result<Frame, IntakeError> {
        match frames::read(&mut self.input, &mut self.cells) {
            Ok(Frame::Problem(problem)) => Err(self.ended(problem)),
            Ok(frame) => Ok(frame),
            Err(error) => {
                let problem = match error.kind() {
                    io::ErrorKind::TimedOut => WorkbookProblem::Time,
                    io::ErrorKind::UnexpectedEof => WorkbookProblem::Damaged,
                    _ => WorkbookProblem::Child,
                };
                Err(self.ended(problem))
            }
        }
    }

    // A workbook out of an archive may turn out to be damaged only when the archive ends.
    fn finish(&mut self) -> Result<(), IntakeError> {
        let fed = self.running.as_mut().map_or(Ok(()), Running::fed);
        fed.map_err(|error| crate::file::fault(&self.path, error))
    }

    // What stopped the child: the file that it was given, a limit, or what it said itself.
    fn ended(&mut self, said: WorkbookProblem) -> IntakeError {
        let (signal, fed) = self.running.take().map_or((None, Ok(())), |running| running.end(said));
        if let Err(error) = fed {
            return crate::file::fault(&self.path, error);
        }
        let problem = match signal {
            Some(SIGXCPU) => WorkbookProblem::Time,
            Some(SIGABRT | SIGKILL) => WorkbookProblem::Memory,
            _ => said,
        };
        IntakeError::Workbook { problem }
    }
}

/// More seconds of work than allowed.
const SIGXCPU: i32 = 24;
/// Memory was asked for and not given.
const SIGABRT: i32 = 6;
/// The system had no memory left.
const SIGKILL: i32 = 9;

/// A child and what feeds it. The child ends with it.
struct Running {
    child: Child,
    feeder: Option<JoinHandle<io::Result<()>>>,
}

impl Running {
    /// The signal that ended the child by itself, and whether the workbook could be read to give it to the child.
    fn end(mut self, said: WorkbookProblem) -> (Option<i32>, io::Result<()>) {
        // A child that may still be at work has no end of its own to tell of.
        let at_work = matches!(said, WorkbookProblem::Time | WorkbookProblem::Child);
        if at_work {
            let _ = self.child.kill();
        }
        let signal = self.child.wait().ok().and_then(|status| status.signal()).filter(|_| !at_work);
        (signal, self.fed())
    }

    fn fed(&mut self) -> io::Result<()> {
        self.feeder.take().map_or(Ok(()), |feeder| feeder.join().unwrap_or(Ok(())))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a child that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// A child that has heard enough closes its end; what it thinks of the file comes in its answer.
fn feed(mut workbook: Input, mut stdin: ChildStdin, names: &[String]) -> io::Result<()> {
    let mut piece = vec![0; 1 << 16];
    if frames::write_request(&mut stdin, names).is_err() {
        return Ok(());
    }
    loop {
        match workbook.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(bytes) if stdin.write_all(&piece[..bytes]).is_err() => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn pass_on(stdout: &mut impl Read, sender: &SyncSender<Vec<u8>>) {
    loop {
        let mut piece = vec![0; 1 << 16];
        match stdout.read(&mut piece) {
            Ok(0) => return,
            Ok(bytes) => piece.truncate(bytes),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        }
        if sender.send(piece).is_err() {
            return;
        }
    }
}

/// The child's answer as a stream that does not wait for ever.
struct Pieces {
    coming: Receiver<Vec<u8>>,
    patience: Duration,
    piece: Vec<u8>,
    given: usize,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given == self.piece.len() {
            self.given = 0;
            self.piece = match self.coming.recv_timeout(self.patience) {
                Ok(piece) => piece,
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
        }
        let bytes = into.len().min(self.piece.len() - self.given);
        into[..bytes].copy_from_slice(&self.piece[self.given..self.given + bytes]);
        self.given += bytes;
        Ok(bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests;
