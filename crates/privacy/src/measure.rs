//! The one step that touches counts: each query is computed exactly, in whole numbers, and handed to the noise.

use crate::axes::{Axis, centre_counts, sum_onto};
use crate::{NoisePlan, PrivacyError, Shape, Subset};

/// More persons than there are on Earth. Sums over at most so many stay inside 64 bits; nobody's data can come near, so
/// the check cannot make a run fail because of who is in it.
pub(crate) const MAX_PERSONS: i64 = 1 << 33;

/// Adds independent noise of the given scale (in units of the values) to each of the values: a vector of equal length.
pub type Noise<'a> = dyn FnMut(&[i64], f64) -> Result<Vec<i64>, PrivacyError> + 'a;

/// Measures every query of the plan: one vector of noisy integers for each, in the order of [`NoisePlan::queries`].
///
/// `marginals` gives the exact counts of persons of a set of dimensions, dense and row-major with dimensions ascending
/// (one number for the total); it is asked once for each query. All of them must count the same persons.
/// `noise` is [`crate::opendp_noise`] in production.
pub fn measure(
    plan: &NoisePlan,
    marginals: &dyn Fn(Subset) -> Vec<i64>,
    noise: &mut Noise<'_>,
) -> Result<Vec<Vec<i64>>, PrivacyError> {
    let measure_one = |query: &crate::Query| {
        let exact = residual_counts(plan.shape(), query.dimensions, marginals(query.dimensions))?;
        let noisy = noise(&exact, query.sigma)?;
        check_length(plan.shape(), query.dimensions, noisy.len())?;
        Ok(noisy)
    };
    let measured = plan.queries().iter().map(measure_one).collect::<Result<Vec<_>, _>>()?;
    tracing::debug!(queries = measured.len(), values = plan.values(), "noise drawn");
    Ok(measured)
}

/// Sums a dense row-major table down to some of its dimensions. Refuses dimensions that the table lacks
/// ([`PrivacyError::NotPlanned`]) and a wrong number of counts.
pub fn marginal(shape: &Shape, table: Subset, counts: &[i64], onto: Subset) -> Result<Vec<i64>, PrivacyError> {
    shape.check(table)?;
    check_length(shape, table, counts.len())?;
    if !onto.is_subset_of(table) {
        return Err(PrivacyError::NotPlanned(onto));
    }
    Ok(sum_onto(shape, table, counts.to_vec(), onto))
}

/// Bound on every intermediate sum of a query over so many cells, or nothing when that leaves 64 bits.
pub(crate) fn largest_sum(cells: u64) -> Option<i64> {
    i64::try_from(cells).ok()?.checked_mul(MAX_PERSONS)
}

/// Refuses a vector that has not one entry for each cell.
pub(crate) fn check_length(shape: &Shape, table: Subset, found: usize) -> Result<(), PrivacyError> {
    let expected = shape.cells(table);
    if found as u64 == expected { Ok(()) } else { Err(PrivacyError::WrongLength { table, expected, found }) }
}

/// q_A = ⊗ (n_i·I − J) · marginal_A. A person adds at most Π n_i to any entry at any step, which planning has checked.
fn residual_counts(shape: &Shape, query: Subset, mut counts: Vec<i64>) -> Result<Vec<i64>, PrivacyError> {
    check_length(shape, query, counts.len())?;
    let persons = counts.iter().try_fold(0_i64, |sum, &count| if count < 0 { None } else { sum.checked_add(count) });
    if persons.is_none_or(|persons| persons >= MAX_PERSONS) {
        return Err(PrivacyError::NotCounts(query));
    }
    for dimension in query.dimensions() {
        centre_counts(&mut counts, Axis::of(shape, query, dimension));
    }
    Ok(counts)
}
