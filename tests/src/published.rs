//! Releases without noise, so that figures can be compared with rows that were counted by hand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use panoh_dictionary::Dictionary;
use panoh_ledger::{Budget, Ledger, Limits};
use panoh_publication::{Day, Definition, read};
use panoh_release::{Published, ReleaseError, Run, plan, publish};

use crate::Loaded;

/// A folder of releases with its ledger; gone when dropped.
#[derive(Debug)]
pub struct Releases {
    folder: tempfile::TempDir,
}

impl Releases {
    /// None yet; nothing is spent.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::create_dir(folder.path().join("published")).expect("a folder can be made");
        Self { folder }
    }

    /// What every cohort has spent and may spend.
    pub fn budget(&self) -> Budget {
        self.ledger().budget().expect("the ledger is whole")
    }

    /// Publishes the definition over what is loaded, with silence in place of noise.
    pub async fn publish(&self, loaded: &Loaded, definition: &str) -> Result<Published, ReleaseError> {
        let definition = Definition::from_toml(definition)?;
        let dictionary = Dictionary::builtin().expect("the built-in dictionary is sound");
        let plan = plan(&definition, &dictionary, &self.budget())?;
        let persons = panoh_release::read(&loaded.session().await, &plan, [7; 32]).await?;
        let published = self.published();
        let clock = || String::from("2026-12-01T00:00:00Z");
        let day = Day::new("2026-12-01").expect("a day");
        let signer = panoh_publication::Signer::of_secret([5; 32]);
        let run = Run {
            published: &published,
            day,
            synthetic: true,
            warehouse: BTreeMap::new(),
            clock: &clock,
            signer: &signer,
            again: true,
        };
        publish(&plan, &persons, &mut self.ledger(), &run, &mut |values, _| Ok(values.to_vec()))
    }

    /// The cells of a release that are not empty: `table: code code = persons`, in the order of tables and codes.
    pub fn figures(&self, release: &Published) -> Vec<String> {
        let artefact = read(&release.path).expect("the release is whole");
        let mut lines = Vec::new();
        for table in artefact.cube.tables() {
            let dimensions: Vec<_> = table.dimensions.iter().map(|at| &artefact.cube.dimensions()[*at]).collect();
            for (mut cell, estimate) in table.estimates.iter().enumerate() {
                assert!((estimate - estimate.round()).abs() < 1e-6, "{}: {estimate} without noise", table.name);
                if estimate.round() == 0.0 {
                    continue;
                }
                let mut codes = Vec::new();
                for dimension in dimensions.iter().rev() {
                    codes.push(dimension.codes[cell % dimension.codes.len()].code.as_str());
                    cell /= dimension.codes.len();
                }
                codes.reverse();
                lines.push(format!("{}: {} = {}", table.name, codes.join(" "), estimate.round()));
            }
        }
        lines
    }

    fn published(&self) -> PathBuf {
        self.folder.path().join("published")
    }

    fn ledger(&self) -> Ledger {
        let at = |name: &str| self.folder.path().join(name);
        let get = if at("head").exists() { Ledger::open } else { Ledger::begin };
        get(&at("ledger.sqlite"), &at("head"), [9; 32], Limits::STANDARD).expect("the ledger opens")
    }
}

impl Default for Releases {
    fn default() -> Self {
        Self::new()
    }
}
