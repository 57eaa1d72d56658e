//! One commit: data files are written and put on disk, the log says in one step which files the table consists of now, and
//! what a failure left is cleared away.

use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, Remove};
use deltalake::logstore::get_actions;
use deltalake::logstore::object_store::ObjectStoreExt as _;
use deltalake::logstore::object_store::path::Path as StorePath;
use deltalake::protocol::DeltaOperation;
use deltalake::table::config::TablePropertiesExt as _;
use deltalake::{DeltaTable, DeltaTableError, checkpoints};

use crate::error::store;
use crate::place::LOG;
use crate::stored::Stored;
use crate::writers::Writers;
use crate::{WarehouseError, files};

/// What a commit says.
pub(crate) struct Change<'a> {
    /// Files that the table has from now on.
    pub(crate) adds: &'a [Add],
    /// Files that it has no more.
    pub(crate) removes: Vec<Remove>,
    /// Application transaction and figures.
    pub(crate) properties: CommitProperties,
    /// What it is called in the log.
    pub(crate) operation: DeltaOperation,
}

/// Figures for the log.
pub(crate) fn properties(metrics: serde_json::Value) -> CommitProperties {
    CommitProperties::default().with_metadata([("operationMetrics".to_owned(), metrics)])
}

/// Ends the writers and puts their files on disk. After an error no file is left.
pub(crate) async fn finish(stored: &Stored, before: &DeltaTable, writers: Writers) -> Result<Vec<Add>, WarehouseError> {
    let (adds, closed) = writers.close().await;
    if let Err(error) = closed {
        clear(before, &adds).await;
        return Err(store(&stored.name)(error));
    }
    let paths: Vec<String> = adds.iter().map(|add| add.path.clone()).collect();
    if let Err(error) = stored.place.sync(&paths, &[""]).await {
        clear(before, &adds).await;
        return Err(error);
    }
    Ok(adds)
}

/// Writes the log entry. It stops there: what follows a commit (checkpoint, clean-up) must not turn a commit that
/// happened into an error. Nothing in it is a condition on values, which would write them into the log.
pub(crate) async fn publish(before: &DeltaTable, change: Change<'_>) -> Result<u64, DeltaTableError> {
    let removes = change.removes.into_iter().map(Action::Remove);
    let actions = removes.chain(change.adds.iter().cloned().map(Action::Add)).collect();
    let commit = CommitBuilder::from(change.properties)
        .with_actions(actions)
        .build(Some(before.snapshot()?.snapshot()), before.log_store(), change.operation)
        .into_prepared_commit_future()
        .await?
        .await?;
    Ok(commit.version)
}

/// Puts a log entry that was written on disk.
pub(crate) async fn keep(stored: &Stored, before: &DeltaTable, version: u64) -> Result<(), WarehouseError> {
    stored.place.sync(&[files::log_name(version)], &[LOG]).await?;
    checkpoint(before, version).await;
    Ok(())
}

/// The version after `before` that has these files; none when none has. An answer of a server can be lost on its way: the
/// entry is there then, and writing it once more is refused as if somebody else had been quicker.
pub(crate) async fn version_with(before: &DeltaTable, adds: &[Add]) -> Result<Option<u64>, DeltaTableError> {
    let Some(first) = adds.first() else { return Ok(None) };
    let mut version = before.version().unwrap_or_default() + 1;
    while let Some(entry) = before.log_store().read_commit_entry(version).await? {
        let is_ours = |action: &Action| matches!(action, Action::Add(add) if add.path == first.path);
        if get_actions(version, &entry)?.iter().any(is_ours) {
            return Ok(Some(version));
        }
        version += 1;
    }
    Ok(None)
}

/// A checkpoint makes opening quicker; without one everything still works, so a failure is only logged.
async fn checkpoint(before: &DeltaTable, version: u64) {
    let mut table = before.clone();
    let made = async {
        table.load_version(version).await?;
        let every = table.snapshot()?.table_config().checkpoint_interval().get();
        if (version + 1).is_multiple_of(every) {
            checkpoints::create_checkpoint(&table, None).await?;
        }
        Ok::<_, DeltaTableError>(())
    };
    if let Err(error) = made.await {
        tracing::warn!(version, %error, "no checkpoint was made; the next one will include these commits");
    }
}

/// Removes the files of a load that failed. What cannot be removed is seen by no query, and the first error matters more.
pub(crate) async fn clear(table: &DeltaTable, adds: &[Add]) {
    if let Err(error) = remove(table, adds).await {
        tracing::warn!(%error, "files of a load that failed are left behind; no query sees them");
    }
}

pub(crate) async fn remove(table: &DeltaTable, adds: &[Add]) -> Result<(), DeltaTableError> {
    for add in adds {
        table.object_store().delete(&StorePath::from(add.path.as_str())).await?;
    }
    Ok(())
}
