//! What can go wrong on the way from a definition to an artefact. Messages quote definitions, frames and releases,
//! which are public, and never a value of the warehouse.

use std::path::PathBuf;

use panoh_ledger::LedgerError;
use panoh_privacy::PrivacyError;
use panoh_publication::{ArtefactError, DefinitionError, Slug};
use panoh_warehouse::WarehouseError;

/// Why a release was not planned, not published, or not verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// A dimension of the definition does not fit the data dictionary.
    #[error("[[dimension]] {dimension}: {rule}")]
    Dimension {
        /// The dimension.
        dimension: String,
        /// What is wrong and what to do.
        rule: String,
    },
    /// The definition names a frame that does not exist.
    #[error("frame `{frame}` is not among queries/frames; take one of: {known}")]
    UnknownFrame {
        /// The frame that was named.
        frame: String,
        /// The frames that exist.
        known: String,
    },
    /// The frame does not give what the definition needs. Known from its columns, before any row is read.
    #[error("frame `{frame}`, column `{column}`: {rule}")]
    FrameColumn {
        /// The frame.
        frame: String,
        /// The column.
        column: String,
        /// What is wrong and what to do.
        rule: &'static str,
    },
    /// The definition asks for whole persons in tables in which these need not agree.
    #[error(
        "non_negative = \"whole\": whole persons in the tables {} need not agree, because the dimensions that two of \
         them share overlap with those that two others share; add one table over all of their dimensions, or write \
         non_negative = true",
        tables.join(", ")
    )]
    NotWhole {
        /// Names of the three or four tables.
        tables: Vec<String>,
    },
    /// The release does not fit the series that its definition names.
    #[error("series `{series}`: {rule}; nothing was drawn or spent")]
    Series {
        /// The series.
        series: String,
        /// What does not fit and what to do.
        rule: String,
    },
    /// Tables of the plan would be mostly noise.
    #[error("the plan is refused: {}; write `force = true` to release it all the same", refusals.join("; "))]
    TooNoisy {
        /// One sentence for each table.
        refusals: Vec<String>,
    },
    /// The same definition is public already.
    #[error(
        "this definition is public already as {release}, and publishing it once more would cost its persons as much again; \
         read that release, or publish with --again where the data changed and the cost is meant. Nothing was drawn or spent"
    )]
    AskedBefore {
        /// The release.
        release: String,
    },
    /// The persons were read for another definition or dictionary.
    #[error("the rows were read for another plan; read them again for this one")]
    OtherPlan,
    /// Another process publishes or recovers at this moment.
    #[error("{}: another release is being published; try again when it has ended", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// The folder of published releases cannot be used.
    #[error("{}: the folder of published releases cannot be used", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A folder of `published/` whose cost cannot be read from it.
    #[error(
        "{} cannot be counted; put the original back, for example from the public host, or take the folder away: what \
         it cost is then counted at the limits",
        path.display()
    )]
    Uncounted {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<ReleaseError>,
    },
    /// The definition is about a time that has not come.
    #[error(
        "{what} lies in the future; publish when it has come, or correct the definition. Nothing was drawn or spent"
    )]
    NotYet {
        /// Which of its days or years.
        what: String,
    },
    /// The public list names a release that the ledger does not know.
    #[error(
        "the public list names release {release}, which the ledger does not know: a part of the ledger is lost; run \
         `panoh budget reconcile`. Nothing was drawn or spent"
    )]
    ListedUnknown {
        /// The release.
        release: Slug,
    },
    /// An artefact is whole but its parts do not follow from each other.
    #[error("{place} does not hold: {rule}; do not use this release, and ask its publisher for the original")]
    Unsound {
        /// What was checked.
        place: String,
        /// What it should be.
        rule: String,
    },
    /// A value of the definition is refused.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The noise cannot be planned or drawn.
    #[error(transparent)]
    Privacy(#[from] PrivacyError),
    /// The ledger refused or failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The artefact could not be written or read.
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    /// The frame could not be run.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}
