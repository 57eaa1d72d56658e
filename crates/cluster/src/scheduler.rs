//! The scheduler: splits plans into tasks and gives them to executors. It reads no data.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use tokio::net::TcpListener;

use crate::error::ballista;
use crate::functions::session;
use crate::listen::{Network, host};
use crate::watch::{Server, Watched};
use crate::{ClusterError, MESSAGE_BYTES};

/// Seconds without a word from an executor after which it is given up. They say a word every 5 seconds.
const EXECUTOR_SILENT: u64 = 20;
/// Seconds without any executor after which running queries are given up.
const NO_EXECUTOR: u64 = 30;

/// Opens the port; 0 takes a free one.
pub async fn listen(listen: SocketAddr, network: Network) -> Result<TcpListener, ClusterError> {
    network.allow(listen)?;
    TcpListener::bind(listen).await.map_err(|source| ClusterError::Listen { listen, source })
}

/// Schedules until `shutdown`. What runs is then lost: clients are told so, executors end.
pub async fn serve_scheduler(
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ClusterError> {
    let failed = ballista("scheduler");
    let address = listener.local_addr().map_err(|error| failed(error.into()))?;
    let config = config(address);
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(&failed)?;
    let (cluster, server) = Watched::over(&cluster);
    let scheduler: Server = create_scheduler(cluster, Arc::new(config)).await.map_err(&failed)?;
    server.get_or_init(|| scheduler.clone());
    tokio::select! {
        ended = start_grpc_service_with_listener(listener, scheduler) => ended.map_err(failed),
        () = shutdown => Ok(()),
    }
}

fn config(address: SocketAddr) -> SchedulerConfig {
    SchedulerConfig {
        // Executors call back to it.
        external_host: host(address.ip()),
        bind_host: host(address.ip()),
        bind_port: address.port(),
        task_distribution: TaskDistributionPolicy::RoundRobin,
        executor_timeout_seconds: EXECUTOR_SILENT,
        expire_dead_executor_interval_seconds: 5,
        no_executors_grace_period_seconds: NO_EXECUTOR,
        grpc_server_max_decoding_message_size: MESSAGE_BYTES,
        grpc_server_max_encoding_message_size: MESSAGE_BYTES,
        grpc_client_max_message_size: MESSAGE_BYTES,
        // A part whose results cannot be fetched is not run again: see `watch`.
        stage_max_failures: 1,
        override_session_builder: Some(Arc::new(session)),
        ..SchedulerConfig::default()
    }
}
