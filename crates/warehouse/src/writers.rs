//! Writers of data files that compress on several threads at once.
//!
//! Encoding and compressing a wide table costs more than reading it. The first writer takes the first rows, so that a
//! small load makes one file; when these fill a row group the others begin, and batches go round. Each writer makes
//! files of its own, which one commit adds together. The order of rows in a table means nothing.

use arrow::record_batch::RecordBatch;
use deltalake::datafile::writer::DeltaWriter;
use deltalake::kernel::Add;
use deltalake::{DeltaResult, DeltaTableError};
use futures::future::join_all;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Batches that wait for a writer; more would only fill memory.
const BATCHES_WAITING: usize = 1;
/// More writers would hold more row groups in memory than they save time.
const MOST: usize = 8;

/// Rows on their way into data files. Dropping it leaves files behind that no query sees.
pub(crate) struct Writers {
    lanes: Vec<Lane>,
    turn: usize,
    rows: usize,
    /// Rows that the first writer takes alone.
    alone: usize,
}

/// One writer on a task of its own.
struct Lane {
    batches: mpsc::Sender<RecordBatch>,
    task: JoinHandle<DeltaResult<Vec<Add>>>,
}

impl Writers {
    /// As many writers as the runtime has threads. The first takes `alone` rows before the others begin.
    pub(crate) fn new(alone: usize, writer: impl Fn() -> DeltaWriter) -> Self {
        let threads = Handle::current().metrics().num_workers().clamp(1, MOST);
        Self { lanes: (0..threads).map(|_| Lane::start(writer())).collect(), turn: 0, rows: 0, alone }
    }

    /// Hands a batch to a writer. Waits when the writer has enough to do.
    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> DeltaResult<()> {
        let turn = if self.rows < self.alone { 0 } else { self.turn };
        self.rows += batch.num_rows();
        self.turn = (turn + 1) % self.lanes.len().max(1);
        let lane = self.lanes.get_mut(turn).ok_or_else(stopped)?;
        if lane.batches.send(batch.clone()).await.is_ok() {
            return Ok(());
        }
        // A writer ends early for an error only. The others go on until they are closed.
        let lane = self.lanes.remove(turn);
        self.turn = 0;
        Err(lane.ended().await.err().unwrap_or_else(stopped))
    }

    /// Ends all writers, also after an error. Returns the files that were written, and the first error.
    pub(crate) async fn close(self) -> (Vec<Add>, DeltaResult<()>) {
        let (mut adds, mut first) = (Vec::new(), Ok(()));
        // All of them end at the same time: none waits for batches any more.
        let tasks: Vec<_> = self.lanes.into_iter().map(Lane::ended).collect();
        for written in join_all(tasks).await {
            match written {
                Ok(written) => adds.extend(written),
                Err(error) => first = first.and(Err(error)),
            }
        }
        (adds, first)
    }
}

impl Lane {
    fn start(mut writer: DeltaWriter) -> Self {
        let (batches, mut waiting) = mpsc::channel::<RecordBatch>(BATCHES_WAITING);
        let task = tokio::spawn(async move {
            while let Some(batch) = waiting.recv().await {
                writer.write(&batch).await?;
            }
            writer.close().await
        });
        Self { batches, task }
    }

    /// The files of the writer once it has none to wait for.
    async fn ended(self) -> DeltaResult<Vec<Add>> {
        drop(self.batches);
        self.task.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> DeltaTableError {
    DeltaTableError::generic("a thread that writes data files stopped")
}
