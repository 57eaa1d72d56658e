//! Rows that wait on disk until the cohorts of their persons are certain.
//!
//! A person's cohort is the earliest year in the file that makes the person known, so a row of a new person learns it
//! only after the last row of the file. Until then such rows wait in a file without a name: whatever ends the process,
//! the file goes with it. It holds what the table will hold, pseudonyms and codes, and nothing else. In memory stay four
//! bytes a row.

use std::fs::{self, File, Permissions};
use std::io::{self, BufReader, BufWriter, Seek};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::CustodyError;

/// Batches on their way to the disk or back; more would only fill memory.
const BATCHES_WAITING: usize = 2;
/// Bytes gathered before they go to the disk.
const BUFFER_BYTES: usize = 1 << 20;

/// Whom a row is about, as long as it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// For the cohort of the person with this number in the register.
    For(u32),
    /// For nothing: the cohort that it holds is certain.
    No,
}

/// The rows that wait. Writing goes on in a thread of its own.
pub(crate) struct Aside {
    folder: PathBuf,
    /// For each row whom it waits for; 0 where it waits for nobody, a number that no person has.
    waits: Vec<u32>,
    writing: Option<Writing>,
}

struct Writing {
    batches: mpsc::Sender<RecordBatch>,
    task: JoinHandle<Result<File, ArrowError>>,
}

/// The rows in the order in which they were put aside, a batch at a time.
pub(crate) struct Back {
    folder: PathBuf,
    waits: std::vec::IntoIter<u32>,
    batches: Option<mpsc::Receiver<Result<RecordBatch, ArrowError>>>,
}

impl Aside {
    /// Nothing yet. No file is made before the first row.
    pub(crate) fn new(folder: &Path) -> Aside {
        Aside { folder: folder.to_owned(), waits: Vec::new(), writing: None }
    }

    /// Rows that wait.
    pub(crate) fn rows(&self) -> u64 {
        self.waits.len() as u64
    }

    /// Puts rows aside; `waits` has an entry for each of them.
    pub(crate) async fn put(&mut self, rows: RecordBatch, waits: &[Waits]) -> Result<(), CustodyError> {
        self.waits.extend(waits.iter().map(|waits| match waits {
            Waits::For(number) => *number,
            Waits::No => 0,
        }));
        if self.writing.is_none() {
            let file = unnamed(&self.folder).map_err(|source| failed(&self.folder, source.into()))?;
            self.writing = Some(Writing::start(file, &rows));
        }
        let sent = match &self.writing {
            Some(writing) => writing.batches.send(rows).await.is_ok(),
            None => false,
        };
        // The writer takes no more when it failed; it says why.
        if sent { Ok(()) } else { Err(self.end().await.err().unwrap_or(CustodyError::Stopped)) }
    }

    /// Gives the rows back.
    pub(crate) async fn back(mut self) -> Result<Back, CustodyError> {
        let batches = self.end().await?.map(read);
        Ok(Back { folder: self.folder, waits: self.waits.into_iter(), batches })
    }

    /// What was written; none when nothing was.
    async fn end(&mut self) -> Result<Option<File>, CustodyError> {
        let Some(Writing { batches, task }) = self.writing.take() else { return Ok(None) };
        drop(batches);
        let written = task.await.map_err(|_| CustodyError::Stopped)?;
        written.map(Some).map_err(|source| failed(&self.folder, source))
    }
}

impl Writing {
    fn start(file: File, first: &RecordBatch) -> Writing {
        let schema = first.schema();
        let (sender, mut batches) = mpsc::channel::<RecordBatch>(BATCHES_WAITING);
        let task = spawn_blocking(move || {
            let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
            let out = BufWriter::with_capacity(BUFFER_BYTES, file);
            let mut writer = StreamWriter::try_new_with_options(out, &schema, options)?;
            while let Some(batch) = batches.blocking_recv() {
                writer.write(&batch)?;
            }
            let mut file = writer.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            Ok(file)
        });
        Writing { batches: sender, task }
    }
}

impl Back {
    /// The next rows, and for each of them whom it waits for; none after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<(RecordBatch, Vec<Waits>)>, CustodyError> {
        let Some(batches) = &mut self.batches else { return Ok(None) };
        match batches.recv().await {
            Some(Ok(rows)) => {
                let waits = |number| if number == 0 { Waits::No } else { Waits::For(number) };
                let waits = self.waits.by_ref().take(rows.num_rows()).map(waits).collect();
                Ok(Some((rows, waits)))
            }
            Some(Err(source)) => Err(failed(&self.folder, source)),
            None if self.waits.len() == 0 => Ok(None),
            // A short file must not look like a whole one.
            None => Err(CustodyError::Stopped),
        }
    }
}

/// Reads on a thread of its own, which ends when nobody takes its batches any more.
fn read(file: File) -> mpsc::Receiver<Result<RecordBatch, ArrowError>> {
    let (sender, batches) = mpsc::channel(BATCHES_WAITING);
    spawn_blocking(move || {
        let reader = match StreamReader::try_new(BufReader::with_capacity(BUFFER_BYTES, file), None) {
            Ok(reader) => reader,
            Err(error) => {
                // Whoever is gone needs no error.
                let _ = sender.blocking_send(Err(error));
                return;
            }
        };
        for batch in reader {
            if sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    batches
}

/// A file that no folder names and only its owner may read.
fn unnamed(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let file = tempfile::tempfile_in(folder)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

fn failed(folder: &Path, source: ArrowError) -> CustodyError {
    CustodyError::Aside { folder: folder.to_owned(), source }
}
