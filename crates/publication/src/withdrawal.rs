//! Releases that are not public, or no longer: what is left of a withdrawn one, and the public list of them.
//!
//! ```text
//! published/<id>/withdrawn.json   what was withdrawn, when and why; stands in place of the figures
//!                README.md        the same for people
//!                release.json     as it was published: definition, plan, cost; it holds no figure
//!                SHA256SUMS       as it was published: shows that release.json belongs to what was cited
//! published/withdrawn.json        every withdrawn release, and every one that was paid for and never published
//! ```
//!
//! A release that was given up stays paid for, and somebody may have cited one that was withdrawn; so neither vanishes.

mod replace;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::signature::signer_of;
use crate::{ArtefactError, Audience, CohortRho, Day, PublicKey, Purpose, Signer, Slug};

pub use replace::{read_listing, read_withdrawal, withdraw, write_listing};

/// Why a release is not public. The list is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Somebody asked for the wrong thing.
    OperatorError,
    /// The run ended before the release was complete.
    Crash,
    /// A better release took its place.
    Superseded,
    /// It may not be published.
    Legal,
}

impl Reason {
    /// The word that stands in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OperatorError => "operator_error",
            Self::Crash => "crash",
            Self::Superseded => "superseded",
            Self::Legal => "legal",
        }
    }

    /// What a reader is told.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::OperatorError => "Its definition asked for the wrong thing.",
            Self::Crash => "Its run ended before the release was complete.",
            Self::Superseded => "A better release took its place.",
            Self::Legal => "It may not be published.",
        }
    }
}

/// `withdrawn.json` of a release: what it was, when it was withdrawn and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Version of the artefact's format.
    pub format: u32,
    /// The release.
    pub id: Slug,
    /// What stood above it; none when its `release.json` was damaged.
    pub title: Option<String>,
    /// Day on which it was released; none when its `release.json` was damaged.
    pub released: Option<Day>,
    /// Day on which it was withdrawn.
    pub withdrawn: Day,
    /// Why.
    pub reason: Reason,
    /// Who could see it; none when its `release.json` was damaged.
    pub audience: Option<Audience>,
    /// The project whose members could see it, when it was for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Slug>,
    /// Which part of a cohort's budget paid for it.
    pub purpose: Purpose,
    /// What each cohort paid, and has paid for good.
    pub cohorts: Vec<CohortRho>,
    /// SHA-256 of the definition's canonical form, hex.
    pub definition_digest: String,
    /// SHA-256 of `SHA256SUMS` of the artefact that was public, hex.
    pub artefact_digest: String,
    /// Head of the ledger's chain when the release was charged.
    pub ledger_head: String,
    /// Number of the entry of the ledger that withdrew it.
    pub ledger_entry: u64,
    /// The publisher's signature of all the rest, because a ledger that was lost is counted by this note.
    #[serde(default)]
    pub signature: String,
}

/// `published/withdrawn.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// Releases that were public.
    pub withdrawn: Vec<Withdrawal>,
    /// Releases that were paid for and never became public.
    pub void: Vec<Void>,
}

/// A release that was paid for and never became public. No figure of it was seen by anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Void {
    /// The release.
    pub id: Slug,
    /// Day on which it was given up.
    pub day: Day,
    /// Why.
    pub reason: Reason,
    /// Which part of a cohort's budget paid for it.
    pub purpose: Purpose,
    /// What each cohort paid, and has paid for good.
    pub cohorts: Vec<CohortRho>,
}

impl Withdrawal {
    /// The same, signed.
    #[must_use]
    pub fn signed(self, signer: &Signer) -> Self {
        Self { signature: signer.sign(&self.text()), ..self }
    }

    /// Whose signature it has; none when it has no good one.
    pub fn signer(&self) -> Option<PublicKey> {
        signer_of(self.signature.as_bytes(), &self.text())
    }

    /// What is signed: the note without a signature.
    fn text(&self) -> Vec<u8> {
        let unsigned = Self { signature: String::new(), ..self.clone() };
        serde_json::to_vec(&unsigned).expect("a withdrawal holds only text, numbers and lists")
    }

    /// The refusal of whoever asks for the figures.
    pub(crate) fn refusal(&self, dir: &Path) -> ArtefactError {
        ArtefactError::Withdrawn { path: dir.to_owned(), day: self.withdrawn.clone(), reason: self.reason }
    }
}

#[cfg(test)]
mod tests;
