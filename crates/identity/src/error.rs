//! What can go wrong with keys and with the register, each told apart so that the command line can give it its own
//! exit code. No variant holds a key, a name or a link key.

use std::path::PathBuf;

use thiserror::Error;

/// Everything that this crate can refuse or fail at.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The operating system gave no random bytes.
    #[error("no random bytes from the operating system: no key was made")]
    Random(#[source] getrandom::Error),

    /// A new key was to be written where a file already is.
    #[error("{path}: a file is already there and a key is never overwritten; name another path")]
    KeyExists {
        /// Where the key was to go.
        path: PathBuf,
    },

    /// The key file could not be written.
    #[error("{path}: the new key file could not be written; check that the folder exists and has room")]
    KeyWrite {
        /// Where the key was to go.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },

    /// There is no key file where one was named.
    #[error("{path}: there is no key file; put it back from a copy: pseudonyms cannot be made or linked without it")]
    KeyMissing {
        /// Where the key was looked for.
        path: PathBuf,
    },

    /// The key file is there but could not be read.
    #[error("{path}: the key file could not be read")]
    KeyRead {
        /// Where the key is.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },

    /// Others than the owner may read or write the key file.
    #[error("{path}: the key file is open to others (mode {mode:04o}); run: chmod 600 on it")]
    KeyOpenToOthers {
        /// Where the key is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },

    /// The key lies beside the data that it protects.
    #[error("{path}: the key file is inside the home folder {home}; a key is never kept beside the data, move it out")]
    KeyInsideHome {
        /// Where the key is, all links followed.
        path: PathBuf,
        /// The home folder, all links followed.
        home: PathBuf,
    },

    /// The file is no key file.
    #[error("{path}: this is no key file; it must be one line, `panoh-key-1` and 64 hexadecimal digits")]
    KeyFormat {
        /// Where the file is.
        path: PathBuf,
    },

    /// The identity register could not be opened, read or written.
    #[error("identity register: {doing} failed")]
    Register {
        /// What was being done.
        doing: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },

    /// The file at the register's path could not be made or opened.
    #[error("{path}: the identity register could not be opened")]
    RegisterFile {
        /// Where the register is.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },

    /// A new register was to be made where a file already is.
    #[error("{path}: a file is already there and an identity register is never overwritten; name another home")]
    RegisterExists {
        /// Where the register was to go.
        path: PathBuf,
    },

    /// There is no register where the home has its own.
    #[error(
        "{path}: the identity register is missing; put it back from the newest backup. Without it, persons already \
         loaded would be taken for new ones, so none is made in its place"
    )]
    RegisterMissing {
        /// Where the register was looked for.
        path: PathBuf,
    },

    /// The file is a register of another layout, or no register.
    #[error("{path}: not an identity register of this version (layout {found}, expected {expected})")]
    RegisterVersion {
        /// Where the register is.
        path: PathBuf,
        /// The layout number found in the file.
        found: i64,
        /// The layout number that this version writes.
        expected: i64,
    },

    /// An earlier load was left half done and must be settled before the next.
    #[error(
        "identity register: an earlier load is still pending; settle it (every command that loads does) and try again"
    )]
    PendingLoad,

    /// A load was to be settled that the register does not hold.
    #[error("identity register: no pending load has this id")]
    UnknownLoad,
}
