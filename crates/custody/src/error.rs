//! Why warehouse and register were not changed, or, in one case, why it is not yet known whether they were.

use std::io;
use std::path::PathBuf;

use arrow::error::ArrowError;
use panoh_identity::IdentityError;
use panoh_intake::IntakeError;
use panoh_warehouse::WarehouseError;

/// Everything that can stop a change. But for [`CustodyError::Unsettled`], [`CustodyError::Unfinished`] and
/// [`CustodyError::Aliases`] nothing of the change was kept. What is the source of one of these three speaks only of the
/// step that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CustodyError {
    /// Another process is changing the same home.
    #[error("{home}: another command is writing to this home; wait until it has ended")]
    Busy {
        /// The home folder.
        home: PathBuf,
    },
    /// The lock file could not be made or locked.
    #[error("{path}: cannot lock the home folder")]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The export could not be read, or is refused whole.
    #[error("the export was refused whole; nothing of it was kept")]
    Intake(#[from] IntakeError),
    /// The export was loaded before, and cannot be read now to see which of its rows were replaced since.
    #[error(
        "the file was loaded before; which of its rows a later export has replaced cannot be told, as it cannot be read \
         now in the way that was asked for"
    )]
    Reread(#[source] IntakeError),
    /// The identity register or the key. Their errors say which.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The warehouse failed.
    #[error("the warehouse failed")]
    Warehouse(#[from] WarehouseError),
    /// The export became another file while it was read.
    #[error(
        "{path}: the file changed while it was being loaded; nothing of it was kept, load it again when it is finished"
    )]
    Changed {
        /// The export.
        path: PathBuf,
    },
    /// The report of refused rows could not be written.
    #[error("{path}: the report of refused rows cannot be written; nothing of this load was kept")]
    Rejections {
        /// The report.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The report of refused rows of an earlier load could not be read.
    #[error("{path}: the report of refused rows cannot be read; nothing was changed")]
    RejectionsUnread {
        /// The report.
        path: PathBuf,
        /// What the operating system said, or that a line is none of a report.
        #[source]
        source: io::Error,
    },
    /// Intake and table do not fit together. A fault of this program or of a dictionary made by hand.
    #[error("table {table}, column {column}: {reason}; nothing of this load was kept")]
    Columns {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What does not fit.
        reason: &'static str,
    },
    /// A table or the register was made under another key.
    #[error(
        "{what} is on key {found}, the key file is {wanted}; name the key that belongs to this home, or finish a rotation \
         with `panoh keys rotate`. Nothing was changed"
    )]
    OtherKey {
        /// Name of the table, or "the identity register".
        what: String,
        /// Id of the key that it is on, or "not noted".
        found: String,
        /// Id of the key that was given.
        wanted: String,
    },
    /// A rotation of keys was cut off.
    #[error("{home}: a rotation of keys was cut off; finish it with `panoh keys rotate`. Nothing was changed")]
    RotationPending {
        /// The home folder.
        home: PathBuf,
    },
    /// The journal of an erasure or a rotation could not be read, written or removed.
    #[error("{path}: the journal of an unfinished change cannot be read or written; nothing more was changed")]
    Journal {
        /// The journal.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Files that must go, or be renamed, could not be.
    #[error("{path}: cannot be removed or renamed")]
    Remains {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// An erasure or a rotation began and did not end. What is done stays done, and the journal stays.
    #[error("the {change} has begun and is not finished; {remedy}")]
    Unfinished {
        /// "erasure" or "rotation".
        change: &'static str,
        /// What finishes it.
        remedy: &'static str,
        /// Why it stopped.
        #[source]
        source: Box<CustodyError>,
    },
    /// The table `aliases` could not be made equal to the register.
    #[error(
        "the table of aliases could not be brought up to date; every command that loads tries again, until then \
             persons who were found to be one are counted as two"
    )]
    Aliases(#[source] WarehouseError),
    /// The mapping feeds a table that the dictionary does not have.
    #[error("the dictionary has no table {0}; use the mapping with the dictionary it was written for")]
    UnknownTable(String),
    /// Rows that wait for the end of the file could not be put on disk, or not be read back.
    #[error(
        "{folder}: rows that wait for the last row of the file cannot be kept there; nothing of this load was kept, load \
         again when the disk has room"
    )]
    Aside {
        /// The folder of the file without a name.
        folder: PathBuf,
        /// What the operating system said.
        #[source]
        source: ArrowError,
    },
    /// Reading the export stopped without a reason. A fault of this program.
    #[error("reading the export stopped; nothing of it was kept. This is a fault of the program")]
    Stopped,
    /// The warehouse did not say whether the load is in, or the register could not note it.
    #[error("the load is neither confirmed nor taken back; the next load finds out and settles it")]
    Unsettled(#[source] Box<dyn std::error::Error + Send + Sync>),
}
