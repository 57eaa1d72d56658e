//! Removes what no kept version of a table needs: data files that later commits took out, files of loads that were cut
//! off, and the part of the log before the oldest version that is kept.
//!
//! ```text
//! checkpoint of the oldest kept version ─► log entries before it go ─► data files that no kept version has go
//! ```
//!
//! Killed between two steps, it leaves more than needed and nothing less; the next one goes on.

use std::collections::HashSet;

use deltalake::logstore::object_store::path::Path as StorePath;
use deltalake::logstore::object_store::{ObjectMeta, ObjectStoreExt as _};
use deltalake::{DeltaTable, DeltaTableError, ObjectStore, checkpoints};
use futures::TryStreamExt as _;

use crate::error::store;
use crate::place::LOG;
use crate::stored::Stored;
use crate::{Warehouse, WarehouseError};

/// What a vacuum removed from a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Vacuumed {
    /// The oldest version that can still be asked.
    pub oldest: u64,
    /// Data files that were removed.
    pub files: u64,
    /// What they and the log's old part took, in bytes.
    pub bytes: u64,
}

impl Warehouse {
    /// Removes what only versions need that were out of date at a moment, in milliseconds since 1970 UTC; the version that
    /// was the newest at that moment stays, and so do all after it. Files of loads that were cut off go too, so this is
    /// only for whoever holds the home's lock. A query that began on a version that goes fails.
    pub async fn vacuum(&self, table: &str, out_of_date_at_ms: i64) -> Result<Vacuumed, WarehouseError> {
        let stored = self.stored(table)?;
        let at = store(&stored.name);
        let newest = stored.newest().await?;
        let versions = self.versions(table).await?;
        let current = versions.iter().rev().find(|version| version.time_ms <= out_of_date_at_ms);
        let Some(oldest) = current.or(versions.first()).map(|version| version.version) else {
            return Ok(Vacuumed::default());
        };
        let objects = newest.object_store();
        let all: Vec<ObjectMeta> =
            objects.list(None).try_collect().await.map_err(|error| at(DeltaTableError::from(error)))?;
        let (log, data): (Vec<_>, Vec<_>) = all.into_iter().partition(|object| is_log(&object.location));
        let needed = needed(stored, &newest, oldest).await?;
        fold(stored, &newest, oldest, &log).await?;
        let old = log.iter().filter(|object| version_of(&object.location).is_some_and(|version| version < oldest));
        let mut bytes = remove(&objects, old).await.map_err(&at)?.1;
        stored.place.sync(&[], &[LOG]).await?;
        let idle = data.iter().filter(|object| !needed.contains(&object.location));
        let (files, freed) = remove(&objects, idle).await.map_err(&at)?;
        stored.place.sync(&[], &[""]).await?;
        bytes += freed;
        Ok(Vacuumed { oldest, files, bytes })
    }
}

/// The data files that some version from `oldest` on has: those of the newest, and those that a later commit took out.
async fn needed(stored: &Stored, newest: &DeltaTable, oldest: u64) -> Result<HashSet<StorePath>, WarehouseError> {
    let at = store(&stored.name);
    let mut needed: HashSet<StorePath> =
        newest.snapshot().map_err(&at)?.log_data().iter().map(|file| StorePath::from(file.path().as_ref())).collect();
    for version in oldest + 1..=newest.version().unwrap_or_default() {
        let entry = newest.log_store().read_commit_entry(version).await.map_err(&at)?;
        let entry = entry.ok_or_else(|| stored.unreadable(format!("log entry {version} is missing")))?;
        for line in entry.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let action: serde_json::Value = serde_json::from_slice(line).map_err(|error| stored.unreadable(error))?;
            if let Some(path) = action["remove"]["path"].as_str() {
                let path = StorePath::from_url_path(path).map_err(|error| stored.unreadable(error))?;
                needed.insert(path);
            }
        }
    }
    Ok(needed)
}

/// Makes the log readable without what comes before `oldest`.
async fn fold(stored: &Stored, newest: &DeltaTable, oldest: u64, log: &[ObjectMeta]) -> Result<(), WarehouseError> {
    let at = store(&stored.name);
    let has_checkpoint = |version| {
        let is_it = |object: &ObjectMeta| {
            let name = object.location.filename().unwrap_or_default();
            version_of(&object.location) == Some(version) && name.contains(".checkpoint")
        };
        log.iter().any(is_it)
    };
    let goes = log.iter().any(|object| version_of(&object.location).is_some_and(|version| version < oldest));
    if !goes {
        return Ok(());
    }
    // The newest last: the hint for readers names the one that was made last.
    for version in [oldest, newest.version().unwrap_or_default()] {
        if !has_checkpoint(version) {
            let mut table = newest.clone();
            table.load_version(version).await.map_err(&at)?;
            checkpoints::create_checkpoint(&table, None).await.map_err(&at)?;
        }
        if oldest == newest.version().unwrap_or_default() {
            break;
        }
    }
    stored.place.sync_folder(LOG).await
}

async fn remove(
    objects: &deltalake::logstore::ObjectStoreRef,
    idle: impl Iterator<Item = &ObjectMeta>,
) -> Result<(u64, u64), DeltaTableError> {
    let (mut files, mut bytes) = (0, 0);
    for object in idle {
        objects.delete(&object.location).await?;
        files += 1;
        bytes += object.size;
    }
    Ok((files, bytes))
}

fn is_log(path: &StorePath) -> bool {
    path.prefix_matches(&StorePath::from(LOG))
}

/// The version that a log file's name begins with; none for the hint to the newest checkpoint and for folders.
fn version_of(path: &StorePath) -> Option<u64> {
    let (digits, _) = path.filename()?.split_once('.')?;
    (digits.len() == 20).then(|| digits.parse().ok()).flatten()
}
