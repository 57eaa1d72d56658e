//! What can go wrong between the machines of a cluster.

use std::net::SocketAddr;
use std::path::PathBuf;

use ballista_core::error::BallistaError;
use datafusion::error::DataFusionError;
use panoh_warehouse::WarehouseError;

use crate::Scheduler;

/// An error of the cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The address of the scheduler cannot be read.
    #[error("{0} is not the address of a scheduler; write df://HOST:PORT")]
    Address(String),
    /// Nobody answers there.
    #[error(
        "no scheduler answers at {scheduler}; start one with `panoh cluster scheduler`, or correct the address, or ask \
         without --cluster"
    )]
    Unreachable {
        /// Where it was looked for.
        scheduler: Scheduler,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The scheduler has nobody to give work to.
    #[error(
        "the scheduler at {scheduler} has had no executor for {seconds} seconds; start one with `panoh cluster executor \
         --scheduler HOST:PORT`, or ask without --cluster"
    )]
    NoExecutor {
        /// The scheduler.
        scheduler: Scheduler,
        /// How long the client waited.
        seconds: u64,
    },
    /// The cluster did not answer the query.
    #[error(
        "the cluster at {scheduler} gave the query up; when an executor was lost, ask again, or ask without --cluster; the \
         logs of scheduler and executors say more"
    )]
    Query {
        /// The scheduler.
        scheduler: Scheduler,
        /// What Ballista said.
        #[source]
        source: Box<DataFusionError>,
    },
    /// An executor looked for a data file where the client sees it, and found none.
    #[error(
        "an executor of the cluster at {scheduler} cannot open a data file of the warehouse; every executor has to see the \
         folder of the home at the same path as this machine does"
    )]
    Unseen {
        /// The scheduler.
        scheduler: Scheduler,
        /// What Ballista said.
        #[source]
        source: Box<DataFusionError>,
    },
    /// The cluster takes too long.
    #[error(
        "the cluster at {scheduler} has not answered for {minutes} minutes and is not waited for any longer; ask for less, or \
         add executors"
    )]
    Slow {
        /// The scheduler.
        scheduler: Scheduler,
        /// How long the client waited.
        minutes: u64,
    },
    /// Measuring a plan needs the plan on one machine.
    #[error("EXPLAIN ANALYZE measures a plan where it runs, which a cluster does in parts; ask without --cluster")]
    Analyze,
    /// The plan would give wrong rows if it ran in parts.
    #[error(
        "this query joins without an equality and asks for rows without a partner, which a cluster cannot answer; ask \
         without --cluster, or join on an equality"
    )]
    Join,
    /// A word of the query would be lost on the way.
    #[error(
        "FILTER and IGNORE NULLS before OVER do not reach a cluster; write sum(CASE WHEN … THEN … END) OVER (…), or ask \
         without --cluster"
    )]
    Window,
    /// A file of the snapshot cannot be named to others.
    #[error("table {table}: the place of a data file cannot be named to other machines")]
    File {
        /// Name of the table.
        table: String,
        /// Why.
        #[source]
        source: Box<DataFusionError>,
    },
    /// The address is not for others, or others would reach it unasked.
    #[error(
        "{listen} can be reached from other machines, and a cluster asks nobody who they are: whoever reaches it can read \
         every file that it can read. Listen on 127.0.0.1, or say --trusted-network when only machines that may see the \
         cases can reach this address"
    )]
    Exposed {
        /// The address.
        listen: SocketAddr,
    },
    /// The address stands for all addresses of the machine.
    #[error("{listen} stands for every address of this machine; name the one by which the other machines reach it")]
    Unspecified {
        /// The address.
        listen: SocketAddr,
    },
    /// The address is taken or not of this machine.
    #[error("cannot listen on {listen}; name another address with --listen")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another executor works in the folder.
    #[error("another executor works in {folder}; give each its own folder with --work-dir")]
    FolderTaken {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder for intermediate results cannot be used.
    #[error("{folder} cannot hold intermediate results; name another folder with --work-dir")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The scheduler ended, or told the executor to.
    #[error(
        "the executor ended because the scheduler at {scheduler} went away or told it to; start it again when the \
         scheduler is there"
    )]
    Dismissed {
        /// The scheduler.
        scheduler: Scheduler,
    },
    /// Ballista failed.
    #[error("the {part} failed; its log says more")]
    Ballista {
        /// Scheduler or executor.
        part: &'static str,
        /// Why.
        #[source]
        source: Box<BallistaError>,
    },
    /// The warehouse could not be read.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}

impl ClusterError {
    /// What a query failed with that was sent to a cluster. What an executor says arrives as text.
    pub(crate) fn of(scheduler: &Scheduler, source: DataFusionError) -> Self {
        let text = source.to_string();
        let unseen = ["No such file", "Object at location"].iter().any(|words| text.contains(words));
        let (scheduler, source) = (scheduler.clone(), Box::new(source));
        if unseen { Self::Unseen { scheduler, source } } else { Self::Query { scheduler, source } }
    }
}

impl From<ClusterError> for DataFusionError {
    fn from(error: ClusterError) -> Self {
        Self::External(Box::new(error))
    }
}

/// An error of Ballista in one of its parts.
pub(crate) fn ballista(part: &'static str) -> impl Fn(BallistaError) -> ClusterError {
    move |source| ClusterError::Ballista { part, source: Box::new(source) }
}
