//! The gateway as a whole: checked before it listens, then one task for each client.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use panoh_warehouse::{Limits, Warehouse};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::cancel::Cancels;
use crate::conversation::Conversation;
use crate::login::Login;
use crate::speaker::Speaker;
use crate::{GatewayError, TlsFiles, account, users, wire};

/// Most clients that have connected and not logged in. They have no place yet: nobody without a password can take the
/// places of those with one, and a request to cancel, which comes on a connection of its own, needs none.
const NEWCOMERS: usize = 64;

/// Everything the gateway is told.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// Where to listen. Without TLS only an address of the machine itself.
    pub listen: SocketAddr,
    /// Certificate and key; with them every client must use TLS.
    pub tls: Option<TlsFiles>,
    /// What one connection may use.
    pub limits: Limits,
    /// How long one statement may take, its rows included.
    pub deadline: Duration,
    /// Most rows of one answer.
    pub rows: u64,
    /// Most clients at a time.
    pub connections: usize,
    /// Folder of the audit log.
    pub audit: PathBuf,
    /// The file of users.
    pub users: PathBuf,
    /// The home folder, which the file of users may not lie in.
    pub home: PathBuf,
    /// Tells the time: UTC, RFC 3339.
    pub clock: fn() -> String,
}

/// Stack of each thread that answers. Trees of statements are walked by recursion, and an overflow would end the process
/// for everybody: [`crate::conversation`] limits how deep they are, and this is enough for that depth.
const STACK: usize = 64 << 20;

/// Most threads for plans.
const MOST_THREADS: usize = 256;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) warehouse: Warehouse,
    pub(crate) limits: Limits,
    pub(crate) deadline: Duration,
    pub(crate) rows: u64,
    pub(crate) audit: PathBuf,
    pub(crate) users: PathBuf,
    pub(crate) home: PathBuf,
    pub(crate) clock: fn() -> String,
    pub(crate) cancels: Arc<Cancels>,
    pub(crate) places: Arc<Semaphore>,
    /// The threads that plans run on.
    pub(crate) engine: Handle,
}

/// A gateway that listens and does not answer yet.
pub struct Gateway {
    office: Arc<Office>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    newcomers: Arc<Semaphore>,
    /// Those that speak with clients, and those that run plans: a plan that computes keeps no client waiting for a word.
    speakers: Threads,
    _engine: Threads,
}

/// Threads apart from the caller's. A runtime may not end while it is waited for; this one is let go.
struct Threads(Option<Runtime>);

impl Threads {
    fn start(name: &str, number: usize) -> Result<(Self, Handle), GatewayError> {
        let mut builder = Builder::new_multi_thread();
        builder.enable_all().thread_stack_size(STACK).thread_name(name).worker_threads(number.clamp(2, MOST_THREADS));
        let runtime = builder.build().map_err(GatewayError::Threads)?;
        let handle = runtime.handle().clone();
        Ok((Self(Some(runtime)), handle))
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Checks everything that a client would otherwise find out, then listens.
    pub async fn bind(warehouse: Warehouse, options: GatewayOptions) -> Result<Self, GatewayError> {
        if options.tls.is_none() && !options.listen.ip().is_loopback() {
            return Err(GatewayError::PlainAndOpen(options.listen));
        }
        let tls = options.tls.as_ref().map(TlsFiles::acceptor).transpose()?;
        if users::list(&options.users, &options.home)?.is_empty() {
            return Err(GatewayError::NoUsers { path: options.users });
        }
        account::prepare(&options.audit)?;
        let address = options.listen;
        let listener = TcpListener::bind(address).await.map_err(|source| GatewayError::Listen { address, source })?;
        let GatewayOptions { limits, deadline, rows, connections, audit, users, home, clock, .. } = options;
        let (cancels, places) = (Arc::default(), Arc::new(Semaphore::new(connections)));
        // As many threads as could run at once, not as many as there are processors: the system then shares the processors
        // out fairly, even among plans that compute for minutes between two batches.
        let running = connections.saturating_mul(limits.partitions + 1);
        let ((speakers, _), (threads, engine)) =
            (Threads::start("gateway", 2)?, Threads::start("gateway-engine", running)?);
        let office = Office { warehouse, limits, deadline, rows, audit, users, home, clock, cancels, places, engine };
        let newcomers = Arc::new(Semaphore::new(NEWCOMERS));
        Ok(Self { office: Arc::new(office), listener, tls, newcomers, speakers, _engine: threads })
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers clients until `ended` is ready. Statements that run then are given up, and their lines in the audit log
    /// say so.
    pub async fn serve(self, ended: impl Future<Output = ()>) -> Result<(), GatewayError> {
        let mut clients = JoinSet::new();
        let speakers = self.speakers.0.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone());
        tokio::pin!(ended);
        loop {
            tokio::select! {
                () = &mut ended => break,
                Some(_) = clients.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => { clients.spawn_on(self.answer(stream), &speakers); }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
        clients.shutdown().await;
        Ok(())
    }

    /// Serves one client; sends it away at once when too many are at the door.
    fn answer(&self, stream: TcpStream) -> impl Future<Output = ()> + use<> {
        let (office, tls) = (Arc::clone(&self.office), self.tls.clone());
        let at_the_door = Arc::clone(&self.newcomers).try_acquire_owned();
        async move {
            let Ok(at_the_door) = at_the_door else {
                tracing::warn!("too many clients that have not logged in; one was sent away");
                return;
            };
            let conversation = Arc::new(Conversation::new(Arc::clone(&office)));
            let login = Login::new(office, Arc::clone(&conversation), tls.is_some(), at_the_door);
            // How a client left is nobody's business but its own.
            let _ = wire::converse(stream, tls, login, Speaker::new(conversation)).await;
        }
    }
}
