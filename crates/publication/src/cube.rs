//! Released tables as numbers to reckon with: any slice or roll-up with its exact error.
//!
//! The tables of one release share their noise, so errors of sums are not sums of errors. With s_A² the variance of the
//! residual of the dimension set A (see `Query`), the covariance of two slices S of B1 and T of B2 is
//!
//! ```text
//! Σ_{A ⊆ B1∩B2} s_A² Π_{i∈A} (|S_i∩T_i| − |S_i||T_i|/n_i) Π_{j∈B1\A} |S_j|/n_j Π_{j∈B2\A} |T_j|/n_j
//! ```
//!
//! and the variance of a slice is its covariance with itself. This follows from the residual form of the matrix
//! mechanism (ResidualPlanner, arXiv 2305.08175): residuals of different A are independent and the projected noise of A
//! has covariance s_A² ⊗(I − J/n_i). For discrete Gaussian noise the values are upper bounds.

use std::collections::BTreeMap;

use crate::slice::shared;
use crate::{CubeError, Dimension, Labels, NonNegativeColumn, Pair, Query, Slice, Value};

/// Most dimensions of a cube; a set of dimensions is a 32-bit mask.
const MOST_DIMENSIONS: usize = 30;

/// One released table: dense, row-major, the last dimension runs fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct CubeTable {
    /// Short name.
    pub name: String,
    /// What people read above it.
    pub title: Labels,
    /// Indexes of its dimensions in the cube, ascending.
    pub dimensions: Vec<usize>,
    /// One estimate (persons) for each cell.
    pub estimates: Vec<f64>,
    /// The second column, when the release has one.
    pub non_negative: Option<SecondColumn>,
}

/// For each cell a number of persons that is never negative: biased, and without an error bar.
#[derive(Debug, Clone, PartialEq)]
pub enum SecondColumn {
    /// Fractions of persons.
    Fractional(Vec<f64>),
    /// Whole persons.
    Whole(Vec<u64>),
}

impl SecondColumn {
    /// What a definition that asks for such a column says.
    pub fn kind(&self) -> NonNegativeColumn {
        match self {
            Self::Fractional(_) => NonNegativeColumn::Fractional,
            Self::Whole(_) => NonNegativeColumn::Whole,
        }
    }

    /// Whether it holds so many numbers, all of which can be numbers of persons.
    fn fits(&self, cells: usize) -> bool {
        match self {
            Self::Fractional(numbers) => {
                numbers.len() == cells && numbers.iter().all(|number| number.is_finite() && *number >= 0.0)
            }
            Self::Whole(numbers) => {
                numbers.len() == cells && numbers.iter().all(|number| i64::try_from(*number).is_ok())
            }
        }
    }
}

/// The answer to [`Cube::roll_up`]: one estimate for each combination of kept codes.
#[derive(Debug, Clone, PartialEq)]
pub struct RollUp {
    /// The kept dimensions, in the order in which they were asked for.
    pub dimensions: Vec<usize>,
    /// The codes of each kept dimension that have rows, ascending.
    pub codes: Vec<Vec<usize>>,
    /// Persons; row-major over `codes`, the last kept dimension runs fastest.
    pub estimates: Vec<f64>,
    /// Persons; the same for every row.
    pub standard_error: f64,
}

/// All tables of one release with the noise scales that their errors follow from.
#[derive(Debug, Clone, PartialEq)]
pub struct Cube {
    dimensions: Vec<Dimension>,
    /// s_A² by bit mask of A.
    variances: BTreeMap<u32, f64>,
    tables: Vec<CubeTable>,
}

impl Cube {
    /// Puts a cube together; refuses parts that do not fit.
    pub fn new(dimensions: Vec<Dimension>, queries: &[Query], tables: Vec<CubeTable>) -> Result<Self, CubeError> {
        check_dimensions(&dimensions)?;
        let variances = variances_by_mask(queries, dimensions.len())?;
        let cube = Self { dimensions, variances, tables };
        for (position, table) in cube.tables.iter().enumerate() {
            cube.check_table(table)?;
            if cube.tables[..position].iter().any(|other| other.name == table.name) {
                return Err(CubeError::Shape(format!("table {:?} is there twice", table.name)));
            }
        }
        Ok(cube)
    }

    /// All dimensions.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// Index of a dimension.
    pub fn dimension(&self, name: &str) -> Option<usize> {
        self.dimensions.iter().position(|d| d.name == name)
    }

    /// All tables.
    pub fn tables(&self) -> &[CubeTable] {
        &self.tables
    }

    /// A table by name.
    pub fn table(&self, name: &str) -> Option<&CubeTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The table with the fewest cells that has all these dimensions. All tables agree, so the choice moves no number.
    pub fn table_with(&self, dimensions: &[usize]) -> Option<&CubeTable> {
        let has_all = |table: &&CubeTable| dimensions.iter().all(|d| table.dimensions.contains(d));
        self.tables.iter().filter(has_all).min_by_key(|table| table.estimates.len())
    }

    /// A question: for each named dimension the codes to take, in any order; the others are summed over.
    pub fn slice(&self, sets: &[(usize, Vec<usize>)]) -> Result<Slice, CubeError> {
        let mut sorted = BTreeMap::new();
        for (dimension, codes) in sets {
            let count = self.size(*dimension)?;
            let mut codes = codes.clone();
            codes.sort_unstable();
            let double = codes.windows(2).any(|pair| pair[0] == pair[1]);
            let outside = codes.last().is_none_or(|last| *last >= count);
            if double || outside || sorted.insert(*dimension, codes).is_some() {
                let dimension = self.dimensions[*dimension].name.clone();
                return Err(CubeError::Codes { dimension, codes: count });
            }
        }
        sorted.retain(|dimension, codes| codes.len() < self.dimensions[*dimension].codes.len());
        Ok(Slice::from_sorted(sorted.into_iter().collect()))
    }

    /// The estimate of a slice with its standard error.
    pub fn value(&self, slice: &Slice) -> Result<Value, CubeError> {
        let sum = self.roll_up(&[], slice)?;
        Ok(Value { estimate: sum.estimates[0], standard_error: sum.standard_error })
    }

    /// Variance of a slice (persons²).
    pub fn variance(&self, slice: &Slice) -> Result<f64, CubeError> {
        self.covariance(slice, slice)
    }

    /// Covariance of two slices (persons²); the formula stands at the head of this file.
    pub fn covariance(&self, one: &Slice, other: &Slice) -> Result<f64, CubeError> {
        self.released(one.dimensions())?;
        self.released(other.dimensions())?;
        let mut outside = 1.0;
        let mut common = Vec::new();
        for (dimension, size) in self.dimensions.iter().map(|d| d.codes.len() as f64).enumerate() {
            match (one.codes(dimension), other.codes(dimension)) {
                (Some(s), Some(t)) => {
                    let product = s.len() as f64 * t.len() as f64;
                    let inside = shared(s, t) as f64 - product / size;
                    common.push((1_u32 << dimension, inside, product / (size * size)));
                }
                (Some(codes), None) | (None, Some(codes)) => outside *= codes.len() as f64 / size,
                (None, None) => {}
            }
        }
        Ok(outside * self.sum_over_subsets(&common))
    }

    /// `one` minus `other`, with the standard error that takes their shared noise into account.
    pub fn difference(&self, one: &Slice, other: &Slice) -> Result<Value, CubeError> {
        self.combination(&[(1.0, one), (-1.0, other)])
    }

    /// Two sums of slices with what is needed to divide one by the other. A share of known values is one code over the
    /// known ones: `pair(yes, yes_or_no)`.
    pub fn pair(&self, above: &Slice, below: &Slice) -> Result<Pair, CubeError> {
        Ok(Pair {
            above: self.value(above)?.estimate,
            below: self.value(below)?.estimate,
            variance_above: self.variance(above)?,
            variance_below: self.variance(below)?,
            covariance: self.covariance(above, below)?,
        })
    }

    /// A sum of slices with weights, such as a total without some of its parts: Σ w_i S_i with variance Σ w_i w_j
    /// Cov(S_i, S_j).
    pub fn combination(&self, terms: &[(f64, &Slice)]) -> Result<Value, CubeError> {
        let (mut estimate, mut variance) = (0.0, 0.0);
        for (position, (weight, slice)) in terms.iter().enumerate() {
            estimate += weight * self.value(slice)?.estimate;
            variance += weight * weight * self.variance(slice)?;
            for (other_weight, other) in &terms[..position] {
                variance += 2.0 * weight * other_weight * self.covariance(slice, other)?;
            }
        }
        // Rounding can leave a little less than nothing when the terms cancel.
        Ok(Value { estimate, standard_error: variance.max(0.0).sqrt() })
    }

    /// One value for each combination of codes of the dimensions to keep, within a slice; the rest is summed over.
    ///
    /// Dimensions to keep come back in the order given; a kept dimension that the slice restricts has only those codes.
    pub fn roll_up(&self, keep: &[usize], within: &Slice) -> Result<RollUp, CubeError> {
        for (position, dimension) in keep.iter().enumerate() {
            let codes = self.size(*dimension)?;
            if keep[..position].contains(dimension) {
                return Err(CubeError::Codes { dimension: self.dimensions[*dimension].name.clone(), codes });
            }
        }
        let table = self.released(keep.iter().copied().chain(within.dimensions()))?;
        let codes: Vec<Vec<usize>> = keep.iter().map(|d| self.taken(*d, within)).collect();
        let one_row: Vec<(usize, Vec<usize>)> = keep
            .iter()
            .zip(&codes)
            .map(|(d, codes)| (*d, vec![codes[0]]))
            .chain(within.dimensions().filter(|d| !keep.contains(d)).map(|d| (d, self.taken(d, within))))
            .collect();
        let standard_error = self.variance(&self.slice(&one_row)?)?.sqrt();
        let estimates = self.sum_table(table, keep, &codes, within);
        Ok(RollUp { dimensions: keep.to_vec(), codes, estimates, standard_error })
    }

    /// Standard error (persons) of one cell of a table over these dimensions.
    pub(crate) fn cell_standard_error(&self, dimensions: &[usize]) -> Result<f64, CubeError> {
        let cell: Vec<(usize, Vec<usize>)> = dimensions.iter().map(|d| (*d, vec![0])).collect();
        Ok(self.variance(&self.slice(&cell)?)?.sqrt())
    }

    fn size(&self, dimension: usize) -> Result<usize, CubeError> {
        let count = self.dimensions.len();
        self.dimensions.get(dimension).map(|d| d.codes.len()).ok_or(CubeError::NoDimension { dimension, count })
    }

    /// The codes of a dimension that a slice takes, all of them when it does not name the dimension.
    fn taken(&self, dimension: usize, within: &Slice) -> Vec<usize> {
        within.codes(dimension).map_or_else(|| (0..self.dimensions[dimension].codes.len()).collect(), <[usize]>::to_vec)
    }

    /// The table that answers a question about these dimensions.
    fn released(&self, dimensions: impl Iterator<Item = usize>) -> Result<&CubeTable, CubeError> {
        let wanted: Vec<usize> = dimensions.collect();
        self.table_with(&wanted).ok_or_else(|| {
            let mut dimensions: Vec<String> = Vec::new();
            for dimension in wanted {
                let name = &self.dimensions[dimension].name;
                if !dimensions.contains(name) {
                    dimensions.push(name.clone());
                }
            }
            CubeError::NotReleased { dimensions }
        })
    }

    /// Σ over subsets A of the common dimensions of s_A² times the factors inside and outside A.
    fn sum_over_subsets(&self, common: &[(u32, f64, f64)]) -> f64 {
        let mut sum = 0.0;
        for subset in 0..1_u32 << common.len() {
            let (mut mask, mut factor) = (0, 1.0);
            for (position, (bit, inside, outside)) in common.iter().enumerate() {
                if subset & (1 << position) == 0 {
                    factor *= outside;
                } else {
                    mask |= bit;
                    factor *= inside;
                }
            }
            // Every subset of a released table has a query: `check_table` saw to it.
            sum += factor * self.variances.get(&mask).copied().unwrap_or(f64::NAN);
        }
        sum
    }

    /// Adds up the cells of a table that a slice takes into the rows of a roll-up.
    fn sum_table(&self, table: &CubeTable, keep: &[usize], codes: &[Vec<usize>], within: &Slice) -> Vec<f64> {
        let mut row_strides = vec![1; keep.len()];
        for position in (0..keep.len().saturating_sub(1)).rev() {
            row_strides[position] = row_strides[position + 1] * codes[position + 1].len();
        }
        // For each dimension of the table: where each taken code lies among the cells, and which step in the rows it
        // is.
        let mut axes: Vec<Vec<(usize, usize)>> = Vec::new();
        let mut cell_stride = table.estimates.len();
        for dimension in &table.dimensions {
            cell_stride /= self.dimensions[*dimension].codes.len();
            let row_stride = keep.iter().position(|d| d == dimension).map_or(0, |position| row_strides[position]);
            let taken = self.taken(*dimension, within).into_iter().enumerate();
            axes.push(taken.map(|(order, code)| (code * cell_stride, order * row_stride)).collect());
        }
        let mut rows = vec![0.0; codes.iter().map(Vec::len).product()];
        add_cells(&axes, (0, 0), &table.estimates, &mut rows);
        // A negative zero would be printed as "-0".
        for row in &mut rows {
            *row += 0.0;
        }
        rows
    }

    fn check_table(&self, table: &CubeTable) -> Result<(), CubeError> {
        let refuse = |what: &str| Err(CubeError::Shape(format!("table {:?} {what}", table.name)));
        let mut cells = 1_usize;
        for dimension in &table.dimensions {
            cells = cells.saturating_mul(self.size(*dimension)?);
        }
        if table.dimensions.is_empty() || !table.dimensions.is_sorted_by(|a, b| a < b) {
            return refuse("must name one or more dimensions in ascending order");
        }
        if table.estimates.len() != cells {
            return refuse(&format!("has {} cells where its dimensions make {cells}", table.estimates.len()));
        }
        if !table.estimates.iter().all(|estimate| estimate.is_finite()) {
            return refuse("has an estimate that is not a finite number");
        }
        if table.non_negative.as_ref().is_some_and(|second| !second.fits(cells)) {
            return refuse("needs one number of persons that is not negative for each cell of its second column");
        }
        for subset in 0..1_u32 << table.dimensions.len() {
            let taken = table.dimensions.iter().enumerate().filter(|(position, _)| subset & (1 << position) != 0);
            let mask = taken.fold(0, |mask, (_, dimension)| mask | 1_u32 << dimension);
            if !self.variances.contains_key(&mask) {
                return refuse("has a subset of dimensions that was not measured");
            }
        }
        Ok(())
    }
}

fn check_dimensions(dimensions: &[Dimension]) -> Result<(), CubeError> {
    if dimensions.len() > MOST_DIMENSIONS {
        return Err(CubeError::Shape(format!("{} dimensions; at most {MOST_DIMENSIONS}", dimensions.len())));
    }
    for (position, dimension) in dimensions.iter().enumerate() {
        dimension.check()?;
        if dimensions[..position].iter().any(|other| other.name == dimension.name) {
            return Err(CubeError::Shape(format!("dimension {:?} is there twice", dimension.name)));
        }
    }
    Ok(())
}

fn variances_by_mask(queries: &[Query], dimensions: usize) -> Result<BTreeMap<u32, f64>, CubeError> {
    let mut variances = BTreeMap::new();
    for query in queries {
        let sound = query.dimensions.is_sorted_by(|a, b| a < b)
            && query.dimensions.iter().all(|d| *d < dimensions)
            && query.variance.is_finite()
            && query.variance > 0.0;
        let mask = query.dimensions.iter().fold(0, |mask, d| mask | 1_u32.checked_shl(*d as u32).unwrap_or(0));
        if !sound || variances.insert(mask, query.variance).is_some() {
            let rule =
                format!("query {:?} is there twice, out of order, or has no positive variance", query.dimensions);
            return Err(CubeError::Shape(rule));
        }
    }
    Ok(variances)
}

/// Walks over the taken cells, one axis for each level.
fn add_cells(axes: &[Vec<(usize, usize)>], (cell, row): (usize, usize), estimates: &[f64], rows: &mut [f64]) {
    match axes {
        [] => rows[row] += estimates[cell],
        [last] => {
            for (cell_step, row_step) in last {
                rows[row + row_step] += estimates[cell + cell_step];
            }
        }
        [first, rest @ ..] => {
            for (cell_step, row_step) in first {
                add_cells(rest, (cell + cell_step, row + row_step), estimates, rows);
            }
        }
    }
}

#[cfg(test)]
mod tests;
