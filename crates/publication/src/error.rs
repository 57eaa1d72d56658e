//! The errors of this crate, one enum for each thing that can be wrong: a definition, a question to a cube, a folder.
//!
//! Definitions and artefacts are public, so these messages may quote what they refuse.

use std::path::PathBuf;

use crate::{Day, Reason};

/// What is wrong with a release definition, or with one of the values that it holds.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// The text is not TOML, has a key that is not known, lacks one that is needed, or holds a value of another kind.
    #[error("the definition cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// A name that would not be safe as a file name, a column and a part of an address.
    #[error("name {found:?}: use 1 to 96 characters of a-z, 0-9, `_` and `-`, and begin with a letter")]
    Name {
        /// The text that was refused.
        found: String,
    },
    /// A day that is not in the calendar or not written as YYYY-MM-DD.
    #[error("day {found:?}: write a calendar day as \"YYYY-MM-DD\" in quotation marks")]
    Day {
        /// The text that was refused.
        found: String,
    },
    /// A number outside what makes sense.
    #[error("{what} {found}: {rule}")]
    Number {
        /// Which number.
        what: &'static str,
        /// The number that was refused.
        found: f64,
        /// What is allowed and what to do.
        rule: &'static str,
    },
    /// A rule that binds several fields is broken.
    #[error("{place}: {rule}")]
    Rule {
        /// Where in the definition, in the words of the file.
        place: String,
        /// What is allowed and what to do.
        rule: String,
    },
}

/// Why a cube cannot be built, or a question to it cannot be answered.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CubeError {
    /// A dimension index that the cube does not have.
    #[error("the cube has no dimension {dimension}; it has {count}")]
    NoDimension {
        /// The index that was asked for.
        dimension: usize,
        /// How many dimensions the cube has.
        count: usize,
    },
    /// A code index outside the dimension's list, or twice in one set, or an empty set.
    #[error("dimension {dimension:?}: take one or more different codes of its {codes}")]
    Codes {
        /// Name of the dimension.
        dimension: String,
        /// How many codes it has.
        codes: usize,
    },
    /// No table of the release has all of these dimensions, so nothing was published about their combination.
    #[error("no table of this release has the dimensions {dimensions:?} together")]
    NotReleased {
        /// Names of the dimensions.
        dimensions: Vec<String>,
    },
    /// A question that the release cannot answer, with what it could.
    #[error("{0}")]
    Asked(String),
    /// The parts of a cube contradict each other.
    #[error("the cube is not whole: {0}")]
    Shape(String),
}

/// Why an artefact folder cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArtefactError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A release of this name is there already; releases never change.
    #[error("{path}: a release with this id is there already; a release never changes, so give the new one another id")]
    Exists {
        /// The folder that is there.
        path: PathBuf,
    },
    /// An earlier run stopped while writing.
    #[error("{path}: an unfinished release is there; recover or discard it first")]
    Unfinished {
        /// The hidden folder that is there.
        path: PathBuf,
    },
    /// The release was taken out of public.
    #[error("{path}: this release was withdrawn on {day} ({}); its figures are no longer published", reason.as_str())]
    Withdrawn {
        /// Its folder.
        path: PathBuf,
        /// Day on which it was withdrawn.
        day: Day,
        /// Why.
        reason: Reason,
    },
    /// What a file holds is not what the release says it holds.
    #[error("{path}: {rule}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        rule: String,
    },
    /// The parts of a release contradict each other before anything was written.
    #[error("the release is not whole: {0}")]
    Draft(String),
    /// The cube inside does not fit together.
    #[error(transparent)]
    Cube(#[from] CubeError),
}
