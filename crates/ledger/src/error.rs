//! What can go wrong with the ledger. Messages name release ids, cohorts and amounts, which are public.

use std::path::PathBuf;

use crate::amount::Shortfall;

/// Why the ledger refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The database could not be read or written.
    #[error("ledger {} cannot be used; see that the folder is writable and the disk has room", path.display())]
    Storage {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// The file by which processes take turns could not be locked.
    #[error("{} cannot be locked; see that the folder is writable and on a disk of this machine", path.display())]
    Turn {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The head file could not be read or written.
    #[error("ledger head {} cannot be read or written; it must be on a writable, durable disk", path.display())]
    HeadFile {
        /// The head file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The head file holds something else than a head.
    #[error("ledger head {} is not a head file; restore the newest copy of it, or run `panoh budget reconcile`", path.display())]
    HeadUnreadable {
        /// The head file.
        path: PathBuf,
    },
    /// A ledger was to begin where another one has its head file.
    #[error("{}: a head file of another ledger is there already, and it is never overwritten; if that home is gone for \
             good, move the file away", path.display())]
    HeadExists {
        /// The head file.
        path: PathBuf,
    },
    /// The head file is gone, so nobody can tell whether the ledger is the newest.
    #[error("ledger head {} is missing, and nobody can tell whether the ledger, which has {entries} entries, had more; \
             restore the newest copy of the file, or run `panoh budget reconcile`", path.display())]
    HeadMissing {
        /// The head file.
        path: PathBuf,
        /// Entries in the database.
        entries: u64,
    },
    /// The database is an older copy: the head file knows of later entries.
    #[error(
        "the ledger has {found} entries but {known} were known: it is an older copy, and what was spent since is \
             missing; restore the newest copy, or count what is missing as spent with `panoh budget reconcile`"
    )]
    OlderThanHead {
        /// Entries that the head file knows of.
        known: u64,
        /// Entries in the database.
        found: u64,
    },
    /// The entry that the head file names has another seal: the database is another history.
    #[error(
        "entry {entry} of the ledger is not the one that was last known: the ledger was replaced or the key is \
             another one; restore the right copy, or run `panoh budget reconcile`"
    )]
    OtherHistory {
        /// Sequence number that the head file names.
        entry: u64,
    },
    /// An entry does not carry its seal.
    #[error(
        "entry {entry} of the ledger is not sealed by this key: the ledger was changed or the key is another one; \
             restore the newest good copy"
    )]
    BrokenChain {
        /// Sequence number of the first entry that is wrong.
        entry: u64,
    },
    /// An entry is sealed but this version does not understand it.
    #[error("entry {entry} of the ledger was written by a newer version; use that version")]
    UnknownEntry {
        /// Sequence number of the entry.
        entry: u64,
    },
    /// The budget does not allow the charge. Nothing was written.
    #[error("the budget is too small: {}; ask for less, or wait for the next cohort", list(short))]
    OverBudget {
        /// Every limit that would be exceeded.
        short: Vec<Shortfall>,
    },
    /// A charge that means nothing.
    #[error("release `{release}` cannot be charged: {rule}")]
    BadCharge {
        /// The release.
        release: String,
        /// The rule that was broken.
        rule: &'static str,
    },
    /// A release with this id is already in the ledger: nothing is charged or drawn twice.
    #[error("release `{release}` is already in the ledger; plan it again to get a new id")]
    ReleaseKnown {
        /// The release.
        release: String,
    },
    /// No release with this id was ever reserved.
    #[error("release `{release}` is not in the ledger")]
    ReleaseUnknown {
        /// The release.
        release: String,
    },
    /// Only what is public can be withdrawn.
    #[error("release `{release}` is {state}, so it cannot be withdrawn; only a published release can")]
    NotPublished {
        /// The release.
        release: String,
        /// Its state.
        state: &'static str,
    },
    /// The release was published or is void, and that is final.
    #[error("release `{release}` is already {state}, which is final")]
    NotReserved {
        /// The release.
        release: String,
        /// Its state.
        state: &'static str,
    },
}

fn list(short: &[Shortfall]) -> String {
    short.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
