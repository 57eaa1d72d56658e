//! Puts a rebuilt table into the place of the old one, and clears what a rebuild that was cut off left. Two folders are
//! swapped in one step; `roll.rs` does the same for a bucket.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::place::Place;
use crate::{Warehouse, WarehouseError, roll};

/// Where, beside the tables, they are built anew.
pub(crate) const REBUILD: &str = ".rebuild";

impl Warehouse {
    /// Refuses when the file system cannot swap two folders in one step. Ask before a change begins that needs it.
    pub fn probe_swap(&self) -> Result<(), WarehouseError> {
        let Place::Folder(root) = &self.place else { return Ok(()) };
        let (one, other) = (root.join(REBUILD).join(".one"), root.join(REBUILD).join(".other"));
        let tried =
            fs::create_dir_all(&one).and_then(|()| fs::create_dir_all(&other)).and_then(|()| exchange(&one, &other));
        clear(root)?;
        tried.map_err(|source| WarehouseError::NoSwap { path: root.clone(), source })
    }

    /// Removes what a rebuild that was cut off left: a table that never came into use, or an old one that is out of use. In
    /// a bucket a table that was decided on is put in place first. Only for whoever holds the home's lock.
    pub async fn clear_rebuilds(&mut self) -> Result<(), WarehouseError> {
        match &self.place {
            Place::Folder(root) => clear(root),
            Place::Bucket(bucket) => {
                for table in roll::finish(bucket).await? {
                    self.reopen(&table).await?;
                }
                Ok(())
            }
        }
    }

    /// Refuses while a table of a bucket is being put in place: its old and its new files may both be there.
    pub(crate) async fn refuse_unfinished(&self) -> Result<(), WarehouseError> {
        let Place::Bucket(bucket) = &self.place else { return Ok(()) };
        match roll::begun(bucket).await?.pop() {
            Some(table) => Err(WarehouseError::Unfinished { place: self.place.to_string(), table }),
            None => Ok(()),
        }
    }

    /// Where a table is built anew.
    pub(crate) fn scratch(&self, table: &str) -> Place {
        self.place.below(REBUILD).below(table)
    }

    /// Puts the table that was built, which is on disk, into the place of the old one, as this version. Durable when it
    /// returns.
    pub(crate) async fn swap_in(&self, table: &str, version: u64) -> Result<(), WarehouseError> {
        let root = match &self.place {
            Place::Folder(root) => root,
            Place::Bucket(bucket) => return roll::swap_in(bucket, table, version).await,
        };
        let (scratch, place) = (root.join(REBUILD).join(table), root.join(table));
        exchange(&scratch, &place).map_err(|source| WarehouseError::NoSwap { path: place, source })?;
        sync_folder(&root.join(REBUILD))?;
        sync_folder(root)?;
        clear(root)
    }
}

/// Removes the folder in which tables were built.
fn clear(root: &Path) -> Result<(), WarehouseError> {
    let path = root.join(REBUILD);
    match fs::remove_dir_all(&path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(WarehouseError::Sync { path, source }),
        Ok(()) => sync_folder(root),
    }
}

fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

fn sync_folder(path: &Path) -> Result<(), WarehouseError> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(|source| WarehouseError::Sync { path: path.to_owned(), source })
}
