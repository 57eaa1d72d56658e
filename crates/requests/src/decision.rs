//! What became of requests: one public file that the trusted host alone writes.

use std::path::Path;

use panoh_publication::{Day, Slug};
use serde::{Deserialize, Serialize};

use crate::file::{self, Readers};
use crate::{RequestId, RequestsError};

/// Name of the file in the folder of releases.
const FILE: &str = "decisions.json";
/// Largest file that is read, bytes.
const LARGEST: u64 = 64 << 20;

/// Why a request was refused. The list is fixed: free words could say something about data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The budget for projects does not have enough left.
    OverBudget,
    /// The tables would be mostly noise.
    TooNoisy,
    /// What is published already answers it.
    AlreadyPublished,
    /// It is not what the project is for.
    OutsideTheProject,
    /// It cannot be told what is wanted, or why.
    NotClear,
}

impl RefusalReason {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::OverBudget, Self::TooNoisy, Self::AlreadyPublished, Self::OutsideTheProject, Self::NotClear];

    /// The word that stands in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OverBudget => "over_budget",
            Self::TooNoisy => "too_noisy",
            Self::AlreadyPublished => "already_published",
            Self::OutsideTheProject => "outside_the_project",
            Self::NotClear => "not_clear",
        }
    }

    /// What whoever asked is told.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::OverBudget => {
                "The privacy budget for projects does not have enough left for it. Ask for fewer years, or with less rho."
            }
            Self::TooNoisy => {
                "Its tables would be mostly noise. Ask for coarser dimensions, fewer tables, or with more rho."
            }
            Self::AlreadyPublished => "What is published already answers it.",
            Self::OutsideTheProject => "It is not what the project is for.",
            Self::NotClear => "It cannot be told what is wanted, or what for. Ask again in other words.",
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Outcome {
    /// As a release.
    Published {
        /// The release.
        release: Slug,
    },
    /// It was refused.
    Refused {
        /// Why.
        reason: RefusalReason,
    },
}

/// The decision about one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The request.
    pub request: RequestId,
    /// Day of the decision.
    pub day: Day,
    /// What was decided.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// All decisions, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    decisions: Vec<Decision>,
}

impl Decisions {
    /// Reads the decisions beside the releases; none when there is no file.
    pub fn read(published: &Path) -> Result<Self, RequestsError> {
        Ok(file::read(&published.join(FILE), LARGEST)?.unwrap_or_default())
    }

    /// Writes them in one step.
    pub fn write(&self, published: &Path) -> Result<(), RequestsError> {
        file::write(&published.join(FILE), self, Readers::All)
    }

    /// What was decided about a request.
    pub fn about(&self, request: &RequestId) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.request == *request)
    }

    /// Adds a decision; false when there is one already, which stays.
    pub fn add(&mut self, decision: Decision) -> bool {
        let is_new = self.about(&decision.request).is_none();
        if is_new {
            self.decisions.push(decision);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_kept_as_it_was_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let request: RequestId = "00112233445566778899aabbccddeeff".parse().expect("an id");
        let day = Day::new("2026-11-23").expect("a day");
        let mut decisions = Decisions::read(folder.path()).expect("none yet");
        let refused = Outcome::Refused { reason: RefusalReason::TooNoisy };
        assert!(decisions.add(Decision { request: request.clone(), day: day.clone(), outcome: refused.clone() }));
        let published = Outcome::Published { release: Slug::new("a-release").expect("a name") };
        assert!(!decisions.add(Decision { request: request.clone(), day, outcome: published }));
        decisions.write(folder.path()).expect("writes");
        let read = Decisions::read(folder.path()).expect("reads");
        assert_eq!(read.about(&request).map(|decision| &decision.outcome), Some(&refused));
    }
}
