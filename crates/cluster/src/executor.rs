//! An executor: runs tasks, and hands their results to other executors and to clients.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::extension::SessionConfigExt as _;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::execution::context::SessionConfig;
use futures::future::{Either, select};
use tokio::time::timeout;

use crate::engine::Silent;
use crate::error::ballista;
use crate::functions::session;
use crate::listen::{Network, free_port, host};
use crate::work::WorkFolder;
use crate::{ClusterError, MESSAGE_BYTES, Scheduler};

/// Seconds between two words to the scheduler.
const WORD: u64 = 5;
/// How long a task that runs is waited for at the end; then its query fails or runs elsewhere.
const LAST_TASKS: Duration = Duration::from_secs(4);
/// Seconds after which results that nobody removed are removed: longer than any query.
const FORGOTTEN: u64 = 24 * 3600;

/// What an executor is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutorOptions {
    /// Whom it works for.
    pub scheduler: Scheduler,
    /// Where results are fetched from. Orders are taken at the port after it; 0 takes two free ports.
    pub listen: SocketAddr,
    /// Who can reach it there.
    pub network: Network,
    /// Folder of its own for what tasks hand to each other.
    pub work_folder: PathBuf,
    /// Tasks at a time.
    pub tasks: usize,
    /// Memory for sorting, joining and grouping, for all tasks together, in bytes.
    pub memory_bytes: u64,
}

/// Runs tasks until `shutdown`, or until the scheduler goes away. Ballista listens for SIGINT and SIGTERM itself: `shutdown`
/// must be ready on the same signals.
pub async fn serve_executor(
    options: ExecutorOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ClusterError> {
    options.network.allow(options.listen)?;
    let work = WorkFolder::take(&options.work_folder)?;
    let config = Arc::new(config(&options, work.path())?);
    options.scheduler.reached().await?;
    let process = pin!(start_executor_process(config));
    match select(pin!(shutdown), process).await {
        Either::Left(((), process)) => {
            // A task that lasts longer is cut off: whoever asked has seen the executor go.
            let _ = timeout(LAST_TASKS, process).await;
            Ok(())
        }
        Either::Right((Ok(()), _)) => Err(ClusterError::Dismissed { scheduler: options.scheduler }),
        Either::Right((Err(error), _)) => Err(ballista("executor")(error)),
    }
}

fn config(options: &ExecutorOptions, work: &Path) -> Result<ExecutorProcessConfig, ClusterError> {
    let port = free_port(options.listen)?;
    let orders = if options.listen.port() == 0 { 0 } else { port.saturating_add(1) };
    let grpc_port = free_port(SocketAddr::new(options.listen.ip(), orders))?;
    Ok(ExecutorProcessConfig {
        bind_host: host(options.listen.ip()),
        external_host: Some(host(options.listen.ip())),
        port,
        grpc_port,
        scheduler_host: options.scheduler.host.clone(),
        scheduler_port: options.scheduler.port,
        vcores: options.tasks,
        work_dir: Some(work.display().to_string()),
        memory_pool_size: Some(options.memory_bytes),
        executor_heartbeat_interval_seconds: WORD,
        job_data_clean_up_interval_seconds: 600,
        job_data_ttl_seconds: FORGOTTEN,
        grpc_max_decoding_message_size: MESSAGE_BYTES,
        grpc_max_encoding_message_size: MESSAGE_BYTES,
        override_execution_engine: Some(Arc::new(Silent::default())),
        override_function_registry: Some(functions()?),
        ..ExecutorProcessConfig::default()
    })
}

/// The functions that tasks may call: those of a session. Ballista's own list for executors lacks those over lists too.
fn functions() -> Result<Arc<BallistaFunctionRegistry>, ClusterError> {
    let state = session(SessionConfig::new_with_ballista());
    let state = state.map_err(|error| ballista("executor")(error.into()))?;
    Ok(Arc::new(BallistaFunctionRegistry::from(&state)))
}
