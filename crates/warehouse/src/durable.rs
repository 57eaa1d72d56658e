//! Makes written files survive a power cut. The table format writes whole files and links them into place, which is
//! safe against a killed process; only a sync of file and folder is safe against a cut.

use std::path::{Path, PathBuf};

use crate::WarehouseError;

/// Syncs the files, then the folders that name them. On systems where a folder cannot be opened, folders are skipped.
pub(crate) async fn sync(files: Vec<PathBuf>, folders: Vec<PathBuf>) -> Result<(), WarehouseError> {
    tokio::task::spawn_blocking(move || {
        for file in &files {
            sync_one(file)?;
        }
        if cfg!(unix) {
            for folder in &folders {
                sync_one(folder)?;
            }
        }
        Ok(())
    })
    .await
    .expect("syncing does not panic and is never cancelled")
}

fn sync_one(path: &Path) -> Result<(), WarehouseError> {
    std::fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|source| WarehouseError::Sync { path: path.to_owned(), source })
}
