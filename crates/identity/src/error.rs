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
    #[error(
        "{path}: there is no key file; put it back from a copy or type in the recovery form (`panoh keys restore`): pseudonyms cannot be made or linked without it"
    )]
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
    #[error("{path}: this is no key file; name the file that `panoh init` made, or put a copy of it back")]
    KeyFormat {
        /// Where the file is.
        path: PathBuf,
    },

    /// The file was a key file once.
    #[error("{path}: the key file is damaged; put a copy of it back, or restore it from its recovery form")]
    KeyDamaged {
        /// Where the key is.
        path: PathBuf,
    },

    /// The key is not the one that a home folder was made with.
    #[error(
        "{path}: this is not the key of this home (its id is {found}, the home is on {expected}): pseudonyms would not \
         match. Put the right key file back"
    )]
    KeyOther {
        /// Where the key is.
        path: PathBuf,
        /// The id of the key.
        found: String,
        /// The id that the home folder has noted.
        expected: String,
    },

    /// The home is a copy from before a rotation that the key file has behind it.
    #[error(
        "{path}: keys were rotated since this copy of the home was made; run `panoh keys rotate`, which brings it onto the \
         newest key"
    )]
    KeyLater {
        /// Where the key is.
        path: PathBuf,
    },

    /// Somebody else is changing the key file, or has changed it.
    #[error("{path}: the key file changed after it was read; nothing was written, try again")]
    KeyChanged {
        /// Where the key is.
        path: PathBuf,
    },

    /// A rotation rewrote everything and was cut off before the key file said so.
    #[error("{path}: a rotation of keys was cut off just before its end; run `panoh keys rotate` to end it")]
    RotationUnfinished {
        /// Where the key is.
        path: PathBuf,
    },

    /// A rotation would make the key file longer than is read.
    #[error("{path}: the key file holds {most} keys, which is the most; keys were rotated too often")]
    KeyChainLong {
        /// Where the key is.
        path: PathBuf,
        /// How many keys a file may hold.
        most: usize,
    },

    /// The key file is under a passphrase and none was given.
    #[error("{path}: the key file is under a passphrase; type it on a terminal, or name a file with --passphrase-file")]
    PassphraseMissing {
        /// Where the key is.
        path: PathBuf,
    },

    /// The key file is under another passphrase.
    #[error("{path}: the key file does not open: the passphrase is wrong, or the beginning of the file is damaged")]
    PassphraseWrong {
        /// Where the key is.
        path: PathBuf,
    },

    /// A passphrase that could be guessed.
    #[error("the passphrase is too short; take {shortest} letters or more, for example four words")]
    PassphraseShort {
        /// How many letters it needs.
        shortest: usize,
    },

    /// A line of a recovery form is wrong.
    #[error("recovery form: line {line} {reason}; compare it with the paper")]
    RecoveryLine {
        /// The line, as it is numbered on the form.
        line: usize,
        /// What is wrong with it, after "line 3".
        reason: &'static str,
    },

    /// The lines of a recovery form are right, each by itself, and make no key together.
    #[error("recovery form: the lines do not belong together; are they from two forms?")]
    RecoveryMixed,

    /// A value that a rotation was to map is none that a key made.
    #[error("a value is no keyed digest and cannot be rotated; the table or file that holds it is damaged")]
    NoDigest,

    /// The identity register could not be opened, read or written.
    #[error("identity register: {doing} failed{}", remedy(source))]
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

    /// What a load puts aside beside the register could not be written or read.
    #[error(
        "{folder}: the pseudonyms that a load puts aside here could not be written or read; check that the disk has room, \
         16 bytes for each person that the register knows, and load again"
    )]
    RegisterAside {
        /// The folder of the register.
        folder: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },

    /// A load would bring more persons than the register has numbers for.
    #[error("identity register: it can hold {most} persons and no more; load the rows that are left into another home")]
    RegisterFull {
        /// How many there may be.
        most: u32,
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

    /// The register is on keys that are neither the old nor the new ones of a rotation.
    #[error("identity register: it is on key {found}, and the rotation begins at {wanted}; nothing was changed")]
    RegisterKey {
        /// Id of the keys that the register is on.
        found: String,
        /// Id of the keys that the rotation begins at.
        wanted: String,
    },

    /// The register says something about a person whom it does not know.
    #[error("identity register: it is damaged; put it back from the newest backup. Nothing was changed")]
    RegisterDamaged,

    /// An earlier load was left half done and must be settled before the next.
    #[error(
        "identity register: an earlier load is still pending; settle it (every command that loads does) and try again"
    )]
    PendingLoad,

    /// An erasure by documents and names that fit several persons alike.
    #[error(
        "identity register: what was said fits more than one person, and nobody was erased; say more (a document, the \
         father's name, the whole birth date, the sex), or name the record or the pseudonym of the one who is meant"
    )]
    SeveralFit,

    /// A link was to be taken back of a person who is nobody's alias.
    #[error("identity register: this person is nobody's alias; `panoh persons aliases` lists them")]
    NoAlias,

    /// The register's files could not be cleaned because somebody else reads them.
    #[error(
        "identity register: another program has it open, so erased bytes may be left in it; close that and try again"
    )]
    RegisterBusy,

    /// A load was to be settled that the register does not hold.
    #[error("identity register: no pending load has this id")]
    UnknownLoad,
}

/// What to do where SQLite's words do not say it: a disk without room, or one that cannot be written.
fn remedy(source: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode::{DiskFull, SystemIoFailure};
    match source.sqlite_error_code() {
        Some(DiskFull | SystemIoFailure) => "; check that the disk has room and can be written",
        _ => "",
    }
}
