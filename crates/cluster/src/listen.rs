//! Where the parts of a cluster may listen. Ballista has no authentication, so the default is this machine alone.

use std::net::{IpAddr, SocketAddr, TcpListener};

use crate::ClusterError;

/// Who can reach the addresses of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Processes of this machine.
    Loopback,
    /// Machines that may all see the cases: somebody said so.
    Trusted,
}

impl Network {
    /// Refuses an address that more can reach than was said.
    pub(crate) fn allow(self, listen: SocketAddr) -> Result<(), ClusterError> {
        if listen.ip().is_unspecified() {
            return Err(ClusterError::Unspecified { listen });
        }
        if self == Self::Loopback && !listen.ip().is_loopback() {
            return Err(ClusterError::Exposed { listen });
        }
        Ok(())
    }
}

/// An address in a URL or before a port: IPv6 stands in brackets.
pub(crate) fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// The port that can be listened on: the one that was said, or a free one for 0. Ballista opens it by number, and its own
/// words when it cannot are about something else.
pub(crate) fn free_port(listen: SocketAddr) -> Result<u16, ClusterError> {
    let open = TcpListener::bind(listen).and_then(|listener| listener.local_addr());
    open.map(|address| address.port()).map_err(|source| ClusterError::Listen { listen, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_let_in_only_when_somebody_said_so() {
        let cases = [
            ("127.0.0.1:1", true, true),
            ("[::1]:1", true, true),
            ("192.0.2.7:1", false, true),
            ("[2001:db8::1]:1", false, true),
            ("0.0.0.0:1", false, false),
            ("[::]:1", false, false),
        ];
        for (listen, loopback, trusted) in cases {
            let listen = listen.parse().expect("an address");
            assert_eq!(Network::Loopback.allow(listen).is_ok(), loopback, "{listen}");
            assert_eq!(Network::Trusted.allow(listen).is_ok(), trusted, "{listen}");
        }
    }

    #[test]
    fn a_port_that_is_taken_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let listen = taken.local_addr().expect("it has an address");
        assert!(matches!(free_port(listen), Err(ClusterError::Listen { .. })));
        assert_ne!(free_port("127.0.0.1:0".parse().expect("an address")).expect("a port is free"), 0);
    }
}
