//! What lies in each table: how many rows in how many files. Many small files make answers slow.

use crate::error::store;
use crate::{Warehouse, WarehouseError};

/// The newest version of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStatus {
    /// Name of the table.
    pub table: String,
    /// The newest version.
    pub version: u64,
    /// Its rows; none when a writer other than Panoh did not note them.
    pub rows: Option<u64>,
    /// Its data files.
    pub files: u64,
    /// What they take together, in bytes.
    pub bytes: u64,
    /// What lies beside them, in bytes: files of older versions, and the log.
    pub other_bytes: u64,
}

impl Warehouse {
    /// What lies in each table, in the order of their names.
    pub async fn status(&self) -> Result<Vec<TableStatus>, WarehouseError> {
        let mut tables = Vec::with_capacity(self.tables.len());
        for (name, stored) in self.tables.iter() {
            let delta = stored.newest().await?;
            let files = delta.snapshot().map_err(store(name))?.log_data();
            let bytes = files.iter().map(|file| file.size().cast_unsigned()).sum();
            let all = stored.place.bytes().await.map_err(|error| stored.unreadable(error))?;
            tables.push(TableStatus {
                table: name.clone(),
                version: delta.version().unwrap_or_default(),
                rows: files.iter().map(|file| file.num_records().map(|rows| rows as u64)).sum(),
                files: files.num_files() as u64,
                bytes,
                other_bytes: all.saturating_sub(bytes),
            });
        }
        Ok(tables)
    }
}
