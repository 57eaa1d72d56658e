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

/// Batches that wait for writers, all of them together: so much work that whoever hands them over can do something else for
/// a quarter of a second, as a load does that writes its register meanwhile. Of a wide table twelve are 50 MB; more would
/// only fill memory when the machine is busy.
const BATCHES_WAITING: usize = 12;
/// More writers would hold more row groups in memory than they save time.
const MOST: usize = 8;

/// Rows on their way into data files. Dropping it leaves files behind that no query sees.
pub(crate) struct Writers {
    lanes: Vec<Lane>,
    turn: usize,
    rows: usize,
    /// Files of writers that ended early.
    ended: Vec<Add>,
    /// Rows that the first writer takes alone.
    alone: usize,
}

/// The files that a writer wrote, and the first error. There may be both: the files are then to be removed.
type Written = (Vec<Add>, DeltaResult<()>);

/// One writer on a task of its own.
struct Lane {
    /// None when there will be no more.
    batches: Option<mpsc::Sender<RecordBatch>>,
    task: JoinHandle<Written>,
}

impl Writers {
    /// As many writers as the runtime has threads. The first takes `alone` rows before the others begin.
    pub(crate) fn new(alone: usize, writer: impl Fn() -> DeltaWriter) -> Self {
        let threads = Handle::current().metrics().num_workers().clamp(1, MOST);
        Self {
            lanes: (0..threads).map(|_| Lane::start(writer(), BATCHES_WAITING / threads)).collect(),
            turn: 0,
            rows: 0,
            ended: vec![],
            alone,
        }
    }

    /// Says that at least so many rows will follow. When they are enough for two, no writer waits for the first.
    pub(crate) fn expect(&mut self, rows: u64) {
        if rows / 2 >= self.alone as u64 {
            self.alone = 0;
        }
    }

    /// Hands a batch to a writer. Waits when the writer has enough to do.
    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> DeltaResult<()> {
        let turn = if self.rows < self.alone { 0 } else { self.turn };
        self.rows += batch.num_rows();
        self.turn = (turn + 1) % self.lanes.len().max(1);
        let lane = self.lanes.get_mut(turn).ok_or_else(stopped)?;
        let Some(batches) = &lane.batches else { return Err(stopped()) };
        if batches.send(batch.clone()).await.is_ok() {
            return Ok(());
        }
        // A writer ends early for an error only. The others go on until they are closed.
        let lane = self.lanes.remove(turn);
        self.turn = 0;
        let (adds, result) = lane.ended().await;
        self.ended.extend(adds);
        Err(result.err().unwrap_or_else(stopped))
    }

    /// Says that no batch will follow, so that the writers can end their files while something else is done.
    pub(crate) fn end(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.batches = None);
    }

    /// Ends all writers, also after an error. Returns the files that were written, and the first error.
    pub(crate) async fn close(self) -> Written {
        let (mut adds, mut first) = (self.ended, Ok(()));
        // All of them end at the same time: none waits for batches any more.
        let tasks: Vec<_> = self.lanes.into_iter().map(Lane::ended).collect();
        for (written, result) in join_all(tasks).await {
            adds.extend(written);
            first = first.and(result);
        }
        (adds, first)
    }
}

impl Lane {
    fn start(mut writer: DeltaWriter, waiting: usize) -> Self {
        let (batches, mut coming) = mpsc::channel::<RecordBatch>(waiting);
        let task = tokio::spawn(async move {
            while let Some(batch) = coming.recv().await {
                if let Err(error) = writer.write(&batch).await {
                    // Closing is the only way to learn which files there are; when it fails too, they stay behind.
                    return (writer.close().await.unwrap_or_default(), Err(error));
                }
            }
            match writer.close().await {
                Ok(adds) => (adds, Ok(())),
                Err(error) => (vec![], Err(error)),
            }
        });
        Self { batches: Some(batches), task }
    }

    /// The files of the writer once it has none to wait for.
    async fn ended(self) -> Written {
        drop(self.batches);
        self.task.await.unwrap_or_else(|_| (vec![], Err(stopped())))
    }
}

fn stopped() -> DeltaTableError {
    DeltaTableError::generic("a thread that writes data files stopped")
}
