//! What can go wrong with the shared files, and in what a request does not fit the catalogue.

use std::io;
use std::path::PathBuf;

/// A shared file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RequestsError {
    /// The disk.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {rule}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What it should be.
        rule: String,
    },
    /// The project has as many open requests as it may have.
    #[error("the project has {most} requests that wait for a decision; that is the most")]
    TooMany {
        /// The most.
        most: usize,
    },
    /// The same key of idempotency was used for another request.
    #[error("this key was used for another request; take a new one")]
    OtherRequest,
    /// No random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// In what a request does not fit what may be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {rule}")]
pub struct Misfit {
    /// The field.
    pub place: String,
    /// What would be right.
    pub rule: String,
    /// What there is to choose from; empty when there is nothing.
    pub allowed: Vec<String>,
}

impl Misfit {
    pub(crate) fn new(place: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { place: place.into(), rule: rule.into(), allowed: Vec::new() }
    }

    pub(crate) fn allowing<T: Into<String>>(mut self, allowed: impl IntoIterator<Item = T>) -> Self {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }
}
