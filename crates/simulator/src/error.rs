//! What can go wrong while exports are made up. No variant holds anything of a planted person: the persons are not
//! real, but the engine's own rule (no raw value in an error) is kept here too, so that the tests may rely on it.

use std::path::PathBuf;

/// Why a scenario could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// A field of the scenario is outside of what the story covers.
    #[error("scenario: {field} {rule}")]
    Scenario {
        /// Field of [`crate::Scenario`].
        field: &'static str,
        /// What the field must be.
        rule: String,
    },
    /// One of the tables that the simulator is built with breaks a rule of its own.
    #[error("{table}, line {line}: {rule}")]
    Story {
        /// Table below `crates/simulator/`.
        table: &'static str,
        /// Line in the table, from 1.
        line: usize,
        /// What the line must be.
        rule: String,
    },
    /// The dictionary could not be loaded.
    #[error("the simulator takes its codes from the dictionary, which does not load")]
    Dictionary(#[from] panoh_dictionary::DictionaryError),
    /// A file could not be made or written.
    #[error("cannot write {path}: check that the folder exists and has room")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A CSV record could not be written.
    #[error("cannot write a record to {path}: check that the folder has room")]
    Record {
        /// The file.
        path: PathBuf,
        /// What the CSV writer said.
        #[source]
        source: csv::Error,
    },
    /// A date outside of the calendar; the ranges of [`crate::Scenario`] exclude it.
    #[error("a planted date left the calendar")]
    Date(#[from] jiff::Error),
}
