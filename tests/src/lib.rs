//! What several tests need: a warehouse with given files in it, figures without noise, and where real files lie.

mod published;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use panoh_custody::{Keep, Load, LoadReport, Outcome, Places, Stores, load};
use panoh_dictionary::{Dictionary, Source};
use panoh_identity::{MasterKey, Register};
use panoh_intake::{Language, Options};
use panoh_warehouse::{AsOf, DataFile, Limits, Place, Session, Warehouse};

pub use published::Releases;

/// The folder that `PANOH_TEST_DATA` names, when it exists.
#[expect(clippy::disallowed_methods, reason = "tests find real files through the environment")]
pub fn real_data() -> Option<PathBuf> {
    std::env::var_os("PANOH_TEST_DATA").map(PathBuf::from).filter(|folder| folder.is_dir())
}

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The last year that a date of an export may have; fixtures are older.
const LATEST_YEAR: i16 = 2026;

/// A home of its own with some exports loaded; gone when dropped.
#[derive(Debug)]
pub struct Loaded {
    _folder: tempfile::TempDir,
    dictionary: Dictionary,
    key: MasterKey,
    stores: Stores,
    reports: Vec<LoadReport>,
}

impl Loaded {
    /// Nothing is loaded yet; the key is new.
    pub async fn empty() -> Self {
        Self::under(MasterKey::generate().expect("the system gives random bytes")).await
    }

    /// Nothing is loaded yet; pseudonyms will be made under this key.
    pub async fn under(key: MasterKey) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let at = |name: &str| folder.path().join(name);
        let [warehouse, register, rejections, spill] = ["warehouse", "identity.sqlite", "rejections", "spill"].map(at);
        std::fs::create_dir_all(&rejections).expect("a folder can be made");
        let warehouse = Place::Folder(warehouse);
        Warehouse::create(&warehouse, &dictionary, &key.id()).await.expect("a new warehouse");
        Register::create(&register, &key.id()).expect("a new register");
        let places = Places {
            home: folder.path(),
            warehouse: &warehouse,
            register: &register,
            rejections: &rejections,
            spill: &spill,
        };
        let stores = Stores::open(&places, &dictionary, &key.id()).await.expect("the stores open");
        Self { _folder: folder, dictionary, key, stores, reports: Vec::new() }
    }

    /// Loads the files, each by the mapping named beside it, under a new key.
    pub async fn new(files: &[(String, PathBuf)]) -> Self {
        let mut loaded = Self::empty().await;
        for (source, file) in files {
            loaded.load_named(source, file).await;
        }
        loaded
    }

    /// Loads one more file. A name that ends as a file's does is a mapping among the fixtures.
    pub async fn load_named(&mut self, source: &str, file: &Path) {
        if Path::new(source).extension().is_some() {
            self.load_mapped(&fixture(source), file).await;
        } else {
            self.load(source, file).await;
        }
    }

    /// Loads one more file by a mapping of the dictionary.
    pub async fn load(&mut self, source: &str, file: &Path) {
        let source = self.dictionary.source(source).expect("the mapping exists").clone();
        self.load_by(&source, file).await;
    }

    /// Loads one more file by a mapping of its own.
    pub async fn load_mapped(&mut self, mapping: &Path, file: &Path) {
        let text = std::fs::read_to_string(mapping).expect("the mapping is there");
        let name = mapping.file_name().expect("a file").to_string_lossy();
        let source = self.dictionary.parse_source(&name, &text).unwrap_or_else(|error| panic!("{error}"));
        self.load_by(&source, file).await;
    }

    async fn load_by(&mut self, source: &Source, file: &Path) {
        let export = Load {
            file,
            source,
            sealer: &self.key.sealer(),
            keep: Keep::Rows,
            options: &Options::default(),
            latest_year: LATEST_YEAR,
            language: Language::En,
        };
        let report = load(&mut self.stores, &export, &mut |_| {}).await.expect("the file loads");
        assert_eq!(report.outcome, Outcome::Loaded, "{}", file.display());
        self.reports.push(report);
    }

    /// What the loads reported, in their order.
    pub fn reports(&self) -> &[LoadReport] {
        &self.reports
    }

    /// The Parquet files of which every stored table consists now.
    pub async fn files(&self) -> BTreeMap<String, Vec<PathBuf>> {
        let tables = self.stores.warehouse().snapshot(AsOf::Newest).await.expect("the tables are read");
        let path = |file: &DataFile| file.url.to_file_path().expect("the files are on this machine");
        tables.iter().map(|table| (table.table.clone(), table.files.iter().map(path).collect())).collect()
    }

    /// A session over what was loaded.
    pub async fn session(&self) -> Session {
        let limits = Limits { partitions: 2, ..Limits::default() };
        self.stores.warehouse().session(AsOf::Newest, &limits).await.expect("a session opens")
    }
}
