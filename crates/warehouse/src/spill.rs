//! The folder of one engine for what does not fit in memory: case data, so it goes when the engine goes, and what a killed
//! one left goes before the next begins.
//!
//! Each engine locks a file in its folder for as long as it lives. A folder whose file can be locked belongs to nobody.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// How the folders of engines begin.
const OWN: &str = "query-";
/// The file that its engine locks.
const LOCK: &str = "lock";
/// The file that is locked while folders are made and cleared.
const TURN: &str = ".turn";

/// A folder below the spill folder that this engine alone uses. It is removed with the last clone of the engine.
#[derive(Debug)]
pub(crate) struct Spill {
    folder: PathBuf,
    _lock: File,
}

impl Spill {
    /// Takes a new folder, and removes those that nobody has any more.
    pub(crate) fn take(below: &Path) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let turn = File::create(below.join(TURN))?;
        turn.lock()?;
        clear(below)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = below.join(format!("{OWN}{}-{number}", std::process::id()));
        fs::create_dir(&folder)?;
        let lock = File::create(folder.join(LOCK))?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "what a query put on disk could not be removed; the next one tries again");
        }
    }
}

fn clear(below: &Path) -> io::Result<()> {
    for entry in fs::read_dir(below)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(OWN) {
            continue;
        }
        let is_nobodys = match File::open(entry.path().join(LOCK)) {
            Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        let removed = if is_nobodys { fs::remove_dir_all(entry.path()) } else { Ok(()) };
        // Its engine may be removing it at this moment.
        removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_query_left_goes_and_what_a_running_one_needs_stays() {
        let below = tempfile::tempdir().unwrap();
        let left = below.path().join("query-1-0");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("rows.arrow"), "a case").unwrap();
        fs::write(below.path().join("history"), "of the prompt").unwrap();
        let running = Spill::take(below.path()).unwrap();
        fs::write(running.folder().join("rows.arrow"), "a case").unwrap();
        let other = Spill::take(below.path()).unwrap();
        assert!(!left.exists() && running.folder().join("rows.arrow").exists() && other.folder() != running.folder());
        let folders = [running.folder().to_owned(), other.folder().to_owned()];
        drop((running, other));
        assert!(folders.iter().all(|folder| !folder.exists()) && below.path().join("history").exists());
    }
}
