//! The homes that are asked, and how DuckDB is told where their files are.

use std::path::{Path, PathBuf};

use panoh_identity::MasterKey;
use panoh_simulator::Scenario;
use panoh_tests::{Loaded, fixture, real_data};
use panoh_warehouse::{RowFormat, Session};
use serde_json::{Value, json};

use super::catalog::{Relation, relations};

/// What is loaded into the small home, which has rows in every view: mapping, file.
const REGISTERS: [(&str, &str); 28] = [
    ("ngo-assistance", "ngo-small.csv"),
    ("mission-en", "mission-small.csv"),
    ("hotline-log", "hotline-log-small.csv"),
    ("referral-register", "referral-register-small.csv"),
    ("referral-register", "referral-register-later.csv"),
    ("assistance-register", "assistance-register-small.csv"),
    ("assistance-register", "assistance-register-cases.csv"),
    ("activities", "activities-small.csv"),
    ("activities", "statistics/activities.csv"),
    ("proceedings", "proceedings-small.csv"),
    ("proceedings", "statistics/proceedings.csv"),
    // These two show two persons to be one.
    ("ngo-assistance", "merge-ngo.csv"),
    ("mission-en", "merge-mission.csv"),
    ("htcds", "htcds-small.csv"),
    ("htcds-spreadsheet", "htcds-spreadsheet-small.csv"),
    ("xlsform", "xlsform-small.csv"),
    ("xlsform", "xlsform-corrected.csv"),
    ("ctdc-2021", "ctdc-small.csv"),
    ("ctdc-synthetic-2024", "ctdc-synthetic-small.csv"),
    ("statistics/centre.toml", "statistics/centre.csv"),
    ("statistics/survey.toml", "statistics/survey.csv"),
    ("statistics/assistance.toml", "statistics/assistance.csv"),
    ("five-states/referrals.toml", "statistics/referrals.csv"),
    ("five-states/cases.toml", "five-states/cases.csv"),
    ("five-states/assistance.toml", "five-states/assistance.csv"),
    ("five-states/referrals.toml", "five-states/referrals.csv"),
    ("five-states/contacts.toml", "five-states/contacts.csv"),
    ("five-states/proceedings.toml", "five-states/proceedings.csv"),
];

/// Persons of the simulated home.
const PERSONS: u64 = 3_000;

const CTDC: &str = "ctdc-2021/ctdc_kanon_20210715.csv";

/// One home, and how often it is asked.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) name: &'static str,
    /// Queries of a hundred that go to it.
    pub(super) share: usize,
    /// Whether its views are small enough to be compared whole.
    pub(super) whole: bool,
    pub(super) session: Session,
    pub(super) relations: Vec<Relation>,
    loaded: Loaded,
}

impl Home {
    async fn of(name: &'static str, share: usize, loaded: Loaded) -> Home {
        let session = loaded.session().await;
        let relations = relations(&session).await;
        Home { name, share, whole: name != "real", session, relations, loaded }
    }

    /// Where its stored tables and codes are; the codes are no stored table, so they are written below `folder`.
    pub(super) async fn described(&self, folder: &Path) -> Value {
        let codes = folder.join(format!("{}-codes.parquet", self.name));
        let mut bytes = Vec::new();
        let rows = self.session.query("SELECT * FROM codes").await.expect("the codes are there");
        rows.write(RowFormat::Parquet, &mut bytes).await.expect("the codes are written");
        std::fs::write(&codes, bytes).expect("a file can be written");
        json!({ "name": self.name, "codes": codes, "tables": self.loaded.files().await })
    }
}

/// All homes that can be made here. The keys are always the same, so that pseudonyms and therefore queries are.
pub(super) async fn all(folder: &Path) -> Vec<Home> {
    let mut homes = vec![registers(folder).await, simulated(folder).await];
    if let Some(file) = real_data().map(|folder| folder.join(CTDC)).filter(|file| file.exists()) {
        let mut loaded = Loaded::under(key(folder)).await;
        loaded.load_named("ctdc-2021", &file).await;
        homes.push(Home::of("real", 8, loaded).await);
    }
    homes
}

/// The small home, where every view has rows.
pub(super) async fn registers(folder: &Path) -> Home {
    let mut loaded = Loaded::under(key(folder)).await;
    for (source, file) in REGISTERS {
        loaded.load_named(source, &fixture(file)).await;
    }
    Home::of("registers", 60, loaded).await
}

/// Three organisations' lists of thousands of persons, some of whom are in several.
async fn simulated(folder: &Path) -> Home {
    let mut loaded = Loaded::under(key(folder)).await;
    let exports = folder.join("exports");
    let truth = panoh_simulator::write(&Scenario::demo(7, PERSONS), &exports).expect("exports are written");
    for file in truth.files {
        loaded.load_named(file.list.source(), &file.path).await;
    }
    Home::of("simulated", 40, loaded).await
}

/// A key that everybody knows, for persons who are made up or published.
fn key(folder: &Path) -> MasterKey {
    let path: PathBuf = folder.join("known.key");
    if !path.exists() {
        std::fs::write(&path, format!("panoh-key-1 {}\n", "5a".repeat(32))).expect("a key file can be written");
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("it is ours");
    }
    MasterKey::read_file(&path, &folder.join("home"), &mut || None).expect("the key file is sound")
}
