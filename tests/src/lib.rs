//! What several tests need: a warehouse with given files in it, and where real files lie.

use std::path::PathBuf;

use panoh_custody::{Keep, Load, LoadReport, Outcome, Places, Stores, load};
use panoh_dictionary::Dictionary;
use panoh_identity::{MasterKey, Register};
use panoh_intake::{Language, Options};
use panoh_warehouse::{AsOf, Limits, Session, Warehouse};

/// The folder that `PANOH_TEST_DATA` names, when it exists.
#[expect(clippy::disallowed_methods, reason = "tests find real files through the environment")]
pub fn real_data() -> Option<PathBuf> {
    std::env::var_os("PANOH_TEST_DATA").map(PathBuf::from).filter(|folder| folder.is_dir())
}

/// The last year that a date of an export may have; fixtures are older.
const LATEST_YEAR: i16 = 2026;

/// A home of its own with some exports loaded; gone when dropped.
#[derive(Debug)]
pub struct Loaded {
    _folder: tempfile::TempDir,
    warehouse: Warehouse,
    reports: Vec<LoadReport>,
}

impl Loaded {
    /// Loads the files, each by the mapping named beside it, under a new key.
    pub async fn new(files: &[(String, PathBuf)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let key = MasterKey::generate().expect("the system gives random bytes");
        let at = |name: &str| folder.path().join(name);
        let [warehouse, register, rejections, spill] = ["warehouse", "identity.sqlite", "rejections", "spill"].map(at);
        std::fs::create_dir_all(&rejections).expect("a folder can be made");
        Warehouse::create(&warehouse, &dictionary, &key.id()).await.expect("a new warehouse");
        Register::create(&register, &key.id()).expect("a new register");
        let places = Places {
            home: folder.path(),
            warehouse: &warehouse,
            register: &register,
            rejections: &rejections,
            spill: &spill,
        };
        let mut stores = Stores::open(&places, &dictionary, &key.id()).await.expect("the stores open");
        let mut reports = Vec::with_capacity(files.len());
        for (source, file) in files {
            let source = dictionary.source(source).expect("the mapping exists");
            let export = Load {
                file,
                source,
                sealer: &key.sealer(),
                keep: Keep::Rows,
                options: &Options::default(),
                latest_year: LATEST_YEAR,
                language: Language::En,
            };
            let report = load(&mut stores, &export, &mut |_| {}).await.expect("the file loads");
            assert_eq!(report.outcome, Outcome::Loaded, "{}", file.display());
            reports.push(report);
        }
        let warehouse = stores.warehouse().clone();
        Self { _folder: folder, warehouse, reports }
    }

    /// What the loads reported, in their order.
    pub fn reports(&self) -> &[LoadReport] {
        &self.reports
    }

    /// A session over what was loaded.
    pub async fn session(&self) -> Session {
        let limits = Limits { partitions: 2, ..Limits::default() };
        self.warehouse.session(AsOf::Newest, &limits).await.expect("a session opens")
    }
}
