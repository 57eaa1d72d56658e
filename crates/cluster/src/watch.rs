//! Gives up what runs when an executor is lost.
//!
//! Ballista 55.0 runs the lost parts of a query again, and may count rows twice: the parts that are left stay in the list
//! of what the next stage reads, and a part that is run again can hold their rows too. So a query that runs while an
//! executor is lost is given up with an error, and whoever asked may ask again. A query that never touched the lost
//! executor is given up as well; which those are, nobody knows in time.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ballista_core::JobId;
use ballista_core::error::Result;
use ballista_core::serde::protobuf::ExecutorHeartbeat;
use ballista_core::serde::scheduler::{ExecutorData, ExecutorMetadata};
use ballista_scheduler::cluster::{BallistaCluster, BoundTask, ClusterState, ClusterStateEventStream, ExecutorSlot};
use ballista_scheduler::config::TaskDistributionPolicy;
use ballista_scheduler::scheduler_server::SchedulerServer;
use ballista_scheduler::state::task_manager::JobInfoCache;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};

/// The scheduler, once it is made.
pub(crate) type Server = SchedulerServer<LogicalPlanNode, PhysicalPlanNode>;

/// What is known of the executors, watched.
pub(crate) struct Watched {
    executors: Arc<dyn ClusterState>,
    server: Arc<OnceLock<Server>>,
}

impl Watched {
    /// The cluster with its executors watched, and where its scheduler is to be put once it is made.
    pub(crate) fn over(cluster: &BallistaCluster) -> (BallistaCluster, Arc<OnceLock<Server>>) {
        let server = Arc::new(OnceLock::new());
        let watched = Self { executors: cluster.cluster_state(), server: Arc::clone(&server) };
        (BallistaCluster::new(Arc::new(watched), cluster.job_state()), server)
    }
}

#[async_trait]
impl ClusterState for Watched {
    async fn init(&self) -> Result<()> {
        self.executors.init().await
    }

    async fn bind_schedulable_tasks(
        &self,
        distribution: TaskDistributionPolicy,
        active_jobs: Arc<HashMap<JobId, JobInfoCache>>,
        executors: Option<HashSet<String>>,
    ) -> Result<Vec<BoundTask>> {
        self.executors.bind_schedulable_tasks(distribution, active_jobs, executors).await
    }

    async fn unbind_tasks(&self, executor_slots: Vec<ExecutorSlot>) -> Result<()> {
        self.executors.unbind_tasks(executor_slots).await
    }

    async fn register_executor(&self, metadata: ExecutorMetadata, spec: ExecutorData) -> Result<()> {
        self.executors.register_executor(metadata, spec).await
    }

    async fn save_executor_metadata(&self, metadata: ExecutorMetadata) -> Result<()> {
        self.executors.save_executor_metadata(metadata).await
    }

    async fn get_executor_metadata(&self, executor_id: &str) -> Result<ExecutorMetadata> {
        self.executors.get_executor_metadata(executor_id).await
    }

    async fn registered_executor_metadata(&self) -> Vec<ExecutorMetadata> {
        self.executors.registered_executor_metadata().await
    }

    async fn save_executor_heartbeat(&self, heartbeat: ExecutorHeartbeat) -> Result<()> {
        self.executors.save_executor_heartbeat(heartbeat).await
    }

    /// The scheduler removes an executor here, and only then puts its loss into the queue of what it has to do. What is
    /// cancelled before stands before it in that queue, so no part of it is run again.
    async fn remove_executor(&self, executor_id: &str) -> Result<()> {
        if let Some(server) = self.server.get() {
            for job in server.state.task_manager.get_running_job_cache().keys() {
                tracing::warn!(%job, "given up: an executor was lost");
                server.cancel_job(job.clone()).await?;
            }
        }
        self.executors.remove_executor(executor_id).await
    }

    fn executor_heartbeats(&self) -> HashMap<String, ExecutorHeartbeat> {
        self.executors.executor_heartbeats()
    }

    fn get_executor_heartbeat(&self, executor_id: &str) -> Option<ExecutorHeartbeat> {
        self.executors.get_executor_heartbeat(executor_id)
    }

    async fn cluster_state_events(&self) -> Result<ClusterStateEventStream> {
        self.executors.cluster_state_events().await
    }
}
