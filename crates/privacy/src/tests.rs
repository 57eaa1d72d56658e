//! Tests of the crate, and what they share: workloads, exact tables, a seeded noise.

mod battery;
mod generator;
mod mechanism;
mod nonnegative;
mod objectives;
mod planning;
mod rounding;
mod sampler;
mod stored;
mod whole;

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;

use crate::{NoisePlan, Objective, PrivacyError, Rho, Shape, Subset, Wanted, Weight, marginal, plan};

/// The six columns of the CTDC bench.
const CTDC: [u32; 6] = [21, 4, 10, 41, 41, 10];
/// Ten columns of yes and no, and four of the above.
const FLAGS: [u32; 14] = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 21, 4, 10, 41];

fn shape(sizes: &[u32]) -> Shape {
    Shape::new(sizes.to_vec()).unwrap()
}

fn subset(dimensions: &[usize]) -> Subset {
    Subset::new(dimensions).unwrap()
}

fn wanted(tables: &[&[usize]]) -> Vec<Wanted> {
    tables.iter().map(|table| Wanted::new(subset(table))).collect()
}

/// Every table of at most so many dimensions, the total included.
fn up_to(dimensions: usize, most: usize) -> Vec<Wanted> {
    let all = subset(&(0..dimensions).collect::<Vec<_>>());
    let tables = all.subsets().filter(|table| table.len() <= most);
    let mut tables: Vec<_> = tables.map(Wanted::new).collect();
    tables.sort_by_key(|table| table.dimensions);
    tables
}

fn planned(sizes: &[u32], wanted: &[Wanted], objective: Objective, rho: f64) -> NoisePlan {
    plan(&shape(sizes), wanted, objective, Rho::new(rho).unwrap()).unwrap()
}

/// Some different tables with weights, over some dimensions, for tests that try many.
fn random_workload(rng: &mut ChaCha20Rng) -> (Vec<u32>, Vec<Wanted>) {
    let sizes: Vec<u32> = (0..rng.random_range(1..=6)).map(|_| rng.random_range(2..=12)).collect();
    let all = subset(&(0..sizes.len()).collect::<Vec<_>>());
    let mut tables: Vec<Subset> = all.subsets().filter(|table| table.len() <= 4).collect();
    tables.shuffle(rng);
    tables.truncate(rng.random_range(1..=8));
    let weighted =
        |dimensions| Wanted { weight: Weight::new(rng.random_range(0.1..10.0)).unwrap(), ..Wanted::new(dimensions) };
    (sizes, tables.into_iter().map(weighted).collect())
}

/// Marginals of one full table over all dimensions.
fn marginals_of(sizes: &[u32], counts: Vec<i64>) -> impl Fn(Subset) -> Vec<i64> {
    let shape = shape(sizes);
    let all = subset(&(0..sizes.len()).collect::<Vec<_>>());
    move |onto| marginal(&shape, all, &counts, onto).unwrap()
}

/// The noise that tests ask for when they want to see the mechanism without any.
#[expect(clippy::unnecessary_wraps, reason = "it stands in for a noise that can fail")]
fn no_noise(values: &[i64], _sigma: f64) -> Result<Vec<i64>, PrivacyError> {
    Ok(values.to_vec())
}

/// A rounded Gaussian from a seeded generator: quick and repeatable, for tests of variances alone. Rounding adds 1/12 to
/// the variance, so scales must be large.
fn seeded_noise(rng: &mut ChaCha20Rng) -> impl FnMut(&[i64], f64) -> Result<Vec<i64>, PrivacyError> {
    move |values, sigma| {
        let mut normal = || {
            let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
            (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
        };
        Ok(values.iter().map(|value| value + (sigma * normal()).round() as i64).collect())
    }
}
