//! The releases that the server answers from: all of `published/` that is whole, public and named as its folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use panoh_publication::{Artefact, Audience, Listing, Withdrawal, read, read_listing, read_withdrawal};

use crate::Problem;
use crate::problem::Kind;

/// The folder of releases cannot be listed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}; name the folder that holds the published releases")]
pub struct ShelfError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// All releases that may be shown, oldest first, in memory.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    releases: Vec<Arc<Artefact>>,
    not_public: Listing,
}

impl Shelf {
    /// Reads and verifies every release folder of `published`.
    ///
    /// Of a release that was withdrawn only day and reason are shown. A folder that is not whole is left out with a log line that names the file; the rest is served. Hidden folders
    /// are unfinished releases and are passed over, as are plain files. Releases for project audiences are left out:
    /// nobody can show here that they may see them.
    pub fn open(published: &Path) -> Result<Self, ShelfError> {
        let failed = |source| ShelfError { path: published.to_owned(), source };
        let mut releases = Vec::new();
        let mut withdrawn = Vec::new();
        for entry in std::fs::read_dir(published).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !entry.file_type().map_err(failed)?.is_dir() || hidden {
                continue;
            }
            match read_withdrawal(&entry.path()) {
                Ok(Some(withdrawal)) => withdrawn.push(withdrawal),
                Ok(None) | Err(_) => releases.extend(open_release(&entry.path()).map(Arc::new)),
            }
        }
        releases.sort_by(|one, other| {
            let order = |artefact: &Artefact| (artefact.release.day.clone(), place_in_ledger(artefact));
            order(one).cmp(&order(other)).then_with(|| one.release.id.cmp(&other.release.id))
        });
        Ok(Self { releases, not_public: not_public(published, withdrawn) })
    }

    /// All releases, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Arc<Artefact>> {
        self.releases.iter().rev()
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
        self.releases.iter().find(|artefact| artefact.release.id.as_str() == id).ok_or_else(|| {
            let ids = self.newest_first().map(|artefact| artefact.release.id.to_string());
            Problem::new(Kind::UnknownRelease, "no release with this id is published here").with_allowed(ids)
        })
    }

    /// The newest release with a table that has all these dimensions, with their indexes.
    pub(crate) fn newest_with(&self, names: &[&str]) -> Option<(&Arc<Artefact>, Vec<usize>)> {
        self.newest_first().find_map(|artefact| Some((artefact, dimensions_together(artefact, names)?)))
    }
}

/// The number of the ledger's entry that charged the release: two releases of one day are told apart by it.
fn place_in_ledger(artefact: &Artefact) -> u64 {
    artefact.release.ledger_head.split(':').next().and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Indexes of dimensions that one table of the release has together.
pub(crate) fn dimensions_together(artefact: &Artefact, names: &[&str]) -> Option<Vec<usize>> {
    let indexes: Vec<usize> = names.iter().map(|name| artefact.cube.dimension(name)).collect::<Option<_>>()?;
    artefact.cube.table_with(&indexes).map(|_| indexes)
}

/// The notes on withdrawn releases, and the list of those that were given up.
fn not_public(published: &Path, withdrawn: Vec<Withdrawal>) -> Listing {
    let mut withdrawn: Vec<Withdrawal> =
        withdrawn.into_iter().filter(|one| one.audience.is_none_or(|audience| audience == Audience::Public)).collect();
    withdrawn.sort_by(|one, other| (&one.withdrawn, &one.id).cmp(&(&other.withdrawn, &other.id)));
    let listed = read_listing(published).unwrap_or_else(|error| {
        tracing::error!(%error, "the list of releases that were given up is left out");
        Listing::default()
    });
    Listing { withdrawn, void: listed.void }
}

fn open_release(dir: &Path) -> Option<Artefact> {
    let artefact = match read(dir) {
        Ok(artefact) => artefact,
        Err(error) => {
            tracing::error!(%error, "a release is left out because it is not whole");
            return None;
        }
    };
    let id = artefact.release.id.as_str();
    if dir.file_name().is_none_or(|name| name != id) {
        tracing::error!(folder = %dir.display(), id, "a release is left out because its folder is not named as its id");
        return None;
    }
    if artefact.release.definition.audience != Audience::Public {
        tracing::warn!(id, "a release is left out because it is not for the public");
        return None;
    }
    tracing::info!(id, tables = artefact.cube.tables().len(), "release is served");
    Some(artefact)
}
