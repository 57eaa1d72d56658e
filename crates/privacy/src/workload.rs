//! What is wanted: tables, how much each matters, how exact it must be.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{PrivacyError, Shape, Subset};

/// Most members of a closure that are planned for: 20 dimensions up to three need 1,351.
pub(crate) const MAX_QUERIES: u64 = 1 << 16;
/// Most noisy numbers of one run; at about ten microseconds each, two cores take half an hour.
pub(crate) const MAX_VALUES: u64 = 1 << 28;

/// How much a table matters beside the others: a number between 10⁻⁶ and 10⁶, usually 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Weight(f64);

impl Weight {
    /// The weight of a table about which nothing was said.
    pub const ONE: Self = Self(1.0);

    /// Refuses what is not between 10⁻⁶ and 10⁶.
    pub fn new(weight: f64) -> Result<Self, PrivacyError> {
        if (1e-6..=1e6).contains(&weight) { Ok(Self(weight)) } else { Err(PrivacyError::BadWeight(weight)) }
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Weight {
    type Error = PrivacyError;

    fn try_from(weight: f64) -> Result<Self, PrivacyError> {
        Self::new(weight)
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> Self {
        weight.0
    }
}

/// Half the width of a 95 % interval in persons, between 0.001 and 10⁹.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct HalfWidth(f64);

impl HalfWidth {
    /// The 97.5 % quantile of the standard normal distribution. A constant and not a call, so that plans are the same on
    /// every machine.
    const QUANTILE: f64 = 1.959_963_984_540_054;

    /// Refuses what is not between 0.001 and 10⁹.
    pub fn new(persons: f64) -> Result<Self, PrivacyError> {
        if (1e-3..=1e9).contains(&persons) { Ok(Self(persons)) } else { Err(PrivacyError::BadHalfWidth(persons)) }
    }

    /// The number of persons.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The standard error that has this half-width.
    pub fn standard_error(self) -> f64 {
        self.0 / Self::QUANTILE
    }
}

impl TryFrom<f64> for HalfWidth {
    type Error = PrivacyError;

    fn try_from(persons: f64) -> Result<Self, PrivacyError> {
        Self::new(persons)
    }
}

impl From<HalfWidth> for f64 {
    fn from(half_width: HalfWidth) -> Self {
        half_width.0
    }
}

/// A table that is to be published.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its dimensions; [`Subset::EMPTY`] is the total as a table of one cell.
    pub dimensions: Subset,
    /// How much it matters.
    pub weight: Weight,
    /// A headline table: the plan gives its cells this half-width or a smaller one, whatever is left for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_width: Option<HalfWidth>,
}

impl Wanted {
    /// The table over these dimensions, of weight one and without a required half-width.
    pub const fn new(dimensions: Subset) -> Self {
        Self { dimensions, weight: Weight::ONE, half_width: None }
    }
}

/// What the plan makes as small as the budget allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Σ weight · mean cell variance of the table (w_B = weight / N_B). The default: small tables, which people read
    /// first, keep small errors however many large tables stand beside them.
    Tables,
    /// Σ weight · sum of the cell variances of the table (w_B = weight). The objective of the papers; large tables take
    /// nearly the whole budget.
    Cells,
    /// The largest of weight · cell variance over the tables. No table pays for another: the worst one is as good as it
    /// can be.
    Maximum,
}

/// Refuses a set of tables that is empty, repeats one, leaves the shape, or is too large to carry out.
pub(crate) fn check_wanted(shape: &Shape, wanted: &[Wanted]) -> Result<(), PrivacyError> {
    if wanted.is_empty() {
        return Err(PrivacyError::NothingWanted);
    }
    let mut seen = BTreeSet::new();
    let mut subsets = 0_u64;
    for table in wanted {
        shape.check(table.dimensions)?;
        if !seen.insert(table.dimensions) {
            return Err(PrivacyError::RepeatedTable(table.dimensions));
        }
        // Far from the limit of the shift: 64 dimensions of two codes already overflow the count of cells.
        if crate::measure::largest_sum(shape.cells(table.dimensions)).is_none() {
            return Err(PrivacyError::Overflow(table.dimensions));
        }
        subsets += 1 << table.dimensions.len();
    }
    if subsets > 64 * MAX_QUERIES {
        return Err(PrivacyError::TooManyQueries(subsets));
    }
    Ok(())
}
