//! The releases that a reader is answered from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use panoh_publication::{Artefact, Listing};

use crate::Problem;
use crate::problem::Kind;

/// All releases that may be shown to a reader, oldest first, in memory.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    /// With the folder of each.
    releases: Vec<(Arc<Artefact>, PathBuf)>,
    not_public: Listing,
}

impl Shelf {
    /// A shelf of these releases, and of what was withdrawn or given up.
    pub(crate) fn new(mut releases: Vec<(Arc<Artefact>, PathBuf)>, not_public: Listing) -> Self {
        releases.sort_by(|(one, _), (other, _)| {
            let order = |artefact: &Artefact| (artefact.release.day.clone(), place_in_ledger(artefact));
            order(one).cmp(&order(other)).then_with(|| one.release.id.cmp(&other.release.id))
        });
        Self { releases, not_public }
    }

    /// All releases, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Arc<Artefact>> {
        self.releases.iter().rev().map(|(artefact, _)| artefact)
    }

    /// The same as a list.
    pub(crate) fn releases(&self) -> Vec<&Arc<Artefact>> {
        self.newest_first().collect()
    }

    /// What was withdrawn or given up.
    pub(crate) fn not_public(&self) -> &Listing {
        &self.not_public
    }

    /// How many releases are served.
    pub fn len(&self) -> usize {
        self.releases.len()
    }

    /// Whether nothing is served.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }

    /// A release by its id; a problem that lists all ids otherwise, or that says why it was withdrawn.
    pub(crate) fn find(&self, id: &str) -> Result<&Arc<Artefact>, Problem> {
        if let Some(gone) = self.not_public.withdrawn.iter().find(|withdrawal| withdrawal.id.as_str() == id) {
            let detail = format!(
                "this release was withdrawn on {}. {} Please do not use copies of its figures",
                gone.withdrawn,
                gone.reason.sentence()
            );
            return Err(Problem::new(Kind::Withdrawn, detail));
        }
        self.newest_first().find(|artefact| artefact.release.id.as_str() == id).ok_or_else(|| {
            let ids = self.newest_first().map(|artefact| artefact.release.id.to_string());
            Problem::new(Kind::UnknownRelease, "no release with this id is published here").with_allowed(ids)
        })
    }

    /// The folder of a release.
    pub(crate) fn folder(&self, artefact: &Arc<Artefact>) -> Option<&Path> {
        self.releases.iter().find(|(other, _)| Arc::ptr_eq(other, artefact)).map(|(_, folder)| folder.as_path())
    }
}

/// The number of the ledger's entry that charged the release: two releases of one day are told apart by it.
fn place_in_ledger(artefact: &Artefact) -> u64 {
    artefact.release.ledger_head.split(':').next().and_then(|count| count.parse().ok()).unwrap_or(0)
}
