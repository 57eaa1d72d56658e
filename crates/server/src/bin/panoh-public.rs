//! The public server as a program of its own: it links no code that could read a case, draw noise or hold a key.
//!
//! Only this file reads arguments, signals and the environment (`RUST_LOG`).

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use panoh_server::{LOOK_EVERY, Served, Shelf, router, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves published releases: API, charts, pages.
#[derive(Debug, Parser)]
#[command(name = "panoh-public", version)]
struct Arguments {
    /// Folder that holds the published releases.
    #[arg(long, value_name = "DIR")]
    published: PathBuf,
    /// Address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the server stops");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let shelf = Shelf::open(&arguments.published)?;
    if shelf.is_empty() {
        tracing::warn!("no release is served: the folder holds none that is whole and public");
    }
    let listener = TcpListener::bind(arguments.listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping; requests in flight are finished first");
    };
    let served = Served::new(shelf);
    tokio::spawn(served.clone().follow(arguments.published.clone(), LOOK_EVERY));
    serve(listener, router(served), shutdown).await?;
    Ok(())
}
