//! What may be asked for: frames, their dimensions with whole code lists, cohorts, and what a request may cost. It comes
//! from the data dictionary and from published costs, never from data.

use std::path::Path;

use panoh_publication::{CohortRho, Cohorts, Day, Labels, Slug};
use serde::{Deserialize, Serialize};

use crate::RequestsError;
use crate::file::{self, Readers};

/// Name of the file in the folder of releases.
const FILE: &str = "catalogue.json";
/// Largest file that is read, bytes.
const LARGEST: u64 = 64 << 20;

/// `published/catalogue.json`. While it is there, requests are open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Day on which it was written.
    pub day: Day,
    /// Who answers for what is released.
    pub author: String,
    /// SPDX identifier of the licence of what is released.
    pub licence: String,
    /// Days within which a request is decided.
    pub answered_within_days: u16,
    /// The cohorts that may be asked for: years of first registration.
    pub cohorts: Cohorts,
    /// ρ that all projects together may cost each cohort.
    pub most_rho: f64,
    /// What projects have cost each cohort so far; those that paid nothing are left out.
    pub spent: Vec<CohortRho>,
    /// What can be counted.
    pub frames: Vec<CatalogueFrame>,
    /// The code lists of the dimensions, and the coarser ones above them.
    pub lists: Vec<CatalogueList>,
}

/// One kind of rows: each is a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueFrame {
    /// Its name.
    pub name: Slug,
    /// What people read.
    pub title: String,
    /// Who is a row, and what of several records counts.
    pub row: String,
    /// What rows can be counted by, besides `year`.
    pub dimensions: Vec<CatalogueDimension>,
}

/// One dimension of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueDimension {
    /// Its name in requests and tables.
    pub name: Slug,
    /// Its column of the frame.
    pub column: String,
    /// What people read.
    pub title: Labels,
    /// What it says about a person.
    pub description: String,
    /// Its code list.
    pub list: String,
    /// Whether it is what came about within twelve months of one's own.
    pub outcome: bool,
}

/// One code list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueList {
    /// Its name; also the name of a coarser level.
    pub name: String,
    /// What people read.
    pub title: Labels,
    /// The coarser list above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The codes.
    pub codes: Vec<CatalogueCode>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueCode {
    /// The code.
    pub code: String,
    /// What people read.
    pub labels: Labels,
    /// The code of the coarser list that takes it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

impl Catalogue {
    /// Reads the catalogue beside the releases; none when requests are not open.
    pub fn read(published: &Path) -> Result<Option<Self>, RequestsError> {
        file::read(&published.join(FILE), LARGEST)
    }

    /// Opens requests, or changes what may be asked for.
    pub fn write(&self, published: &Path) -> Result<(), RequestsError> {
        file::write(&published.join(FILE), self, Readers::All)
    }

    /// Closes requests; false when they were not open.
    pub fn remove(published: &Path) -> Result<bool, RequestsError> {
        let path = published.join(FILE);
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(RequestsError::Io { path, source }),
        }
    }

    /// A frame by its name.
    pub fn frame(&self, name: &str) -> Option<&CatalogueFrame> {
        self.frames.iter().find(|frame| frame.name.as_str() == name)
    }

    /// A code list by its name.
    pub fn list(&self, name: &str) -> Option<&CatalogueList> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// A list and the lists above it, finest first.
    pub fn ladder(&self, name: &str) -> Vec<&CatalogueList> {
        let above = |list: &&CatalogueList| self.list(list.parent.as_deref()?);
        // A list that is above itself would have no end.
        std::iter::successors(self.list(name), above).take(self.lists.len()).collect()
    }
}

impl CatalogueFrame {
    /// A dimension by its name.
    pub fn dimension(&self, name: &str) -> Option<&CatalogueDimension> {
        self.dimensions.iter().find(|dimension| dimension.name.as_str() == name)
    }
}
