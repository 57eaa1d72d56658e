//! Where tables lie: in a folder of this machine, or in a bucket of an object store.
//!
//! What differs between the two stands here. A file is on disk when it was synced, and its folder too; an object is
//! durable when its server has answered. A data file of a folder is read as a file; one of a bucket is fetched whole, so
//! that one data file is in memory at a time.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use deltalake::{DeltaTable, DeltaTableBuilder};
use url::Url;

use crate::error::store;
use crate::files::Input;
use crate::rebuild::Failure;
use crate::{Bucket, WarehouseError, durable};

/// The log of a table, below it.
pub(crate) const LOG: &str = "_delta_log";

/// Where tables lie, or one of them.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A part of a bucket.
    Bucket(Bucket),
}

/// A file or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name, below the place that was listed.
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

impl Place {
    /// The place of this name below.
    pub(crate) fn below(&self, name: &str) -> Place {
        match self {
            Place::Folder(folder) => Place::Folder(folder.join(name)),
            Place::Bucket(bucket) => Place::Bucket(bucket.below(name)),
        }
    }

    /// A table that was not read yet.
    pub(crate) fn connect(&self, table: &str) -> Result<DeltaTable, WarehouseError> {
        match self {
            Place::Folder(folder) => {
                let unfit = |reason: &str| self.unfit(reason);
                let absolute = folder.canonicalize().map_err(|error| unfit(&error.to_string()))?;
                let url =
                    Url::from_directory_path(absolute).map_err(|()| unfit("the path cannot be written as a URL"))?;
                DeltaTableBuilder::from_url(url).and_then(DeltaTableBuilder::build).map_err(store(table))
            }
            Place::Bucket(bucket) => bucket.connect_table().map_err(store(table)),
        }
    }

    /// Makes the folder when it is not there. A bucket has none.
    pub(crate) fn make(&self) -> Result<(), WarehouseError> {
        match self {
            Place::Folder(folder) => fs::create_dir_all(folder).map_err(|error| self.unfit(error.to_string())),
            Place::Bucket(_) => Ok(()),
        }
    }

    /// Whether a table stands here.
    pub(crate) async fn is_table(&self) -> Result<bool, WarehouseError> {
        match self {
            Place::Folder(folder) => Ok(folder.join(LOG).is_dir()),
            Place::Bucket(bucket) => bucket.below(LOG).holds_any().await,
        }
    }

    /// Whether anything stands here.
    pub(crate) async fn holds_any(&self) -> Result<bool, WarehouseError> {
        match self {
            Place::Folder(folder) => Ok(fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())),
            Place::Bucket(bucket) => bucket.holds_any().await,
        }
    }

    /// Whether this lies in a table, at whatever depth.
    pub(crate) async fn is_within_table(&self) -> Result<bool, WarehouseError> {
        match self {
            Place::Folder(folder) => Ok(folder.ancestors().any(|above| above.join(LOG).is_dir())),
            Place::Bucket(bucket) => {
                for above in bucket.with_all_above() {
                    if above.below(LOG).holds_any().await? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// What stands directly in the folder `below`, or here when it has no name. Folders are left out.
    pub(crate) async fn files(&self, below: &str) -> Result<Vec<Entry>, Failure> {
        match self {
            Place::Folder(folder) => folder_files(&folder.join(below)),
            Place::Bucket(bucket) => Ok(bucket.below(below).files().await?),
        }
    }

    /// A file, ready to be read.
    pub(crate) async fn input(&self, name: &str) -> Result<Input, Failure> {
        match self {
            Place::Folder(folder) => Ok(Input::File(folder.join(name))),
            Place::Bucket(bucket) => Ok(Input::Bytes(bucket.get(name).await?)),
        }
    }

    /// The contents of a small file.
    pub(crate) async fn contents(&self, name: &str) -> Result<Bytes, Failure> {
        match self {
            Place::Folder(folder) => Ok(fs::read(folder.join(name))?.into()),
            Place::Bucket(bucket) => Ok(bucket.get(name).await?),
        }
    }

    /// What all files take together, those of folders below included.
    pub(crate) async fn bytes(&self) -> Result<u64, Failure> {
        match self {
            Place::Folder(folder) => Ok(folder_bytes(folder)?),
            Place::Bucket(bucket) => Ok(bucket.all().await?.iter().map(|entry| entry.bytes).sum()),
        }
    }

    /// Puts files on disk, then the folders that name them.
    pub(crate) async fn sync(&self, files: &[String], folders: &[&str]) -> Result<(), WarehouseError> {
        let Place::Folder(folder) = self else { return Ok(()) };
        let files = files.iter().map(|name| folder.join(name)).collect();
        durable::sync(files, folders.iter().map(|name| folder.join(name)).collect()).await
    }

    /// Puts every file of a folder on disk, then the folder.
    pub(crate) async fn sync_folder(&self, below: &str) -> Result<(), WarehouseError> {
        let Place::Folder(folder) = self else { return Ok(()) };
        let failed = |source: Failure| {
            let source = source.downcast().map_or_else(std::io::Error::other, |source| *source);
            WarehouseError::Sync { path: folder.join(below), source }
        };
        let names = folder_files(&folder.join(below)).map_err(failed)?;
        let files = names.into_iter().map(|entry| folder.join(below).join(entry.name)).collect();
        durable::sync(files, vec![folder.join(below)]).await
    }

    fn unfit(&self, reason: impl Into<String>) -> WarehouseError {
        WarehouseError::Path { path: self.to_string(), reason: reason.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => folder.display().fmt(f),
            Place::Bucket(bucket) => bucket.fmt(f),
        }
    }
}

impl From<&Path> for Place {
    fn from(folder: &Path) -> Self {
        Place::Folder(folder.to_owned())
    }
}

impl From<&PathBuf> for Place {
    fn from(folder: &PathBuf) -> Self {
        Place::Folder(folder.clone())
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}

fn folder_files(folder: &Path) -> Result<Vec<Entry>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            // Panoh and Delta Lake write names of plain letters only; another one cannot be a data file.
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push(Entry { name, bytes: entry.metadata()?.len() });
        }
    }
    Ok(files)
}

/// What the files of a folder and of the folders in it take together.
fn folder_bytes(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { folder_bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
