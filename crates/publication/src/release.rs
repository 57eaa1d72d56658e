//! `release.json`: everything that a reader must know to trust, check and cite a release.
//!
//! Nothing in it is computed from the data without noise: no row count, no warehouse version, no load count, no run
//! time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Day, Definition, Delta, Labels, Rho, Slug};

/// One measured residual query: the vector q_A of a set A of dimensions with discrete Gaussian noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Indexes of the dimensions in A, ascending; empty for the total.
    pub dimensions: Vec<usize>,
    /// s_A², persons²: the variance of the residual's noise before projection.
    pub variance: f64,
    /// s_A Π n_i: the scale given to the sampler of the integer vector.
    pub sigma: f64,
    /// √Π n_i(n_i − 1): how far one person moves the integer vector, L2 norm.
    pub sensitivity: f64,
}

/// What the release cost and promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// ρ of the run: the sum of the sampler's own maps, rounded up.
    pub rho: Rho,
    /// ε at `delta`, by a tight conversion.
    pub epsilon: f64,
    /// δ at which ε is stated.
    pub delta: Delta,
    /// What each cohort was charged.
    pub cohorts: Vec<CohortRho>,
}

/// What one cohort was charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CohortRho {
    /// Year of first registration, or `no_year`.
    pub cohort: String,
    /// The charge.
    pub rho: Rho,
}

/// One table of the release as planned: known before any data were touched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableInfo {
    /// Short name; `tables/<name>.csv`.
    pub name: Slug,
    /// What people read above it.
    pub title: Labels,
    /// Indexes of its dimensions, ascending.
    pub dimensions: Vec<usize>,
    /// Number of cells.
    pub cells: u64,
    /// Standard error of each cell, persons.
    pub standard_error: f64,
}

/// The content of `release.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Version of the artefact's format.
    pub format: u32,
    /// Name of the release and of its folder.
    pub id: Slug,
    /// Whether the figures come from simulated records; every page and file then says so.
    pub synthetic: bool,
    /// Day of the release.
    pub day: Day,
    /// The definition as it was run.
    pub definition: Definition,
    /// SHA-256 of the definition's canonical form, hex.
    pub definition_digest: String,
    /// SHA-256 of the data dictionary, hex.
    pub dictionary_digest: String,
    /// SHA-256 of the SQL that made one row of each person's records, hex: of the frame and of the views that it reads,
    /// without comments and with one blank between words.
    pub frame_digest: String,
    /// Head of the ledger's chain when the release was charged.
    pub ledger_head: String,
    /// Cost and promise.
    pub privacy: Privacy,
    /// All measured queries with their noise scales.
    pub queries: Vec<Query>,
    /// All tables with their errors.
    pub tables: Vec<TableInfo>,
    /// What is promised, one sentence each.
    pub promised: Vec<String>,
    /// What is not covered, one sentence each.
    pub not_covered: Vec<String>,
    /// SHA-256 of every other data file of the folder, hex, by path.
    pub files: BTreeMap<String, String>,
}

impl Release {
    /// How to cite the release, in one line.
    pub fn citation(&self) -> String {
        let mark = if self.synthetic { " [synthetic data]" } else { "" };
        format!(
            "{} ({}). {}{mark}. Release {}. Panoh, {}.",
            self.definition.author,
            self.day.year(),
            self.definition.title,
            self.id,
            self.day
        )
    }
}
