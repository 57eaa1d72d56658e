//! Equal-split zCDP: every table is noised by itself with the same share of the budget, as one asks a session of OpenDP or
//! Tumult for table after table. Then either published as it is, or made consistent by the best linear unbiased estimate.
//!
//! The noise of a table is the same and independent in every cell, so the residuals of a table (its parts that add up to
//! zero along each of their dimensions) have independent errors too. Each residual is therefore the mean of what the
//! tables that hold it say, weighted by one over the cells that were added up for it: generalised least squares.

use anyhow::Result;
use panoh_privacy::{Noise, Rho, Shape, Subset, half_width, opendp_noise};

use crate::{Release, Workload};

/// Part of the intervals that may miss.
const ALPHA: f64 = 0.05;

/// One draw over all tables of a workload.
#[derive(Debug)]
pub struct EqualSplit {
    shape: Shape,
    tables: Vec<Subset>,
    sigma: f64,
    noisy: Vec<Vec<f64>>,
}

impl EqualSplit {
    /// Counts and noises every table with ρ over the number of tables; one person is in one cell of each.
    pub fn draw(workload: &Workload, rho: Rho) -> Result<Self> {
        Self::with(workload, rho, &mut opendp_noise)
    }

    fn with(workload: &Workload, rho: Rho, noise: &mut Noise<'_>) -> Result<Self> {
        let tables = workload.tables()?;
        let sigma = (tables.len() as f64 / (2.0 * rho.value())).sqrt();
        let draw = |&table: &Subset| -> Result<Vec<f64>> {
            Ok(noise(&workload.count(table), sigma)?.into_iter().map(|value| value as f64).collect())
        };
        let noisy = tables.iter().map(draw).collect::<Result<_>>()?;
        Ok(Self { shape: workload.shape.clone(), tables, sigma, noisy })
    }

    /// The tables as they were drawn.
    pub fn as_drawn(&self) -> Result<Release> {
        let values = self.noisy.concat();
        let half_widths = vec![half_width(self.sigma, ALPHA)?; values.len()];
        Ok(Release { values, half_widths })
    }

    /// The tables made consistent, with the exact error of each.
    pub fn reconstructed(&self) -> Result<Release> {
        let residuals: Vec<(Vec<f64>, f64)> = self.tables.iter().map(|&query| self.residual(query)).collect();
        let mut release = Release { values: Vec::new(), half_widths: Vec::new() };
        for &table in &self.tables {
            let mut values = vec![0.0; self.cells(table)];
            let mut variance = 0.0;
            for (query, (residual, own)) in self.tables.iter().zip(&residuals) {
                if query.is_subset_of(table) {
                    let spread = self.cells(table) as f64 / self.cells(*query) as f64;
                    let places = places(&self.shape, table, *query);
                    values.iter_mut().zip(places).for_each(|(value, place)| *value += residual[place] / spread);
                    let kept: f64 = query.dimensions().map(|i| 1.0 - 1.0 / f64::from(self.shape.sizes()[i])).product();
                    variance += own * kept / (spread * spread);
                }
            }
            release.half_widths.extend(vec![half_width(variance.sqrt(), ALPHA)?; values.len()]);
            release.values.append(&mut values);
        }
        Ok(release)
    }

    /// The best estimate of one residual, and the factor s² of its covariance s² ⊗(I − J/n).
    fn residual(&self, query: Subset) -> (Vec<f64>, f64) {
        let mut sum = vec![0.0; self.cells(query)];
        let mut weights = 0.0;
        for (table, noisy) in self.tables.iter().zip(&self.noisy) {
            if query.is_subset_of(*table) {
                let weight = self.cells(query) as f64 / self.cells(*table) as f64;
                let places = places(&self.shape, *table, query);
                noisy.iter().zip(places).for_each(|(value, place)| sum[place] += weight * value);
                weights += weight;
            }
        }
        for value in &mut sum {
            *value /= weights;
        }
        for dimension in query.dimensions() {
            centre(&self.shape, query, dimension, &mut sum);
        }
        (sum, self.sigma * self.sigma / weights)
    }

    fn cells(&self, table: Subset) -> usize {
        usize::try_from(self.shape.cells(table)).unwrap_or_default()
    }
}

/// For each cell of a table, row-major, its place in a table over some of the dimensions.
fn places(shape: &Shape, table: Subset, onto: Subset) -> Vec<usize> {
    let mut places = vec![0];
    for dimension in table.dimensions() {
        let codes = shape.sizes()[dimension] as usize;
        let kept = onto.contains(dimension);
        let step = |place: usize| (0..codes).map(move |code| if kept { place * codes + code } else { place });
        places = places.into_iter().flat_map(step).collect();
    }
    places
}

/// Takes the mean along one dimension off.
fn centre(shape: &Shape, table: Subset, dimension: usize, values: &mut [f64]) {
    let others: Vec<usize> = table.dimensions().filter(|&other| other != dimension).collect();
    let rest = Subset::new(&others).expect("a part of a set of dimensions is one");
    let places = places(shape, table, rest);
    let mut means = vec![0.0; values.len() / shape.sizes()[dimension] as usize];
    values.iter().zip(&places).for_each(|(value, &place)| means[place] += value);
    let codes = f64::from(shape.sizes()[dimension]);
    values.iter_mut().zip(&places).for_each(|(value, &place)| *value -= means[place] / codes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload() -> Result<Workload> {
        Ok(Workload {
            name: "small",
            columns: ["a", "b", "c"].map(str::to_owned).to_vec(),
            shape: Shape::new(vec![2, 3, 4])?,
            rows: (0..500_u32).map(|row| vec![row % 2, row * row % 3, row / 7 % 4]).collect(),
            longest: 2,
            blanks: false,
            epsilon: 5.2,
            delta: 1e-6,
        })
    }

    #[test]
    fn without_noise_the_truth_comes_back() -> Result<()> {
        let workload = workload()?;
        let truth = EqualSplit::with(&workload, Rho::new(0.5)?, &mut |counts, _| Ok(counts.to_vec()))?;
        let (drawn, rebuilt) = (truth.as_drawn()?, truth.reconstructed()?);
        for (a, b) in drawn.values.iter().zip(&rebuilt.values) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
        assert!(rebuilt.half_widths.iter().zip(&drawn.half_widths).all(|(new, old)| new < old));
        Ok(())
    }

    #[test]
    fn stated_errors_are_those_of_a_thousand_draws() -> Result<()> {
        let (workload, runs) = (workload()?, 1_000);
        let truth: Vec<i64> = workload.tables()?.into_iter().flat_map(|table| workload.count(table)).collect();
        let mut squares = vec![0.0; truth.len()];
        let mut stated = Vec::new();
        for _ in 0..runs {
            let release = EqualSplit::draw(&workload, Rho::new(0.5)?)?.reconstructed()?;
            let errors = release.values.iter().zip(&truth).map(|(value, &count)| value - count as f64);
            squares.iter_mut().zip(errors).for_each(|(square, error)| *square += error * error / f64::from(runs));
            stated = release.half_widths;
        }
        // A mean of a thousand squares is within 25 % of the variance but once in ten million cells.
        for (square, half_width) in squares.iter().zip(stated) {
            let ratio = square.sqrt() * 1.959_964 / half_width;
            assert!((0.87..1.13).contains(&ratio), "{ratio}");
        }
        Ok(())
    }
}
