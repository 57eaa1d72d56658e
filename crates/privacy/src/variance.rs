//! How far from the truth the published numbers may be: closed forms over the scales of a plan.

use crate::parts::Parts;
use crate::{NoisePlan, PrivacyError, Subset};

impl NoisePlan {
    /// Variance, in persons², of the sum over `taken[i]` of the codes of the i-th dimension of `table` (ascending): a
    /// cell has every entry 1, a roll-up over a dimension has all its codes. Which codes are taken does not matter.
    ///
    /// Σ_{A⊆B} s_A² Π_{i∈A} (k_i − k_i²/n_i) Π_{j∈B\A} (k_j/n_j)². The table must be wanted or part of a wanted one.
    pub fn slice_variance(&self, table: Subset, taken: &[u32]) -> Result<f64, PrivacyError> {
        if self.query(table).is_none() {
            return Err(PrivacyError::NotPlanned(table));
        }
        let sizes = self.shape().sizes();
        let fits = table.dimensions().zip(taken).all(|(i, &k)| k <= sizes[i]);
        if taken.len() != table.len() || !fits {
            return Err(PrivacyError::BadSlice(table));
        }
        let share = |query: Subset| -> f64 {
            let factors = table.dimensions().zip(taken).map(|(i, &k)| {
                let (k, n) = (f64::from(k), self.shape().size(i));
                if query.contains(i) { k - k * k / n } else { (k / n) * (k / n) }
            });
            factors.product()
        };
        let terms = table.subsets().filter_map(|a| self.query(a)).map(|query| query.variance * share(query.dimensions));
        Ok(terms.sum())
    }

    /// Standard error, in persons, of every cell of this table (all cells of a table have the same).
    pub fn cell_standard_error(&self, table: Subset) -> Result<f64, PrivacyError> {
        self.slice_variance(table, &vec![1; table.len()]).map(f64::sqrt)
    }

    /// Root mean square error, in persons, over all cells of all wanted tables.
    pub fn rmse(&self) -> f64 {
        let influence = Parts::new(self.shape(), self.wanted()).influence(&self.numbers_of_cells());
        let sum: f64 = self.queries().iter().zip(influence).map(|(query, v)| query.variance * v).sum();
        (sum / self.cells() as f64).sqrt()
    }

    /// The least [`NoisePlan::rmse`] that any unbiased Gaussian mechanism over these tables reaches with the requested
    /// ρ: (Σ √(v_A p_A))² / (2ρ) over the number of cells, for cells of equal weight (arXiv 2305.08175).
    pub fn optimum_rmse(&self) -> f64 {
        let parts = Parts::new(self.shape(), self.wanted());
        let sum = parts.root_sum(&parts.influence(&self.numbers_of_cells()));
        sum / (2.0 * self.requested().value() * self.cells() as f64).sqrt()
    }

    /// The weights under which a sum over tables is a sum over cells.
    fn numbers_of_cells(&self) -> Vec<f64> {
        self.wanted().iter().map(|table| self.shape().cells(table.dimensions) as f64).collect()
    }
}
