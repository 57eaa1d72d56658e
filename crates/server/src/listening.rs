//! Taking connections: plain or under TLS, with times after which a reader who sends nothing is let go, until the server is
//! told to stop.

use std::future::{Future, Ready, ready};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::settings::TlsFiles;
use crate::stamp::Stamp;

/// How long a reader may take for the head of a request.
const HEAD: Duration = Duration::from_secs(15);
/// How long a reader may take nothing of what was sent; then the connection is closed.
const TAKES_NOTHING: Duration = Duration::from_mins(1);
/// How long requests in flight may take after the server was told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// Requests at a time on one connection of HTTP/2.
const STREAMS: u32 = 32;
/// How often the certificate is looked at.
const LOOK: Duration = Duration::from_secs(10);

/// The server cannot begin, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Certificate or key.
    #[error("{path}: {rule}")]
    Tls {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong, and what to do.
        rule: String,
    },
    /// The network.
    #[error("the server cannot take connections: {0}")]
    Io(#[from] io::Error),
}

/// Serves until `shutdown` is ready, then lets requests in flight finish. A new certificate is taken up when its file changes.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsFiles>,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        shutdown.await;
        stopping.graceful_shutdown(Some(GRACE));
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle).first_request_timeout(HEAD);
    server.http_builder().http1().header_read_timeout(HEAD);
    server.http_builder().http2().max_concurrent_streams(STREAMS).keep_alive_interval(HEAD);
    let Some(files) = tls else {
        return Ok(server.map(|_| Patient).serve(service).await?);
    };
    let config = RustlsConfig::from_config(Arc::new(files.config()?));
    tokio::spawn(follow(files, config.clone()));
    let acceptor = RustlsAcceptor::new(config).handshake_timeout(HEAD).acceptor(Patient);
    Ok(server.map(|_| acceptor).serve(service).await?)
}

/// Settles what holds for each connection.
#[derive(Debug, Clone, Copy)]
struct Patient;

impl<S> Accept<TcpStream, S> for Patient {
    type Stream = TcpStream;
    type Service = S;
    type Future = Ready<io::Result<(TcpStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let socket = SockRef::from(&stream);
        // Answers are written in one piece; waiting to fill packets would only delay them.
        let settled = socket.set_tcp_nodelay(true);
        #[cfg(target_os = "linux")]
        let settled = settled.and_then(|()| socket.set_tcp_user_timeout(Some(TAKES_NOTHING)));
        ready(settled.map(|()| (stream, service)))
    }
}

/// Takes up a certificate that has changed; one that cannot be used leaves the old one.
async fn follow(files: TlsFiles, config: RustlsConfig) {
    let mut known = files.stamps();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = files.stamps();
        if now == known {
            continue;
        }
        match files.config() {
            Ok(new) => {
                config.reload_from_config(Arc::new(new));
                tracing::info!("a new certificate is used");
                known = now;
            }
            Err(error) => tracing::error!(%error, "the certificate before is used on"),
        }
    }
}

impl TlsFiles {
    fn stamps(&self) -> [Stamp; 2] {
        [&self.certificate, &self.key].map(|path| Stamp::of(Some(path)))
    }

    /// Reads both and checks that they belong together. Files that cannot be used stop the server; it never falls back to
    /// plain text.
    fn config(&self) -> Result<ServerConfig, ServeError> {
        let wrong = |path: &Path, rule: String| ServeError::Tls { path: path.to_owned(), rule };
        refuse_open(&self.key)?;
        let certificates = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(&self.certificate, format!("the certificate cannot be read: {error}")))?;
        // What is wrong with a key is not said in more words: they could quote it.
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|_| wrong(&self.key, "no private key in PEM can be read from it".to_owned()))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
            .map_err(|error| wrong(&self.certificate, format!("certificate and key do not fit: {error}")))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

#[cfg(unix)]
fn refuse_open(key: &Path) -> Result<(), ServeError> {
    use std::os::unix::fs::PermissionsExt as _;
    let wrong = |rule: String| ServeError::Tls { path: key.to_owned(), rule };
    let about = std::fs::metadata(key).map_err(|error| wrong(format!("the key cannot be read: {error}")))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o027 == 0 {
        Ok(())
    } else {
        Err(wrong(format!("the key is open to others (mode {mode:04o}); run: chmod 600 on it")))
    }
}

#[cfg(not(unix))]
fn refuse_open(_: &Path) -> Result<(), ServeError> {
    Ok(())
}
