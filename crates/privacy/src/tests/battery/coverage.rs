//! How often 95 % intervals of cells, slices and differences hold the truth, and whether draws are as wide as stated and
//! independent of each other, within a run and from run to run.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::super::mechanism::random_counts;
use super::super::{CTDC, marginals_of, no_noise, planned, up_to};
use super::{mutants, sound};
use crate::{Noise, NoisePlan, Objective, Subset, half_width, measure, opendp_noise, rebuild};

/// Some codes of each dimension of one table; all codes of the dimensions that the table lacks.
struct Slice {
    table: usize,
    codes: Vec<Vec<bool>>,
}

impl Slice {
    fn random(rng: &mut ChaCha20Rng, plan: &NoisePlan) -> Self {
        let table = rng.random_range(0..plan.wanted().len());
        let dimensions = plan.wanted()[table].dimensions;
        let mut codes = |dimension: usize, size: u32| -> Vec<bool> {
            let sure = rng.random_range(0..size);
            let share = if dimensions.contains(dimension) { rng.random_range(0.0..1.0) } else { 1.0 };
            (0..size).map(|code| code == sure || rng.random_bool(share)).collect()
        };
        let codes = plan.shape().sizes().iter().enumerate().map(|(dimension, &size)| codes(dimension, size)).collect();
        Self { table, codes }
    }

    fn sum(&self, plan: &NoisePlan, tables: &[Vec<f64>]) -> f64 {
        let dimensions: Vec<usize> = plan.wanted()[self.table].dimensions.dimensions().rev().collect();
        let taken = |mut cell: usize| {
            dimensions.iter().all(|&dimension| {
                let codes = &self.codes[dimension];
                let code = cell % codes.len();
                cell /= codes.len();
                codes[code]
            })
        };
        tables[self.table].iter().enumerate().filter(|(cell, _)| taken(*cell)).map(|(_, value)| value).sum()
    }
}

/// Σ_{A⊆B1∩B2} s_A² Π_{i∈A} (|S_i∩T_i| − |S_i||T_i|/n_i) Π_{j∉A} |S_j||T_j|/n_j²
fn covariance(plan: &NoisePlan, one: &Slice, other: &Slice) -> f64 {
    let tables = [one.table, other.table].map(|table| plan.wanted()[table].dimensions);
    let term = |query: Subset| -> f64 {
        let factor = |dimension: usize| {
            let (s, t) = (&one.codes[dimension], &other.codes[dimension]);
            let count = |codes: &[bool]| codes.iter().filter(|taken| **taken).count() as f64;
            let (n, product) = (s.len() as f64, count(s) * count(t));
            let shared = s.iter().zip(t).filter(|(s, t)| **s && **t).count() as f64;
            if query.contains(dimension) { shared - product / n } else { product / (n * n) }
        };
        plan.query(query).unwrap().variance * (0..one.codes.len()).map(factor).product::<f64>()
    };
    tables[0].subsets().filter(|query| query.is_subset_of(tables[1])).map(term).sum()
}

/// What many runs show.
#[derive(Debug, Default)]
struct Findings {
    /// Shares of intervals that hold the truth: cells, slices, differences.
    held: [f64; 3],
    /// Deviations of what must be zero or one on average, in standard deviations: the largest found.
    spread: f64,
    between_vectors: f64,
    between_runs: f64,
}

impl Findings {
    fn flaws(&self) -> Vec<&'static str> {
        let mut flaws = Vec::new();
        if !self.held.iter().all(|held| (0.94..=0.96).contains(held)) {
            flaws.push("intervals hold the truth less or more often than stated");
        }
        for (deviation, flaw) in [
            (self.spread, "noise is not as wide as stated"),
            (self.between_vectors, "vectors share their noise"),
            (self.between_runs, "runs share their noise"),
        ] {
            if deviation > 6.0 {
                flaws.push(flaw);
            }
        }
        flaws
    }
}

fn look(plan: &NoisePlan, counts: &dyn Fn(Subset) -> Vec<i64>, runs: usize, noise: &mut Noise<'_>) -> Findings {
    let mut rng = ChaCha20Rng::seed_from_u64(31);
    let bare = measure(plan, counts, &mut no_noise).unwrap();
    let truth = rebuild(plan, &bare).unwrap();
    let pairs: Vec<(Slice, Slice)> =
        (0..60).map(|_| (Slice::random(&mut rng, plan), Slice::random(&mut rng, plan))).collect();
    let width = |variance: f64| if variance > 1e-9 { half_width(variance.sqrt(), 0.05).unwrap() } else { 0.0 };
    let cell_widths: Vec<f64> =
        plan.wanted().iter().map(|table| width(plan.cell_standard_error(table.dimensions).unwrap().powi(2))).collect();
    let difference = |(one, other): &(Slice, Slice)| {
        width(covariance(plan, one, one) + covariance(plan, other, other) - 2.0 * covariance(plan, one, other))
    };
    let widths: Vec<[f64; 2]> =
        pairs.iter().map(|pair| [width(covariance(plan, &pair.0, &pair.0)), difference(pair)]).collect();
    let mut held = [[0_usize; 2]; 3];
    let mut count = |kind: usize, error: f64, width: f64| {
        // Slices of whole tables may have a difference without any noise, which says nothing about intervals.
        if width > 0.0 {
            held[kind][0] += usize::from(error.abs() <= width);
            held[kind][1] += 1;
        }
    };
    let mut draws = Draws::new(plan);
    for _ in 0..runs {
        let measured = measure(plan, counts, noise).unwrap();
        draws.add(plan, &bare, &measured);
        let tables = rebuild(plan, &measured).unwrap();
        let errors: Vec<Vec<f64>> =
            tables.iter().zip(&truth).map(|(t, e)| t.iter().zip(e).map(|(t, e)| t - e).collect()).collect();
        for (values, width) in errors.iter().zip(&cell_widths) {
            for error in values {
                count(0, *error, *width);
            }
        }
        for ((one, other), widths) in pairs.iter().zip(&widths) {
            let (one, other) = (one.sum(plan, &errors), other.sum(plan, &errors));
            count(1, one, widths[0]);
            count(2, one - other, widths[1]);
        }
    }
    Findings { held: held.map(|[held, all]| held as f64 / all as f64), ..draws.findings() }
}

/// Running sums over standardised noise; each sum has as many terms as it says.
struct Draws {
    squares: Vec<(f64, f64)>,
    products: Vec<(f64, f64)>,
    lagged: (f64, f64),
    last: Vec<Vec<f64>>,
}

impl Draws {
    fn new(plan: &NoisePlan) -> Self {
        let queries = plan.queries().len();
        let zero = (0.0, 0.0);
        Self { squares: vec![zero; queries], products: vec![zero; queries * queries], lagged: zero, last: Vec::new() }
    }

    fn add(&mut self, plan: &NoisePlan, bare: &[Vec<i64>], measured: &[Vec<i64>]) {
        let standard = |((bare, measured), query): ((&Vec<i64>, &Vec<i64>), &crate::Query)| -> Vec<f64> {
            bare.iter().zip(measured).map(|(bare, noisy)| (noisy - bare) as f64 / query.sigma).collect()
        };
        let noise: Vec<Vec<f64>> = bare.iter().zip(measured).zip(plan.queries()).map(standard).collect();
        let products = |one: &[f64], other: &[f64]| {
            (one.iter().zip(other).map(|(x, y)| x * y).sum::<f64>(), one.len().min(other.len()) as f64)
        };
        let add = |sum: &mut (f64, f64), (value, terms)| *sum = (sum.0 + value, sum.1 + terms);
        for (a, one) in noise.iter().enumerate() {
            add(&mut self.squares[a], products(one, one));
            for (b, other) in noise.iter().enumerate().skip(a + 1) {
                add(&mut self.products[a * noise.len() + b], products(one, other));
            }
            if let Some(last) = self.last.get(a) {
                add(&mut self.lagged, products(one, last));
            }
        }
        self.last = noise;
    }

    fn findings(&self) -> Findings {
        let largest = |sums: &[(f64, f64)], expected: f64, variance: f64| {
            let deviation =
                |&(sum, terms): &(f64, f64)| ((sum - expected * terms) / (variance * terms.max(1.0)).sqrt()).abs();
            sums.iter().map(deviation).fold(0.0, f64::max)
        };
        Findings {
            held: [0.0; 3],
            spread: largest(&self.squares, 1.0, 2.0),
            between_vectors: largest(&self.products, 0.0, 1.0),
            between_runs: largest(&[self.lagged], 0.0, 1.0),
        }
    }
}

const SMALL: [u32; 3] = [4, 3, 5];

fn small() -> NoisePlan {
    planned(&SMALL, &up_to(3, 2), Objective::Tables, 0.002)
}

fn look_at_small(runs: usize, noise: &mut Noise<'_>) -> Findings {
    let counts = random_counts(&mut ChaCha20Rng::seed_from_u64(30), &SMALL);
    look(&small(), &marginals_of(&SMALL, counts), runs, noise)
}

#[test]
fn intervals_of_cells_slices_and_differences_hold() {
    let findings = look_at_small(600, &mut *sound(40));
    assert!(findings.flaws().is_empty(), "{findings:?}");
}

#[test]
fn wrong_noise_is_found_out() {
    for (name, mut noise) in mutants() {
        let findings = look_at_small(300, &mut *noise);
        assert!(!findings.flaws().is_empty(), "{name}: {findings:?}");
    }
}

/// The formula of this file against the one that the plan states for a slice and itself.
#[test]
fn covariance_of_a_slice_with_itself_is_its_variance() {
    let (plan, mut rng) = (small(), ChaCha20Rng::seed_from_u64(41));
    for _ in 0..100 {
        let slice = Slice::random(&mut rng, &plan);
        let table = plan.wanted()[slice.table].dimensions;
        let taken = |dimension: usize| slice.codes[dimension].iter().filter(|taken| **taken).count() as u32;
        let stated = plan.slice_variance(table, &table.dimensions().map(taken).collect::<Vec<_>>()).unwrap();
        assert!((covariance(&plan, &slice, &slice) / stated - 1.0).abs() < 1e-9);
    }
}

/// A thousand runs with OpenDP's noise, on a small cube and on the six columns up to two.
#[test]
#[ignore = "draws six million numbers with OpenDP: about a minute"]
fn intervals_hold_over_a_thousand_runs_of_the_real_sampler() {
    let three = look_at_small(1_000, &mut opendp_noise);
    println!("three columns: {three:?}");
    assert!(three.flaws().is_empty(), "{three:?}");
    let plan = planned(&CTDC, &up_to(6, 2), Objective::Tables, 0.5);
    let nobody = |table: Subset| vec![0; plan.shape().cells(table) as usize];
    let six = look(&plan, &nobody, 1_000, &mut opendp_noise);
    println!("six columns: {six:?}");
    assert!(six.flaws().is_empty(), "{six:?}");
}
