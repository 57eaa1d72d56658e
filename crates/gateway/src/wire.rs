//! One connection: first TLS, then messages until either side ends it.
//!
//! The loop is ours, not pgwire's, for three reasons: bytes that came before the TLS handshake never count as what came
//! through it (CVE-2021-23214 in PostgreSQL itself), a login has ten seconds instead of sixty, and the end of the gateway
//! ends a connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use pgwire::api::{ClientInfo as _, DefaultClient, NoopHandler, PgWireConnectionState};
use pgwire::messages::PgWireFrontendMessage;
use pgwire::tokio::server::{MaybeTls, PgWireMessageServerCodec, process_error, process_message};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_util::codec::{Framed, FramedParts};

use crate::conversation::Prepared;
use crate::login::Login;
use crate::speaker::Speaker;

/// How long a client may take to log in.
const LOGIN: Duration = Duration::from_secs(10);

const SSL_REQUEST: [u8; 8] = request(5679);
const GSS_REQUEST: [u8; 8] = request(5680);

type Socket = Framed<MaybeTls, PgWireMessageServerCodec<Prepared>>;

/// Speaks with one client until it leaves.
pub(crate) async fn converse(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    login: Login,
    speaker: Speaker,
) -> io::Result<()> {
    let patience = Instant::now() + LOGIN;
    let Ok(negotiated) = timeout_at(patience, negotiate(stream, tls)).await else { return Ok(()) };
    let mut socket = negotiated?;
    let (login, speaker, copying) = (Arc::new(login), Arc::new(speaker), Arc::new(NoopHandler));
    loop {
        let logging_in = matches!(
            socket.state(),
            PgWireConnectionState::AwaitingStartup | PgWireConnectionState::AuthenticationInProgress
        );
        let message = if logging_in {
            let Ok(message) = timeout_at(patience, socket.next()).await else { return Ok(()) };
            message
        } else {
            socket.next().await
        };
        let Some(Ok(message)) = message else { return Ok(()) };
        if matches!(message, PgWireFrontendMessage::Terminate(_)) {
            return Ok(());
        }
        let is_extended = message.is_extended_query();
        let is_cancel = matches!(message, PgWireFrontendMessage::CancelRequest(_));
        let (login, cancels) = (Arc::clone(&login), Arc::clone(login.cancels()));
        let (simple, extended) = (Arc::clone(&speaker), Arc::clone(&speaker));
        let done = process_message(message, &mut socket, login, simple, extended, Arc::clone(&copying), cancels).await;
        match done {
            // Before the login every error is the last word: nobody tries a second password on one connection.
            Err(error) if logging_in => return process_error(&mut socket, error, false).await,
            Err(error) => process_error(&mut socket, error, is_extended).await?,
            Ok(()) if is_cancel => return Ok(()),
            Ok(()) => {}
        }
    }
}

/// Answers the requests for encryption that may come first. A client that asks for TLS gets it or a "no"; whether plain
/// text is enough is decided at the login.
async fn negotiate(mut stream: TcpStream, tls: Option<TlsAcceptor>) -> io::Result<Socket> {
    stream.set_nodelay(true)?;
    let address = stream.peer_addr()?;
    // Two requests at most: GSS refused, then TLS refused.
    for _ in 0..3 {
        let mut first = [0; 8];
        stream.read_exact(&mut first).await?;
        match (first, &tls) {
            (SSL_REQUEST, Some(acceptor)) => {
                stream.write_all(b"S").await?;
                let stream = acceptor.accept(stream).await?;
                let codec = PgWireMessageServerCodec::new(DefaultClient::new(address, true));
                return Ok(framed(MaybeTls::Tls(Box::new(stream)), codec, &[]));
            }
            (SSL_REQUEST | GSS_REQUEST, _) => stream.write_all(b"N").await?,
            _ => {
                let codec = PgWireMessageServerCodec::new(DefaultClient::new(address, false));
                return Ok(framed(MaybeTls::Plain(stream), codec, &first));
            }
        }
    }
    Err(io::Error::other("only requests for encryption came"))
}

/// The socket as messages, the bytes that were read already put back.
fn framed(stream: MaybeTls, codec: PgWireMessageServerCodec<Prepared>, read: &[u8]) -> Socket {
    let mut parts: FramedParts<_, _> = FramedParts::new(stream, codec);
    parts.read_buf.extend_from_slice(read);
    let mut socket = Framed::from_parts(parts);
    socket.set_state(PgWireConnectionState::AwaitingStartup);
    socket
}

/// A request for encryption: its length and its number, 1234 and something.
const fn request(low: u16) -> [u8; 8] {
    let [a, b] = low.to_be_bytes();
    [0, 0, 0, 8, 0x04, 0xd2, a, b]
}
