//! One load into one table: rows stream into Parquet files, and one commit at the end makes them visible.
//!
//! The commit carries the load's id as an application transaction. It was looked up before the first row, and Delta
//! checks it again against every commit that was made since: of two loads of the same file one fails.

use std::num::NonZeroU64;
use std::path::PathBuf;

use arrow::record_batch::RecordBatch;
use deltalake::datafile::writer::{DeltaWriter, WriterConfig};
use deltalake::kernel::transaction::{CommitBuilder, CommitConflictError, CommitProperties, TransactionError};
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::logstore::object_store::ObjectStoreExt as _;
use deltalake::logstore::object_store::path::Path as StorePath;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::table::config::TablePropertiesExt as _;
use deltalake::{DeltaTable, DeltaTableError, checkpoints};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::error::store;
use crate::warehouse::Stored;
use crate::{WarehouseError, durable};

/// A data file is closed at about this size, in bytes of compressed Parquet.
const FILE_BYTES: NonZeroU64 = NonZeroU64::new(128 << 20).expect("not zero");
/// Rows that are held in memory before they are compressed; also the unit in which readers skip and share work.
const ROW_GROUP_ROWS: usize = 1 << 17;
/// Rows between two looks at the size of the open file.
const SLICE_ROWS: usize = 1 << 13;

/// Rows on their way into a table. Memory is bounded by one row group and the parts of a file that are being written.
/// Dropping it leaves files behind that no query sees; [`Append::abandon`] removes them.
pub struct Append {
    stored: Stored,
    load_id: String,
    /// The table as it was when the load began: the commit is checked against everything that came after.
    before: DeltaTable,
    writer: DeltaWriter,
    rows: u64,
}

impl std::fmt::Debug for Append {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Append").field("table", &self.stored.name).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Append {
    pub(crate) async fn begin(stored: &Stored, load_id: &str) -> Result<Self, WarehouseError> {
        let at = store(&stored.name);
        let before = stored.newest().await?;
        let state = before.snapshot().map_err(&at)?;
        if state.transaction_version(&before.log_store(), load_id).await.map_err(&at)?.is_some() {
            return Err(WarehouseError::AlreadyLoaded { table: stored.name.clone() });
        }
        let config = WriterConfig::new(
            stored.schema.clone(),
            vec![],
            Some(writer_properties(&stored.pseudonyms)),
            Some(FILE_BYTES),
            Some(SLICE_ROWS),
            state.table_config().num_indexed_cols(),
            Some(stored.measured.clone()),
        );
        let writer = DeltaWriter::new(before.object_store(), config);
        Ok(Self { stored: stored.clone(), load_id: load_id.to_owned(), before, writer, rows: 0 })
    }

    /// Adds rows. The batch has the columns of [`panoh_dictionary::Table::schema`], in that order.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        // Rebuilding checks types, order and nullability, and drops schema metadata that a sender may have added.
        let (found, wanted) = (batch.schema(), &self.stored.schema);
        let named = found.fields().iter().map(|f| f.name()).eq(wanted.fields().iter().map(|f| f.name()));
        let differs = |reason: String| WarehouseError::BatchDiffers { table: self.stored.name.clone(), reason };
        if !named {
            return Err(differs("the columns are not those of the dictionary, in its order".into()));
        }
        let batch = RecordBatch::try_new(self.stored.schema.clone(), batch.columns().to_vec())
            .map_err(|error| differs(error.to_string()))?;
        self.writer.write(&batch).await.map_err(store(&self.stored.name))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Makes all rows visible at once and returns the version that holds them.
    ///
    /// [`WarehouseError::AlreadyLoaded`] says that another load of the same file was quicker; the files of this one are
    /// removed. After any other error [`crate::Warehouse::loaded`] tells whether the rows are in; when they are known not
    /// to be, the files are removed as far as possible.
    pub async fn commit(self) -> Result<u64, WarehouseError> {
        let Self { stored, load_id, before, writer, rows } = self;
        let at = store(&stored.name);
        let adds = writer.close().await.map_err(&at)?;
        let files: Vec<PathBuf> = adds.iter().map(|add| stored.folder.join(&add.path)).collect();
        if let Err(error) = durable::sync(files, vec![stored.folder.clone()]).await {
            clear(&before, &adds).await;
            return Err(error);
        }
        match publish(&before, &adds, &load_id, rows).await {
            Ok(version) => {
                let log = stored.folder.join("_delta_log");
                durable::sync(vec![log.join(format!("{version:020}.json"))], vec![log]).await?;
                checkpoint(&before, version).await;
                Ok(version)
            }
            Err(DeltaTableError::Transaction {
                source: TransactionError::CommitConflict(CommitConflictError::ConcurrentTransaction),
            }) => {
                remove(&before, &adds).await.map_err(&at)?;
                Err(WarehouseError::AlreadyLoaded { table: stored.name.clone() })
            }
            Err(error) => {
                // Files of a commit that happened after all, or may have happened, stay.
                if matches!(stored.loaded(&load_id).await, Ok(false)) {
                    clear(&before, &adds).await;
                }
                Err(at(error))
            }
        }
    }

    /// Gives the load up and removes what was written.
    pub async fn abandon(self) -> Result<(), WarehouseError> {
        let at = store(&self.stored.name);
        let adds = self.writer.close().await.map_err(&at)?;
        remove(&self.before, &adds).await.map_err(&at)
    }
}

/// Writes the log entry. It stops there: what follows a commit (checkpoint, clean-up) must not turn a commit that
/// happened into an error.
async fn publish(before: &DeltaTable, adds: &[Add], load_id: &str, rows: u64) -> Result<u64, DeltaTableError> {
    let metrics = serde_json::json!({ "num_added_files": adds.len(), "num_added_rows": rows });
    let properties = CommitProperties::default()
        .with_metadata([("operationMetrics".to_owned(), metrics)])
        .with_application_transaction(Transaction::new(load_id, 1));
    let actions = adds.iter().cloned().map(Action::Add).collect();
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let commit = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(Some(before.snapshot()?.snapshot()), before.log_store(), operation)
        .into_prepared_commit_future()
        .await?
        .await?;
    Ok(commit.version)
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
async fn clear(table: &DeltaTable, adds: &[Add]) {
    if let Err(error) = remove(table, adds).await {
        tracing::warn!(%error, "files of a load that failed are left behind; no query sees them");
    }
}

async fn remove(table: &DeltaTable, adds: &[Add]) -> Result<(), DeltaTableError> {
    for add in adds {
        table.object_store().delete(&StorePath::from(add.path.as_str())).await?;
    }
    Ok(())
}

fn writer_properties(pseudonyms: &[String]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for name in pseudonyms {
        // Random digits have no useful smallest and largest value and no repetition that a dictionary could use.
        let column = ColumnPath::from(name.as_str());
        properties = properties
            .set_column_statistics_enabled(column.clone(), EnabledStatistics::None)
            .set_column_dictionary_enabled(column, false);
    }
    properties.build()
}
