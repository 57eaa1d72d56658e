//! The stored tables: one Delta table for each table of the dictionary, in a folder of its name.
//!
//! Delta Lake is chosen because a load becomes visible in one atomic commit, every earlier version stays readable, and
//! other engines read the same folders. What would tie readers to a feature is left off: no partition columns, no
//! column mapping, no deletion vectors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use deltalake::kernel::StructType;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake::operations::create::CreateBuilder;
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};
use futures::TryStreamExt as _;
use futures::future::try_join_all;
use panoh_dictionary::{Dictionary, Kind, Table};
use url::Url;

use crate::append::Append;
use crate::error::store;
use crate::session::{Limits, Session};
use crate::{WarehouseError, durable};

/// A commit is folded into a checkpoint after this many commits, so that opening reads few small files.
const CHECKPOINT_EVERY: u64 = 20;

/// The tables of one home folder. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Warehouse {
    dictionary: Dictionary,
    tables: Arc<BTreeMap<String, Stored>>,
}

/// One version of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Number of the version; the empty table is version 0.
    pub version: u64,
    /// When it was committed, in milliseconds since 1970 UTC, by the clock of the machine that wrote it.
    pub time_ms: i64,
    /// What was done, in the words of Delta Lake: "CREATE TABLE", "WRITE", "DELETE".
    pub operation: String,
    /// Rows that the commit added.
    pub rows_added: u64,
}

/// Which state of the tables a session sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The newest version of every table when the session begins.
    Newest,
    /// This version of table `cases` and the newest of every other table: persons are joined as they are known today.
    Version(u64),
}

/// One stored table.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) name: String,
    /// The Arrow schema of the rows, from the dictionary.
    pub(crate) schema: SchemaRef,
    /// Columns of pseudonyms: no smallest or largest value of them is written anywhere.
    pub(crate) pseudonyms: Vec<String>,
    /// Columns whose smallest and largest values stand in the log.
    pub(crate) measured: Vec<String>,
    pub(crate) folder: PathBuf,
    table: DeltaTable,
}

impl Warehouse {
    /// Makes one empty table for each table of the dictionary below `root`. Refuses, before anything is written, when
    /// one of them exists.
    pub async fn create(root: &Path, dictionary: &Dictionary) -> Result<Self, WarehouseError> {
        for table in dictionary.tables() {
            let folder = root.join(&table.name);
            if is_table(&folder) {
                return Err(WarehouseError::Exists { table: table.name.clone(), path: folder });
            }
        }
        for table in dictionary.tables() {
            create_table(&root.join(&table.name), table).await?;
        }
        durable::sync(vec![], vec![root.to_owned()]).await?;
        Self::open(root, dictionary).await
    }

    /// Opens the tables below `root` and checks that each has the columns of the dictionary.
    pub async fn open(root: &Path, dictionary: &Dictionary) -> Result<Self, WarehouseError> {
        let opened = dictionary.tables().iter().map(|table| open_table(root.join(&table.name), table));
        let tables = try_join_all(opened).await?;
        let tables = tables.into_iter().map(|stored| (stored.name.clone(), stored)).collect();
        Ok(Self { dictionary: dictionary.clone(), tables: Arc::new(tables) })
    }

    /// Whether the load is committed to the table.
    pub async fn loaded(&self, table: &str, load_id: &str) -> Result<bool, WarehouseError> {
        self.stored(table)?.loaded(load_id).await
    }

    /// Begins to add rows to a table. Nothing is visible before [`Append::commit`].
    pub async fn append(&self, table: &str, load_id: &str) -> Result<Append, WarehouseError> {
        Append::begin(self.stored(table)?, load_id).await
    }

    /// All versions of the table that can still be read, oldest first.
    pub async fn versions(&self, table: &str) -> Result<Vec<Version>, WarehouseError> {
        let delta = self.stored(table)?.newest().await?;
        let newest = delta.version().unwrap_or_default();
        let commits: Vec<_> = delta.history(None).try_collect().await.map_err(store(table))?;
        let mut versions: Vec<_> = commits
            .into_iter()
            .zip((0..=newest).rev())
            .map(|(commit, version)| Version {
                version,
                time_ms: commit.timestamp.unwrap_or_default(),
                operation: commit.operation.unwrap_or_default(),
                rows_added: commit
                    .info
                    .get("operationMetrics")
                    .and_then(|metrics| metrics.get("num_added_rows"))
                    .and_then(serde_json::Value::as_u64)
                    .unwrap_or_default(),
            })
            .collect();
        versions.reverse();
        Ok(versions)
    }

    /// Begins to ask questions. The session keeps seeing the versions it began with.
    pub async fn session(&self, at: AsOf, limits: &Limits) -> Result<Session, WarehouseError> {
        let pinned = self.tables.values().map(|stored| async move {
            let table = match at {
                AsOf::Version(version) if stored.name == "cases" => stored.at(version).await?,
                _ => stored.newest().await?,
            };
            Ok::<_, WarehouseError>((stored.name.clone(), table))
        });
        let tables = try_join_all(pinned).await?;
        Session::begin(self.dictionary.clone(), tables, limits).await
    }

    fn stored(&self, table: &str) -> Result<&Stored, WarehouseError> {
        self.tables.get(table).ok_or_else(|| {
            let known: Vec<_> = self.tables.keys().map(String::as_str).collect();
            WarehouseError::UnknownTable(table.to_owned(), known.join(", "))
        })
    }
}

impl Stored {
    /// The table as it is now.
    pub(crate) async fn newest(&self) -> Result<DeltaTable, WarehouseError> {
        let mut table = self.table.clone();
        table.update_state().await.map_err(store(&self.name))?;
        Ok(table)
    }

    /// Whether the load is committed.
    pub(crate) async fn loaded(&self, load_id: &str) -> Result<bool, WarehouseError> {
        let table = self.newest().await?;
        let state = table.snapshot().map_err(store(&self.name))?;
        let found = state.transaction_version(&table.log_store(), load_id).await.map_err(store(&self.name))?;
        Ok(found.is_some())
    }

    async fn at(&self, version: u64) -> Result<DeltaTable, WarehouseError> {
        let mut table = self.table.clone();
        table.load_version(version).await.map_err(store(&self.name))?;
        Ok(table)
    }
}

fn is_table(folder: &Path) -> bool {
    folder.join("_delta_log").is_dir()
}

async fn create_table(folder: &Path, table: &Table) -> Result<(), WarehouseError> {
    let at = store(&table.name);
    let unfit = |reason: String| WarehouseError::Path { path: folder.to_owned(), reason };
    std::fs::create_dir_all(folder).map_err(|error| unfit(error.to_string()))?;
    let schema: StructType =
        (&table.schema()).try_into_kernel().map_err(|error| at(DeltaTableError::Arrow { source: error }))?;
    let measured: Vec<_> = measured_columns(table).collect();
    CreateBuilder::new()
        .with_log_store(connect(folder, &table.name)?.log_store())
        .with_table_name(&table.name)
        .with_comment(&table.description)
        .with_columns(schema.fields().cloned())
        .with_configuration_property(TableProperty::DataSkippingStatsColumns, Some(measured.join(",")))
        .with_configuration_property(TableProperty::CheckpointInterval, Some(CHECKPOINT_EVERY.to_string()))
        .await
        .map_err(&at)?;
    let log = folder.join("_delta_log");
    durable::sync(vec![log.join(format!("{:020}.json", 0))], vec![log, folder.to_owned()]).await
}

/// Columns whose smallest and largest values may stand in the log: single values that point at nobody.
fn measured_columns(table: &Table) -> impl Iterator<Item = &str> {
    table
        .columns
        .iter()
        .filter(|column| {
            matches!(column.kind, Kind::Text | Kind::Integer | Kind::Year | Kind::Month | Kind::Code { .. })
        })
        .map(|column| column.name.as_str())
}

async fn open_table(folder: PathBuf, table: &Table) -> Result<Stored, WarehouseError> {
    if !is_table(&folder) {
        return Err(WarehouseError::Absent { table: table.name.clone(), path: folder });
    }
    let mut delta = connect(&folder, &table.name)?;
    delta.load().await.map_err(store(&table.name))?;
    let state = delta.snapshot().map_err(store(&table.name))?;
    same_columns(&table.name, &state.snapshot().arrow_schema(), &table.schema())?;
    let pseudonyms = table.columns.iter().filter(|column| column.kind == Kind::Pseudonym);
    Ok(Stored {
        name: table.name.clone(),
        schema: Arc::new(table.schema()),
        pseudonyms: pseudonyms.map(|column| column.name.clone()).collect(),
        measured: measured_columns(table).map(str::to_owned).collect(),
        folder,
        table: delta,
    })
}

fn connect(folder: &Path, table: &str) -> Result<DeltaTable, WarehouseError> {
    let unfit = |reason: &str| WarehouseError::Path { path: folder.to_owned(), reason: reason.to_owned() };
    let absolute = folder.canonicalize().map_err(|error| unfit(&error.to_string()))?;
    let url = Url::from_directory_path(absolute).map_err(|()| unfit("the path cannot be written as a URL"))?;
    DeltaTableBuilder::from_url(url).and_then(DeltaTableBuilder::build).map_err(store(table))
}

fn same_columns(table: &str, stored: &Schema, wanted: &Schema) -> Result<(), WarehouseError> {
    let differs = |column: &str, stored: String, wanted: String| {
        Err(WarehouseError::SchemaDiffers { table: table.to_owned(), column: column.to_owned(), stored, wanted })
    };
    for (at, field) in wanted.fields().iter().enumerate() {
        let Some(found) = stored.fields().get(at).filter(|found| found.name() == field.name()) else {
            return differs(field.name(), "nothing at this place".into(), shape(field));
        };
        if found.data_type() != field.data_type() || found.is_nullable() != field.is_nullable() {
            return differs(field.name(), shape(found), shape(field));
        }
    }
    match stored.fields().get(wanted.fields().len()) {
        Some(extra) => differs(extra.name(), shape(extra), "nothing".into()),
        None => Ok(()),
    }
}

fn shape(field: &arrow::datatypes::Field) -> String {
    format!("{}{}", field.data_type(), if field.is_nullable() { ", may be NULL" } else { "" })
}
