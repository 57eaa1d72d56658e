//! One stored table: how it is made and opened, and what of its values may stand in its log.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake::kernel::transaction::CommitProperties;
use deltalake::kernel::{Action, StructType};
use deltalake::operations::create::CreateBuilder;
use deltalake::{DeltaTable, DeltaTableError, TableProperty};
use panoh_dictionary::{Kind, Table};

use crate::error::store;
use crate::place::{LOG, Place};
use crate::warehouse::{AsOf, CASES};
use crate::{WarehouseError, files};

/// A commit is folded into a checkpoint after this many commits, so that opening reads few small files.
const CHECKPOINT_EVERY: u64 = 20;

/// The property of a table that names the key under which its pseudonyms were made.
pub(crate) const KEY: &str = "panoh.key";

/// One stored table.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) name: String,
    /// The Arrow schema of the rows, from the dictionary.
    pub(crate) schema: SchemaRef,
    /// Columns of keyed digests: no smallest or largest value of them is written anywhere.
    pub(crate) pseudonyms: Vec<String>,
    /// Columns whose smallest and largest values stand in the log.
    pub(crate) measured: Vec<String>,
    pub(crate) place: Place,
    table: DeltaTable,
}

impl Stored {
    /// Opens the table at this place and checks that it has the columns of the dictionary.
    pub(crate) async fn open(place: Place, table: &Table) -> Result<Stored, WarehouseError> {
        if !place.is_table().await? {
            return Err(WarehouseError::Absent { table: table.name.clone(), path: place.to_string() });
        }
        let mut delta = place.connect(&table.name)?;
        delta.load().await.map_err(store(&table.name))?;
        let state = delta.snapshot().map_err(store(&table.name))?;
        same_columns(&table.name, &state.snapshot().arrow_schema(), &table.schema())?;
        let is_digest = |kind: &Kind| matches!(kind, Kind::Pseudonym | Kind::Reference);
        let pseudonyms = table.columns.iter().filter(|column| is_digest(&column.kind));
        Ok(Stored {
            name: table.name.clone(),
            schema: Arc::new(table.schema()),
            pseudonyms: pseudonyms.map(|column| column.name.clone()).collect(),
            measured: measured_columns(table).map(str::to_owned).collect(),
            place,
            table: delta,
        })
    }

    /// The table as it is now.
    pub(crate) async fn newest(&self) -> Result<DeltaTable, WarehouseError> {
        let mut table = self.table.clone();
        table.update_state().await.map_err(store(&self.name))?;
        Ok(table)
    }

    /// The version of an application transaction; none when the table does not hold it.
    pub(crate) async fn transaction(&self, id: &str) -> Result<Option<i64>, WarehouseError> {
        let table = self.newest().await?;
        let state = table.snapshot().map_err(store(&self.name))?;
        state.transaction_version(&table.log_store(), id).await.map_err(store(&self.name))
    }

    /// The id of the key under which the table's pseudonyms were made; none when it was not noted.
    pub(crate) async fn key_id(&self) -> Result<Option<String>, WarehouseError> {
        key_of(&self.newest().await?).map_err(store(&self.name))
    }

    /// The table as it was at a version.
    pub(crate) async fn at(&self, version: u64) -> Result<DeltaTable, WarehouseError> {
        let oldest = files::oldest_version(&self.place).await.map_err(|source| self.unreadable(source))?;
        if version < oldest {
            return Err(WarehouseError::VersionGone { table: self.name.clone(), version, oldest });
        }
        let mut table = self.newest().await?;
        let newest = table.version().unwrap_or_default();
        if version > newest {
            return Err(WarehouseError::VersionMissing { table: self.name.clone(), version, newest });
        }
        table.load_version(version).await.map_err(store(&self.name))?;
        Ok(table)
    }

    /// The table as a session sees it, with its name.
    pub(crate) async fn pinned(&self, at: AsOf) -> Result<(String, DeltaTable), WarehouseError> {
        let table = match at {
            AsOf::Version(version) if self.name == CASES => self.at(version).await?,
            _ => self.newest().await?,
        };
        Ok((self.name.clone(), table))
    }

    /// An error of reading the table's files.
    pub(crate) fn unreadable(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> WarehouseError {
        WarehouseError::Files { table: self.name.clone(), source: source.into() }
    }
}

/// The key id that a table names.
pub(crate) fn key_of(table: &DeltaTable) -> Result<Option<String>, DeltaTableError> {
    Ok(table.snapshot()?.metadata().configuration().get(KEY).cloned())
}

/// What a new table holds from its first version on.
#[derive(Default)]
pub(crate) struct Contents {
    /// Data files that are at its place already, and application transactions.
    pub(crate) actions: Vec<Action>,
    /// What the log says about the commit.
    pub(crate) properties: CommitProperties,
}

/// Makes a table in one commit and puts it on disk.
pub(crate) async fn create_table(
    place: &Place,
    table: &Table,
    key_id: &str,
    contents: Contents,
) -> Result<DeltaTable, WarehouseError> {
    let at = store(&table.name);
    place.make()?;
    let schema: StructType =
        (&table.schema()).try_into_kernel().map_err(|error| at(DeltaTableError::Arrow { source: error }))?;
    let measured: Vec<_> = measured_columns(table).collect();
    let made = CreateBuilder::new()
        .with_log_store(place.connect(&table.name)?.log_store())
        .with_table_name(&table.name)
        .with_comment(&table.description)
        .with_columns(schema.fields().cloned())
        .with_configuration_property(TableProperty::DataSkippingStatsColumns, Some(measured.join(",")))
        .with_configuration_property(TableProperty::CheckpointInterval, Some(CHECKPOINT_EVERY.to_string()))
        .with_configuration([(KEY, Some(key_id))])
        .with_raise_if_key_not_exists(false)
        .with_actions(contents.actions)
        .with_commit_properties(contents.properties)
        .await
        .map_err(&at)?;
    place.sync(&[files::log_name(0)], &[LOG, ""]).await?;
    Ok(made)
}

/// Columns whose smallest and largest values may stand in the log: single values that point at nobody.
fn measured_columns(table: &Table) -> impl Iterator<Item = &str> {
    table
        .columns
        .iter()
        .filter(|column| {
            matches!(column.kind, Kind::Text | Kind::Integer { .. } | Kind::Year | Kind::Month | Kind::Code { .. })
        })
        .map(|column| column.name.as_str())
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
