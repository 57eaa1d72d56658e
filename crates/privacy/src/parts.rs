//! What each table is made of: the variance of its cells as a sum over the members of the closure, and what each member
//! costs. All choices of noise come down to weights on tables; the closed form turns weights into variances.

use std::collections::BTreeSet;

use crate::{Objective, Shape, Subset, Wanted};

/// The coefficients of one workload. Sums run in a fixed order and use no function but the square root, so that every
/// machine gets the same bits.
pub(crate) struct Parts {
    /// The closure, in order.
    queries: Vec<Subset>,
    /// p_A for each member of the closure.
    costs: Vec<f64>,
    /// For each table the positions of its subsets in the closure, and what a unit of s_A² adds to one of its cells.
    tables: Vec<Vec<(usize, f64)>>,
}

impl Parts {
    pub(crate) fn new(shape: &Shape, wanted: &[Wanted]) -> Self {
        let closure: BTreeSet<Subset> = wanted.iter().flat_map(|table| table.dimensions.subsets()).collect();
        let queries: Vec<Subset> = closure.into_iter().collect();
        let position = |query: Subset| queries.binary_search(&query).expect("the closure holds every subset");
        let shares = |table: &Wanted| {
            let share = |query| (position(query), cell_share(shape, table.dimensions, query));
            table.dimensions.subsets().map(share).collect()
        };
        let tables = wanted.iter().map(shares).collect();
        let costs = queries.iter().map(|&query| cost(shape, query)).collect();
        Self { queries, costs, tables }
    }

    /// The closure, in order.
    pub(crate) fn queries(&self) -> &[Subset] {
        &self.queries
    }

    /// v_A = Σ_B w_B · share of A in a cell of B, for weights on the variance of one cell of each table.
    pub(crate) fn influence(&self, weights: &[f64]) -> Vec<f64> {
        let mut influence = vec![0.0; self.queries.len()];
        for (&weight, shares) in weights.iter().zip(&self.tables) {
            for &(query, share) in shares {
                influence[query] += weight * share;
            }
        }
        influence
    }

    /// Σ √(v_A p_A), whose square over 2ρ is the least weighted sum of cell variances.
    pub(crate) fn root_sum(&self, influence: &[f64]) -> f64 {
        influence.iter().zip(&self.costs).map(|(v, p)| (v * p).sqrt()).sum()
    }

    /// s_A² = √(p_A/v_A) · Σ √(v_A' p_A') / (2ρ); zero for queries that no weight asks for.
    pub(crate) fn variances(&self, weights: &[f64], rho: f64) -> Vec<f64> {
        let influence = self.influence(weights);
        let factor = self.root_sum(&influence) / (2.0 * rho);
        let variance = |(v, p): (&f64, &f64)| if *v > 0.0 { (p / v).sqrt() * factor } else { 0.0 };
        influence.iter().zip(&self.costs).map(variance).collect()
    }

    /// The variance of one cell of each table.
    pub(crate) fn cell_variances(&self, variances: &[f64]) -> Vec<f64> {
        let sum = |shares: &Vec<(usize, f64)>| shares.iter().map(|&(query, share)| share * variances[query]).sum();
        self.tables.iter().map(sum).collect()
    }
}

/// What one unit of the variance of one cell of each table weighs under an objective that is a sum.
pub(crate) fn cell_weights(shape: &Shape, wanted: &[Wanted], objective: Objective) -> Vec<f64> {
    let weight = |table: &Wanted| match objective {
        Objective::Tables | Objective::Maximum => table.weight.value(),
        Objective::Cells => table.weight.value() * shape.cells(table.dimensions) as f64,
    };
    wanted.iter().map(weight).collect()
}

/// p_A = Π (n_i−1)/n_i: the cost of the query is p_A / (2 s_A²).
fn cost(shape: &Shape, query: Subset) -> f64 {
    query.dimensions().map(|i| (shape.size(i) - 1.0) / shape.size(i)).product()
}

/// What one unit of s_A² adds to the variance of one cell of table B ⊇ A: Π_{i∈A} (n_i−1)/n_i Π_{j∈B\A} 1/n_j².
fn cell_share(shape: &Shape, table: Subset, query: Subset) -> f64 {
    let share = |i| {
        let n = shape.size(i);
        if query.contains(i) { (n - 1.0) / n } else { 1.0 / (n * n) }
    };
    table.dimensions().map(share).product()
}
