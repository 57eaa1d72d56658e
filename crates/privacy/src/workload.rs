//! What is wanted, and what it asks of each member of the closure: the coefficients of the closed form.

use std::collections::{BTreeMap, BTreeSet};

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

/// A table that is to be published.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its dimensions; [`Subset::EMPTY`] is the total as a table of one cell.
    pub dimensions: Subset,
    /// How much it matters.
    pub weight: Weight,
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

/// v_A for every A of the closure: what one unit of s_A² adds to the objective.
/// v_A = Σ_{B wanted, B⊇A} w_B N_B Π_{i∈A} (n_i−1)/n_i Π_{j∈B\A} 1/n_j². The keys are the closure, in order.
pub(crate) fn influence(shape: &Shape, wanted: &[Wanted], objective: Objective) -> BTreeMap<Subset, f64> {
    let mut influence = BTreeMap::new();
    for table in wanted {
        let weight = match objective {
            Objective::Tables => table.weight.value(),
            Objective::Cells => table.weight.value() * shape.cells(table.dimensions) as f64,
        };
        for query in table.dimensions.subsets() {
            *influence.entry(query).or_insert(0.0) += weight * cell_share(shape, table.dimensions, query);
        }
    }
    influence
}

/// p_A = Π (n_i−1)/n_i: the cost of the query is p_A / (2 s_A²).
pub(crate) fn cost(shape: &Shape, query: Subset) -> f64 {
    query.dimensions().map(|i| (shape.size(i) - 1.0) / shape.size(i)).product()
}

/// The closure under plain sums of cell variances, each table with weight one: for the textbook figures.
pub(crate) fn equal_cells(wanted: &[Wanted]) -> Vec<Wanted> {
    wanted.iter().map(|table| Wanted { weight: Weight::ONE, ..*table }).collect()
}

/// What one unit of s_A² adds to the variance of one cell of table B ⊇ A.
fn cell_share(shape: &Shape, table: Subset, query: Subset) -> f64 {
    let share = |i| {
        let n = shape.size(i);
        if query.contains(i) { (n - 1.0) / n } else { 1.0 / (n * n) }
    };
    table.dimensions().map(share).product()
}
