//! The folder in which an executor keeps what its tasks hand to each other: cases, so only the owner may look, and nothing
//! stays.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::ClusterError;

const OWNER_ONLY: u32 = 0o700;
const LOCK: &str = "executor.lock";
const SHUFFLE: &str = "shuffle";

/// A folder that is ours as long as this lives; then it is emptied.
#[derive(Debug)]
pub(crate) struct WorkFolder {
    shuffle: PathBuf,
    /// Goes away with the process, however it ends.
    _lock: File,
}

impl WorkFolder {
    /// Takes the folder, and removes what a killed executor left in it.
    pub(crate) fn take(folder: &Path) -> Result<Self, ClusterError> {
        let unusable = |source| ClusterError::Folder { folder: folder.to_owned(), source };
        DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(folder).map_err(unusable)?;
        let lock = File::create(folder.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ClusterError::FolderTaken { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let shuffle = folder.join(SHUFFLE);
        remove(&shuffle).map_err(unusable)?;
        DirBuilder::new().mode(OWNER_ONLY).create(&shuffle).map_err(unusable)?;
        // The mode that was asked for goes through the mask of the process.
        fs::set_permissions(&shuffle, fs::Permissions::from_mode(OWNER_ONLY)).map_err(unusable)?;
        Ok(Self { shuffle, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.shuffle
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.shuffle) {
            tracing::error!("{} holds cases and could not be removed: {error}", self.shuffle.display());
        }
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_executors_alone_and_left_empty() {
        let place = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = place.path().join("below/work");
        let taken = WorkFolder::take(&folder).expect("it can be taken");
        let mode = fs::metadata(taken.path()).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode, OWNER_ONLY);
        assert!(matches!(WorkFolder::take(&folder), Err(ClusterError::FolderTaken { .. })));
        let left = taken.path().join("job/1/data.arrow");
        fs::create_dir_all(left.parent().expect("it has one")).expect("made");
        fs::write(&left, "what a task wrote").expect("written");
        drop(taken);
        assert!(!folder.join(SHUFFLE).exists());

        fs::create_dir_all(left.parent().expect("it has one")).expect("made");
        fs::write(&left, "what a killed executor left").expect("written");
        let again = WorkFolder::take(&folder).expect("it can be taken again");
        assert_eq!(fs::read_dir(again.path()).expect("it is there").count(), 0);
    }
}
