//! `panoh cluster`: the parts of a cluster that answers `panoh stats --cluster` and `panoh query --cluster`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use panoh_cluster::{ExecutorOptions, Network, Scheduler, listen, serve_executor, serve_scheduler};

use crate::commands::serve::stopped;
use crate::failure::Code;
use crate::output::note;
use crate::world::World;

/// Commands of `panoh cluster`.
#[derive(Debug, Subcommand)]
#[command(after_help = "One scheduler, and an executor on every machine that is to work. Then: panoh stats routes \
--cluster df://HOST:50050\nThe home folder must lie at the same path on all of them, for example on a network share.\n\
A cluster asks nobody who they are and encrypts nothing: whoever reaches its ports can read every file that it can read. \
By default only this machine can.")]
pub(crate) enum Cluster {
    /// Split queries into tasks and give them to executors; reads no data
    Scheduler {
        /// Address to listen on
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50050")]
        listen: SocketAddr,
        #[command(flatten)]
        reach: Reach,
    },
    /// Run tasks for a scheduler
    Executor(Executor),
}

/// Options of `panoh cluster executor`.
#[derive(Debug, Args)]
pub(crate) struct Executor {
    /// Scheduler to work for
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    scheduler: Scheduler,
    /// Address to listen on; the port after it is used too
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    #[command(flatten)]
    reach: Reach,
    /// Folder of its own for what tasks hand to each other, which is case data; emptied at the end [default: below the
    /// home's spill folder]
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
    /// Tasks at a time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    tasks: Option<u16>,
    /// Memory for sorting, joining and grouping, for all tasks together
    #[arg(long, value_name = "MEBIBYTES", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(64..))]
    memory: u32,
}

/// Who can reach a part of the cluster.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// Allow an address that other machines can reach; say it only when all of them may see the cases
    #[arg(long)]
    trusted_network: bool,
}

impl Reach {
    fn network(&self) -> Network {
        if self.trusted_network { Network::Trusted } else { Network::Loopback }
    }
}

pub(crate) async fn run(command: &Cluster, world: &World) -> Result<Code> {
    match command {
        Cluster::Scheduler { listen: address, reach } => {
            let listener = listen(*address, reach.network()).await?;
            let bound = listener.local_addr().context("the scheduler's address cannot be told")?;
            note(format!("Scheduling on df://{bound} (Ctrl-C ends it)"));
            serve_scheduler(listener, stopped()).await?;
        }
        Cluster::Executor(options) => execute(options, world).await?,
    }
    Ok(Code::Ok)
}

async fn execute(options: &Executor, world: &World) -> Result<()> {
    let work_folder = match &options.work_dir {
        Some(folder) => std::path::absolute(folder).with_context(|| format!("{} is no folder", folder.display()))?,
        None => world.open_home()?.spill().join(format!("executor-{}", options.listen.port())),
    };
    note(format!("Working for {} (Ctrl-C ends it)", options.scheduler));
    let options = ExecutorOptions {
        scheduler: options.scheduler.clone(),
        listen: options.listen,
        network: options.reach.network(),
        work_folder,
        tasks: options.tasks.map_or(world.threads, usize::from),
        memory_bytes: u64::from(options.memory) << 20,
    };
    Ok(serve_executor(options, stopped()).await?)
}
