//! The published folder in memory: all of it that is whole, and what each kind of reader may see of it.
//!
//! A reader is handed a [`Shelf`] with what is public, and, with the token of a project, what was released for it. What is
//! not on the shelf cannot be answered from, so no address needs a check of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use panoh_publication::{
    Artefact, ArtefactError, Audience, Listing, Slug, Withdrawal, read, read_listing, read_withdrawal,
};
use panoh_requests::{Catalogue, Decisions};

use crate::Shelf;
use crate::stamp::Stamp;

/// The folder of releases cannot be listed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}; name the folder that holds the published releases")]
pub struct ShelfError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// Everything that was published, by who may see it.
#[derive(Debug, Default)]
pub struct Shelves {
    public: Arc<Shelf>,
    projects: BTreeMap<Slug, Arc<Shelf>>,
    /// What may be asked for; none while requests are not open.
    pub(crate) catalogue: Option<Arc<Catalogue>>,
    /// What became of requests.
    pub(crate) decisions: Decisions,
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
    /// Not whole; the log says which.
    LeftOut,
}

impl Shelves {
    /// Reads and verifies every release folder of `published`.
    ///
    /// Of a release that was withdrawn only day and reason are shown. A folder that is not whole is left out with a log line
    /// that names the file; the rest is served. Hidden folders are unfinished releases and are passed over.
    pub fn open(published: &Path) -> Result<Self, ShelfError> {
        let folders = folders(published)?;
        Ok(Self::of(published, folders, &Self::default()))
    }

    /// The shelves as they are now; none when nothing has changed since `old`. Folders that are as they were are not read
    /// again. A folder that has changed is read and verified wholly: what was edited is not served any more.
    pub fn open_again(published: &Path, old: &Self) -> Result<Option<Self>, ShelfError> {
        let folders = folders(published)?;
        let same = folders.len() == old.seen.len()
            && folders.iter().all(|(path, stamp)| old.seen.get(path).is_some_and(|seen| seen.stamp == *stamp))
            && old.beside == Stamp::of_files(published);
        Ok((!same).then(|| Self::of(published, folders, old)))
    }

    /// What everybody may see.
    pub fn public(&self) -> &Arc<Shelf> {
        &self.public
    }

    /// What the members of a project may see: what is public, and what was released for them.
    pub(crate) fn of_project(&self, project: &Slug) -> &Arc<Shelf> {
        self.projects.get(project).unwrap_or(&self.public)
    }

    fn of(published: &Path, folders: BTreeMap<PathBuf, Stamp>, old: &Self) -> Self {
        let beside = Stamp::of_files(published);
        let known = |path: &PathBuf, stamp: &Stamp| old.seen.get(path).filter(|seen| seen.stamp == *stamp);
        let look = |(path, stamp): (PathBuf, Stamp)| {
            if let Some(seen) = known(&path, &stamp) {
                return (path, seen.clone());
            }
            match look_into(&path) {
                Ok(found) => (path, Seen { stamp, found }),
                // It was not to blame, so it is looked at again although nothing in it has changed.
                Err(Unreadable) => (path, Seen { stamp: Stamp::default(), found: Found::LeftOut }),
            }
        };
        let seen: BTreeMap<PathBuf, Seen> = in_parallel(folders.into_iter().collect(), look).into_iter().collect();
        let listing = left_out("the list of releases that were given up", read_listing(published));
        let shelf = |project: Option<&Slug>| Arc::new(visible(&seen, &listing, project));
        let projects = projects(&seen).into_iter().map(|project| (project.clone(), shelf(Some(project)))).collect();
        let (public, catalogue) = (shelf(None), left_out("the catalogue", Catalogue::read(published)));
        let decisions = left_out("the list of decisions", Decisions::read(published));
        Self { public, projects, catalogue: catalogue.map(Arc::new), decisions, seen, beside }
    }
}

/// What was read, or nothing of it, which the log says.
fn left_out<T: Default, E: std::fmt::Display>(what: &str, read: Result<T, E>) -> T {
    read.unwrap_or_else(|error| {
        tracing::error!(%error, "{what} is left out");
        T::default()
    })
}

/// All projects that something was released for.
fn projects(seen: &BTreeMap<PathBuf, Seen>) -> Vec<&Slug> {
    let mut projects: Vec<&Slug> = seen
        .values()
        .filter_map(|seen| match &seen.found {
            Found::Release(artefact) => artefact.release.definition.project.as_ref(),
            Found::Withdrawn(withdrawal) => withdrawal.project.as_ref(),
            Found::LeftOut => None,
        })
        .collect();
    projects.sort_unstable();
    projects.dedup();
    projects
}

/// What is public, and what is for a project.
fn visible(seen: &BTreeMap<PathBuf, Seen>, listing: &Listing, project: Option<&Slug>) -> Shelf {
    let may_see = |audience: Option<Audience>, of: Option<&Slug>| match audience {
        None | Some(Audience::Public) => true,
        Some(Audience::Project) => of.is_some() && of == project,
    };
    let (mut releases, mut withdrawn) = (Vec::new(), Vec::new());
    for (folder, seen) in seen {
        match &seen.found {
            Found::Release(artefact) => {
                let definition = &artefact.release.definition;
                if may_see(Some(definition.audience), definition.project.as_ref()) {
                    releases.push((Arc::clone(artefact), folder.clone()));
                }
            }
            Found::Withdrawn(one) if may_see(one.audience, one.project.as_ref()) => {
                withdrawn.push(one.as_ref().clone());
            }
            Found::Withdrawn(_) | Found::LeftOut => {}
        }
    }
    withdrawn.sort_by(|one, other| (&one.withdrawn, &one.id).cmp(&(&other.withdrawn, &other.id)));
    Shelf::new(releases, Listing { withdrawn, void: listing.void.clone() })
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

/// The system did not let a folder be read.
struct Unreadable;

fn look_into(folder: &Path) -> Result<Found, Unreadable> {
    if let Ok(Some(withdrawal)) = read_withdrawal(folder) {
        return Ok(Found::Withdrawn(Box::new(withdrawal)));
    }
    match read(folder) {
        Ok(artefact) => Ok(taken_up(folder, artefact)),
        Err(ArtefactError::Io { path, source }) => {
            tracing::error!(path = %path.display(), error = %source, "a release is left out until it can be read");
            Err(Unreadable)
        }
        Err(error) => {
            tracing::error!(%error, "a release is left out because it is not whole");
            Ok(Found::LeftOut)
        }
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

fn taken_up(folder: &Path, artefact: Artefact) -> Found {
    let id = artefact.release.id.as_str();
    if folder.file_name().is_none_or(|name| name != id) {
        tracing::error!(folder = %folder.display(), id, "a release is left out because its folder is not named as its id");
        return Found::LeftOut;
    }
    tracing::info!(id, tables = artefact.cube.tables().len(), "release is served");
    // The measurements are for inference of one's own, from the files; no answer is made of them.
    Found::Release(Arc::new(Artefact { measurements: Vec::new(), ..artefact }))
}
