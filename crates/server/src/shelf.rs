//! The releases that the server answers from: all of `published/` that is whole, public and named as its folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::stamp::Stamp;

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
    /// All folders as they were looked at.
    seen: BTreeMap<PathBuf, Seen>,
    /// The files beside the folders, such as the list of releases that were given up.
    beside: Stamp,
}

/// A folder as it was looked at.
#[derive(Debug, Clone)]
struct Seen {
    stamp: Stamp,
    found: Found,
}

#[derive(Debug, Clone)]
enum Found {
    Release(Arc<Artefact>),
    Withdrawn(Box<Withdrawal>),
    /// Not whole, or not for the public; the log says which.
    LeftOut,
}

impl Shelf {
    /// Reads and verifies every release folder of `published`.
    ///
    /// Of a release that was withdrawn only day and reason are shown. A folder that is not whole is left out with a log line that names the file; the rest is served. Hidden folders
    /// are unfinished releases and are passed over, as are plain files. Releases for project audiences are left out:
    /// nobody can show here that they may see them.
    pub fn open(published: &Path) -> Result<Self, ShelfError> {
        let folders = folders(published)?;
        Ok(Self::of(published, folders, &Self::default()))
    }

    /// The shelf as it is now; none when nothing has changed since `old`. Folders that are as they were are not read again.
    /// A folder that has changed is read and verified wholly: what was edited is not served any more.
    pub fn open_again(published: &Path, old: &Self) -> Result<Option<Self>, ShelfError> {
        let folders = folders(published)?;
        let same = folders.len() == old.seen.len()
            && folders.iter().all(|(path, stamp)| old.seen.get(path).is_some_and(|seen| seen.stamp == *stamp))
            && old.beside == Stamp::of_files(published);
        Ok((!same).then(|| Self::of(published, folders, old)))
    }

    fn of(published: &Path, folders: BTreeMap<PathBuf, Stamp>, old: &Self) -> Self {
        let beside = Stamp::of_files(published);
        let known = |path: &PathBuf, stamp: &Stamp| old.seen.get(path).filter(|seen| seen.stamp == *stamp);
        let look = |(path, stamp): (PathBuf, Stamp)| {
            let found = known(&path, &stamp).map_or_else(|| look_into(&path), |seen| seen.found.clone());
            (path, Seen { stamp, found })
        };
        let seen: BTreeMap<PathBuf, Seen> = in_parallel(folders.into_iter().collect(), look).into_iter().collect();
        let (mut releases, mut withdrawn) = (Vec::new(), Vec::new());
        for seen in seen.values() {
            match &seen.found {
                Found::Release(artefact) => releases.push(Arc::clone(artefact)),
                Found::Withdrawn(withdrawal) => withdrawn.push(withdrawal.as_ref().clone()),
                Found::LeftOut => {}
            }
        }
        releases.sort_by(|one, other| {
            let order = |artefact: &Artefact| (artefact.release.day.clone(), place_in_ledger(artefact));
            order(one).cmp(&order(other)).then_with(|| one.release.id.cmp(&other.release.id))
        });
        Self { releases, not_public: not_public(published, withdrawn), seen, beside }
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

    /// The folder of a release.
    pub(crate) fn folder(&self, artefact: &Arc<Artefact>) -> Option<PathBuf> {
        let is_it = |seen: &Seen| matches!(&seen.found, Found::Release(other) if Arc::ptr_eq(other, artefact));
        self.seen.iter().find(|(_, seen)| is_it(seen)).map(|(path, _)| path.clone())
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

/// The folders of releases, as they are now.
fn folders(published: &Path) -> Result<BTreeMap<PathBuf, Stamp>, ShelfError> {
    let failed = |source| ShelfError { path: published.to_owned(), source };
    let mut folders = BTreeMap::new();
    for entry in std::fs::read_dir(published).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().map_err(failed)?.is_dir() && !hidden {
            folders.insert(entry.path(), Stamp::of_folder(&entry.path()));
        }
    }
    Ok(folders)
}

fn look_into(folder: &Path) -> Found {
    match read_withdrawal(folder) {
        Ok(Some(withdrawal)) => Found::Withdrawn(Box::new(withdrawal)),
        Ok(None) | Err(_) => open_release(folder).map_or(Found::LeftOut, |artefact| Found::Release(Arc::new(artefact))),
    }
}

/// Does one thing for each of a list, on all cores.
fn in_parallel<T: Send, U: Send>(items: Vec<T>, one: impl Fn(T) -> U + Sync) -> Vec<U> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    if threads < 2 {
        return items.into_iter().map(one).collect();
    }
    let queue = std::sync::Mutex::new(items.into_iter());
    let next = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    let worker = || std::iter::from_fn(next).map(&one).collect::<Vec<U>>();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn open_release(dir: &Path) -> Option<Artefact> {
    let mut artefact = match read(dir) {
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
    // For inference of one's own, from the files; no answer is made of them.
    artefact.measurements = Vec::new();
    Some(artefact)
}
