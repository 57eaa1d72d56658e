//! Builds a table anew: every row goes through a function that may change it or leave it out, and old versions, old log
//! entries and files that no query sees stay behind.
//!
//! ```text
//! active files ─► rows, by pseudonym ─► .rebuild/TABLE: data files ─► one commit: files, loads ─► checkpoint ─► numbered
//!                                                                                                     │
//!                                                    old table removed ◄─ swapped with TABLE in one step
//! ```
//!
//! The new table's only version has the number after the old table's newest, so numbers that a ledger wrote down never
//! mean something else. The format allows that: a log may begin with a checkpoint, as it does when old entries were
//! cleaned away. A process that is killed leaves the old table or the new one in its place, and a folder below
//! `.rebuild` that [`Warehouse::clear_rebuilds`] removes. A bucket swaps nothing in one step: see `roll.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use deltalake::datafile::writer::DeltaWriter;
use deltalake::kernel::transaction::CommitProperties;
use deltalake::kernel::{Action, Transaction};
use deltalake::{DeltaTable, checkpoints};

use crate::append::{as_stored, writer};
use crate::error::store;
use crate::files::{active, commit_name};
use crate::order::{Order, ROWS_HELD};
use crate::place::{LOG, Place};
use crate::stored::{Contents, Stored, create_table};
use crate::{Warehouse, WarehouseError, transactions};

/// The folder for rows that wait for their order.
const PILES: &str = ".piles";

/// Why a row or a load's id could not be carried over.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What becomes of a table.
pub struct Rebuild<'a> {
    /// The id of the key under which the new rows' pseudonyms are made.
    pub key_id: &'a str,
    /// What becomes of rows: the batch with the same columns, and as many rows as are to stay.
    pub rows: &'a mut (dyn FnMut(RecordBatch) -> Result<RecordBatch, Failure> + Send),
    /// What becomes of the id of a remembered load (or other application transaction); none forgets it.
    pub transactions: &'a (dyn Fn(&str) -> Result<Option<String>, Failure> + Sync),
    /// The folder, on this machine, in which rows of a large table wait for their order.
    pub spill: &'a Path,
}

impl std::fmt::Debug for Rebuild<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rebuild").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Warehouse {
    /// Builds the table anew and puts it into the place of the old one. The number of rows that it has. After an error
    /// the table is the old one or the new one, wholly (in a bucket no session opens until it is); sessions that began before fail or see the old one. Only for
    /// whoever holds the home's lock.
    pub async fn rebuild(&mut self, table: &str, change: &mut Rebuild<'_>) -> Result<u64, WarehouseError> {
        self.clear_rebuilds().await?;
        let stored = self.stored(table)?.clone();
        let old = stored.newest().await?;
        let version = old.version().unwrap_or_default() + 1;
        match self.build(&stored, &old, version, change).await {
            Ok(rows) => {
                self.swap_in(table, version).await?;
                self.reopen(table).await?;
                Ok(rows)
            }
            Err(error) => {
                // The first error is the one to report; what is left is cleared when the home is opened again.
                let _ = self.clear_rebuilds().await;
                Err(error)
            }
        }
    }

    /// The ids of all loads that the table remembers, rows or no rows.
    pub async fn loads(&self, table: &str) -> Result<Vec<String>, WarehouseError> {
        let stored = self.stored(table)?;
        let all = transactions::all(&stored.place).await.map_err(|source| stored.unreadable(source))?;
        Ok(all.into_keys().filter(|id| id.starts_with("load:")).collect())
    }

    /// Opens the table again: it is another one now.
    pub(crate) async fn reopen(&mut self, table: &str) -> Result<(), WarehouseError> {
        let described = self.dictionary.table(table).expect("a stored table is in the dictionary");
        let opened = Stored::open(self.place.below(table), described).await?;
        Arc::make_mut(&mut self.tables).insert(table.to_owned(), opened);
        Ok(())
    }

    /// Builds the new table beside the others and puts it on disk.
    async fn build(
        &self,
        stored: &Stored,
        old: &DeltaTable,
        version: u64,
        change: &mut Rebuild<'_>,
    ) -> Result<u64, WarehouseError> {
        let at = store(&stored.name);
        let scratch = self.scratch(&stored.name);
        scratch.make()?;
        let objects = scratch.connect(&stored.name)?.object_store();
        let writer = writer(stored, objects, old.snapshot().map_err(&at)?);
        let (rows, mut actions) = carry(old, stored, writer, change).await?;
        // In the order of the new ids: that of the old ones would tell which was which.
        let mut remembered = BTreeMap::new();
        for (id, number) in transactions::all(&stored.place).await.map_err(|source| stored.unreadable(source))? {
            if let Some(id) = (change.transactions)(&id).map_err(|source| stored.unreadable(source))? {
                remembered.insert(id, number);
            }
        }
        actions.extend(remembered.into_iter().map(|(id, number)| Action::Txn(Transaction::new(id, number))));
        let described = self.dictionary.table(&stored.name).expect("a stored table is in the dictionary");
        let metrics = serde_json::json!({ "num_added_rows": rows });
        let properties = CommitProperties::default().with_metadata([("operationMetrics".to_owned(), metrics)]);
        let made = create_table(&scratch, described, change.key_id, Contents { actions, properties }).await?;
        checkpoints::create_checkpoint(&made, None).await.map_err(&at)?;
        // In a bucket the log is numbered on its way into place.
        if let Place::Folder(folder) = &scratch {
            number(&folder.join(LOG), version).map_err(|source| stored.unreadable(source))?;
            scratch.sync_folder(LOG).await?;
            scratch.sync_folder("").await?;
            scratch.sync(&[], &[".."]).await?;
        }
        Ok(rows)
    }
}

/// Takes the rows of the old table over to the writer's place, in the order of their new pseudonyms.
async fn carry(
    old: &DeltaTable,
    stored: &Stored,
    mut writer: DeltaWriter,
    change: &mut Rebuild<'_>,
) -> Result<(u64, Vec<Action>), WarehouseError> {
    let at = store(&stored.name);
    let failed = |source: Failure| stored.unreadable(source);
    let names = active(old, stored)?;
    let mut rows = 0;
    for name in &names {
        rows += stored.place.input(name).await.and_then(|input| input.count()).map_err(failed)?;
    }
    let piles = change.spill.join(PILES);
    let mut order = Order::new(&stored.schema, &stored.pseudonyms, rows, ROWS_HELD, &piles).map_err(failed)?;
    // The files in it have no names any more.
    let _ = fs::remove_dir(piles);
    for name in names {
        let input = stored.place.input(&name).await.map_err(failed)?;
        for batch in input.rows(None).map_err(failed)? {
            let batch = (change.rows)(batch.map_err(|error| failed(error.into()))?).map_err(failed)?;
            if batch.num_rows() > 0 {
                order.add(as_stored(stored, &batch)?).map_err(failed)?;
            }
        }
    }
    let mut count = 0;
    for pile in order.piles().map_err(failed)? {
        let pile = pile.read().map_err(failed)?;
        for batch in pile.sorted().map_err(failed)? {
            let batch = batch.map_err(failed)?;
            writer.write(&batch).await.map_err(&at)?;
            count += batch.num_rows() as u64;
        }
    }
    let adds = writer.close().await.map_err(&at)?;
    Ok((count, adds.into_iter().map(Action::Add).collect()))
}

/// Gives the log's only version, 0, another number: that of commit and checkpoint is in their names alone, and in the
/// hint that names the checkpoint.
fn number(log: &Path, version: u64) -> io::Result<()> {
    let first = format!("{:020}.", 0);
    for entry in fs::read_dir(log)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(kind) = name.strip_prefix(&first) {
            fs::rename(&path, log.join(format!("{version:020}.{kind}")))?;
        }
    }
    let hint = log.join("_last_checkpoint");
    let named = numbered_hint(&fs::read(&hint)?, version).map_err(io::Error::other)?;
    fs::write(&hint, named)?;
    // Without its commit the table would be swapped in and could not be opened.
    let is_there = log.join(commit_name(version)).is_file();
    if is_there {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::NotFound, "the commit of the new table is not there"))
    }
}

/// The hint that names the newest checkpoint, with another number.
pub(crate) fn numbered_hint(hint: &[u8], version: u64) -> Result<String, Failure> {
    let mut named: serde_json::Value = serde_json::from_slice(hint)?;
    if let Some(named) = named.as_object_mut() {
        named.insert("version".to_owned(), version.into());
        // It would be that of the text with the old number.
        named.remove("checksum");
    }
    Ok(named.to_string())
}
