//! From noisy measurements back to tables. Only public numbers go in, so this can be repeated by anyone, for example to
//! verify a published release.

use crate::axes::{Axis, add_spread, centre};
use crate::measure::check_length;
use crate::{NoisePlan, PrivacyError, Shape, Subset};

/// The unbiased estimate of every wanted table, in the order of [`NoisePlan::wanted`]: dense, row-major, dimensions
/// ascending, in persons; values may be negative or fractional. Sums of any two tables over what they share agree.
///
/// `measurements` are those of [`crate::measure()`]: one vector for each query of the plan.
pub fn rebuild(plan: &NoisePlan, measurements: &[Vec<i64>]) -> Result<Vec<Vec<f64>>, PrivacyError> {
    let residuals = residuals(plan, measurements)?;
    let tables = plan.wanted().iter().map(|table| estimate(plan, &residuals, table.dimensions, Subset::EMPTY));
    Ok(tables.collect())
}

/// What was measured as residuals in persons, one for each query of the plan.
pub(crate) fn residuals(plan: &NoisePlan, measurements: &[Vec<i64>]) -> Result<Vec<Vec<f64>>, PrivacyError> {
    if measurements.len() != plan.queries().len() {
        return Err(PrivacyError::BadStoredPlan("it has another number of queries than there are measurements"));
    }
    let residuals = plan.queries().iter().zip(measurements).map(|(query, measured)| {
        check_length(plan.shape(), query.dimensions, measured.len())?;
        Ok(residual(plan.shape(), query.dimensions, measured))
    });
    residuals.collect()
}

/// The noisy query in persons, with what the noise put outside the range of the query taken off: ⊗(I − J/n_i) y / Π n_i.
fn residual(shape: &Shape, query: Subset, measured: &[i64]) -> Vec<f64> {
    let cells = shape.cells(query) as f64;
    let mut values: Vec<f64> = measured.iter().map(|&value| value as f64 / cells).collect();
    for dimension in query.dimensions() {
        centre(&mut values, Axis::of(shape, query, dimension));
    }
    values
}

/// The table over `full` and `centred` together, in which sums along a dimension of `full` are what they are and sums
/// along one of `centred` are zero. Taking the dimensions of `full` one at a time, a table is its centred part plus the
/// smaller table spread evenly; in the end this is Σ_{A⊆B} expand(residual_A) / Π_{j∈B\A} n_j.
pub(crate) fn estimate(plan: &NoisePlan, residuals: &[Vec<f64>], full: Subset, centred: Subset) -> Vec<f64> {
    let Some(dimension) = full.last() else {
        let position = plan.position(centred).expect("every subset of a wanted table has a query");
        return residuals[position].clone();
    };
    let rest = full.without(dimension);
    let mut values = estimate(plan, residuals, rest, centred.with(dimension));
    let smaller = estimate(plan, residuals, rest, centred);
    add_spread(&mut values, Axis::of(plan.shape(), full.union(centred), dimension), &smaller);
    values
}
