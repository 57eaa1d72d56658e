//! What can keep the gateway from starting. Messages name the place, the rule and the remedy, and never a password.

use std::net::SocketAddr;
use std::path::PathBuf;

/// An error of the gateway itself; what a client did wrong is told to the client.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Others could read what travels.
    #[error(
        "{0} can be reached from other machines and there is no TLS; give a certificate and its key, or listen on 127.0.0.1"
    )]
    PlainAndOpen(SocketAddr),
    /// The certificate or its key cannot be used.
    #[error("{path}: {reason}; the gateway does not start without the TLS that was asked for")]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The address is taken or not ours.
    #[error("cannot listen on {address}; name another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The file of users cannot be read or written.
    #[error("{path}: the users of the gateway cannot be {verb}")]
    Users {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        verb: &'static str,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The file of users is not as it was written.
    #[error(
        "{path}: the file of users is damaged ({reason}); restore it from a backup or remove it and add the users again"
    )]
    UsersDamaged {
        /// The file.
        path: PathBuf,
        /// Which part is wrong.
        reason: String,
    },
    /// Others may read the file of users.
    #[error("{path}: the file of users is open to others (mode {mode:04o}); run: chmod 600 on it")]
    UsersOpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file of users would be copied along with the data.
    #[error("{path}: the file of users may not lie inside the home folder; put it beside the folder, like the key")]
    UsersInsideHome {
        /// The file.
        path: PathBuf,
    },
    /// A user name that is not one.
    #[error("a user name has 1 to 32 of a-z, 0-9, _ and -, and begins with a letter")]
    UserName,
    /// No such user.
    #[error("there is no user {0}; `panoh gateway user list` shows who there is")]
    UserUnknown(String),
    /// Somebody would guess it.
    #[error("a password has at least {0} characters")]
    PasswordShort(usize),
    /// The password is not text.
    #[error("a password is text in UTF-8 without a line break")]
    PasswordText,
    /// Nobody could log in.
    #[error("{path}: there is no user yet; add one with `panoh gateway user add NAME`")]
    NoUsers {
        /// The file.
        path: PathBuf,
    },
    /// The folder of the audit log cannot be made.
    #[error("{path}: the audit log cannot be written; no statement is answered without it")]
    Audit {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The threads that answer cannot be started.
    #[error("the threads of the gateway cannot be started")]
    Threads(#[source] std::io::Error),
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The warehouse cannot be asked.
    #[error(transparent)]
    Warehouse(#[from] panoh_warehouse::WarehouseError),
}
