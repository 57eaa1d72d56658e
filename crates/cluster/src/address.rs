//! Where a scheduler is, and whether it can work. Ballista itself would wait for an executor for ever, so the client asks
//! first, by the page that every scheduler has for those who watch over it.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::str::FromStr;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use url::Url;

use crate::ClusterError;

/// The port of a scheduler when none is said; Ballista's own choice.
const PORT: u16 = 50050;
/// How long a scheduler may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a client waits for the first executor: as long as one takes to start.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_millis(200);

/// The address of a scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduler {
    /// Name or number, IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl FromStr for Scheduler {
    type Err = ClusterError;

    /// Reads `df://HOST:PORT`; the scheme may be left out.
    fn from_str(text: &str) -> Result<Self, ClusterError> {
        let wrong = || ClusterError::Address(text.to_owned());
        let whole = if text.contains("://") { text.to_owned() } else { format!("df://{text}") };
        let url = Url::parse(&whole).map_err(|_| wrong())?;
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty();
        match url.host_str() {
            Some(host) if url.scheme() == "df" && bare && !host.is_empty() => {
                Ok(Self { host: host.to_owned(), port: url.port().unwrap_or(PORT) })
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "df://{}:{}", self.host, self.port)
    }
}

impl Scheduler {
    /// As gRPC wants it.
    pub(crate) fn http(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// Waits until the scheduler is there.
    pub(crate) async fn reached(&self) -> Result<(), ClusterError> {
        let mut waited = Duration::ZERO;
        loop {
            match self.has_executor().await {
                Err(error) if waited >= PATIENCE => return Err(error),
                Err(_) => sleep(BETWEEN).await,
                Ok(_) => return Ok(()),
            }
            waited += BETWEEN;
        }
    }

    /// Waits until the scheduler has an executor; one that does not answer at all is not waited for.
    pub(crate) async fn ready(&self) -> Result<(), ClusterError> {
        let mut waited = Duration::ZERO;
        while !self.has_executor().await? {
            if waited >= PATIENCE {
                return Err(ClusterError::NoExecutor { scheduler: self.clone(), seconds: PATIENCE.as_secs() });
            }
            sleep(BETWEEN).await;
            waited += BETWEEN;
        }
        Ok(())
    }

    async fn has_executor(&self) -> Result<bool, ClusterError> {
        let (host, port) = (self.host.clone(), self.port);
        let asked = spawn_blocking(move || ask(&host, port)).await.unwrap_or_else(|error| Err(io::Error::other(error)));
        asked.map_err(|source| ClusterError::Unreachable { scheduler: self.clone(), source })
    }
}

/// Asks the page of readiness: 200 when there is an executor, 503 when not.
fn ask(host: &str, port: u16) -> io::Result<bool> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (bare, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, ANSWER).and_then(|stream| status(stream, host)) {
            Ok(200) => return Ok(true),
            Ok(503) => return Ok(false),
            Ok(_) => last = io::Error::other("what answers there is not a scheduler"),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn status(mut stream: TcpStream, host: &str) -> io::Result<u16> {
    stream.set_read_timeout(Some(ANSWER))?;
    stream.set_write_timeout(Some(ANSWER))?;
    stream.write_all(format!("GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut head = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut head)?;
    let code = head.strip_prefix(b"HTTP/1.1 ").and_then(|code| std::str::from_utf8(code).ok());
    code.and_then(|code| code.parse().ok()).ok_or_else(|| io::Error::other("what answers there is not a scheduler"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let cases = [
            ("df://localhost:50051", Some("df://localhost:50051")),
            ("127.0.0.1:7", Some("df://127.0.0.1:7")),
            ("df://cases.example", Some("df://cases.example:50050")),
            ("df://[::1]:50050", Some("df://[::1]:50050")),
            ("http://localhost:50050", None),
            ("df://localhost:50050/path", None),
            ("df://user@localhost:50050", None),
            ("df://", None),
            ("", None),
        ];
        for (text, read) in cases {
            assert_eq!(text.parse::<Scheduler>().ok().map(|s| s.to_string()).as_deref(), read, "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_not_a_scheduler_is_told() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let scheduler = Scheduler { host: "127.0.0.1".into(), port };
        let other = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            stream.write_all(b"SSH-2.0-something else entirely\r\n").expect("it can be written");
        });
        assert!(matches!(scheduler.ready().await, Err(ClusterError::Unreachable { .. })));
        other.join().expect("it has answered");
        assert!(matches!(scheduler.ready().await, Err(ClusterError::Unreachable { .. })), "nobody is there any more");
    }
}
