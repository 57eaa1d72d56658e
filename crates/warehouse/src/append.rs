//! One load into one table: rows stream into Parquet files, and one commit at the end makes them visible.
//!
//! The commit carries the load's id as an application transaction. It was looked up before the first row, and Delta
//! checks it again against every commit that was made since: of two loads of the same file one fails.

use std::num::NonZeroU64;

use arrow::array::ArrayRef;
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef};
use arrow::record_batch::RecordBatch;
use deltalake::datafile::writer::{DeltaWriter, WriterConfig};
use deltalake::kernel::transaction::{CommitConflictError, TransactionError};
use deltalake::kernel::{Remove, Transaction};
use deltalake::logstore::ObjectStoreRef;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::table::config::TablePropertiesExt as _;
use deltalake::table::state::DeltaTableState;
use deltalake::{DeltaTable, DeltaTableError};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::WarehouseError;
use crate::commit::{self, Change};
use crate::error::store;
use crate::stored::Stored;
use crate::writers::Writers;

/// A data file is closed at about this size, in bytes of compressed Parquet.
pub(crate) const FILE_BYTES: NonZeroU64 = NonZeroU64::new(128 << 20).expect("not zero");
/// Rows that are held in memory before they are compressed; also the unit in which readers skip and share work.
pub(crate) const ROW_GROUP_ROWS: usize = 1 << 17;
/// Rows between two looks at the size of the open file.
const SLICE_ROWS: usize = 1 << 13;

/// Rows on their way into a table. Memory is bounded by one row group for each writer and the parts of a file that are
/// being written.
/// Dropping it leaves files behind that no query sees; [`Append::abandon`] removes them.
pub struct Append {
    pub(crate) stored: Stored,
    /// Application transaction of the commit: the load's id, and 1.
    transaction: (String, i64),
    /// The table as it was when the load began: the commit is checked against everything that came after.
    pub(crate) before: DeltaTable,
    pub(crate) writers: Writers,
    rows: u64,
    /// Files whose rows the commit takes out of the table.
    pub(crate) removes: Vec<Remove>,
    /// Rows that the commit takes out of the table.
    pub(crate) replaced: u64,
}

impl std::fmt::Debug for Append {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Append").field("table", &self.stored.name).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Append {
    pub(crate) async fn begin(stored: &Stored, id: &str, number: i64) -> Result<Self, WarehouseError> {
        let before = stored.newest().await?;
        let state = before.snapshot().map_err(store(&stored.name))?;
        let writers = Writers::new(ROW_GROUP_ROWS, || writer(stored, before.object_store(), state));
        let (stored, transaction) = (stored.clone(), (id.to_owned(), number));
        Ok(Self { stored, transaction, before, writers, rows: 0, removes: vec![], replaced: 0 })
    }

    /// Adds rows. The batch has the columns of [`panoh_dictionary::Table::schema`], in that order; texts may also come as
    /// numbers with the texts they stand for (Arrow's dictionaries).
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        let batch = as_stored(&self.stored, batch)?;
        self.writers.write(&batch).await.map_err(store(&self.stored.name))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Says that at least so many rows will follow, so that all writers begin at once when they are many.
    pub fn expect(&mut self, rows: u64) {
        self.writers.expect(rows);
    }

    /// Says that no row will follow: the data files are ended while whoever writes does something else. Rows that come all the
    /// same are refused.
    pub fn end(&mut self) {
        self.writers.end();
    }

    /// Makes all rows visible at once and returns the version that holds them.
    ///
    /// [`WarehouseError::AlreadyLoaded`] says that another load of the same file was quicker; the files of this one are
    /// removed. After any other error [`crate::Warehouse::loaded`] tells whether the rows are in; when they are known not
    /// to be, the files are removed as far as possible.
    pub async fn commit(self) -> Result<u64, WarehouseError> {
        let Self { stored, transaction, before, writers, rows, removes, replaced } = self;
        let at = store(&stored.name);
        let adds = commit::finish(&stored, &before, writers).await?;
        let metrics = serde_json::json!({
            "num_added_files": adds.len(), "num_added_rows": rows, "num_replaced_rows": replaced,
        });
        let (id, number) = &transaction;
        let mode = if removes.is_empty() { SaveMode::Append } else { SaveMode::Overwrite };
        let change = Change {
            adds: &adds,
            removes,
            properties: commit::properties(metrics).with_application_transaction(Transaction::new(id, *number)),
            operation: DeltaOperation::Write { mode, partition_by: None, predicate: None },
        };
        match commit::publish(&before, change).await {
            Ok(version) => commit::keep(&stored, &before, version).await.map(|()| version),
            Err(DeltaTableError::Transaction {
                source: TransactionError::CommitConflict(CommitConflictError::ConcurrentTransaction),
            }) => {
                // These are our own files when it was our own entry that was in the way.
                if let Some(version) = commit::version_with(&before, &adds).await.map_err(&at)? {
                    return commit::keep(&stored, &before, version).await.map(|()| version);
                }
                commit::remove(&before, &adds).await.map_err(&at)?;
                Err(WarehouseError::AlreadyLoaded { table: stored.name.clone() })
            }
            Err(error) => {
                // Files of a commit that happened after all, or may have happened, stay.
                if stored.transaction(id).await.is_ok_and(|found| found != Some(*number)) {
                    commit::clear(&before, &adds).await;
                }
                Err(at(error))
            }
        }
    }

    /// Gives the load up and removes what was written.
    pub async fn abandon(self) -> Result<(), WarehouseError> {
        let at = store(&self.stored.name);
        let (adds, closed) = self.writers.close().await;
        commit::remove(&self.before, &adds).await.map_err(&at)?;
        closed.map_err(&at)
    }
}

/// A writer of the table's data files into the store's folder.
pub(crate) fn writer(stored: &Stored, objects: ObjectStoreRef, state: &DeltaTableState) -> DeltaWriter {
    let config = WriterConfig::new(
        stored.schema.clone(),
        vec![],
        Some(writer_properties(&stored.pseudonyms)),
        Some(FILE_BYTES),
        Some(SLICE_ROWS),
        state.table_config().num_indexed_cols(),
        Some(stored.measured.clone()),
    );
    DeltaWriter::new(objects, config)
}

/// The batch as the table stores it. Rebuilding checks types, order and nullability, and drops schema metadata that a
/// sender may have added.
pub(crate) fn as_stored(stored: &Stored, batch: &RecordBatch) -> Result<RecordBatch, WarehouseError> {
    let (found, wanted) = (batch.schema(), &stored.schema);
    let named = found.fields().iter().map(|f| f.name()).eq(wanted.fields().iter().map(|f| f.name()));
    let differs = |reason: String| WarehouseError::BatchDiffers { table: stored.name.clone(), reason };
    if !named {
        return Err(differs("the columns are not those of the dictionary, in its order".into()));
    }
    let written_out = |(column, field): (&ArrayRef, &FieldRef)| match column.data_type() {
        DataType::Dictionary(_, texts) if **texts == *field.data_type() => cast(column, field.data_type()),
        _ => Ok(column.clone()),
    };
    let columns = batch.columns().iter().zip(wanted.fields()).map(written_out);
    let columns = columns.collect::<Result<_, _>>().map_err(|error| differs(error.to_string()))?;
    RecordBatch::try_new(wanted.clone(), columns).map_err(|error| differs(error.to_string()))
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
