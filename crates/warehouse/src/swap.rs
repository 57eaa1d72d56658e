//! Puts a rebuilt table into the place of the old one in one step, and clears what a rebuild that was cut off left.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::{Warehouse, WarehouseError};

/// The folder, inside the warehouse's, in which tables are built anew.
const REBUILD: &str = ".rebuild";

impl Warehouse {
    /// Refuses when the file system cannot swap two folders in one step. Ask before a change begins that needs it.
    pub fn probe_swap(&self) -> Result<(), WarehouseError> {
        let (one, other) = (self.scratch(".one"), self.scratch(".other"));
        let tried =
            fs::create_dir_all(&one).and_then(|()| fs::create_dir_all(&other)).and_then(|()| exchange(&one, &other));
        self.clear_rebuilds()?;
        tried.map_err(|source| WarehouseError::NoSwap { path: self.root.clone(), source })
    }

    /// Removes what a rebuild that was cut off left: a table that never came into use, or an old one that is out of use.
    /// Only for whoever holds the home's lock.
    pub fn clear_rebuilds(&self) -> Result<(), WarehouseError> {
        let path = self.root.join(REBUILD);
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(WarehouseError::Sync { path, source }),
            Ok(()) => sync_folder(&self.root),
        }
    }

    /// Where a table is built anew.
    pub(crate) fn scratch(&self, table: &str) -> PathBuf {
        self.root.join(REBUILD).join(table)
    }

    /// Swaps the table with the one that was built, which is on disk, and removes the old one. Durable when it returns.
    pub(crate) fn swap_in(&self, table: &str) -> Result<(), WarehouseError> {
        let (scratch, place) = (self.scratch(table), self.root.join(table));
        exchange(&scratch, &place).map_err(|source| WarehouseError::NoSwap { path: place, source })?;
        sync_folder(&self.root.join(REBUILD))?;
        sync_folder(&self.root)?;
        self.clear_rebuilds()
    }
}

fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

fn sync_folder(path: &Path) -> Result<(), WarehouseError> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(|source| WarehouseError::Sync { path: path.to_owned(), source })
}
