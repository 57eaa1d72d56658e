//! The plan: a value that fixes every noise scale and every expected error before any data is touched. It is also what
//! a published release shows, so that anyone can check errors and budget; reading one back goes through the same checks.

use serde::{Deserialize, Serialize};

use crate::measure::{MAX_PERSONS, largest_sum};
use crate::noise::{add_up, rho_of};
use crate::parts::Parts;
use crate::weights::weights;
use crate::workload::{MAX_QUERIES, MAX_VALUES, check_wanted};
use crate::{Objective, PrivacyError, Rho, Shape, Subset, Wanted};

/// Least scale: below it the variance of the discrete Gaussian is visibly smaller than σ² and its steps are coarse, so
/// that stated errors would be wrong.
const MIN_SIGMA: f64 = 0.7;
/// Bits of a mantissa (of 52) that scales leave at zero. Numbers of 32 significant bits survive any reader of JSON, make
/// the sampler's exact fractions short, and cost less than 10⁻⁹ of the budget.
const SPARE_BITS: u32 = 21;

/// Chooses the noise for these tables. Pure: equal arguments give equal plans on every machine.
///
/// The budget of the plan is at most `rho`, counted by OpenDP's privacy maps with every rounding upwards. Tables with a
/// required half-width get it, what is left serves the objective over the other tables; when it cannot be had the
/// refusal says which `rho` would be enough ([`PrivacyError::HalfWidthsNeedMore`]).
pub fn plan(shape: &Shape, wanted: &[Wanted], objective: Objective, rho: Rho) -> Result<NoisePlan, PrivacyError> {
    check_wanted(shape, wanted)?;
    if rho.nanos() == 0 {
        return Err(PrivacyError::BadRho(rho.value()));
    }
    let parts = Parts::new(shape, wanted);
    check_number(parts.queries().len())?;
    let variances = parts.variances(&weights(&parts, shape, wanted, objective, rho)?, rho.value());
    let scale = |(&query, variance): (&Subset, f64)| (query, next_scale(variance.sqrt() * shape.cells(query) as f64));
    let mut scales: Vec<(Subset, f64)> = parts.queries().iter().zip(variances).map(scale).collect();
    // Scales are rounded up, so the first attempt fits but for the last bits of the formula; then one step more does.
    let plan = loop {
        let queries = queries(shape, &scales)?;
        let spent = spent(&queries)?;
        if spent <= rho {
            break NoisePlan {
                shape: shape.clone(),
                wanted: wanted.to_vec(),
                objective,
                requested: rho,
                spent,
                queries,
            };
        }
        for (_, sigma) in &mut scales {
            *sigma = next_scale(sigma.next_up());
        }
    };
    tracing::debug!(queries = plan.queries.len(), values = plan.values(), rho = plan.spent.value(), "noise planned");
    Ok(plan)
}

/// One measurement of the plan: the residual query of a set of dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// A, the dimensions of the query.
    pub dimensions: Subset,
    /// Scale of the discrete Gaussian added to each of the Π n_i integers, in units of the query (σ_A = s_A · Π n_i).
    pub sigma: f64,
    /// s_A², the variance in persons², from which every standard error is made.
    pub variance: f64,
    /// How far one person moves the vector, in L2 norm: √Π n_i(n_i−1), rounded up.
    pub sensitivity: f64,
}

/// Tables, noise scales and cost of one release. Cannot be changed; a stored one that breaks a rule does not parse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredPlan", into = "StoredPlan")]
pub struct NoisePlan {
    shape: Shape,
    wanted: Vec<Wanted>,
    objective: Objective,
    requested: Rho,
    spent: Rho,
    queries: Vec<Query>,
}

impl NoisePlan {
    /// The number of codes of each dimension.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The tables to be published, in the order given.
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// What was minimised.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// The budget asked for.
    pub fn requested(&self) -> Rho {
        self.requested
    }

    /// The cost of the plan: the sum of OpenDP's privacy maps, rounded up. At most [`NoisePlan::requested`]; this is
    /// what a ledger charges.
    pub fn rho(&self) -> Rho {
        self.spent
    }

    /// The measurements, one for each set of the closure, in the order of [`Subset`]: the total first.
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// The measurement of exactly these dimensions, if they are in the closure.
    pub fn query(&self, dimensions: Subset) -> Option<&Query> {
        self.position(dimensions).map(|position| &self.queries[position])
    }

    /// Cells of all tables wanted.
    pub fn cells(&self) -> u64 {
        self.wanted.iter().map(|table| self.shape.cells(table.dimensions)).sum()
    }

    /// Noisy integers that a run draws: cells of the whole closure.
    pub fn values(&self) -> u64 {
        self.queries.iter().map(|query| self.shape.cells(query.dimensions)).sum()
    }

    /// Where the query of these dimensions stands among the measurements.
    pub(crate) fn position(&self, dimensions: Subset) -> Option<usize> {
        self.queries.binary_search_by_key(&dimensions, |query| query.dimensions).ok()
    }
}

/// A plan as it stands in a file: everything that a reader needs, nothing that is believed without a check.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPlan {
    shape: Shape,
    wanted: Vec<Wanted>,
    objective: Objective,
    requested: Rho,
    rho: Rho,
    queries: Vec<Query>,
}

impl From<NoisePlan> for StoredPlan {
    fn from(plan: NoisePlan) -> Self {
        let NoisePlan { shape, wanted, objective, requested, spent, queries } = plan;
        Self { shape, wanted, objective, requested, rho: spent, queries }
    }
}

impl TryFrom<StoredPlan> for NoisePlan {
    type Error = PrivacyError;

    /// Rebuilds the queries from their scales and compares, so that a plan in memory is consistent wherever it is from.
    fn try_from(stored: StoredPlan) -> Result<Self, PrivacyError> {
        let refuse = |reason| Err(PrivacyError::BadStoredPlan(reason));
        check_wanted(&stored.shape, &stored.wanted)?;
        let parts = Parts::new(&stored.shape, &stored.wanted);
        if !parts.queries().iter().eq(stored.queries.iter().map(|query| &query.dimensions)) {
            return refuse("its queries are not the subsets of its tables, in order");
        }
        let scales: Vec<_> = stored.queries.iter().map(|query| (query.dimensions, same_scale(query.sigma))).collect();
        let queries = queries(&stored.shape, &scales)?;
        let agree = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b;
        let same = |(a, b): (&Query, &Query)| {
            agree(a.sigma, b.sigma) && agree(a.variance, b.variance) && agree(a.sensitivity, b.sensitivity)
        };
        if !stored.queries.iter().zip(&queries).all(same) {
            return refuse("variances or sensitivities do not follow from its scales");
        }
        let spent = spent(&queries)?;
        if spent != stored.rho || spent > stored.requested {
            return refuse("its rho does not follow from its scales, or exceeds what was requested");
        }
        let StoredPlan { shape, wanted, objective, requested, .. } = stored;
        Ok(Self { shape, wanted, objective, requested, spent, queries })
    }
}

/// The queries with these scales, or why they cannot be carried out.
fn queries(shape: &Shape, scales: &[(Subset, f64)]) -> Result<Vec<Query>, PrivacyError> {
    check_number(scales.len())?;
    let queries =
        scales.iter().map(|&(dimensions, sigma)| query(shape, dimensions, sigma)).collect::<Result<_, _>>()?;
    let values = scales.iter().map(|&(dimensions, _)| shape.cells(dimensions)).fold(0, u64::saturating_add);
    if values > MAX_VALUES { Err(PrivacyError::TooManyValues(values)) } else { Ok(queries) }
}

fn check_number(queries: usize) -> Result<(), PrivacyError> {
    if queries as u64 > MAX_QUERIES { Err(PrivacyError::TooManyQueries(queries as u64)) } else { Ok(()) }
}

fn query(shape: &Shape, dimensions: Subset, sigma: f64) -> Result<Query, PrivacyError> {
    if !sigma.is_finite() {
        return Err(PrivacyError::BadScale(sigma));
    }
    if sigma < MIN_SIGMA {
        return Err(PrivacyError::SmallScale { table: dimensions, sigma });
    }
    // Noise over 64 scales does not happen: its probability is under 10⁻⁸⁰⁰.
    let cells = shape.cells(dimensions);
    let room = largest_sum(cells).map(|sum| (i64::MAX - sum) as f64);
    if room.is_none_or(|room| 64.0 * sigma > room) {
        return Err(PrivacyError::Overflow(dimensions));
    }
    let deviation = sigma / cells as f64;
    Ok(Query { dimensions, sigma, variance: deviation * deviation, sensitivity: sensitivity(shape, dimensions) })
}

/// √Π n_i(n_i−1), never too small: exact where it is a whole number, else two steps up, which is more than the product
/// and the root can have lost.
fn sensitivity(shape: &Shape, dimensions: Subset) -> f64 {
    let square: u128 = dimensions.dimensions().map(|i| u128::from(shape.sizes()[i])).map(|n| n * (n - 1)).product();
    let root = square.isqrt();
    if root * root == square { root as f64 } else { (square as f64).sqrt().next_up().next_up() }
}

fn spent(queries: &[Query]) -> Result<Rho, PrivacyError> {
    let costs: Vec<f64> =
        queries.iter().map(|query| rho_of(query.sigma, query.sensitivity)).collect::<Result<_, _>>()?;
    add_up(&costs)
}

/// The least scale of 32 significant bits that is not below this one.
fn next_scale(sigma: f64) -> f64 {
    let spare = (1_u64 << SPARE_BITS) - 1;
    f64::from_bits((sigma.to_bits() + spare) & !spare)
}

/// The nearest scale of 32 significant bits: undoes what a reader of decimal numbers lost in the last bit.
fn same_scale(sigma: f64) -> f64 {
    let spare = (1_u64 << SPARE_BITS) - 1;
    f64::from_bits((sigma.to_bits().saturating_add(spare / 2 + 1)) & !spare)
}

// A table that passes the check of its sums has at most 2^30 cells, so at most 30 dimensions: shifts by their number and
// the product under the root stay far inside their types.
const _: () = assert!(MAX_PERSONS >= 1 << 33);
