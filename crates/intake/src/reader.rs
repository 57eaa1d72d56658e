//! Hands out the rows of a file in batches of bounded size, with what was refused among them.

use std::fmt;

use arrow::array::RecordBatch;
use panoh_identity::{LinkKeys, Pseudonym};

use crate::assembly::Assembly;
use crate::error::IntakeError;
use crate::file::Rows;
use crate::rejection::Rejection;
use crate::row::RawRow;

/// Some rows of an export, checked and mapped, and what was refused among them.
#[derive(Debug)]
pub struct Batch {
    /// The rows that were taken: the table's columns without those that custody fills in, in the table's order.
    pub rows: RecordBatch,
    /// Who each row is about, still sealed; as many as `rows` and in their order.
    pub people: Vec<Sealed>,
    /// Why rows were refused, in the order of the file; one for each bad cell.
    pub rejections: Vec<Rejection>,
    /// Rows of the file that this batch comes from: those taken and those refused.
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
    /// The cohort that the row would found: its year of registration in four digits, or `no_year`.
    pub cohort: String,
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
    rows: Rows,
    row: RawRow,
    assembly: Assembly,
    batch_rows: u64,
    rows_read: u64,
    rows_refused: u64,
    ended: bool,
}

impl Reader {
    pub(crate) fn new(rows: Rows, assembly: Assembly, batch_rows: usize) -> Self {
        let batch_rows = batch_rows.max(1) as u64;
        Self { rows, row: RawRow::default(), assembly, batch_rows, rows_read: 0, rows_refused: 0, ended: false }
    }

    /// Rows read so far, taken and refused.
    pub fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// Rows refused so far, each counted once.
    pub fn rows_refused(&self) -> u64 {
        self.rows_refused
    }

    // None when the file has no further row.
    fn batch(&mut self) -> Result<Option<Batch>, IntakeError> {
        let (read_before, refused_before) = (self.rows_read, self.rows_refused);
        while self.rows_read - read_before < self.batch_rows {
            let Some(split) = self.rows.next(&mut self.row)? else {
                self.ended = true;
                break;
            };
            self.rows_read += 1;
            let taken = self.assembly.take(&self.row, split, self.rows_read);
            self.rows_refused += u64::from(!taken);
        }
        if self.rows_read == read_before {
            return Ok(None);
        }
        let (rows, people, rejections) = self.assembly.finish()?;
        Ok(Some(Batch {
            rows,
            people,
            rejections,
            rows_read: self.rows_read - read_before,
            rows_refused: self.rows_refused - refused_before,
            bytes_read: self.rows.bytes_read(),
        }))
    }
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
