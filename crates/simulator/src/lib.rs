//! Makes labelled synthetic exports with planted truth, for the demo, tests and benches.
//!
//! A [`Scenario`] gives a plan of persons, and the plan gives files: three organisations' lists that overlap, each in
//! its own layout, alphabet and spelling. [`write()`] returns the [`Truth`]: exact counts to hold statistics against, and
//! every identifying string to search for where it must not be. [`write_ctdc`] makes a file in the layout of the
//! Counter-Trafficking Data Collaborative, so that tests need no real one; [`write_wide`] makes one of millions of rows with
//! identities, for benches.
//!
//! The story (tables in `story/`): registered persons per year as published for Tajikistan, with a turn in 2018 and
//! 2019 from mostly women in sexual exploitation to mostly men in forced labour, and prevented cases beside identified
//! ones. Everything else about it is invented.

mod crowd;
mod ctdc;
mod defect;
mod entry;
mod error;
mod export;
mod layout;
mod names;
mod person;
mod plan;
mod rng;
mod scenario;
mod score;
mod sighting;
mod spelling;
mod story;
#[cfg(test)]
mod tests;
mod truth;
mod wide;
mod words;

pub use ctdc::{CtdcScenario, CtdcTruth, write_ctdc};
pub use defect::Defect;
pub use entry::List;
pub use error::SimulatorError;
pub use export::write;
pub use layout::{Planted, PlantedKind};
pub use scenario::{Crowd, Scenario, Slips};
pub use score::{Score, Share, score};
pub use sighting::{Sighting, sightings};
pub use truth::{Counts, Destination, FileTruth, Route, Truth};
pub use wide::{WideScenario, write_wide};
