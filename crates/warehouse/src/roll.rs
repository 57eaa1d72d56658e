//! Puts a rebuilt table into the place of the old one in a bucket, where nothing swaps two tables in one step.
//!
//! ```text
//! .rebuild/TABLE/ is whole ─► .rebuild/TABLE.swap says so ─► new data files, checkpoint, commit copied into place
//!                                                                   │
//!      .rebuild/TABLE/ removed ◄─ .rebuild/TABLE.swap removed ◄─ old log and old data files removed
//! ```
//!
//! From the moment that `TABLE.swap` stands the change is decided: whoever is killed later is followed by
//! [`crate::Warehouse::clear_rebuilds`], which does all steps again; each can be done twice. Without it the table is the
//! old one, and what was built is removed. The new version's checkpoint names all that the table consists of, so it is
//! copied before the commit: a reader that takes no notice of `TABLE.swap`, such as DuckDB, sees the old table until then
//! and the new one after, but may ask for a file of the old one that has gone. Panoh's own sessions are refused meanwhile.

use std::collections::HashSet;

use crate::place::{Entry, LOG};
use crate::rebuild::{Failure, numbered_hint};
use crate::swap::REBUILD;
use crate::{Bucket, WarehouseError};

/// What the name of the object ends with that says that a table is whole and is to come into use.
const DECIDED: &str = ".swap";
/// In the log, the name of the newest checkpoint.
const HINT: &str = "_last_checkpoint";

/// Puts the table that was built into place, under this version.
pub(crate) async fn swap_in(bucket: &Bucket, table: &str, version: u64) -> Result<(), WarehouseError> {
    let rebuild = bucket.below(REBUILD);
    let decided = version.to_string().into_bytes();
    rebuild.put(&format!("{table}{DECIDED}"), decided).await.map_err(|error| bucket.failed(error))?;
    roll(bucket, table, version).await
}

/// The tables whose new version is decided and not yet wholly in place.
pub(crate) async fn begun(bucket: &Bucket) -> Result<Vec<String>, WarehouseError> {
    let entries = bucket.below(REBUILD).files().await.map_err(|error| bucket.failed(error))?;
    Ok(entries.iter().filter_map(|entry| entry.name.strip_suffix(DECIDED).map(str::to_owned)).collect())
}

/// Puts in place what is decided, and removes what is not. The tables that were put in place.
pub(crate) async fn finish(bucket: &Bucket) -> Result<Vec<String>, WarehouseError> {
    let rebuild = bucket.below(REBUILD);
    let begun = begun(bucket).await?;
    for table in &begun {
        let decided = rebuild.get(&format!("{table}{DECIDED}")).await.map_err(|error| bucket.failed(error))?;
        let version = std::str::from_utf8(&decided).ok().and_then(|version| version.parse().ok());
        let version = version.ok_or_else(|| damaged(table, "the object that decides its new version is damaged"))?;
        roll(bucket, table, version).await?;
    }
    let rest = rebuild.all().await.map_err(|error| bucket.failed(error))?;
    rebuild.delete(rest.into_iter().map(|entry| entry.name)).await.map_err(|error| bucket.failed(error))?;
    Ok(begun)
}

/// All steps from the decision on.
async fn roll(bucket: &Bucket, table: &str, version: u64) -> Result<(), WarehouseError> {
    let failed = |error| bucket.failed(error);
    let (built, place) = (bucket.below(REBUILD).below(table), bucket.below(table));
    let entries = built.all().await.map_err(failed)?;
    let steps = steps(&entries, version).map_err(|reason| damaged(table, reason))?;
    for (name, new) in &steps {
        built.copy(name, &place, new).await.map_err(failed)?;
    }
    let hint = format!("{LOG}/{HINT}");
    let text = numbered_hint(&built.get(&hint).await.map_err(failed)?, version)
        .map_err(|source| WarehouseError::Files { table: table.to_owned(), source })?;
    place.put(&hint, text.into_bytes()).await.map_err(failed)?;
    let new: HashSet<&str> = steps.iter().map(|(_, new)| new.as_str()).chain([hint.as_str()]).collect();
    let old = place.all().await.map_err(failed)?.into_iter().map(|entry| entry.name);
    // The log first: without its files it would say what is not there.
    let (log, data): (Vec<_>, Vec<_>) =
        old.filter(|name| !new.contains(name.as_str())).partition(|name| name.starts_with(LOG));
    place.delete(log).await.map_err(failed)?;
    place.delete(data).await.map_err(failed)?;
    // The decision goes before what it is about: the other way round, what is left of that would be put in place.
    bucket.below(REBUILD).delete([format!("{table}{DECIDED}")]).await.map_err(failed)?;
    built.delete(entries.into_iter().map(|entry| entry.name)).await.map_err(failed)
}

/// Which object goes where, in this order: data files, the checkpoint, the commit. Number 0 of the log becomes `version`.
fn steps(built: &[Entry], version: u64) -> Result<Vec<(String, String)>, &'static str> {
    let first = format!("{LOG}/{:020}.", 0);
    let (mut data, mut log) = (vec![], vec![]);
    for name in built.iter().map(|entry| &entry.name) {
        match name.strip_prefix(&first) {
            Some(kind) => log.push((name.clone(), format!("{LOG}/{version:020}.{kind}"))),
            None if name.starts_with(LOG) => {}
            None => data.push((name.clone(), name.clone())),
        }
    }
    let is_commit = |name: &str| name.strip_suffix(".json").is_some();
    log.sort_by_key(|(name, _)| is_commit(name));
    match log.as_slice() {
        [checkpoints @ .., (commit, _)] if !checkpoints.is_empty() && is_commit(commit) => {}
        _ => return Err("the commit or the checkpoint of its new version is not there"),
    }
    data.extend(log);
    Ok(data)
}

fn damaged(table: &str, reason: &'static str) -> WarehouseError {
    WarehouseError::Files { table: table.to_owned(), source: Failure::from(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkpoint_comes_before_the_commit_and_both_after_the_data() {
        let entries = |names: &[&str]| -> Vec<Entry> {
            names.iter().map(|name| Entry { name: (*name).to_owned(), bytes: 1 }).collect()
        };
        let (commit, checkpoint) =
            ("_delta_log/00000000000000000000.json", "_delta_log/00000000000000000000.checkpoint.parquet");
        let found = steps(&entries(&[commit, checkpoint, "_delta_log/_last_checkpoint", "a.parquet"]), 7).unwrap();
        let new: Vec<_> = found.iter().map(|(_, new)| new.as_str()).collect();
        let numbered = ["_delta_log/00000000000000000007.checkpoint.parquet", "_delta_log/00000000000000000007.json"];
        assert_eq!(new, ["a.parquet", numbered[0], numbered[1]]);
        for part in [&[commit, "a.parquet"][..], &[checkpoint, "a.parquet"], &["a.parquet"], &[]] {
            assert!(steps(&entries(part), 7).is_err(), "{part:?}");
        }
    }
}
