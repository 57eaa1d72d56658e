//! The public server as a program of its own: it links no code that could read a case, draw noise or hold a key.
//!
//! Only this file reads arguments, signals, the clock and the environment (`RUST_LOG`, `PANOH_…`).

use std::io::IsTerminal;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use panoh_server::{LOOK_EVERY, Origins, Served, Settings, Sources, TlsFiles, router, serve};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves published releases: API, charts, pages.
///
/// Every option can also be set in the environment: --log-addresses is PANOH_LOG_ADDRESSES=true.
#[derive(Debug, Parser)]
#[command(name = "panoh-public", version, max_term_width = 100)]
struct Arguments {
    /// Folder that holds the published releases.
    #[arg(long, value_name = "DIR", env = "PANOH_PUBLISHED", hide_env = true)]
    published: PathBuf,
    /// Folder that requests for tables are put into [default: none can be made].
    #[arg(long, value_name = "DIR", env = "PANOH_REQUESTS", hide_env = true, requires = "tokens")]
    requests: Option<PathBuf>,
    /// File with the hashes of the tokens of projects [default: there are no projects].
    #[arg(long, value_name = "FILE", env = "PANOH_TOKENS", hide_env = true)]
    tokens: Option<PathBuf>,
    /// Address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "PANOH_LISTEN", hide_env = true)]
    listen: SocketAddr,
    /// Certificate in PEM, with those between it and the root; a new one is taken up when the file changes.
    #[arg(long, value_name = "FILE", env = "PANOH_TLS_CERTIFICATE", hide_env = true, requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Its key in PEM, which others may not read.
    #[arg(long, value_name = "FILE", env = "PANOH_TLS_KEY", hide_env = true, requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// A proxy stands in front: take the last address in X-Forwarded-For for the reader's.
    #[arg(long, env = "PANOH_BEHIND_PROXY", hide_env = true)]
    behind_proxy: bool,
    /// The proxy speaks TLS to readers: tell browsers to come no other way.
    #[arg(long, env = "PANOH_HTTPS_ONLY", hide_env = true)]
    https_only: bool,
    /// Questions that one reader may ask in a second, ten times as many at once; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = 50, env = "PANOH_QUESTIONS_PER_SECOND", hide_env = true)]
    questions_per_second: u32,
    /// Server whose pages may read answers in a browser, https://HOST; may be repeated; * for all.
    #[arg(long, value_name = "ORIGIN", env = "PANOH_ALLOW_ORIGIN", hide_env = true, value_delimiter = ',')]
    allow_origin: Vec<String>,
    /// Write the addresses of readers into the log.
    #[arg(long, env = "PANOH_LOG_ADDRESSES", hide_env = true)]
    log_addresses: bool,
}

/// Gives memory back to the system after a long answer; the system's own keeps it for each thread that ever made one.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
    let sources = Sources {
        published: arguments.published.clone(),
        requests: arguments.requests.clone(),
        tokens: arguments.tokens.clone(),
        clock: now,
    };
    let served = Served::open(sources)?;
    if served.shelves().public().is_empty() {
        tracing::warn!("no release is served: the folder holds none that is whole and public");
    }
    let tls = arguments.tls_certificate.clone().zip(arguments.tls_key.clone());
    let tls = tls.map(|(certificate, key)| TlsFiles { certificate, key });
    let settings = Settings {
        origins: Origins::parse(&arguments.allow_origin)?,
        questions_per_second: NonZeroU32::new(arguments.questions_per_second),
        behind_proxy: arguments.behind_proxy,
        log_addresses: arguments.log_addresses,
        https_only: arguments.https_only || tls.is_some(),
    };
    let listener = TcpListener::bind(arguments.listen)?;
    tracing::info!(address = %listener.local_addr()?, tls = tls.is_some(), "listening");
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping; requests in flight are finished first");
    };
    tokio::spawn(served.clone().follow(LOOK_EVERY));
    serve(listener, tls, router(served, &settings), shutdown).await?;
    Ok(())
}

/// Now, in UTC, to the second.
#[expect(clippy::disallowed_methods, reason = "the program is where the clock is read")]
fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}
