//! A home folder in a temporary or a chosen place, filled through the same doors as a real one.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use panoh_custody::{Keep, Load, LoadReport, Places, Stores, load};
use panoh_dictionary::Dictionary;
use panoh_identity::{MasterKey, Register};
use panoh_intake::{Language, Options};
use panoh_warehouse::{AsOf, Limits, Place, Session, Warehouse};
use tempfile::TempDir;

/// The last year that simulated exports hold.
const LATEST_YEAR: i16 = 2026;

/// Says what a kept home holds; written last, so that one that was cut off is not taken for a whole one.
const NOTE: &str = "made-of.txt";

/// Warehouse, register and key. In a temporary place all are gone with the value.
#[derive(Debug)]
pub struct Home {
    root: PathBuf,
    _temporary: Option<TempDir>,
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
        let dir = tempfile::tempdir()?;
        let root = dir.path().to_owned();
        Self { root, _temporary: Some(dir), dictionary, key: MasterKey::generate()? }.made().await
    }

    /// An empty home in a folder that stays, and its key in a file beside it. The folder must be new or empty.
    pub async fn keep(root: &Path, dictionary: Dictionary) -> Result<Self> {
        std::fs::create_dir_all(root)?;
        let is_empty = root.read_dir()?.next().is_none();
        ensure!(is_empty, "{} holds something else; remove it with its key, or name another folder", root.display());
        let key = MasterKey::create_file(&key_of(root))?;
        Self { root: root.to_owned(), _temporary: None, dictionary, key }.made().await
    }

    /// The home in this folder that was noted to hold just this; none when the folder does not say so.
    pub fn kept(root: &Path, dictionary: Dictionary, note: &str) -> Result<Option<Self>> {
        if std::fs::read_to_string(root.join(NOTE)).ok().as_deref() != Some(note) {
            return Ok(None);
        }
        let key = MasterKey::read_file(&key_of(root), root, &mut || None)?;
        Ok(Some(Self { root: root.to_owned(), _temporary: None, dictionary, key }))
    }

    /// Notes what the home holds now.
    pub fn note(&self, note: &str) -> Result<()> {
        let path = self.path(NOTE);
        std::fs::write(&path, note).with_context(|| format!("cannot write {}", path.display()))
    }

    async fn made(self) -> Result<Self> {
        std::fs::create_dir(self.path("rejections"))?;
        std::fs::create_dir(self.path("published"))?;
        std::fs::create_dir(self.path("spill"))?;
        Warehouse::create(&self.path("warehouse"), &self.dictionary, &self.key.id()).await?;
        Register::create(&self.path("identity.sqlite"), &self.key.id())?;
        Ok(self)
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
        self.root.join(name)
    }

    /// Loads one export through register and warehouse.
    pub async fn load(&self, file: &Path, source: &str) -> Result<LoadReport> {
        let (warehouse, register) = (Place::Folder(self.path("warehouse")), self.path("identity.sqlite"));
        let (rejections, spill) = (self.path("rejections"), self.path("spill"));
        let places = Places {
            home: &self.root,
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

    /// The warehouse as it is now.
    pub async fn warehouse(&self) -> Result<Warehouse> {
        Ok(Warehouse::open(&self.path("warehouse"), &self.dictionary).await?)
    }

    /// What `panoh` itself lets a query use: all cores, half the memory.
    pub fn limits(&self) -> Result<Limits> {
        let memory_bytes = (crate::machine_memory()? << 10) as usize / 2;
        Ok(Limits { memory_bytes, partitions: crate::cores(), spill: Some(self.path("spill")) })
    }

    /// A session over everything that was loaded.
    pub async fn session(&self) -> Result<Session> {
        Ok(self.warehouse().await?.session(AsOf::Newest, &self.limits()?).await?)
    }
}

/// Beside the home, never inside it.
fn key_of(root: &Path) -> PathBuf {
    let mut path = root.as_os_str().to_owned();
    path.push(".key");
    path.into()
}
