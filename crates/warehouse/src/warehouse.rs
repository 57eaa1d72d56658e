//! The stored tables: one Delta table for each table of the dictionary, below a folder or a bucket, under its name.
//!
//! Delta Lake is chosen because a load becomes visible in one atomic commit, every earlier version stays readable, and
//! other engines read the same folders. What would tie readers to a feature is left off: no partition columns, no
//! column mapping, no deletion vectors.

use std::collections::BTreeMap;
use std::sync::Arc;

use deltalake::DeltaTable;
use futures::future::{BoxFuture, join_all};
use futures::{FutureExt as _, TryStreamExt as _};
use panoh_dictionary::Dictionary;

use crate::append::Append;
use crate::error::store;
use crate::session::{Limits, Session};
use crate::snapshot::of;
use crate::stored::{Contents, Stored, create_table, key_of};
use crate::{Place, WarehouseError};

/// The tables of one home folder. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Warehouse {
    pub(crate) dictionary: Dictionary,
    pub(crate) place: Place,
    pub(crate) tables: Arc<BTreeMap<String, Stored>>,
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

/// The table whose earlier versions can be asked.
pub(crate) const CASES: &str = "cases";

/// Which state of the tables a session sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The newest version of every table when the session begins.
    Newest,
    /// This version of table `cases` and the newest of every other table: persons are joined as they are known today.
    Version(u64),
}

impl Warehouse {
    /// Refuses a place where [`Warehouse::create`] would: for whoever makes other things first. Of a folder nothing but the
    /// tables is looked at.
    pub async fn probe(place: &Place, dictionary: &Dictionary) -> Result<(), WarehouseError> {
        if place.is_within_table().await? {
            let reason =
                "it lies within a table of another warehouse, which would be removed with it; name another place";
            return Err(WarehouseError::Path { path: place.to_string(), reason: reason.to_owned() });
        }
        if let Place::Bucket(bucket) = place {
            bucket.probe().await?;
        }
        for table in dictionary.tables() {
            let below = place.below(&table.name);
            if below.is_table().await? {
                return Err(WarehouseError::Exists { table: table.name.clone(), path: below.to_string() });
            }
            if below.holds_any().await? {
                let reason = "something lies there that is no table, and would be removed with what tables do not need any more; \
                              name another place";
                return Err(WarehouseError::Path { path: below.to_string(), reason: reason.to_owned() });
            }
        }
        Ok(())
    }

    /// Makes one empty table for each table of the dictionary below a place, and notes in each the id of the key under
    /// which its pseudonyms are made. Refuses, before any table is made, when one of them exists, and a bucket whose server
    /// would let two commits have the same number.
    pub async fn create(
        place: impl Into<Place>,
        dictionary: &Dictionary,
        key_id: &str,
    ) -> Result<Self, WarehouseError> {
        let place = place.into();
        Self::probe(&place, dictionary).await?;
        for table in dictionary.tables() {
            create_table(&place.below(&table.name), table, key_id, Contents::default()).await?;
        }
        place.sync(&[], &[""]).await?;
        Self::open(place, dictionary).await
    }

    /// Opens the tables below a place and checks that each has the columns of the dictionary.
    pub async fn open(place: impl Into<Place>, dictionary: &Dictionary) -> Result<Self, WarehouseError> {
        let place = place.into();
        let opened = dictionary.tables().iter().map(|table| Stored::open(place.below(&table.name), table).boxed());
        let tables = all_of(opened.collect()).await?;
        let tables = tables.into_iter().map(|stored| (stored.name.clone(), stored)).collect();
        Ok(Self { dictionary: dictionary.clone(), place, tables: Arc::new(tables) })
    }

    /// The id of the key under which the pseudonyms of a table were made; none when it was not noted.
    pub async fn key_id(&self, table: &str) -> Result<Option<String>, WarehouseError> {
        self.stored(table)?.key_id().await
    }

    /// Whether the load is committed to the table.
    pub async fn loaded(&self, table: &str, load_id: &str) -> Result<bool, WarehouseError> {
        Ok(self.stored(table)?.transaction(load_id).await?.is_some())
    }

    /// Begins to add rows to a table. Nothing is visible before [`Append::commit`].
    pub async fn append(&self, table: &str, load_id: &str) -> Result<Append, WarehouseError> {
        let stored = self.stored(table)?;
        if stored.transaction(load_id).await?.is_some() {
            return Err(WarehouseError::AlreadyLoaded { table: table.to_owned() });
        }
        Append::begin(stored, load_id, 1).await
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

    /// Begins to ask questions. The session keeps seeing the versions it began with. Refuses tables on different keys: the
    /// same person has another pseudonym in each.
    pub async fn session(&self, at: AsOf, limits: &Limits) -> Result<Session, WarehouseError> {
        self.refuse_unfinished().await?;
        let tables = all_of(self.tables.values().map(|stored| stored.pinned(at).boxed()).collect()).await?;
        one_key(&tables)?;
        let snapshots = std::iter::zip(self.tables.values(), &tables).map(|(stored, (_, table))| of(stored, table));
        let snapshots = snapshots.collect::<Result<Vec<_>, _>>()?;
        Session::begin(self.dictionary.clone(), &tables, &snapshots, at, limits).await
    }

    pub(crate) fn stored(&self, table: &str) -> Result<&Stored, WarehouseError> {
        self.tables.get(table).ok_or_else(|| {
            let known: Vec<_> = self.tables.keys().map(String::as_str).collect();
            WarehouseError::UnknownTable(table.to_owned(), known.join(", "))
        })
    }
}

/// What all of them give, or the error of the first that fails. Each is waited for: the threads on which tables are opened
/// cry out when nobody does.
pub(crate) async fn all_of<T>(asked: Vec<BoxFuture<'_, Result<T, WarehouseError>>>) -> Result<Vec<T>, WarehouseError> {
    join_all(asked).await.into_iter().collect()
}

pub(crate) fn one_key(tables: &[(String, DeltaTable)]) -> Result<(), WarehouseError> {
    let keys: Vec<_> =
        tables.iter().map(|(name, table)| key_of(table).map_err(store(name))).collect::<Result<_, _>>()?;
    match std::iter::zip(tables, &keys).find(|(_, key)| **key != keys[0]) {
        Some(((other, _), _)) => Err(WarehouseError::MixedKeys { one: tables[0].0.clone(), other: other.clone() }),
        None => Ok(()),
    }
}
