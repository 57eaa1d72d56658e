//! Tables without negative numbers: what they are, that they are the likeliest, and that they are better than clipping.

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::mechanism::{random_counts, sums_by};
use super::{marginals_of, no_noise, planned, random_workload, seeded_noise, up_to, wanted};
use crate::{NoisePlan, Objective, PrivacyError, Subset, measure, non_negative, rebuild};

fn agree(sizes: &[u32], plan: &NoisePlan, tables: &[Vec<f64>]) -> bool {
    let total: f64 = tables[0].iter().sum();
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-7 * (1.0 + total.abs());
    let sums = |dimension: usize| {
        let tables = plan.wanted().iter().zip(tables).filter(move |(table, _)| table.dimensions.contains(dimension));
        tables.map(move |(table, values)| sums_by(sizes, table.dimensions, values, dimension)).collect::<Vec<_>>()
    };
    tables.iter().all(|values| near(values.iter().sum(), total))
        && (0..sizes.len()).all(|dimension| {
            sums(dimension).windows(2).all(|pair| pair[0].iter().zip(&pair[1]).all(|(a, b)| near(*a, *b)))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_cell_is_negative_tables_agree_and_the_bound_is_met(seed: u64, rho in 0.0005..0.02) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (sizes, wanted) = random_workload(&mut rng);
        let plan = planned(&sizes, &wanted, Objective::Tables, rho);
        let sparse: Vec<i64> = random_counts(&mut rng, &sizes).iter().map(|count| count / 500).collect();
        let measured = measure(&plan, &marginals_of(&sizes, sparse), &mut seeded_noise(&mut rng)).unwrap();
        let found = non_negative(&plan, &measured).unwrap();
        prop_assert!(found.tables.iter().flatten().all(|value| *value >= 0.0 && value.is_finite()));
        prop_assert!(agree(&sizes, &plan, &found.tables), "{} {:?}", found.rounds, sizes);
        prop_assert!(found.distance <= 2e-3, "{} after {} rounds", found.distance, found.rounds);
    }

    /// Exact counts are the likeliest tables themselves.
    #[test]
    fn exact_tables_are_left_alone(seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (sizes, wanted) = random_workload(&mut rng);
        let plan = planned(&sizes, &wanted, Objective::Tables, 0.01);
        let exact = marginals_of(&sizes, random_counts(&mut rng, &sizes));
        let found = non_negative(&plan, &measure(&plan, &exact, &mut no_noise).unwrap()).unwrap();
        for (table, values) in wanted.iter().zip(&found.tables) {
            let error = plan.cell_standard_error(table.dimensions).unwrap();
            for (count, value) in exact(table.dimensions).into_iter().zip(values) {
                prop_assert!((value - count as f64).abs() < 0.05 * error, "{} {}", count, value);
            }
        }
    }
}

/// Two cells, where the optimum can be written down: the larger cell takes the weighted mean of what the total and the
/// difference say, the other is zero.
#[test]
fn two_cells_are_the_written_optimum() {
    let plan = planned(&[2], &wanted(&[&[0]]), Objective::Tables, 0.01);
    let (total, halves) = (40_i64, 70_i64);
    // The residual query of a table (a, b) is (a − b, b − a).
    let found = non_negative(&plan, &[vec![total], vec![halves, -halves]]).unwrap();
    // The total counts three times as firm as the halves, which have one dimension more.
    let (of_total, of_halves) = (plan.queries()[0].variance / 3.0, plan.queries()[1].variance);
    let half = halves as f64 / 2.0;
    let optimum = (total as f64 / of_total + half / of_halves) / (1.0 / of_total + 0.5 / of_halves);
    assert!((found.tables[0][0] - optimum).abs() < 0.05 && found.tables[0][1] < 0.05, "{found:?} {optimum}");
}

#[test]
fn nothing_but_noise_below_zero_is_nothing() {
    let plan = planned(&[3, 4], &up_to(2, 2), Objective::Tables, 0.01);
    let cells = |table: Subset| plan.shape().cells(table) as usize;
    let mut measured: Vec<Vec<i64>> = plan.queries().iter().map(|query| vec![0; cells(query.dimensions)]).collect();
    measured[0][0] = -500;
    let found = non_negative(&plan, &measured).unwrap();
    assert!(found.tables.iter().flatten().all(|value| *value == 0.0), "{found:?}");
    assert!(matches!(non_negative(&plan, &measured[1..]), Err(PrivacyError::BadStoredPlan(_))));
}

/// Invented persons in a few of many cells, as routes of migration are: mean absolute errors over all cells of all tables
/// of each length, of clipping, of the unbiased tables and of these.
#[test]
fn sparse_tables_are_nearer_to_the_truth_than_clipped_ones() {
    let sizes = [9, 4, 20, 20];
    let mut rng = ChaCha20Rng::seed_from_u64(21);
    let mut counts = vec![0_i64; sizes.iter().product::<u32>() as usize];
    for _ in 0..3_000 {
        let skewed = |rng: &mut ChaCha20Rng, size: u32| (f64::from(size) * rng.random::<f64>().powi(5)) as u32;
        let place = sizes.iter().fold(0, |place, &size| place * size + skewed(&mut rng, size));
        counts[place as usize] += 1;
    }
    let plan = planned(&sizes, &up_to(4, 3), Objective::Tables, 0.5);
    let exact = marginals_of(&sizes, counts);
    let measured = measure(&plan, &exact, &mut seeded_noise(&mut rng)).unwrap();
    let unbiased = rebuild(&plan, &measured).unwrap();
    let clipped: Vec<Vec<f64>> =
        unbiased.iter().map(|values| values.iter().map(|value| value.max(0.0)).collect()).collect();
    let found = non_negative(&plan, &measured).unwrap();
    assert!(agree(&sizes, &plan, &found.tables) && found.distance <= 2e-3, "{} {}", found.distance, found.rounds);
    let error = |tables: &[Vec<f64>], length: usize| {
        let (mut sum, mut cells) = (0.0, 0.0);
        for (table, values) in plan.wanted().iter().zip(tables).filter(|(table, _)| table.dimensions.len() == length) {
            let truth = exact(table.dimensions);
            sum += truth.iter().zip(values).map(|(count, value)| (value - *count as f64).abs()).sum::<f64>();
            cells += values.len() as f64;
        }
        sum / cells
    };
    let errors = |tables: &[Vec<f64>]| [1, 2, 3].map(|length| error(tables, length));
    let (raw, clip, best) = (errors(&unbiased), errors(&clipped), errors(&found.tables));
    // The tables of one dimension are nowhere near zero here and need no help; those of three are nearly empty.
    assert!(best[0] < 1.1 * clip[0], "raw {raw:?}, clipped {clip:?}, these {best:?}");
    assert!(best[2] < 0.5 * clip[2] && best[2] < 0.3 * raw[2], "raw {raw:?}, clipped {clip:?}, these {best:?}");
    assert!(best[1] < 0.8 * clip[1], "raw {raw:?}, clipped {clip:?}, these {best:?}");
    // Clipping adds phantom persons to the whole; these tables all have one total.
    let sum = |tables: &[Vec<f64>]| tables.last().unwrap().iter().sum::<f64>();
    assert!(
        sum(&clipped) > 4_000.0 && (sum(&found.tables) - 3_000.0).abs() < 100.0,
        "{} {}",
        sum(&clipped),
        sum(&found.tables)
    );
}
