//! A plan that runs elsewhere: sent to the scheduler when its first row is asked for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::execution_plans::execute_physical_plan;
use ballista_core::extension::SessionConfigExt as _;
use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PhysicalExpr, PlanProperties};
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::TryStreamExt as _;
use tokio::time::timeout;

use crate::{ClusterError, Scheduler};

/// How long an answer is waited for. A scheduler that lost track of a task would not say so.
const LONGEST: Duration = Duration::from_hours(1);

/// The root of a plan, and the only node of it that is run here.
#[derive(Debug)]
pub(crate) struct Remote {
    plan: Arc<dyn ExecutionPlan>,
    scheduler: Scheduler,
    properties: Arc<PlanProperties>,
}

impl Remote {
    pub(crate) fn new(plan: Arc<dyn ExecutionPlan>, scheduler: Scheduler) -> Self {
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(plan.schema()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        ));
        Self { plan, scheduler, properties }
    }
}

impl DisplayAs for Remote {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote: {}", self.scheduler)
    }
}

impl ExecutionPlan for Remote {
    fn name(&self) -> &'static str {
        "Remote"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    /// None: what is below runs on other machines, and is nothing for the rules of this one.
    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (plan, scheduler) = (Arc::clone(&self.plan), self.scheduler.clone());
        let given_up = {
            let scheduler = scheduler.clone();
            move |source: DataFusionError| match source {
                DataFusionError::External(ours) if ours.is::<ClusterError>() => DataFusionError::External(ours),
                source => ClusterError::of(&scheduler, source).into(),
            }
        };
        let answer = async move {
            scheduler.ready().await?;
            let config = context.session_config().clone();
            let codec = BallistaPhysicalExtensionCodec::default();
            let ballista = config.ballista_config();
            let session = context.session_id();
            let url = scheduler.http();
            let answer = execute_physical_plan::<PhysicalPlanNode>(url, &ballista, plan, &codec, session, config);
            let slow = || ClusterError::Slow { scheduler, minutes: LONGEST.as_secs() / 60 };
            timeout(LONGEST, answer).await.unwrap_or_else(|_| Err(slow().into()))
        };
        let stream = futures::stream::once(answer).try_flatten().map_err(given_up);
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.plan.schema(), stream)))
    }
}
