//! Hands out the rows of a file in batches of bounded size, with what was refused among them.
//!
//! One thread splits the file into rows; others check, seal and gather them, a batch at a time, each with its own memory
//! of spellings. Batches are dealt out in turn and taken back in the same turn, so that their order, and with it
//! everything that is made of them, does not depend on the number of threads.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use arrow::array::RecordBatch;
use panoh_identity::{Cohort, Grounds, LinkKeys, Pseudonym};

use crate::assembly::{Assembly, Gathered, Outcome};
use crate::error::IntakeError;
use crate::file::Rows;
use crate::rejection::Rejection;
use crate::row::RawRow;
use crate::rule::Rule;
use crate::tally::Tally;

/// Some rows of an export, checked and mapped, and what was refused among them. Where nothing but empty rows was read, there
/// are no rows and still a tally.
#[derive(Debug)]
pub struct Batch {
    /// The rows that were taken: the table's columns without those that custody fills in, in the table's order. Columns of
    /// codes refer to their texts (Arrow's dictionary of UInt32 to Utf8); all batches share the texts.
    pub rows: RecordBatch,
    /// Who each row is about, still sealed; as many as `rows` and in their order. Empty for a table whose rows are about
    /// no person.
    pub people: Vec<Sealed>,
    /// The pseudonym of each record; as many as `rows` and in their order.
    pub records: Vec<Pseudonym>,
    /// The records of rows that were refused, as far as they can be told. Empty unless a later export replaces the rows
    /// with the same record ids.
    pub refused: Vec<RefusedRecord>,
    /// Why rows were refused, in the order of the file; one for each bad cell.
    pub rejections: Vec<Rejection>,
    /// What was mended, noted and left out.
    pub tally: Tally,
    /// Records of the file that this batch comes from: those taken and those refused, but not the rows left out because
    /// they are empty or totals.
    pub rows_read: u64,
    /// Rows of the file that were refused, each counted once.
    pub rows_refused: u64,
    /// Bytes of the file that were read up to the end of this batch; for Parquet reckoned from the share of the rows.
    pub bytes_read: u64,
}

/// Who a row is about, without saying so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Link keys, or the pseudonym of a person about whom nothing is known.
    pub identity: SealedIdentity,
    /// What linking has to go on, and what it lacks.
    pub grounds: Grounds,
    /// The cohort that the row would found: its year of registration.
    pub cohort: Cohort,
    /// The sender's record: equal for rows of one source with the same record id, whatever export they stand in. None
    /// when the row carries no id.
    pub sender: Option<Pseudonym>,
}

/// The record of a row that was refused. An earlier export may have brought a row of the same record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedRecord {
    /// The sender's record, see [`Sealed::sender`].
    pub sender: Pseudonym,
    /// Whether the row lacks consent or a legal basis, whatever else is wrong with it.
    pub no_consent: bool,
}

/// What linking has to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedIdentity {
    /// At least one link key.
    Linked(LinkKeys),
    /// The row says too little to link it; it is one person, whose pseudonym follows from source, record and file.
    Unlinked(Pseudonym),
}

/// Reads one export file batch by batch. Made by [`crate::open()`].
pub struct Reader {
    /// Where the batches come from, each place in its turn.
    batches: Vec<Receiver<Done>>,
    threads: Vec<JoinHandle<()>>,
    turn: usize,
    rows_read: u64,
    rows_refused: u64,
    ended: bool,
    pub(crate) other_sheets: u32,
}

/// Rows on their way from the splitter to a thread that takes them.
#[derive(Default)]
struct Block {
    /// `rows[..splits.len()]` are filled; the others keep their memory.
    rows: Vec<RawRow>,
    splits: Vec<Result<(), Rule>>,
    /// Number of the first row in the file, from 1.
    first: u64,
    bytes_read: u64,
}

/// What the splitter says.
enum Work {
    Block(Block),
    /// The file ended, or could not be read further.
    End(Result<(), IntakeError>),
}

/// What comes back, in the same order.
enum Done {
    Batch(Result<Batch, IntakeError>),
    End(Result<(), IntakeError>),
}

impl Reader {
    pub(crate) fn new(rows: Rows, assemblies: Vec<Assembly>, batch_rows: usize) -> Self {
        let (used, spare) = channel();
        let (mut works, mut batches, mut threads) = (Vec::new(), Vec::new(), Vec::new());
        for assembly in assemblies {
            let (to_worker, work) = sync_channel(1);
            let (done, batch) = sync_channel(1);
            let used = used.clone();
            threads.push(thread::spawn(move || take_blocks(assembly, &work, &done, &used)));
            works.push(to_worker);
            batches.push(batch);
        }
        threads.push(thread::spawn(move || split_file(rows, batch_rows.max(1), &works, &spare)));
        Self { batches, threads, turn: 0, rows_read: 0, rows_refused: 0, ended: false, other_sheets: 0 }
    }

    /// Records read so far, taken and refused; rows left out are not counted.
    pub fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// Rows refused so far, each counted once.
    pub fn rows_refused(&self) -> u64 {
        self.rows_refused
    }

    /// Sheets of the workbook that people see, that hold cells and are not read.
    pub fn other_sheets(&self) -> u32 {
        self.other_sheets
    }

    // None when the file has no further row.
    fn batch(&mut self) -> Result<Option<Batch>, IntakeError> {
        let Ok(done) = self.batches[self.turn].recv() else { self.resume_panic() };
        self.turn = (self.turn + 1) % self.batches.len();
        match done {
            Done::Batch(batch) => {
                let batch = batch?;
                self.rows_read += batch.rows_read;
                self.rows_refused += batch.rows_refused;
                Ok(Some(batch))
            }
            Done::End(end) => {
                self.ended = true;
                end.map(|()| None)
            }
        }
    }

    // A thread that ends without having said so has panicked; the caller panics with it.
    fn resume_panic(&mut self) -> ! {
        self.batches.clear();
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        unreachable!("a thread that did not panic says when it ends")
    }
}

/// Cuts the file into blocks of rows and deals them out.
fn split_file(mut rows: Rows, batch_rows: usize, works: &[SyncSender<Work>], spare: &Receiver<Block>) {
    let mut number = 0;
    for works in works.iter().cycle() {
        let mut block = spare.try_recv().unwrap_or_default();
        block.first = number + 1;
        block.splits.clear();
        let end = fill(&mut rows, batch_rows, &mut block);
        number += block.splits.len() as u64;
        block.bytes_read = rows.bytes_read();
        let work = match end {
            Ok(()) if block.splits.is_empty() => Work::End(Ok(())),
            // Rows before a damaged place are left out too: the load fails as a whole.
            Err(error) => Work::End(Err(error)),
            Ok(()) => Work::Block(block),
        };
        let last = matches!(work, Work::End(_));
        if works.send(work).is_err() || last {
            return;
        }
    }
}

fn fill(rows: &mut Rows, batch_rows: usize, block: &mut Block) -> Result<(), IntakeError> {
    while block.splits.len() < batch_rows {
        let at = block.splits.len();
        if at == block.rows.len() {
            block.rows.push(RawRow::default());
        }
        let Some(split) = rows.next(&mut block.rows[at])? else { break };
        block.splits.push(split);
    }
    Ok(())
}

/// Makes a batch of each block.
fn take_blocks(mut assembly: Assembly, works: &Receiver<Work>, done: &SyncSender<Done>, used: &Sender<Block>) {
    for work in works {
        let sent = match work {
            Work::End(end) => done.send(Done::End(end)),
            Work::Block(block) => {
                let batch = take_block(&mut assembly, &block);
                // Nobody waits for it after the end of the file.
                let _ = used.send(block);
                done.send(Done::Batch(batch))
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn take_block(assembly: &mut Assembly, block: &Block) -> Result<Batch, IntakeError> {
    let (mut rows_read, mut rows_refused) = (0, 0);
    for ((row, split), number) in block.rows.iter().zip(&block.splits).zip(block.first..) {
        let outcome = assembly.take(row, *split, number);
        rows_read += u64::from(outcome != Outcome::LeftOut);
        rows_refused += u64::from(outcome == Outcome::Refused);
    }
    let (rows, Gathered { people, records, refused, rejections, tally }) = assembly.finish()?;
    let bytes_read = block.bytes_read;
    Ok(Batch { rows, people, records, refused, rejections, tally, rows_read, rows_refused, bytes_read })
}

impl Iterator for Reader {
    type Item = Result<Batch, IntakeError>;

    /// The next batch; none at the end of the file and after an error.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = self.batch();
        self.ended |= batch.is_err();
        batch.transpose()
    }
}

impl fmt::Debug for Reader {
    /// Shows how far it has come, nothing of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows_read, rows_refused, .. } = self;
        f.debug_struct("Reader")
            .field("rows_read", rows_read)
            .field("rows_refused", rows_refused)
            .finish_non_exhaustive()
    }
}
