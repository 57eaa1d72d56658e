//! Data files and log files of a table, read as what they are: for looking through all that lies at its place, whether a
//! query would see it or not.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use arrow::array::{AsArray as _, RecordBatch};
use bytes::Bytes;
use deltalake::DeltaTable;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;

use crate::error::store;
use crate::place::{LOG, Place};
use crate::stored::Stored;
use crate::{Warehouse, WarehouseError};

/// Rows that are read at once.
const BATCH_ROWS: usize = 1 << 13;

/// What a table's place holds of some persons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Rows that a query sees.
    pub rows: u64,
    /// Loads that brought rows of these persons, those of older versions included.
    pub loads: BTreeSet<String>,
    /// Whether any file there holds such a row, or might hold one because it cannot be read.
    pub is_traced: bool,
}

impl Warehouse {
    /// Looks for rows of these persons in every file at the table's place, those of old versions and of loads that were
    /// cut off included. A table without persons holds none.
    pub async fn held(&self, table: &str, persons: &HashSet<String>) -> Result<Held, WarehouseError> {
        let stored = self.stored(table)?;
        let mut held = Held::default();
        if stored.schema.field_with_name("person").is_err() || stored.schema.field_with_name("load").is_err() {
            return Ok(held);
        }
        let seen: HashSet<String> = active(&stored.newest().await?, stored)?.into_iter().collect();
        for entry in stored.place.files("").await.map_err(|source| stored.unreadable(source))? {
            let found = match stored.place.input(&entry.name).await {
                Ok(input) => look_through(&input, persons),
                Err(source) => Err(source),
            };
            match (found, seen.contains(&entry.name)) {
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
        let mut persons = BTreeSet::new();
        self.each_of_a_person(table, "record", &mut |found, person| {
            if found == record {
                persons.insert(person.to_owned());
            }
        })
        .await?;
        Ok(persons)
    }

    /// Goes over the rows of a table as a query sees them: `take` is given a text column and the person, where both are
    /// there. Nothing when the table has no such columns.
    pub async fn each_of_a_person(
        &self,
        table: &str,
        column: &str,
        take: &mut (dyn FnMut(&str, &str) + Send),
    ) -> Result<(), WarehouseError> {
        let stored = self.stored(table)?;
        if [column, "person"].iter().any(|name| stored.schema.field_with_name(name).is_err()) {
            return Ok(());
        }
        let failed = |source: Box<dyn Error + Send + Sync>| stored.unreadable(source);
        for name in active(&stored.newest().await?, stored)? {
            let input = stored.place.input(&name).await.map_err(failed)?;
            for batch in input.rows(Some(&[column, "person"])).map_err(failed)? {
                let batch = batch.map_err(|error| failed(error.into()))?;
                let (texts, people) = (text(&batch, column).map_err(failed)?, text(&batch, "person").map_err(failed)?);
                for (text, person) in std::iter::zip(texts, people) {
                    if let (Some(text), Some(person)) = (text, person) {
                        take(text, person);
                    }
                }
            }
        }
        Ok(())
    }
}

/// A Parquet file that is ready to be read, more than once if need be.
pub(crate) enum Input {
    File(PathBuf),
    Bytes(Bytes),
}

impl Input {
    /// The rows, as they are stored. With `columns`, only these.
    pub(crate) fn rows(
        &self,
        columns: Option<&[&str]>,
    ) -> Result<ParquetRecordBatchReader, Box<dyn Error + Send + Sync>> {
        match self {
            Input::File(path) => rows(File::open(path)?, columns),
            Input::Bytes(bytes) => rows(bytes.clone(), columns),
        }
    }

    /// The number of rows.
    pub(crate) fn count(&self) -> Result<u64, Box<dyn Error + Send + Sync>> {
        match self {
            Input::File(path) => count(File::open(path)?),
            Input::Bytes(bytes) => count(bytes.clone()),
        }
    }
}

fn rows<R: ChunkReader + 'static>(
    input: R,
    columns: Option<&[&str]>,
) -> Result<ParquetRecordBatchReader, Box<dyn Error + Send + Sync>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(input)?.with_batch_size(BATCH_ROWS);
    let builder = match columns {
        Some(columns) => {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder.with_projection(mask)
        }
        None => builder,
    };
    Ok(builder.build()?)
}

fn count<R: ChunkReader + 'static>(input: R) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(input)?;
    Ok(u64::try_from(builder.metadata().file_metadata().num_rows())?)
}

/// The data files that a query sees, in the order of the log.
pub(crate) fn active(table: &DeltaTable, stored: &Stored) -> Result<Vec<String>, WarehouseError> {
    let state = table.snapshot().map_err(store(&stored.name))?;
    Ok(state.log_data().iter().map(|file| file.path().into_owned()).collect())
}

/// Name of the log file of a version, in the log.
pub(crate) fn commit_name(version: u64) -> String {
    format!("{version:020}.json")
}

/// Name of the log file of a version, below the table.
pub(crate) fn log_name(version: u64) -> String {
    format!("{LOG}/{}", commit_name(version))
}

/// The oldest version that the log of the table at this place still tells.
pub(crate) async fn oldest_version(table: &Place) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let entries = table.files(LOG).await?;
    let versions = entries.iter().filter_map(|entry| entry.name.strip_suffix(".json")?.parse().ok());
    Ok(versions.min().unwrap_or(0))
}

type Found = (u64, BTreeSet<String>);

fn look_through(input: &Input, persons: &HashSet<String>) -> Result<Found, Box<dyn Error + Send + Sync>> {
    let (mut count, mut loads) = (0, BTreeSet::new());
    for batch in input.rows(Some(&["person", "load"]))? {
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
