//! What a table consists of at one version, for readers who open the files themselves.

use arrow::datatypes::SchemaRef;
use deltalake::DeltaTable;
use futures::FutureExt as _;
use url::Url;

use crate::error::store;
use crate::stored::Stored;
use crate::warehouse::{AsOf, all_of, one_key};
use crate::{Warehouse, WarehouseError};

/// One table at one version.
#[derive(Debug, Clone)]
pub struct TableSnapshot {
    /// Name of the table.
    pub table: String,
    /// The version.
    pub version: u64,
    /// The columns, as they are stored.
    pub schema: SchemaRef,
    /// The data files that a query sees, in the order of the log; a folder may hold others.
    pub files: Vec<DataFile>,
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Where it lies.
    pub url: Url,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Warehouse {
    /// What all tables consist of. Their data files hold plain Parquet with exactly these columns: no partition columns, no
    /// column mapping, no deletion vectors.
    pub async fn snapshot(&self, at: AsOf) -> Result<Vec<TableSnapshot>, WarehouseError> {
        self.refuse_unfinished().await?;
        let pinned = all_of(self.tables.values().map(|stored| stored.pinned(at).boxed()).collect()).await?;
        one_key(&pinned)?;
        std::iter::zip(self.tables.values(), &pinned).map(|(stored, (_, table))| of(stored, table)).collect()
    }
}

/// What one table consists of.
pub(crate) fn of(stored: &Stored, table: &DeltaTable) -> Result<TableSnapshot, WarehouseError> {
    let at = store(&stored.name);
    let log = table.snapshot().map_err(&at)?.log_data();
    let files = log.iter().map(|file| {
        let path = file.path();
        let url = table.table_url().join(path.as_ref()).map_err(|error| stored.unreadable(error))?;
        Ok(DataFile { url, bytes: file.size().cast_unsigned() })
    });
    Ok(TableSnapshot {
        table: stored.name.clone(),
        version: table.version().unwrap_or_default(),
        schema: stored.schema.clone(),
        files: files.collect::<Result<_, WarehouseError>>()?,
    })
}
