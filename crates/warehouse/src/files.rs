//! Data files and log files of a table, read as what they are: for looking through all that lies in a folder, whether a
//! query would see it or not.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray as _, RecordBatch};
use deltalake::DeltaTable;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::error::store;
use crate::stored::Stored;
use crate::{Warehouse, WarehouseError};

/// Rows that are read at once.
const BATCH_ROWS: usize = 1 << 13;

/// What a table's folder holds of some persons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Rows that a query sees.
    pub rows: u64,
    /// Loads that brought rows of these persons, those of older versions included.
    pub loads: BTreeSet<String>,
    /// Whether any file of the folder holds such a row, or might hold one because it cannot be read.
    pub is_traced: bool,
}

impl Warehouse {
    /// Looks for rows of these persons in every file of the table's folder, those of old versions and of loads that were
    /// cut off included. A table without persons holds none.
    pub async fn held(&self, table: &str, persons: &HashSet<String>) -> Result<Held, WarehouseError> {
        let stored = self.stored(table)?;
        let mut held = Held::default();
        if stored.schema.field_with_name("person").is_err() || stored.schema.field_with_name("load").is_err() {
            return Ok(held);
        }
        let seen: HashSet<PathBuf> = active(&stored.newest().await?, stored)?.into_iter().collect();
        for path in data_files(&stored.folder).map_err(|source| stored.unreadable(source))? {
            match (look_through(&path, persons), seen.contains(&path)) {
                (Ok((rows, loads)), is_seen) => {
                    held.rows += if is_seen { rows } else { 0 };
                    held.is_traced |= rows > 0;
                    held.loads.extend(loads);
                }
                (Err(source), true) => return Err(stored.unreadable(source)),
                // What a killed process left half written.
                (Err(_), false) => held.is_traced = true,
            }
        }
        Ok(held)
    }
}

impl Warehouse {
    /// The persons of the rows of a table that are this record, as a query sees them.
    pub async fn persons_of(&self, table: &str, record: &str) -> Result<BTreeSet<String>, WarehouseError> {
        let stored = self.stored(table)?;
        let mut persons = BTreeSet::new();
        if stored.schema.field_with_name("person").is_err() || stored.schema.field_with_name("record").is_err() {
            return Ok(persons);
        }
        let failed = |source: Box<dyn Error + Send + Sync>| stored.unreadable(source);
        for path in active(&stored.newest().await?, stored)? {
            for batch in rows(&path, Some(&["record", "person"])).map_err(failed)? {
                let batch = batch.map_err(|error| failed(error.into()))?;
                let (records, people) =
                    (text(&batch, "record").map_err(failed)?, text(&batch, "person").map_err(failed)?);
                let meant = std::iter::zip(records, people).filter(|(found, _)| *found == Some(record));
                persons.extend(meant.filter_map(|(_, person)| person).map(str::to_owned));
            }
        }
        Ok(persons)
    }
}

/// The rows of a data file, as they are stored. With `columns`, only these.
pub(crate) fn rows(
    path: &Path,
    columns: Option<&[&str]>,
) -> Result<ParquetRecordBatchReader, Box<dyn Error + Send + Sync>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.with_batch_size(BATCH_ROWS);
    let builder = match columns {
        Some(columns) => {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder.with_projection(mask)
        }
        None => builder,
    };
    Ok(builder.build()?)
}

/// The number of rows of a data file.
pub(crate) fn count(path: &Path) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    Ok(u64::try_from(builder.metadata().file_metadata().num_rows())?)
}

/// The data files that a query sees, in the order of the log.
pub(crate) fn active(table: &DeltaTable, stored: &Stored) -> Result<Vec<PathBuf>, WarehouseError> {
    let state = table.snapshot().map_err(store(&stored.name))?;
    Ok(state.log_data().iter().map(|file| stored.folder.join(file.path().as_ref())).collect())
}

/// Name of the log file of a version.
pub(crate) fn commit_name(version: u64) -> String {
    format!("{version:020}.json")
}

/// The oldest version that the log still tells.
pub(crate) fn oldest_version(log: &Path) -> io::Result<u64> {
    let mut oldest = u64::MAX;
    for entry in fs::read_dir(log)? {
        let name = entry?.file_name();
        let version = name.to_str().and_then(|name| name.strip_suffix(".json")).and_then(|digits| digits.parse().ok());
        oldest = oldest.min(version.unwrap_or(u64::MAX));
    }
    Ok(if oldest == u64::MAX { 0 } else { oldest })
}

/// All files beside the log.
fn data_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

type Found = (u64, BTreeSet<String>);

fn look_through(path: &Path, persons: &HashSet<String>) -> Result<Found, Box<dyn Error + Send + Sync>> {
    let (mut count, mut loads) = (0, BTreeSet::new());
    for batch in rows(path, Some(&["person", "load"]))? {
        let batch = batch?;
        let (person, load) = (text(&batch, "person")?, text(&batch, "load")?);
        for (person, load) in std::iter::zip(person, load) {
            if person.is_some_and(|person| persons.contains(person)) {
                count += 1;
                loads.extend(load.map(str::to_owned));
            }
        }
    }
    Ok((count, loads))
}

/// The texts of a column.
pub(crate) fn text<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<Vec<Option<&'a str>>, Box<dyn Error + Send + Sync>> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let column = column.ok_or_else(|| format!("a file has no text column {name}"))?;
    Ok(column.iter().collect())
}
