//! What was planted, so that an engine can be held against it: counts for statistics, raw strings for leak tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::entry::List;
use crate::error::SimulatorError;
use crate::layout::Planted;
use crate::plan::{Plan, Recorded, Row};
use crate::scenario::Scenario;

/// The code under which an unrecorded attribute is counted, as in the dictionary's list `absence`.
pub(crate) const MISSING: &str = "missing";

/// The truth about written files.
#[derive(Debug, Clone)]
pub struct Truth {
    /// What the files were made from.
    pub scenario: Scenario,
    /// The files in the order in which they are meant to be loaded.
    pub files: Vec<FileTruth>,
    /// What a correct load of all files counts. Rows that must be refused are not in it.
    pub counts: Counts,
    plan: Plan,
}

/// One file.
#[derive(Debug, Clone)]
pub struct FileTruth {
    /// The list that the file holds.
    pub list: List,
    /// Where it was written.
    pub path: PathBuf,
    /// Rows below the header, those to be refused included.
    pub rows: u64,
    /// Rows that must be refused.
    pub refused: u64,
}

/// Distinct persons, as the engine's statistics count them: once under each key that one of the person's records has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// All persons.
    pub persons: u64,
    /// Persons with rows in more than one file.
    pub persons_in_several_lists: u64,
    /// By year of first registration (the cohort when the files are loaded in their order) and recorded gender.
    pub cohorts: BTreeMap<(i16, String), u64>,
    /// By year of registration, recorded gender and status.
    pub gender_trend: BTreeMap<(i16, String, String), u64>,
    /// By route, where the destination is recorded.
    pub routes: BTreeMap<Route, u64>,
    /// By destination, where it is recorded.
    pub destinations: BTreeMap<Destination, u64>,
}

/// Where from and where to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// ISO 3166-1 alpha-3.
    pub origin: String,
    /// `recruitment`, or `citizenship` where no place of recruitment is recorded.
    pub origin_role: &'static str,
    /// Where the journey led.
    pub destination: Destination,
}

/// A country of exploitation. Identified, possible and prevented are never one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination {
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// `recorded`, or `intended` for a person who was stopped before.
    pub basis: &'static str,
    /// Code of the list `status`.
    pub status: String,
}

impl Truth {
    pub(crate) fn new(plan: Plan, paths: impl Iterator<Item = (List, PathBuf)>) -> Self {
        Self {
            scenario: plan.scenario,
            files: paths.map(|(list, path)| FileTruth { list, path, rows: 0, refused: 0 }).collect(),
            counts: Counts::default(),
            plan,
        }
    }

    /// Every raw string that identifies a planted person, row by row, drawn again from the scenario. Not collected:
    /// a large scenario has tens of millions. Rows that must be refused are included.
    pub fn identities(&self) -> impl Iterator<Item = Result<Planted, SimulatorError>> + '_ {
        self.plan.rows_by_person().flat_map(|rows| match rows {
            Ok(rows) => rows.into_iter().flat_map(|row| row.planted).map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }

    /// Counts the rows of one person, or one row that must be refused.
    pub(crate) fn count(&mut self, rows: &[Row]) {
        for row in rows {
            let file = &mut self.files[row.list as usize];
            file.rows += 1;
            file.refused += u64::from(row.defect.is_some());
        }
        let recorded: Vec<&Recorded> =
            rows.iter().filter(|row| row.defect.is_none()).map(|row| &row.recorded).collect();
        self.counts.count_person(&recorded);
    }
}

impl Counts {
    fn count_person(&mut self, rows: &[&Recorded]) {
        let Some(first) = rows.first() else { return };
        self.persons += 1;
        self.persons_in_several_lists += u64::from(rows.len() > 1);
        *self.cohorts.entry((first.year, first.gender_code())).or_default() += 1;
        let trend = rows.iter().map(|row| (row.year, row.gender_code(), row.status.clone()));
        count_once(&mut self.gender_trend, trend);
        count_once(&mut self.routes, rows.iter().filter_map(|row| row.route()));
        count_once(&mut self.destinations, rows.iter().filter_map(|row| row.to()));
    }
}

/// Adds a person once under each of the keys of its rows.
fn count_once<K: Ord>(counts: &mut BTreeMap<K, u64>, keys: impl Iterator<Item = K>) {
    for key in keys.collect::<BTreeSet<K>>() {
        *counts.entry(key).or_default() += 1;
    }
}

impl Recorded {
    fn gender_code(&self) -> String {
        self.gender.clone().unwrap_or_else(|| MISSING.to_owned())
    }

    fn to(&self) -> Option<Destination> {
        let basis = if self.status == "prevented" { "intended" } else { "recorded" };
        self.destination.clone().map(|country| Destination { country, basis, status: self.status.clone() })
    }

    fn route(&self) -> Option<Route> {
        let origin_role = if self.recruitment_known { "recruitment" } else { "citizenship" };
        self.to().map(|destination| Route { origin: self.origin.clone(), origin_role, destination })
    }
}
