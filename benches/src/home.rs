//! A home folder in a temporary place, filled through the same doors as a real one.

use std::path::{Path, PathBuf};

use anyhow::Result;
use panoh_custody::{Keep, Load, LoadReport, Places, Stores, load};
use panoh_dictionary::Dictionary;
use panoh_identity::{MasterKey, Register};
use panoh_intake::{Language, Options};
use panoh_warehouse::{AsOf, Limits, Session, Warehouse};
use tempfile::TempDir;

/// The last year that simulated exports hold.
const LATEST_YEAR: i16 = 2026;

/// Warehouse, register and key, gone with the value.
#[derive(Debug)]
pub struct Home {
    dir: TempDir,
    dictionary: Dictionary,
    key: MasterKey,
}

impl Home {
    /// An empty home with a key of its own.
    pub async fn create() -> Result<Self> {
        Self::of(Dictionary::builtin()?).await
    }

    /// An empty home for the tables of a dictionary.
    pub async fn of(dictionary: Dictionary) -> Result<Self> {
        let home = Self { dir: tempfile::tempdir()?, dictionary, key: MasterKey::generate()? };
        std::fs::create_dir(home.path("rejections"))?;
        std::fs::create_dir(home.path("published"))?;
        Warehouse::create(&home.path("warehouse"), &home.dictionary, &home.key.id()).await?;
        Register::create(&home.path("identity.sqlite"), &home.key.id())?;
        Ok(home)
    }

    /// The dictionary that everything here follows.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The key that everything here is sealed with.
    pub fn key(&self) -> &MasterKey {
        &self.key
    }

    /// A place inside the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Loads one export through register and warehouse.
    pub async fn load(&self, file: &Path, source: &str) -> Result<LoadReport> {
        let (warehouse, register) = (self.path("warehouse"), self.path("identity.sqlite"));
        let (rejections, spill) = (self.path("rejections"), self.path("spill"));
        let places = Places {
            home: self.dir.path(),
            warehouse: &warehouse,
            register: &register,
            rejections: &rejections,
            spill: &spill,
        };
        let mut stores = Stores::open(&places, &self.dictionary, &self.key.id()).await?;
        let source = self.dictionary.source(source).ok_or_else(|| anyhow::anyhow!("no mapping {source}"))?;
        let sealer = self.key.sealer();
        let options = Options { threads: crate::cores(), ..Options::default() };
        let request = Load {
            file,
            source,
            sealer: &sealer,
            keep: Keep::Rows,
            options: &options,
            latest_year: LATEST_YEAR,
            language: Language::En,
        };
        Ok(load(&mut stores, &request, &mut |_| ()).await?)
    }

    /// A session over everything that was loaded, on all cores.
    pub async fn session(&self) -> Result<Session> {
        let warehouse = Warehouse::open(&self.path("warehouse"), &self.dictionary).await?;
        let limits = Limits { partitions: crate::cores(), ..Limits::default() };
        Ok(warehouse.session(AsOf::Newest, &limits).await?)
    }
}
