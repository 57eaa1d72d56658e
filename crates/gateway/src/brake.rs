//! Running a plan on the engine's threads so that it can be stopped.
//!
//! An operator may compute for minutes between two batches, and while it does nothing else of its task runs. So rows are
//! made by a task of their own, on threads apart from those that speak with clients: a deadline or a client's cancel is
//! heard at once. The plan itself is stopped where it reads its next batch.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result as EngineResult};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, execute_stream};
use futures::StreamExt as _;
use pgwire::error::PgWireResult;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::AbortHandle;

use crate::refusal::{INTERNAL, error, of_engine};

/// What a plan that runs holds: one of its connection's lanes, and the connection's place among those the gateway has. So
/// nobody can pile up plans that were cancelled and still compute.
pub(crate) type Lane = (OwnedSemaphorePermit, Arc<OwnedSemaphorePermit>);

/// Batches that another task makes. When this is dropped, that task stops.
pub(crate) struct Batches {
    /// An end is said; a channel that closes without it is a task that died.
    made: mpsc::Receiver<EngineResult<Option<RecordBatch>>>,
    stop: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Batches {
    /// Begins to run a plan on `threads`. `lane` is given back when its task has really ended, not when its client was
    /// told so.
    pub(crate) fn run(
        plan: Arc<dyn ExecutionPlan>,
        context: Arc<TaskContext>,
        threads: &Handle,
        lane: Lane,
    ) -> EngineResult<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let plan = with_brakes(plan, &stop)?;
        let (sender, made) = mpsc::channel(1);
        let task = threads.spawn(async move {
            // An error here means that nobody listens any more.
            let _ = make(plan, context, &sender).await;
            drop(lane);
        });
        Ok(Self { made, stop, task: task.abort_handle() })
    }

    /// The next batch; none after the last.
    pub(crate) async fn next(&mut self) -> PgWireResult<Option<RecordBatch>> {
        match self.made.recv().await {
            Some(Ok(batch)) => Ok(batch),
            Some(Err(failed)) => Err(of_engine(&failed)),
            None => Err(error(INTERNAL, "the engine gave the statement up", "tell whoever looks after the gateway")),
        }
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

type Sender = mpsc::Sender<EngineResult<Option<RecordBatch>>>;
type Unheard = mpsc::error::SendError<EngineResult<Option<RecordBatch>>>;

async fn make(plan: Arc<dyn ExecutionPlan>, context: Arc<TaskContext>, sender: &Sender) -> Result<(), Unheard> {
    let mut batches = match execute_stream(plan, context) {
        Ok(batches) => batches,
        Err(failed) => return sender.send(Err(failed)).await,
    };
    while let Some(batch) = batches.next().await {
        let failed = batch.is_err();
        sender.send(batch.map(Some)).await?;
        if failed {
            return Ok(());
        }
    }
    sender.send(Ok(None)).await
}

/// Puts a brake on everything that reads.
fn with_brakes(plan: Arc<dyn ExecutionPlan>, stop: &Arc<AtomicBool>) -> EngineResult<Arc<dyn ExecutionPlan>> {
    let braked = plan.transform_up(|node| {
        if !node.children().is_empty() {
            return Ok(Transformed::no(node));
        }
        let brake: Arc<dyn ExecutionPlan> = Arc::new(Brake { input: node, stop: Arc::clone(stop) });
        Ok(Transformed::yes(brake))
    })?;
    Ok(braked.data)
}

/// Hands batches on until it is told to stop.
#[derive(Debug)]
struct Brake {
    input: Arc<dyn ExecutionPlan>,
    stop: Arc<AtomicBool>,
}

impl DisplayAs for Brake {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Brake")
    }
}

impl ExecutionPlan for Brake {
    fn name(&self) -> &'static str {
        "Brake"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> EngineResult<TreeNodeRecursion>,
    ) -> EngineResult<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) if children.is_empty() => Ok(Arc::new(Self { input, stop: Arc::clone(&self.stop) })),
            _ => Err(DataFusionError::Internal("a brake has one input".to_owned())),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> EngineResult<SendableRecordBatchStream> {
        let batches = self.input.execute(partition, context)?;
        let (schema, stop) = (batches.schema(), Arc::clone(&self.stop));
        let braked = batches.map(move |batch| {
            if stop.load(Ordering::Relaxed) {
                return Err(DataFusionError::Execution("the statement was stopped".to_owned()));
            }
            batch
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, braked)))
    }
}
