//! Why warehouse and register were not changed, or, in one case, why it is not yet known whether they were.

use std::io;
use std::path::PathBuf;

use panoh_identity::IdentityError;
use panoh_intake::IntakeError;
use panoh_warehouse::WarehouseError;

/// Everything that can stop a change. But for [`CustodyError::Unsettled`] nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CustodyError {
    /// Another process is changing the same home.
    #[error("{home}: another load is running in this home; wait until it has ended")]
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
    /// The identity register failed.
    #[error("the identity register failed; nothing was changed")]
    Identity(#[from] IdentityError),
    /// The warehouse failed.
    #[error("the warehouse failed; nothing was changed")]
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
    /// The mapping feeds a table that the dictionary does not have.
    #[error("the dictionary has no table {0}; use the mapping with the dictionary it was written for")]
    UnknownTable(String),
    /// Reading the export stopped without a reason. A fault of this program.
    #[error("reading the export stopped; nothing of it was kept. This is a fault of the program")]
    Stopped,
    /// The warehouse did not say whether the load is in, or the register could not note it.
    #[error("the load is neither confirmed nor taken back; the next load finds out and settles it")]
    Unsettled(#[source] Box<dyn std::error::Error + Send + Sync>),
}
